"""A namespace on a server, with its own data, faults, journal, settings and clock."""

from __future__ import annotations

import datetime
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from types import TracebackType
from typing import TYPE_CHECKING, Any, Union

from . import _sdk
from ._errors import RollcallError, VerificationError

if TYPE_CHECKING:
    from ._server import Server

Seed = Union[str, "os.PathLike[str]", Mapping[str, Any]]
Auth = Union[str, Mapping[str, str]]
Time = Union[str, datetime.datetime]
Length = Union[str, int, float, datetime.timedelta]


@dataclass(frozen=True)
class Call:
    """A call in the journal."""

    #: The number of the entry; it increases over the server's lifetime.
    id: int
    #: The time in the namespace's clock.
    time: str
    namespace: str
    #: Empty if no provider claimed the call.
    provider: str
    operation: str
    #: Where the call was answered: recognise, fault, gateway, operation, answered or broken.
    stage: str
    status: int
    #: The name of the error's row in the catalogue; empty for a success.
    error: str
    request_id: str
    duration_us: int
    method: str
    #: Path and query, with secrets masked.
    target: str
    #: What was wrong, what nearly matched, and what to do.
    explanation: tuple[str, ...] = ()
    #: For a near miss: how it differs from the expectation.
    differs: tuple[str, ...] = ()
    #: The protocol: http or https.
    scheme: str = "http"
    #: How a fault disrupted the answer: hang, reset or truncate; empty if it arrived complete.
    delivery: str = ""

    @classmethod
    def of(cls, entry: Mapping[str, Any]) -> Call:
        """From the journal's JSON; further members from newer servers are ignored."""
        known = {field.name: entry[field.name] for field in fields(cls) if field.name in entry}
        for name in ("explanation", "differs"):
            known[name] = tuple(known.get(name) or ())
        return cls(**known)

    @property
    def unmatched(self) -> bool:
        """Whether it matched no operation of any provider, or broke rollcall."""
        return self.stage in ("recognise", "broken") or any(line.startswith("Near: ") for line in self.explanation)

    def __str__(self) -> str:
        what = " ".join(part for part in (self.provider, self.operation) if part) if self.provider else "no provider's API"
        outcome = f"{self.status} {self.error}" if self.error else str(self.status)
        target = self.target if len(self.target) <= 200 else self.target[:199] + "…"
        lines = [f"#{self.id} {self.method} {target} -> {outcome} ({what}, {self.stage})"]
        lines += [f"    {line}" for line in (*self.explanation, *(f"differs: {line}" for line in self.differs))]
        return "\n".join(lines)


class Fault:
    """A fault rule in effect. Leaving its `with` block removes it; without one, it lasts as long as the namespace."""

    def __init__(self, namespace: Namespace, rule: Mapping[str, Any]) -> None:
        self._namespace = namespace
        self.rule = dict(rule)
        self.id = int(rule["id"])

    @property
    def happened(self) -> int:
        """How many calls it has happened to."""
        for rule in self._namespace.faults():
            if rule.id == self.id:
                return int(rule.rule["happened"])
        raise RollcallError(f"fault {self.id} is gone; ask before it is removed or the namespace reset")

    def remove(self) -> None:
        """Removes it; a reset may already have done so."""
        try:
            self._namespace.server.control.json("DELETE", f"faults/{self.id}", namespace=self._namespace.name)
        except RollcallError as error:
            if error.status != 404:
                raise

    def __enter__(self) -> Fault:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.remove()

    def __repr__(self) -> str:
        return f"Fault({self.rule!r})"


class Expectation:
    """Calls expected from now on. Verified at the end of the test, of the `with` block, or by `verify()`.

    At least one call by default.
    """

    def __init__(self, namespace: Namespace, match: Mapping[str, Any], status: int | None, since: int) -> None:
        self._namespace = namespace
        self._match = match
        self._status = status
        self._since = since
        self._count: tuple[str, int] = ("at_least", 1)
        self._wait = 0.0

    def times(self, count: int) -> Expectation:
        """Exactly this many calls."""
        return self._counting("exactly", count)

    def at_least(self, count: int) -> Expectation:
        return self._counting("at_least", count)

    def at_most(self, count: int) -> Expectation:
        return self._counting("at_most", count)

    def never(self) -> Expectation:
        return self._counting("exactly", 0)

    def within(self, seconds: float) -> Expectation:
        """Waits this long for calls still to come."""
        self._wait = seconds
        return self

    def verify(self) -> int:
        """The number of calls. Raises VerificationError if it differs from the expectation."""
        __tracebackhide__ = True
        return self._namespace._verify(self._match, self._count, self._status, self._since, self._wait)

    def _counting(self, kind: str, count: int) -> Expectation:
        if not isinstance(count, int) or count < 0:
            raise RollcallError(f"{count!r} is not a number of calls; expect 0 or more")
        self._count = (kind, count)
        return self


