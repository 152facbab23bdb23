"""The catalogue of providers, operations and errors. It is part of the package, so that no server is needed."""

from __future__ import annotations

import difflib
import json
import os
import shlex
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from ._binary import find_binary
from ._errors import RollcallError

_FILE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "catalogue.json")


class CatalogueError(str):
    """A row of the error catalogue: its name, as used in faults, and what is sent to the client."""

    provider: str
    #: The operation that it was requested for; empty if none was named.
    operation: str
    status: int
    #: The code on the wire, which need not be unique.
    code: str
    number: int | None
    message: str
    #: What raises it: "condition", "authentication", or only a "fault".
    raised: str
    when: str

    def __new__(cls, row: Mapping[str, Any], operation: str = "") -> CatalogueError:
        made = super().__new__(cls, row["name"])
        made.provider = row["provider"]
        made.operation = operation
        made.status = row["status"]
        made.code = row["code"]
        made.number = row["number"]
        made.message = row["message"]
        made.raised = row["raised"]
        made.when = row["when"]
        return made


@dataclass(frozen=True)
class Provider:
    """A provider in the catalogue."""

    id: str
    title: str
    operations: tuple[str, ...]
    errors: tuple[CatalogueError, ...]


def providers() -> list[Provider]:
    """All providers with their operations and errors."""
    return list(_providers().values())


def rollcall_errors(
    provider: str, operation: str | None = None, *, raised: str | None = None, status: int | None = None
) -> list[CatalogueError]:
    """The errors that `rollcall.fail` can return for a provider's calls, to parametrize a test; no server is needed.

        @pytest.mark.parametrize("error", rollcall_errors("huawei-workspace", operation="CreateDesktopUser"))
        def test_every_error_has_a_message(rollcall, error):
            rollcall.fail(error.provider, error.operation, error=error)

    Any error of a provider can be returned for any of its operations, so `operation` only has to be one of them; it is available as
    `error.operation`. `raised` ("condition", "authentication" or "fault") and `status` filter the errors.
    """
    known = _providers()
    if provider not in known:
        raise RollcallError(f"unknown provider {provider!r} ({_nearest(provider, known)})")
    if operation is not None and operation not in known[provider].operations:
        raise RollcallError(f"{provider} has no operation {operation!r} ({_nearest(operation, known[provider].operations)})")
    if raised not in (None, "condition", "authentication", "fault"):
        raise RollcallError(f"no error is raised by {raised!r}; it is condition, authentication or fault")
    return [
        CatalogueError({**vars(error), "name": str(error)}, operation or "")
        for error in known[provider].errors
        if raised in (None, error.raised) and status in (None, error.status)
    ]


def _nearest(word: str, known: Iterable[str]) -> str:
    names = list(known)
    near = difflib.get_close_matches(word, names, n=3) or names
    return ("did you mean " if len(near) < len(names) else "known: ") + ", ".join(near) + ("?" if len(near) < len(names) else "")


@cache
def _providers() -> dict[str, Provider]:
    catalogue = _load()
    rows: dict[str, list[CatalogueError]] = {}
    for row in catalogue["errors"]:
        rows.setdefault(row["provider"], []).append(CatalogueError(row))
    return {
        each["id"]: Provider(each["id"], each["title"], tuple(each["operations"]), tuple(rows.get(each["id"], ())))
        for each in catalogue["providers"]
    }


@cache
def _load() -> dict[str, Any]:
    try:
        with open(_FILE, encoding="utf-8") as file:
            return dict(json.load(file))
    except FileNotFoundError:
        # The source tree has none: it is written by the package's build.
        return ask()


def ask(binary: str | None = None) -> dict[str, Any]:
    """The same from a binary, which is run for it."""
    from ._server import Server

    binary = binary or find_binary()
    with Server.launch(binary=binary) as server:
        return {
            "providers": server.control.json("GET", "providers"),
            "errors": server.control.json("GET", "errors"),
            "variables": _ask_variables(binary, server.url),
        }


def variables(values: Mapping[str, str]) -> dict[str, str | None]:
    """The environment variables that SDKs read, as printed by `rollcall env`; None for one that must be unset.

    `values` are url, namespace, access_key and secret_key.
    """
    return {name: value and values.get(value.strip("{}"), value) for name, value in _load()["variables"].items()}


def _ask_variables(binary: str, url: str) -> dict[str, str | None]:
    """The variables, with placeholders for their values, such as `{url}` for the server's address."""
    stands_for = {"ACCESSKEY~the-namespace": "{access_key}", "SECRETKEY": "{secret_key}", "the-namespace": "{namespace}", url: "{url}"}
    arguments = ["--url", url, "--namespace", "the-namespace", "--access-key", "ACCESSKEY", "--secret-key", "SECRETKEY"]
    try:
        done = subprocess.run([binary, "env", *arguments], capture_output=True, text=True, encoding="utf-8", timeout=60)
    except (OSError, subprocess.SubprocessError) as error:
        raise RollcallError(
            f"`rollcall env` cannot be asked for what SDKs read ({error}); name rollcall's binary with ROLLCALL_BIN"
        ) from None
    if done.returncode != 0:
        raise RollcallError(f"`rollcall env` failed: {done.stderr.strip()}")
    found: dict[str, str | None] = {}
    for line in done.stdout.splitlines():
        verb, assignment = shlex.split(line)
        name, _, value = assignment.partition("=")
        found[name] = None if verb == "unset" else stands_for.get(value, value)
    return found
