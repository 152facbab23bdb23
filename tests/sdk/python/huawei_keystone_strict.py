# server: --auth strict
"""The same with tokens that are checked."""

import huawei_keystone  # noqa: F401
from harness import run

if __name__ == "__main__":
    run()
