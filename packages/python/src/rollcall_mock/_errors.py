"""The errors, each with a message that says what to do next."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ._namespace import Call


class RollcallError(Exception):
    """rollcall refused something, cannot be reached, or cannot be started; the message says what to do."""

    def __init__(self, message: str, *, status: int | None = None, pointer: str | None = None) -> None:
        super().__init__(message)
        #: The HTTP status of the refusal; None if no server answered.
        self.status = status
        #: Where the error is in the body, as a JSON pointer.
        self.pointer = pointer


class VerificationError(RollcallError, AssertionError):
    """The calls differ from what was expected. An AssertionError, so that test frameworks report a failure."""

    def __init__(self, message: str, *, status: int | None = None, nearest: Sequence[Call] = ()) -> None:
        super().__init__(message, status=status)
        #: The calls closest to the expectation, each with the differences.
        self.nearest: tuple[Call, ...] = tuple(nearest)


# The module that they are imported from, as shown in test reports.
RollcallError.__module__ = VerificationError.__module__ = "rollcall_mock"
