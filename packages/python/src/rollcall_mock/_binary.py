"""The location of the server's binary: ROLLCALL_BIN, this package's own, or `rollcall` on PATH."""

from __future__ import annotations

import os
import shutil
import sys
import sysconfig
from collections.abc import Iterator
from fnmatch import fnmatch

from ._errors import RollcallError


def find_binary() -> str:
    """The path of the server's binary.

    Raises RollcallError, which says what to install, if there is none.
    """
    named = os.environ.get("ROLLCALL_BIN")
    if named:
        found = shutil.which(named)
        if found is None:
            why = "is not executable" if os.path.isfile(named) else "is not there"
            raise RollcallError(f"ROLLCALL_BIN names {named!r}, which {why}; name rollcall's binary, or unset it")
        return os.path.abspath(found)
    looked: list[str] = []
    for folder in _folders():
        candidate = os.path.join(folder, _NAME)
        if candidate in looked:
            continue
        looked.append(candidate)
        if _is_ours(candidate):
            return candidate
    on_path = shutil.which("rollcall")
    if on_path is not None:
        return os.path.abspath(on_path)
    raise RollcallError(
        f"rollcall's binary is nowhere (looked for {', '.join(looked)} and for rollcall on PATH): install a wheel that has "
        f"one for this platform ({sysconfig.get_platform()}) with `pip install --force-reinstall rollcall-mock`, or name a "
        "binary with ROLLCALL_BIN, or a running server with ROLLCALL_URL"
    )


_NAME = "rollcall" + (sysconfig.get_config_var("EXE") or "")


def _folders() -> Iterator[str]:
    """Where installers put a wheel's scripts, most likely first."""
    # When an IDE or a build tool starts Python, PATH is not that of the environment, so it is not searched.
    yield sysconfig.get_path("scripts")
    # An environment that includes the packages of its base Python.
    yield sysconfig.get_path("scripts", vars={"base": sys.base_prefix})
    package = os.path.dirname(os.path.abspath(__file__))
    # `pip install --prefix`, `uv run --with`: a prefix other than this Python's.
    windows = sys.platform == "win32"
    above = _above(package, "Lib/site-packages/rollcall_mock" if windows else "lib*/python*/site-packages/rollcall_mock")
    if above is not None:
        yield os.path.join(above, "Scripts" if windows else "bin")
    # `pip install --target`: next to the package.
    yield os.path.join(os.path.dirname(package), "bin")
    yield sysconfig.get_path("scripts", scheme=_user_scheme())


def _above(path: str, pattern: str) -> str | None:
    """The folder above the parts of a path that match a pattern, ignoring case, as some file systems do."""
    for part in reversed(pattern.split("/")):
        path, name = os.path.split(path)
        if not fnmatch(name.lower(), part.lower()):
            return None
    return path


def _user_scheme() -> str:
    if sys.version_info >= (3, 10):
        return sysconfig.get_preferred_scheme("user")
    if os.name == "nt":
        return "nt_user"
    if sys.platform == "darwin" and getattr(sys, "_framework", None):
        return "osx_framework_user"
    return "posix_user"


def _is_ours(path: str) -> bool:
    """Another distribution on PyPI is called rollcall and may have installed a script of that name; ours is not a script."""
    if not os.access(path, os.X_OK) or not os.path.isfile(path):
        return False
    with open(path, "rb") as file:
        return file.read(2) != b"#!"
