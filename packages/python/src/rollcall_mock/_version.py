"""The version, which is the server's: packages/build and maturin take it from Cargo.toml."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("rollcall-mock")
except PackageNotFoundError:
    # The source tree, not installed.
    __version__ = "0.0.0"
