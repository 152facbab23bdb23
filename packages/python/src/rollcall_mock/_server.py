"""A server: one that is already running, or one that this process starts and that ends with it."""

from __future__ import annotations

import errno
import os
import platform
import queue
import re
import subprocess
import sys
import tempfile
import threading
import time
import weakref
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import IO, Any

from ._binary import find_binary
from ._control import START_OR_UNSET, Control, check_url
from ._errors import RollcallError
from ._namespace import Auth, Namespace, Seed, Time
from ._version import __version__

#: The time limit for a server to load its seed. Without one, it starts in milliseconds.
READY_TIMEOUT = 120.0
#: The time limit for a server to stop; then it is killed.
STOP_TIMEOUT = 5.0

#: `rollcall ready http://127.0.0.1:4700 aliyun-ehpc=http://127.0.0.1:4705`: the address for all providers.
_READY = re.compile(r"rollcall ready (?:.* )?(https?://\S+)")


class Server:
    """A rollcall server. The fixtures use `Server.obtain()`; `start()` is a shortcut to a namespace on one."""

    def __init__(self, url: str, *, admin_token: str | None = None, process: _Process | None = None) -> None:
        self.url = url
        self.admin_token = admin_token
        self.process = process
        access_key = os.environ.get("ROLLCALL_ACCESS_KEY") or "test-ak"
        #: Without the namespace, which `rollcall run` and `rollcall env` append after a `~`.
        self.access_key = access_key.partition("~")[0]
        self.secret_key = os.environ.get("ROLLCALL_SECRET_KEY") or "test-sk"
        #: The endpoints under /_rollcall, for those without a method here: `server.control.json("GET", "metrics")`.
        self.control = Control(url, admin_token, self._why_gone)
        self.version = self._check()

    @classmethod
    def attach(cls, url: str, *, admin_token: str | None = None, whose: str = "ROLLCALL_URL") -> Server:
        """A server that is already running."""
        return cls(check_url(url, whose), admin_token=_token(admin_token))

    @classmethod
    def launch(cls, options: Sequence[str] = (), *, admin_token: str | None = None, binary: str | None = None) -> Server:
        """Starts a server on a free port, with additional flags. It ends with this process, however that ends."""
        token = _flag(options, "--admin-token") or _token(admin_token)
        process = _Process(binary or find_binary(), options, token)
        try:
            return cls(process.url, admin_token=token, process=process)
        except BaseException:
            process.stop()
            raise

    @classmethod
    def obtain(cls, options: Sequence[str] = (), *, url: str | None = None, admin_token: str | None = None) -> Server:
        """The server that `url` or ROLLCALL_URL names, or else a new one."""
        if url:
            return cls.attach(url, admin_token=admin_token, whose="the address")
        from_environment = os.environ.get("ROLLCALL_URL")
        if from_environment:
            return cls.attach(from_environment, admin_token=admin_token)
        return cls.launch(options, admin_token=admin_token)

    @property
    def is_own(self) -> bool:
        """Whether this process started it."""
        return self.process is not None

    def namespace(self, name: str | None = None) -> Namespace:
        """A namespace by name; by default that of ROLLCALL_NAMESPACE, or else `default`. Its first call creates it."""
        return Namespace(self, name or os.environ.get("ROLLCALL_NAMESPACE") or "default")

    def create(
        self,
        name: str | None = None,
        *,
        seed: Seed | None = None,
        auth: Auth | None = None,
        clock: Time | None = None,
        quirks: Mapping[str, str] | None = None,
    ) -> Namespace:
        """Creates a namespace, which is dropped when its `with` block exits.

        It starts with the server's data, or with `seed` instead: `"empty"`, a document, a file or a folder.
        """
        namespace = Namespace(self, name or f"p{os.urandom(6).hex()}", made=True)
        made = self.control.json("PUT", f"namespaces/{namespace.name}", {"from": "template" if seed is None else "empty"})
        if "url" in made:
            namespace._reach_at(made["url"])
        try:
            if seed is not None and seed != "empty":
                namespace.seed(seed)
            if auth is not None or quirks is not None:
                namespace.settings(auth=auth, quirks=quirks)
            if clock is not None:
                namespace.clock.freeze(clock)
        except BaseException:
            namespace.drop()
            raise
        return namespace

    def namespaces(self) -> list[dict[str, Any]]:
        """All namespaces with their counts and last use."""
        return list(self.control.json("GET", "namespaces"))

    def stop(self) -> None:
        """Stops a server that this process started; any other is left running."""
        self.control.close()
        if self.process is not None:
            self.process.stop()

    def __enter__(self) -> Server:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    def __repr__(self) -> str:
        return f"Server({self.url}{', started here' if self.is_own else ''})"

    def _why_gone(self) -> str | None:
        return None if self.process is None else self.process.why_gone()

    def _check(self) -> str:
        """Verifies that it is rollcall, accepts these keys, and is not older than this client; returns its version."""
        health = self.control.json("GET", "ready")
        version = health.get("version") if isinstance(health, dict) else None
        if not isinstance(version, str) or health.get("status") != "ok":
            raise RollcallError(
                f"what answers at {self.url} is not rollcall (/_rollcall/ready was answered with {str(health)[:60]!r}); {START_OR_UNSET}"
            )
        if _generation(version) < _generation(__version__):
            raise RollcallError(_older(f"the rollcall {version} at {self.url}"))
        # Health is public; this is not.
        self.control.json("GET", "journal", query={"limit": 0})
        return version


