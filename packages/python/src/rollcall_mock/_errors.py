"""What goes wrong, in one sentence that says what to do next."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ._namespace import Call


class RollcallError(Exception):
    """rollcall refused something, cannot be reached, or cannot be started; the message says what to do."""

    def __init__(self, message: str, *, status: int | None = None, pointer: str | None = None) -> None:
        super().__init__(message)
        #: The HTTP status of the refusal; None where no server answered.
        self.status = status
        #: Where in the body it is wrong, as a JSON pointer.
        self.pointer = pointer


class VerificationError(RollcallError, AssertionError):
    """Other calls happened than should have. An AssertionError, so that test frameworks count a failure."""

    def __init__(self, message: str, *, status: int | None = None, nearest: Sequence[Call] = ()) -> None:
        super().__init__(message, status=status)
        #: The calls that come nearest to what was expected, each with what differs.
        self.nearest: tuple[Call, ...] = tuple(nearest)


# Where they are imported from, in a test's report.
RollcallError.__module__ = VerificationError.__module__ = "rollcall_mock"
