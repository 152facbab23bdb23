"""rollcall for Python: the server's binary, a client of its control plane, and a pytest plugin.

    import rollcall_mock

    with rollcall_mock.start() as rollcall:
        client = Client(Config(**rollcall.aliyun))
        with rollcall.fail("aliyun-ehpc", "ListUsersAsync", error="ServiceUnavailable", times=2):
            ...
        rollcall.assert_called("aliyun-ehpc", "ListUsersAsync", times=3)

In pytest, the fixture `rollcall` provides the same for each test. Only the standard library is required.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ._binary import find_binary as find_binary
    from ._catalogue import CatalogueError as CatalogueError
    from ._catalogue import Provider as Provider
    from ._catalogue import providers as providers
    from ._catalogue import rollcall_errors as rollcall_errors
    from ._errors import RollcallError as RollcallError
    from ._errors import VerificationError as VerificationError
    from ._namespace import Call as Call
    from ._namespace import Clock as Clock
    from ._namespace import Expectation as Expectation
    from ._namespace import Fault as Fault
    from ._namespace import Namespace as Namespace
    from ._server import Server as Server
    from ._server import start as start
    from ._version import __version__ as __version__

# Loaded on first use: pytest imports this package at every start, whether rollcall is used or not.
_HOMES = {
    "Call": "_namespace",
    "CatalogueError": "_catalogue",
    "Clock": "_namespace",
    "Expectation": "_namespace",
    "Fault": "_namespace",
    "Namespace": "_namespace",
    "Provider": "_catalogue",
    "RollcallError": "_errors",
    "Server": "_server",
    "VerificationError": "_errors",
    "__version__": "_version",
    "find_binary": "_binary",
    "providers": "_catalogue",
    "rollcall_errors": "_catalogue",
    "start": "_server",
}

__all__ = list(_HOMES)


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(f".{home}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
