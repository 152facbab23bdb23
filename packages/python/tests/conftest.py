"""The tests run against the installed wheel, in a clean environment: see tests/steps/20-python-package."""

import os

import pytest

pytest_plugins = ["pytester"]


@pytest.fixture(autouse=True)
def nothing_is_configured(monkeypatch):
    # Sessions inside of a test are no workers of the one outside.
    for name in [name for name in os.environ if name.startswith(("ROLLCALL_", "PYTEST_XDIST_"))]:
        monkeypatch.delenv(name)
    # A proxy of the machine is not for servers on it.
    monkeypatch.setenv("NO_PROXY", "*")
