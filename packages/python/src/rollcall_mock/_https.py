"""HTTPS to the providers' own hosts, redirected to a server that is started with `--tls auto` and `--proxy`.

Most clients read variables. For those that do not, two things are patched meanwhile: what `requests` and `certifi` trust, for clients that
ignore the environment (Alibaba's Tea, Volcengine), and the connections of `http.client`, which do not support proxies (QingCloud).
"""

from __future__ import annotations

import os
import tempfile
import urllib.parse
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ._errors import RollcallError

if TYPE_CHECKING:
    from ._server import Server

#: The flags that a server needs for this.
FLAGS = ("--tls", "auto", "--proxy")
_NO_PROXY = "localhost,127.0.0.1,::1"
_PROXIES = ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy")
_AUTHORITIES = ("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE", "CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS", "ALIBABA_CLOUD_CA_BUNDLE")


@contextmanager
def led_here(server: Server) -> Iterator[dict[str, str]]:
    """Redirects HTTPS of this process and its child processes to a server. Returns the variables."""
    ready = server.control.json("GET", "ready")
    if not (ready.get("tls") and ready.get("proxy")):
        raise RollcallError(f"the rollcall at {server.url} answers for no provider's host; start it with {' '.join(FLAGS)}")
    with tempfile.TemporaryDirectory(prefix="rollcall-") as folder:
        ca = Path(folder) / "ca.pem"
        ca.write_bytes(server.control.raw("GET", "ca.pem"))
        variables = {
            **dict.fromkeys(_PROXIES, server.url),
            **dict.fromkeys(_AUTHORITIES, str(ca)),
            "NO_PROXY": _NO_PROXY,
            "no_proxy": _NO_PROXY,
            "NODE_USE_ENV_PROXY": "1",
        }
        undo: list[Callable[[], None]] = []
        try:
            for name, value in variables.items():
                undo.append(_set_variable(name, value))
            _patch_authorities(str(ca), undo)
            _patch_connections(server.url, undo)
            yield variables
        finally:
            for step in reversed(undo):
                step()


def _set_variable(name: str, value: str) -> Callable[[], None]:
    before = os.environ.get(name)
    os.environ[name] = value

    def undo() -> None:
        if before is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = before

    return undo


def _set(holder: Any, name: str, value: Any, undo: list[Callable[[], None]]) -> None:
    before = getattr(holder, name)
    setattr(holder, name, value)
    undo.append(lambda: setattr(holder, name, before))


def _patch_authorities(ca: str, undo: list[Callable[[], None]]) -> None:
    try:
        import certifi
    except ImportError:
        pass  # then nothing asks it
    else:
        _set(certifi, "where", lambda: ca, undo)
    try:
        import requests.adapters
    except ImportError:
        return
    _set(requests.adapters, "DEFAULT_CA_BUNDLE_PATH", ca, undo)
    # Some versions read it once, into a context for all verifying connections.
    context = getattr(requests.adapters, "_preloaded_ssl_context", None)
    if context is not None:
        context.load_verify_locations(ca)


def _patch_connections(url: str, undo: list[Callable[[], None]]) -> None:
    """A plain `http.client` connection goes through the proxy, like those of clients that support one."""
    import http.client

    proxy = urllib.parse.urlsplit(url)
    connect = http.client.HTTPConnection.connect

    def connect_through(self: http.client.HTTPConnection) -> None:
        is_led = getattr(self, "_tunnel_host", None) or self.host in (*_NO_PROXY.split(","), proxy.hostname)
        # urllib3 has already handled the variables.
        if not is_led and not any(kind.__module__.startswith("urllib3") for kind in type(self).__mro__):
            self.set_tunnel(self.host, self.port)
            assert proxy.hostname is not None
            self.host, self.port = proxy.hostname, proxy.port or 80
        connect(self)

    _set(http.client.HTTPConnection, "connect", connect_through, undo)
