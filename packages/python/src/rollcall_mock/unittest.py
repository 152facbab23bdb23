"""For unittest: a namespace for each test.

class Users(RollcallTestCase):
    rollcall_settings = {"seed": "empty"}

    def test_list(self):
        client = Client(Config(**self.rollcall.aliyun))
"""

from __future__ import annotations

import os
import threading
import unittest
from collections.abc import Mapping
from typing import Any, ClassVar

from ._namespace import Namespace
from ._server import Server

_lock = threading.Lock()
_server: tuple[int, Server] | None = None


def _shared() -> Server:
    """One server for the process, which ends with it."""
    global _server
    with _lock:
        if _server is None or _server[0] != os.getpid():
            _server = (os.getpid(), Server.obtain())
        return _server[1]


class RollcallTestCase(unittest.TestCase):
    """A test case with a new namespace for each test in `self.rollcall`; expectations are verified at its end."""

    #: How namespaces start: seed, auth, clock, quirks.
    rollcall_settings: ClassVar[Mapping[str, Any]] = {}

    rollcall: Namespace

    def setUp(self) -> None:
        super().setUp()
        self.rollcall = _shared().create(**self.rollcall_settings)
        # Cleanups run in reverse order, and each of them runs even if another fails.
        self.addCleanup(self.rollcall.close)
        self.addCleanup(self.rollcall.verify)
