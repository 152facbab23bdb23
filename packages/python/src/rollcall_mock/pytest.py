"""For test files: `from rollcall_mock.pytest import rollcall_errors`, and the types of the fixtures.

The fixtures themselves need no import: pytest finds them by the package's entry point.
"""

from __future__ import annotations

import pytest as _pytest

from . import _catalogue
from ._catalogue import CatalogueError
from ._errors import RollcallError, VerificationError
from ._namespace import Call, Namespace
from ._server import Server

__all__ = ["Call", "CatalogueError", "Namespace", "RollcallError", "Server", "VerificationError", "rollcall_errors"]


def rollcall_errors(
    provider: str, operation: str | None = None, *, raised: str | None = None, status: int | None = None
) -> list[CatalogueError]:
    __tracebackhide__ = True
    try:
        return _catalogue.rollcall_errors(provider, operation, raised=raised, status=status)
    except RollcallError as error:
        # At collection, this is a mistake in the test file rather than a test failure.
        raise _pytest.UsageError(f"rollcall_errors: {error}") from None


rollcall_errors.__doc__ = _catalogue.rollcall_errors.__doc__