def start(
    *options: str,
    url: str | None = None,
    admin_token: str | None = None,
    namespace: str | None = None,
    seed: Seed | None = None,
    auth: Auth | None = None,
    clock: Time | None = None,
    quirks: Mapping[str, str] | None = None,
) -> Namespace:
    """A new namespace, on the server that ROLLCALL_URL names or on one that is started with these flags.

    If a server is started, both end when the `with` block exits, or with `close()`:

        with rollcall_mock.start("--async-polls", "2", seed="empty") as rollcall:
            ...
    """
    server = Server.obtain(options, url=url, admin_token=admin_token)
    try:
        made = server.create(namespace, seed=seed, auth=auth, clock=clock, quirks=quirks)
    except BaseException:
        server.stop()
        raise
    made._owns_server = True
    return made


class _Process:
    """The server's process. It ends when its standard input closes, a pipe that is closed when this process ends."""

    def __init__(self, binary: str, options: Sequence[str], token: str | None) -> None:
        self.binary = binary
        # Not a pipe: it would not be read, and the server may outlive its reader.
        self._log: IO[bytes] = tempfile.TemporaryFile()
        command = [binary, "serve", "--until-stdin-closes", *_listen(options), *options]
        environment = dict(os.environ)
        if token:
            environment["ROLLCALL_ADMIN_TOKEN"] = token
        key, secret = os.environ.get("ROLLCALL_ACCESS_KEY"), os.environ.get("ROLLCALL_SECRET_KEY")
        if (key or secret) and "ROLLCALL_CREDENTIAL" not in os.environ and _flag(options, "--credential") is None:
            # If signatures are verified, the server has to know the key that callers will sign with.
            environment["ROLLCALL_CREDENTIAL"] = f"{(key or 'test-ak').partition('~')[0]}:{secret or 'test-sk'}"
        try:
            self._popen = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._log,
                env=environment,
                # In a terminal, Ctrl-C is only for the tests, which may still need the server.
                start_new_session=True,
            )
        except OSError as error:
            self._log.close()
            raise RollcallError(cannot_run(binary, error)) from None
        self.pid = self._popen.pid
        self._end = weakref.finalize(self, _stop, self._popen, self._log)
        try:
            self.url = self._wait_until_ready()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        self._end()

    def stop_with_parent(self) -> None:
        """Stops the server when the parent of this process ends, even if this process continues for a while, as workers do."""
        parent = os.getppid()

        def watch() -> None:
            while self._end.alive:
                if os.getppid() != parent:
                    self.stop()
                    return
                time.sleep(0.2)

        threading.Thread(target=watch, name="rollcall-parent", daemon=True).start()

    def keep_running(self, seconds: float) -> bool:
        """Lets the server outlive this process for this long; False if that is impossible."""
        stdin = self._popen.stdin
        if os.name != "posix" or stdin is None or stdin.closed or self._popen.poll() is not None:
            return False
        # It keeps the pipe open until the time is over or the server has ended.
        program = "import select, sys; hung = select.poll(); hung.register(int(sys.argv[1]), 0); hung.poll(int(sys.argv[2]))"
        holder = subprocess.Popen(
            [sys.executable, "-S", "-c", program, str(stdin.fileno()), str(round(seconds * 1000))],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=[stdin.fileno()],
            start_new_session=True,
        )
        self._end.detach()
        _OUTLIVING.extend((self._popen, holder))
        return True

    def why_gone(self) -> str | None:
        if not self._end.alive:
            return f"the rollcall at {self.url} was stopped by this process; start another"
        if self._popen.poll() is None:
            # It may be about to end: the connection was just closed.
            try:
                self._popen.wait(0.2)
            except subprocess.TimeoutExpired:
                return None
        return f"rollcall ended while it was in use ({self._ending()}); run the tests again with --log debug among its flags"

    def _wait_until_ready(self) -> str:
        lines: queue.Queue[bytes] = queue.Queue()
        stdout = self._popen.stdout
        assert stdout is not None

        def read() -> None:
            with stdout:
                lines.put(stdout.readline())
                # Drained, so that the server never blocks on a full pipe.
                while stdout.read(65536):
                    pass

        threading.Thread(target=read, name="rollcall-output", daemon=True).start()
        try:
            first = lines.get(timeout=READY_TIMEOUT).decode(errors="replace").rstrip("\r\n")
        except queue.Empty:
            raise RollcallError(
                f"{self.binary} has said nothing for {READY_TIMEOUT:.0f} s; give it less to load, or start it by hand and name it "
                "with ROLLCALL_URL"
            ) from None
        ready = _READY.match(first)
        if ready is not None:
            return ready.group(1)
        if first:
            raise RollcallError(
                f"{self.binary} is another program than rollcall (it said {first[:60]!r}); name rollcall's binary with ROLLCALL_BIN"
            )
        # It closed its output, so it is about to end.
        try:
            code = self._popen.wait(STOP_TIMEOUT)
        except subprocess.TimeoutExpired:
            raise RollcallError(f"{self.binary} closed its output and goes on; name rollcall's binary with ROLLCALL_BIN") from None
        if code == 2 and "'--until-stdin-closes'" in self._said():
            raise RollcallError(_older(f"the rollcall at {self.binary}"))
        raise RollcallError(f"rollcall did not start: {self._ending()}")

    def _ending(self) -> str:
        """How it ended: its own message, or its exit code."""
        said = [line for line in self._said().splitlines() if line.strip()]
        code = self._popen.returncode
        how = f"exit code {code}" if code >= 0 else f"signal {-code}"
        own = next((line for line in reversed(said) if line.startswith(("rollcall: ", "error: "))), None)
        if own is not None:
            return own.partition(": ")[2]
        return f"{how}: {said[-1].strip()}" if said else how

    def _said(self) -> str:
        size = self._log.seek(0, os.SEEK_END)
        self._log.seek(max(0, size - 16384))
        return self._log.read().decode(errors="replace")


