"""HTTP to a control plane over persistent connections: a test makes a few calls, each of a fraction of a millisecond."""

from __future__ import annotations

import http.client
import json
import os
import threading
from collections.abc import Mapping
from typing import Any, Callable, Union
from urllib.parse import quote, urlencode, urlsplit

from ._errors import RollcallError, VerificationError

#: The timeout of one answer: a large seed, or a verification that waits a minute.
TIMEOUT = 300.0

Query = Mapping[str, Union[str, int, None]]


def check_url(url: str, whose: str) -> str:
    """The normalised address. `whose` names it in the error: ROLLCALL_URL, --rollcall-url."""
    try:
        parts = urlsplit(url)
        valid = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        valid = False
    if not valid or parts.path.strip("/") or parts.query or parts.fragment or parts.username is not None:
        raise RollcallError(f"{whose} {url!r} is not the address of a server; write it as http://127.0.0.1:4700")
    return f"{parts.scheme}://{parts.netloc}"


class Control:
    """The control plane of one server."""

    def __init__(self, url: str, token: str | None, why_gone: Callable[[], str | None]) -> None:
        self.url = url
        self._token = token
        #: Returns why the server ended, if this process started it and it has ended.
        self._why_gone = why_gone
        parts = urlsplit(url)
        self._https = parts.scheme == "https"
        self._host = parts.hostname or ""
        self._port = parts.port or (443 if self._https else 80)
        self._lock = threading.Lock()
        #: Idle connections, and the process that opened them.
        self._idle: list[http.client.HTTPConnection] = []
        self._pid = os.getpid()

    def json(self, method: str, path: str, body: Any = None, query: Query | None = None, *, namespace: str | None = None) -> Any:
        """Calls `/_rollcall/<path>` and parses the answer as JSON.

        `namespace` is for load balancers; the server reads it from the path or the query.
        """
        if body is None:
            answer = self.raw(method, path, query=query, namespace=namespace)
        else:
            answer = self.raw(method, path, json.dumps(body).encode(), "application/json", query, namespace=namespace)
        try:
            return json.loads(answer) if answer else None
        except ValueError:
            said = f"/_rollcall/{path} was answered with {answer[:40]!r}"
            raise RollcallError(f"what answers at {self.url} is not rollcall ({said}); {START_OR_UNSET}") from None

    def raw(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        content_type: str = "",
        query: Query | None = None,
        *,
        namespace: str | None = None,
    ) -> bytes:
        """The same with a body and an answer of any type."""
        headers = {"Content-Type": content_type} if body is not None else {}
        if namespace:
            headers["X-Rollcall-Namespace"] = namespace
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        target = f"/_rollcall/{quote(path)}"
        given = {key: value for key, value in (query or {}).items() if value is not None}
        if given:
            target += "?" + urlencode(given)
        status, answer = self._exchange(method, target, body, headers)
        if status < 400:
            return answer
        raise self._refusal(status, answer, target)

    def close(self) -> None:
        """Closes the connections, so that a draining server need not wait for them."""
        with self._lock:
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    def _connection(self) -> tuple[http.client.HTTPConnection, bool]:
        """A connection for one call, and whether it is reused."""
        if self._pid != os.getpid():
            # After a fork, both processes would read from the same sockets.
            self._pid = os.getpid()
            self.close()
        with self._lock:
            if self._idle:
                return self._idle.pop(), True
        # Never through HTTP_PROXY, which http.client ignores.
        kind = http.client.HTTPSConnection if self._https else http.client.HTTPConnection
        return kind(self._host, self._port, timeout=TIMEOUT), False

    def _exchange(self, method: str, target: str, body: bytes | None, headers: dict[str, str]) -> tuple[int, bytes]:
        connection, used = self._connection()
        try:
            return self._send(connection, method, target, body, headers)
        except (OSError, http.client.HTTPException) as error:
            if not used or not isinstance(error, (ConnectionError, http.client.RemoteDisconnected)):
                raise self._unreachable(error) from None
        # The server closed it while it was idle, so it has not seen this call; the other connections may be as old.
        self.close()
        connection, _ = self._connection()
        try:
            return self._send(connection, method, target, body, headers)
        except (OSError, http.client.HTTPException) as error:
            raise self._unreachable(error) from None

    def _send(
        self, connection: http.client.HTTPConnection, method: str, target: str, body: bytes | None, headers: dict[str, str]
    ) -> tuple[int, bytes]:
        try:
            connection.request(method, target, body, headers)
            response = connection.getresponse()
            answer = response.read()
        except BaseException:
            connection.close()
            raise
        if response.will_close:
            connection.close()
        else:
            with self._lock:
                self._idle.append(connection)
        return response.status, answer

    def _unreachable(self, error: Exception) -> RollcallError:
        gone = self._why_gone()
        if gone is not None:
            return RollcallError(gone)
        if isinstance(error, http.client.HTTPException) and not isinstance(error, http.client.RemoteDisconnected):
            return RollcallError(f"what answers at {self.url} is not rollcall ({error!r}); {START_OR_UNSET}")
        cause = getattr(error, "strerror", None) or str(error) or type(error).__name__
        return RollcallError(f"no rollcall answers at {self.url} ({cause}); {START_OR_UNSET}")

    def _refusal(self, status: int, answer: bytes, target: str) -> RollcallError:
        try:
            problem = json.loads(answer)
            detail = problem["detail"]
        except (ValueError, TypeError, KeyError):
            said = f"{target.partition('?')[0]} was answered with {status}"
            return RollcallError(f"what answers at {self.url} is not rollcall ({said}); {START_OR_UNSET}", status=status)
        if status == 401:
            token = "another token than its own" if self._token else "no token"
            return RollcallError(
                f"the control plane of {self.url} is locked and was given {token}; set ROLLCALL_ADMIN_TOKEN to what it was "
                "started with (or --rollcall-admin-token under pytest)",
                status=status,
            )
        nearest = problem.get("nearest")
        if isinstance(nearest, list):
            from ._namespace import Call

            return VerificationError(detail, status=status, nearest=[Call.of(entry) for entry in nearest])
        pointer = problem.get("pointer")
        where = f" (at {pointer})" if pointer else ""
        return RollcallError(f"{detail}{where}", status=status, pointer=pointer)


START_OR_UNSET = "start one there, or unset ROLLCALL_URL so that one is started for you"
