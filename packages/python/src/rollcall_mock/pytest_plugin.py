"""The pytest plugin: fixtures, marker, options, and the report about a failed test's calls."""

from __future__ import annotations

import hashlib
import itertools
import os
import re
from collections.abc import Generator, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import TYPE_CHECKING, Any, Callable

import pytest

if TYPE_CHECKING:
    from ._namespace import Call, Namespace
    from ._server import Server

    Factory = Callable[..., AbstractContextManager[Namespace]]

#: How long a server stays up for kept namespaces.
KEPT_FOR = 3600.0
#: The maximum number of calls shown for a failed test.
SHOWN = 20

_MARKER = ("seed", "auth", "clock", "quirks", "strict", "https")
_STATE = pytest.StashKey["_State"]()


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("rollcall", "rollcall, a mock server for cloud APIs")
    group.addoption(
        "--rollcall-url", metavar="URL", help="use the rollcall that runs there instead of starting one (default: $ROLLCALL_URL)"
    )
    group.addoption("--rollcall-admin-token", metavar="TOKEN", help="what unlocks its control plane (default: $ROLLCALL_ADMIN_TOKEN)")
    group.addoption(
        "--rollcall-keep", action="store_true", help="keep the namespaces of failed tests, and print the address of each in the console"
    )
    parser.addini("rollcall_args", "further flags of the rollcall that is started", type="args", default=[])


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers",
        'rollcall(seed=None, auth=None, clock=None, quirks=None, strict=False, https=False): how this test\'s namespace starts (seed: '
        '"empty", a document, a file or a folder); strict: fail when a call came to no operation; https: lead calls of the providers\' '
        "own https:// hosts to it",
    )
    url = config.getoption("--rollcall-url")
    if url:
        from ._control import check_url
        from ._errors import RollcallError

        try:
            check_url(url, "--rollcall-url")
        except RollcallError as error:
            raise pytest.UsageError(str(error)) from None
    config.stash[_STATE] = _State(config)


class _State:
    """The state of one pytest process: its server, the namespaces in use, where the test began."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self.server: Server | None = None
        #: Oldest first.
        self.open: list[Namespace] = []
        #: The newest call in the journal when the test began.
        self.since = 0
        #: Whether a namespace was kept, and the server with it.
        self.kept = False
        #: Whether any test redirects the providers' own hosts to the server.
        self.https = False
        # Unlike the process id, it differs between containers that share a server.
        run = (os.environ.get("PYTEST_XDIST_TESTRUNUID") or os.urandom(4).hex())[:8]
        worker = os.environ.get("PYTEST_XDIST_WORKER") or "main"
        self._prefix = f"t{_mangled(run)}-{_mangled(worker)}"
        self._numbers = itertools.count()

    def next_name(self) -> str:
        return f"{self._prefix}-{next(self._numbers)}"

    def begin_test(self) -> None:
        if self.server is not None:
            self.since = self._last()

    def calls(self) -> dict[str, list[Call]]:
        """The calls since the test began, by namespace: those in use, and on our own server also those in no namespace of ours."""
        if self.server is None:
            return {}
        found = {namespace.name: namespace.calls(since=self.since) for namespace in self.open}
        # On a shared server, the default namespace may be used by others.
        if self.server.is_own and "default" not in found:
            stray = self.server.namespace("default").calls(since=self.since)
            if stray:
                found["default"] = stray
        return found

    def _last(self) -> int:
        assert self.server is not None
        return int(self.server.control.json("GET", "journal", query={"limit": 0})["last"])


def _mangled(text: str) -> str:
    """A part of a namespace's name, at most 20 characters long. A shortened one is distinguished by a hash."""
    clean = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
    if clean == text and len(clean) <= 20:
        return clean
    return f"{clean[:13].rstrip('-')}-{hashlib.sha256(text.encode()).hexdigest()[:6]}"


@contextmanager
def _told_in_a_sentence() -> Iterator[None]:
    """Errors of the setup are shown without this plugin's traceback."""
    __tracebackhide__ = True
    from ._errors import RollcallError

    try:
        yield
    except RollcallError as error:
        raise pytest.fail.Exception(f"rollcall: {error}", pytrace=False) from None


# Fixtures