#: Processes that continue when this one ends; unreferenced Popen objects would warn.
_OUTLIVING: list[subprocess.Popen[bytes]] = []


def _stop(popen: subprocess.Popen[bytes], log: IO[bytes]) -> None:
    if popen.stdin is not None:
        try:
            popen.stdin.close()
        except OSError:
            pass  # it had ended already
    try:
        popen.wait(STOP_TIMEOUT)
    except subprocess.TimeoutExpired:
        # A process forked from this one may hold the pipe.
        popen.terminate()
        try:
            popen.wait(STOP_TIMEOUT)
        except subprocess.TimeoutExpired:
            popen.kill()
            popen.wait()
    log.close()


def cannot_run(binary: str, error: OSError) -> str:
    """Why a binary does not start, as one sentence."""
    machine = f"{platform.system()} on {platform.machine()}"
    if error.errno == errno.ENOEXEC or getattr(error, "winerror", None) == 193:
        return (
            f"{binary} is not a program for this platform ({machine}); install rollcall-mock here instead of copying it, or name "
            "a binary with ROLLCALL_BIN"
        )
    return f"{binary} cannot be run ({error.strerror or error}); name rollcall's binary with ROLLCALL_BIN, or reinstall rollcall-mock"


def _older(what: str) -> str:
    return f"{what} is older than this client, which is rollcall-mock {__version__}; update it, or install the rollcall-mock of its version"


def _generation(version: str) -> tuple[int, ...]:
    """Major and minor version: patches change nothing between a client and a server."""
    numbers = re.match(r"(\d+)\.(\d+)", version)
    return (int(numbers.group(1)), int(numbers.group(2))) if numbers else (0, 0)


def _token(given: str | None) -> str | None:
    return given or os.environ.get("ROLLCALL_ADMIN_TOKEN") or None


def _flag(options: Sequence[str], name: str) -> str | None:
    """The value of a flag among the options, in either notation."""
    for place, option in enumerate(options):
        if option == name:
            return options[place + 1] if place + 1 < len(options) else None
        if option.startswith(name + "="):
            return option[len(name) + 1 :]
    return None


def _listen(options: Sequence[str]) -> list[str]:
    """A free port, unless the options set where to listen for all providers."""
    values = [after for flag, after in zip(options, options[1:]) if flag == "--listen"]
    values += [option.partition("=")[2] for option in options if option.startswith("--listen=")]
    plain = any("=" not in address for value in values for address in value.split(","))
    return [] if plain else ["--listen", "127.0.0.1:0"]