class Clock:
    """The clock of a namespace. By default it follows the system clock."""

    def __init__(self, namespace: Namespace) -> None:
        self._namespace = namespace

    def freeze(self, time: Time | None = None) -> str:
        """Freezes it: at a time, as `2026-01-02T03:04:05Z` or a datetime with a time zone, or at its current one. Returns its time."""
        setting = {"mode": "fixed"}
        if time is not None:
            setting["time"] = _time(time)
        return self._set(setting)

    def offset(self, by: Length) -> str:
        """Makes it run ahead of the system clock, or behind. Returns its time."""
        return self._set({"mode": "offset", "by": _length(by)})

    def real(self) -> str:
        """Makes it follow the system clock. Returns its time."""
        return self._set({"mode": "real"})

    def advance(self, by: Length) -> str:
        """Moves it forward by seconds, a timedelta, or text such as `90s`, `1h`, `-15m`. Returns its time."""
        return str(self._namespace._json("POST", "clock/advance", {"by": _length(by)})["now"])

    def now(self) -> str:
        return str(self._namespace._json("GET", "clock")["now"])

    def _set(self, setting: Mapping[str, str]) -> str:
        return str(self._namespace._json("PUT", "clock", setting)["now"])


class Namespace:
    """A namespace of a server. As a context manager, it verifies the expectations on exit and drops what was created for it."""

    def __init__(self, server: Server, name: str, *, made: bool = False, owns_server: bool = False) -> None:
        if not _NAME.fullmatch(name):
            raise RollcallError(
                f"invalid namespace name {name!r}{f' of {len(name)} characters' if len(name) > 63 else ''}; use 1 to 63 of "
                "a-z, 0-9 and -, not starting with -"
            )
        self.server = server
        self.name = name
        #: The server's address, such as `http://127.0.0.1:4700`; the namespace's own, if the server is one of several.
        self.url = server.url
        #: With the namespace after `~`, by which calls select it.
        self.access_key = f"{server.access_key}~{name}"
        self.secret_key = server.secret_key
        self._address = _sdk.Address(server.url)
        self._made = made
        self._owns_server = owns_server
        self._expectations: list[Expectation] = []
        #: Whether it is kept on the server when the context exits.
        self.keep = False

    # Connecting

    def _reach_at(self, url: str) -> None:
        """Uses the namespace's own address (--namespace-url) for what SDKs call."""
        self.url, self._address = url, _sdk.Address(url)

    @property
    def host(self) -> str:
        """The server's host, for SDKs that expect it separately from the port."""
        return self._address.host

    @property
    def port(self) -> int:
        return self._address.port

    @property
    def endpoint(self) -> str:
        """`host:port`."""
        return self._address.netloc

    @property
    def headers(self) -> dict[str, str]:
        """The headers that direct a plain HTTP request to this namespace."""
        return {"X-Rollcall-Namespace": self.name}

    @property
    def console(self) -> str:
        """The address of its calls in the console."""
        return f"{self.url}/_rollcall/console/#/calls?namespace={self.name}"

    @property
    def aliyun(self) -> dict[str, Any]:
        """For `alibabacloud_tea_openapi.models.Config(**rollcall.aliyun)`."""
        return _sdk.aliyun(self._address, self.access_key, self.secret_key)

    @property
    def aliyun_legacy(self) -> dict[str, Any]:
        """For `aliyunsdkcore.client.AcsClient(**rollcall.aliyun_legacy)`; its requests take `set_endpoint(rollcall.host)`."""
        return _sdk.aliyun_legacy(self._address, self.access_key, self.secret_key)

    @property
    def huawei(self) -> dict[str, Any]:
        """For `huaweicloudsdkcore.auth.credentials.BasicCredentials(**rollcall.huawei)`, with `.with_endpoint(rollcall.url)`."""
        return _sdk.huawei(self.access_key, self.secret_key)

    @property
    def volcengine(self) -> dict[str, Any]:
        """The attributes of a `volcenginesdkcore.Configuration()`: `vars(configuration).update(rollcall.volcengine)`."""
        return _sdk.volcengine(self._address, self.access_key, self.secret_key)

    @property
    def qingcloud(self) -> dict[str, Any]:
        """For `qingcloud.iaas.APIConnection(**rollcall.qingcloud)`."""
        return _sdk.qingcloud(self._address, self.access_key, self.secret_key)

    def env(self) -> dict[str, str]:
        """The environment variables that SDKs read, for a child process or a configuration."""
        return {name: value for name, value in self._variables().items() if value is not None}

    def _variables(self) -> dict[str, str | None]:
        """The same, with None for those that must be unset because SDKs would prefer them."""
        return _sdk.variables(self._address, self.name, self.access_key, self.secret_key)

    # Faults

    def fail(
        self,
        provider: str | None = None,
        operation: str | None = None,
        *,
        error: str | None = None,
        detail: str | None = None,
        status: int | None = None,
        body: str | None = None,
        content_type: str | None = None,
        delay: Length | tuple[Length, Length] | None = None,
        throttle: int | None = None,
        connection: str | None = None,
        times: int | None = None,
        after: int | None = None,
        probability: float | None = None,
        access_key: str | None = None,
        params: Mapping[str, str] | None = None,
    ) -> Fault:
        """Makes calls fail from now on: those of an operation, of a provider, or all.

        Takes exactly one of `error` (a name in the catalogue), `status` (with `body`), `delay` (a time, or a range of two), `throttle`
        (calls per second) and `connection` (`"hang"`, `"reset"` or `"truncate"`). `times` limits how often it happens, `after` lets
        this many calls pass first.

            with rollcall.fail("aliyun-ehpc", "ListUsersAsync", error="ServiceUnavailable", times=2):
                ...
        """
        effects: list[Any] = []
        if error is not None:
            effects.append(_given(error=str(error), detail=detail))
        if status is not None:
            effects.append(_given(status=int(status), body=body, content_type=content_type))
        if delay is not None:
            effects.append({"delay": [_length(each) for each in delay] if isinstance(delay, tuple) else _length(delay)})
        if throttle is not None:
            effects.append({"throttle": throttle})
        if connection is not None:
            effects.append(connection)
        if len(effects) != 1:
            raise RollcallError(
                f"a fault has one effect and was given {len(effects)}; say exactly one of error, status, delay, throttle and connection"
            )
        match = _match(provider, operation, params)
        if access_key is not None:
            match["access_key"] = access_key
        rule = _given(match=match, effect=effects[0], times=times, after=after, probability=probability)
        return Fault(self, self._json("POST", "faults", rule))

    def faults(self) -> list[Fault]:
        """The faults in effect, in the order in which they are tried."""
        return [Fault(self, rule) for rule in self._json("GET", "faults")]

    # Calls

    def calls(
        self,
        provider: str | None = None,
        operation: str | None = None,
        *,
        stage: str | None = None,
        status: int | None = None,
        since: int = 0,
    ) -> list[Call]:
        """The calls of the namespace, oldest first; at most the newest thousand."""
        query = {"provider": provider, "operation": operation, "stage": stage, "status": status, "since": since or None}
        journal = self._json("GET", "journal", query=query)
        return [Call.of(entry) for entry in reversed(journal["entries"])]

    def call(self, id: int) -> dict[str, Any]:
        """One complete call, with both bodies."""
        return dict(self.server.control.json("GET", f"journal/{id}", namespace=self.name))

    def curl(self, id: int) -> str:
        """A command that repeats a call."""
        return self.server.control.raw("GET", f"journal/{id}/curl", namespace=self.name).decode()

    def replay(self, id: int) -> dict[str, Any]:
        """Repeats a call, signed with a key of its namespace, and returns what was sent and received."""
        return dict(self.server.control.json("POST", f"journal/{id}/replay"))

    def attempt(self, provider: str, operation: str, **call: Any) -> dict[str, Any]:
        """Makes the server send a call as a client would, and returns what was sent and received.

        `call` has the members of `POST /_rollcall/try`: `parameters` by their place, `access_key`, `scheme`, `send`, …

            told = rollcall.attempt("volcengine-bytehouse", "ListUsers", parameters={"query": {"Limit": 2}})
            assert told["response"]["status"] == 200
        """
        return dict(self._json("POST", "try", {"provider": provider, "operation": operation, **call}))

    def explain(self, id: int | str) -> dict[str, Any]:
        """Why a signature did not match: by the number of the call, or by its request id."""
        return dict(self.server.control.json("GET", f"explain/{id}", namespace=self.name))

    def clear_calls(self) -> None:
        """Deletes the calls of the namespace."""
        self._json("DELETE", "journal")

    def assert_called(
        self,
        provider: str | None,
        operation: str | None = None,
        *,
        times: int | None = None,
        at_least: int | None = None,
        at_most: int | None = None,
        status: int | None = None,
        params: Mapping[str, str] | None = None,
        since: int = 0,
        wait: float = 0.0,
    ) -> int:
        """Asserts that calls were made: at least one by default. Waits the given number of seconds for calls still to come."""
        __tracebackhide__ = True
        counts = [(kind, n) for kind, n in (("exactly", times), ("at_least", at_least), ("at_most", at_most)) if n is not None]
        if len(counts) > 1:
            raise RollcallError("give one of times, at_least and at_most, or assert twice")
        return self._verify(_match(provider, operation, params), counts[0] if counts else ("at_least", 1), status, since, wait)

    def assert_not_called(
        self,
        provider: str | None,
        operation: str | None = None,
        *,
        status: int | None = None,
        params: Mapping[str, str] | None = None,
        since: int = 0,
        wait: float = 0.0,
    ) -> None:
        """Asserts that no such call was made, nor is within the given number of seconds."""
        __tracebackhide__ = True
        self._verify(_match(provider, operation, params), ("exactly", 0), status, since, wait)

    def expect(
        self,
        provider: str | None,
        operation: str | None = None,
        *,
        status: int | None = None,
        params: Mapping[str, str] | None = None,
    ) -> Expectation:
        """Expects calls from now on, verified at the end: `rollcall.expect("aliyun-ehpc", "AddUsers").times(3)`."""
        last = int(self._json("GET", "journal", query={"limit": 0})["last"])
        expectation = Expectation(self, _match(provider, operation, params), status, last)
        self._expectations.append(expectation)
        return expectation

    def forget(self) -> None:
        """Drops all expectations."""
        self._expectations = []

    def verify(self) -> None:
        """Verifies all expectations, and drops them."""
        __tracebackhide__ = True
        expectations, self._expectations = self._expectations, []
        failures: list[VerificationError] = []
        for expectation in expectations:
            try:
                expectation.verify()
            except VerificationError as failure:
                failures.append(failure)
        if failures:
            nearest = [call for failure in failures for call in failure.nearest]
            raise VerificationError("\n".join(str(failure) for failure in failures), status=409, nearest=nearest)

    def _verify(self, match: Mapping[str, Any], count: tuple[str, int], status: int | None, since: int, wait: float) -> int:
        __tracebackhide__ = True
        question = _given(
            match=match or None,
            count={count[0]: count[1]},
            status=status,
            since=since or None,
            wait_ms=int(wait * 1000) or None,
        )
        try:
            return int(self._json("POST", "journal/verify", question)["found"])
        except RollcallError as error:
            if error.status != 409:
                raise
            failure = error
        what = " ".join(str(match.get(key)) for key in ("provider", "operation") if match.get(key)) or "any operation"
        more = "".join(f", {key}={value!r}" for key, value in (match.get("params") or {}).items())
        more += f", status {status}" if status is not None else ""
        kind = count[0].replace("_", " ")
        nearest = failure.nearest if isinstance(failure, VerificationError) else ()
        lines = [f"expected {kind} {count[1]} {'call' if count[1] == 1 else 'calls'} of {what}{more}: {failure}"]
        if nearest:
            lines += ["the calls that come nearest:", *(str(call) for call in nearest)]
        raise VerificationError("\n".join(lines), status=409, nearest=nearest)

    # Data, settings and clock

    def seed(self, seed: Seed) -> None:
        """Merges records: a document, or a .json or .ndjson file, or a folder of such files. Each is merged atomically."""
        if isinstance(seed, Mapping):
            self._own("POST", "seed", seed)
            return
        for path in _seed_files(os.fspath(seed)):
            with open(path, "rb") as file:
                content = file.read()
            kind = "application/x-ndjson" if path.endswith(".ndjson") else "application/json"
            try:
                self.server.control.raw("POST", f"namespaces/{self.name}/seed", content, kind)
            except RollcallError as error:
                raise RollcallError(_in_file(path, str(error)), status=error.status, pointer=error.pointer) from None

    def reset(self) -> None:
        """Restores the initial data by default; removes the faults, and resets the settings and the clock."""
        self._own("POST", "reset")

    def clear(self) -> None:
        """The same, but without any data."""
        self._own("POST", "reset", {"to": "empty"})

    def settings(
        self,
        *,
        auth: Auth | None = None,
        quirks: Mapping[str, str] | None = None,
        regions: Mapping[str, str] | None = None,
        async_polls: int | None = None,
        skew: str | None = None,
    ) -> dict[str, Any]:
        """Changes the given settings, and returns all of them. `auth` is a mode, or modes by provider."""
        patch = _given(
            auth={"*": auth} if isinstance(auth, str) else None if auth is None else dict(auth),
            quirks=None if quirks is None else dict(quirks),
            regions=None if regions is None else dict(regions),
            async_polls=async_polls,
            skew=skew,
        )
        return dict(self._own("PATCH", "settings", patch) if patch else self._own("GET", "settings"))

    @property
    def clock(self) -> Clock:
        return Clock(self)

    def counts(self) -> dict[str, dict[str, int]]:
        """The number of records, by provider and kind."""
        return dict(self._own("GET", "")["counts"] or {})

    def export(self) -> str:
        """The data as ndjson, one record per line; each line is a seed document."""
        return self.server.control.raw("GET", f"namespaces/{self.name}/export").decode()

    def replace(self, ndjson: str) -> None:
        """Replaces the data with an export, atomically."""
        self.server.control.raw("PUT", f"namespaces/{self.name}/export", ndjson.encode(), "application/x-ndjson")

    def snapshot(self) -> bytes:
        """The data as a single SQLite file."""
        return self.server.control.raw("GET", f"namespaces/{self.name}/snapshot")

    def restore(self, snapshot: bytes) -> None:
        """Replaces the data with a snapshot."""
        self.server.control.raw("PUT", f"namespaces/{self.name}/snapshot", snapshot, "application/vnd.sqlite3")

    def diff(self, other: str | Namespace) -> str:
        """The records that only one of two namespaces has, as ndjson; empty if they are equal."""
        name = other.name if isinstance(other, Namespace) else other
        return self.server.control.raw("GET", f"namespaces/{self.name}/diff", query={"with": name}).decode()

    # Cleanup

    def drop(self) -> None:
        """Drops it with its data and faults. It is no error if it no longer exists."""
        try:
            self._own("DELETE", "")
        except RollcallError as error:
            if error.status != 404:
                raise

    def close(self) -> None:
        """Drops the namespace if it was created for this object, and stops the server if `start()` started it for this object."""
        try:
            if self._made and not self.keep:
                self.drop()
        finally:
            if self._owns_server:
                self.server.stop()

    def __enter__(self) -> Namespace:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        __tracebackhide__ = True
        try:
            # An earlier error would be hidden by its consequences.
            if error is None:
                self.verify()
        finally:
            self.close()

    def __repr__(self) -> str:
        return f"Namespace({self.name!r} at {self.url})"

    def _json(self, method: str, path: str, body: Any = None, query: Mapping[str, str | int | None] | None = None) -> Any:
        return self.server.control.json(method, path, body, {**(query or {}), "namespace": self.name})

    def _own(self, method: str, what: str, body: Any = None) -> Any:
        return self.server.control.json(method, f"namespaces/{self.name}" + (f"/{what}" if what else ""), body)


