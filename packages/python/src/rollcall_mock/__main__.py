"""`python -m rollcall_mock` and `rollcall-mock`: the server's command line."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import NoReturn

from ._binary import find_binary
from ._errors import RollcallError


def main() -> NoReturn:
    try:
        binary = find_binary()
        if os.path.basename(binary).startswith("rollcall-mock"):
            raise RollcallError(f"ROLLCALL_BIN names {binary}, which only looks for the binary; name the binary itself")
    except RollcallError as error:
        print(f"rollcall-mock: {error}", file=sys.stderr)
        sys.exit(1)
    command = [binary, *sys.argv[1:]]
    try:
        if os.name == "posix":
            os.execv(binary, command)
        # Windows has no exec: the shell would continue while the server runs.
        sys.exit(subprocess.run(command).returncode)
    except KeyboardInterrupt:
        sys.exit(2)
    except OSError as error:
        print(f"rollcall-mock: {cannot_run(binary, error)}", file=sys.stderr)
        sys.exit(126)


def cannot_run(binary: str, error: OSError) -> str:
    """Why a binary does not start, as one sentence."""
    from ._server import cannot_run

    return cannot_run(binary, error)


if __name__ == "__main__":
    main()