@pytest.fixture(scope="session")
def rollcall_options(pytestconfig: pytest.Config) -> list[str]:
    """Flags for the server; override it in conftest.py, or set `rollcall_args` in the ini file."""
    return list(pytestconfig.getini("rollcall_args"))


@pytest.fixture(scope="session")
def rollcall_server(request: pytest.FixtureRequest, rollcall_options: list[str]) -> Iterator[Server]:
    """The server: one per pytest process, unless --rollcall-url or ROLLCALL_URL names a running one."""
    from ._https import FLAGS
    from ._server import Server

    state = request.config.stash[_STATE]
    url = request.config.getoption("--rollcall-url")
    token = request.config.getoption("--rollcall-admin-token")
    with _told_in_a_sentence():
        if url:
            server = Server.attach(url, admin_token=token, whose="--rollcall-url")
        else:
            options = list(rollcall_options)
            if state.https and not any(option.split("=")[0] in ("--tls", "--proxy") for option in options):
                options += FLAGS
            server = Server.obtain(options, admin_token=token)
    if server.process is not None and hasattr(request.config, "workerinput"):
        # An xdist worker whose controller was killed continues its test for seconds.
        server.process.stop_with_parent()
    state.server = server
    yield server
    state.server = None
    if state.kept and server.process is not None and server.process.keep_running(KEPT_FOR):
        return
    server.stop()


@pytest.fixture(scope="session")
def rollcall_factory(request: pytest.FixtureRequest, rollcall_server: Server) -> Factory:
    """Creates namespaces for fixtures with a wider scope:

    @pytest.fixture(scope="module")
    def office(rollcall_factory):
        with rollcall_factory(seed="tests/office.json") as namespace:
            yield namespace
    """
    state = request.config.stash[_STATE]

    @contextmanager
    def make(name: str | None = None, **settings: Any) -> Iterator[Namespace]:
        __tracebackhide__ = True
        if "seed" in settings:
            settings["seed"] = _seed_of(settings["seed"], request.config)
        with _told_in_a_sentence():
            namespace = rollcall_server.create(name or state.next_name(), **settings)
        state.open.append(namespace)
        try:
            yield namespace
            namespace.verify()
        finally:
            state.open.remove(namespace)
            namespace.close()

    return make


@pytest.fixture
def rollcall(request: pytest.FixtureRequest, rollcall_factory: Factory) -> Iterator[Namespace]:
    """A new namespace, dropped after the test. `@pytest.mark.rollcall(...)` configures it."""
    settings = _marker(request.node)
    settings.pop("strict", None)
    https = settings.pop("https", False)
    if "seed" in settings:
        settings["seed"] = _seed_of(settings["seed"], request.config, request.node.path.parent)
    with rollcall_factory(**settings) as namespace:
        if not https:
            yield namespace
            return
        from ._https import led_here

        with ExitStack() as led:
            with _told_in_a_sentence():
                led.enter_context(led_here(namespace.server))
            yield namespace