_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")


def _given(**members: Any) -> dict[str, Any]:
    return {key: value for key, value in members.items() if value is not None}


def _match(provider: str | None, operation: str | None, params: Mapping[str, str] | None) -> dict[str, Any]:
    return _given(
        provider=provider if provider != "*" else None,
        operation=operation if operation != "*" else None,
        params=None if params is None else {key: str(value) for key, value in params.items()},
    )


def _time(time: Time) -> str:
    if isinstance(time, str):
        return time
    if time.tzinfo is None:
        raise RollcallError(f"{time!r} has no time zone, so its moment is unknown; give it tzinfo=datetime.timezone.utc")
    return time.astimezone(datetime.timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _length(length: Length) -> str:
    if isinstance(length, str):
        return length
    seconds = length.total_seconds() if isinstance(length, datetime.timedelta) else length
    return f"{round(seconds * 1000)}ms"


def _in_file(path: str, detail: str) -> str:
    """``FILE:LINE:COLUMN: sentence``, the format of compilers; the server knows the line, but not the file."""
    place = re.match(r"line (\d+)(?: column (\d+))?: ", detail)
    if place is None:
        return f"{path}: {detail}"
    return ":".join([path, *filter(None, place.groups())]) + ": " + detail[place.end() :]


def _seed_files(path: str) -> Iterable[str]:
    if not os.path.isdir(path):
        if not os.path.exists(path):
            raise RollcallError(f"there is no seed file {path}; name a .json or .ndjson file, or a folder of them")
        return [path]
    found = sorted(name for name in os.listdir(path) if name.endswith((".json", ".ndjson")))
    if not found:
        raise RollcallError(f"the folder {path} has no .json or .ndjson file, so it seeds nothing; name another")
    return [os.path.join(path, name) for name in found]