@pytest.fixture
def rollcall_env(rollcall: Namespace, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Points the environment variables that the SDKs read at this test's namespace, and returns them."""
    for name, value in rollcall._variables().items():
        if value is None:
            monkeypatch.delenv(name, raising=False)
        else:
            monkeypatch.setenv(name, value)
    return rollcall.env()


def _seed_of(seed: Any, config: pytest.Config, folder: os.PathLike[str] | None = None) -> Any:
    """A seed's file, wherever pytest was started: next to the test, in the root folder, or in the current one."""
    if seed is None or seed == "empty" or isinstance(seed, Mapping):
        return seed
    given = os.fspath(seed)
    places = [os.fspath(place) for place in (folder, config.rootpath, config.invocation_params.dir) if place is not None]
    candidates = list(dict.fromkeys(os.path.join(place, given) for place in places))
    for candidate in candidates:
        if os.path.exists(candidate):
            return candidate
    pytest.fail(
        f'rollcall: there is no seed {given} (looked for {", ".join(candidates)}); name a file or a folder, or "empty"', pytrace=False
    )


# The marker


def _marker(item: pytest.Item) -> dict[str, Any]:
    """The combined markers of a test, its class and its module; the innermost wins."""
    settings: dict[str, Any] = {}
    for marker in item.iter_markers("rollcall"):
        settings = {**marker.kwargs, **settings}
    return settings


def _wrong_marker(item: pytest.Item) -> str | None:
    for marker in item.iter_markers("rollcall"):
        if marker.args:
            return f"takes no positional argument such as {marker.args[0]!r}; name one of {', '.join(_MARKER)}"
        for name in marker.kwargs:
            if name not in _MARKER:
                return f"has no argument {name!r}; it takes {', '.join(_MARKER)}"
        mode = marker.kwargs.get("auth")
        modes = [mode] if mode is None or isinstance(mode, str) else list(dict(mode).values())
        for each in modes:
            if each not in (None, "off", "lenient", "strict"):
                return f"has auth={each!r}; it is off, lenient or strict, or a dict of these by provider"
    return None


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """At collection, as pytest does for its own markers: a mistake in the file rather than a test failure."""
    wrong = _wrong_marker(metafunc.definition)
    if wrong is not None:
        pytest.fail(f"{metafunc.definition.nodeid}: @pytest.mark.rollcall {wrong}", pytrace=False)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """All tests share the server, so it has to support HTTPS if one of them needs it."""
    config.stash[_STATE].https = any(_marker(item).get("https") for item in items)


# A test, from its setup to its report


def pytest_runtest_setup(item: pytest.Item) -> None:
    if "rollcall_server" in getattr(item, "fixturenames", ()):
        with _told_in_a_sentence():
            item.config.stash[_STATE].begin_test()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, Any, None]:
    """An unmet expectation fails the test; at teardown, it would be an error."""
    outcome = yield
    state = item.config.stash[_STATE]
    if outcome.excinfo is not None:
        # Expectations would only hide why it failed.
        for namespace in state.open:
            namespace.forget()
        return
    try:
        wrong = _unmet(state, bool(_marker(item).get("strict")))
        if wrong:
            pytest.fail(wrong, pytrace=False)
    except BaseException as error:
        outcome.force_exception(error)


def _unmet(state: _State, strict: bool) -> str:
    from ._errors import RollcallError

    wrong: list[str] = []
    for namespace in state.open:
        try:
            namespace.verify()
        except RollcallError as error:
            wrong.append(str(error))
    if strict:
        unmatched = [call for calls in state.calls().values() for call in calls if call.unmatched]
        if unmatched:
            wrong.append("calls that came to no operation (strict):")
            wrong += [str(call) for call in unmatched[-SHOWN:]]
    return "\n".join(wrong)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, Any, None]:
    outcome = yield
    report = outcome.get_result()
    state = item.config.stash[_STATE]
    if not report.failed or not state.open:
        return
    try:
        report.sections += _sections(state, item.config.getoption("verbose") >= 2)
        if item.config.getoption("--rollcall-keep"):
            report.rollcall_kept = list(_keep(state))
    except Exception as error:  # a server that is gone must not hide why the test failed
        report.sections.append(("rollcall", f"its calls cannot be told: {error}"))


def _sections(state: _State, with_curl: bool) -> Iterator[tuple[str, str]]:
    for name, calls in state.calls().items():
        lines = [f"… and {len(calls) - SHOWN} before"] if len(calls) > SHOWN else []
        for call in calls[-SHOWN:]:
            lines.append(str(call))
            if with_curl:
                assert state.server is not None
                curl = state.server.control.raw("GET", f"journal/{call.id}/curl", namespace=name).decode()
                lines.append("    " + curl.strip().replace("\n", "\n    "))
        yield f"rollcall calls in namespace {name}", "\n".join(lines) or "none"


def _keep(state: _State) -> Iterator[tuple[str, int]]:
    """The addresses of the test's namespaces in the console, each with the process id of its server, or 0."""
    for namespace in state.open:
        namespace.keep = state.kept = True
        process = namespace.server.process
        yield namespace.console, 0 if process is None else process.pid


def pytest_terminal_summary(terminalreporter: Any) -> None:
    kept = [
        (report.nodeid, address, pid)
        for reports in terminalreporter.stats.values()
        for report in reports
        for address, pid in getattr(report, "rollcall_kept", ())
    ]
    if not kept:
        return
    terminalreporter.section("rollcall: kept namespaces")
    for test, address, _ in dict.fromkeys(kept):
        terminalreporter.line(f"{test}: {address}")
    servers = sorted({pid for _, _, pid in kept if pid})
    if servers:
        terminalreporter.line(f"The server stays for {KEPT_FOR / 3600:.0f} hour, or until you end it: kill {' '.join(map(str, servers))}")
