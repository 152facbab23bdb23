"""A server ends with the process that started it, however that ends."""

import contextlib
import os
import signal
import subprocess
import sys
import time

import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")

#: How long a server may outlive the process that started it.
A_SECOND = 1.0

TESTS = """
import os, pathlib, pytest, time

@pytest.mark.parametrize("i", range(8))
def test_it(rollcall, rollcall_server, i):
    # Complete as soon as it has its name.
    pathlib.Path(f"{rollcall_server.process.pid}.part").touch()
    pathlib.Path(f"{rollcall_server.process.pid}.part").rename(f"{rollcall_server.process.pid}.pid")
    time.sleep(60)
"""


def wait(condition, seconds):
    """Whether it comes true within so many seconds."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.005)
    return True


def is_running(pid):
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def pids(folder):
    return [int(path.stem) for path in folder.glob("*.pid")]


@pytest.mark.parametrize(
    "how, workers",
    # Ctrl-C under xdist takes as long as xdist does.
    [(signal.SIGKILL, 0), (signal.SIGTERM, 0), (signal.SIGINT, 0), (signal.SIGKILL, 3), (signal.SIGTERM, 3)],
)
def test_no_server_is_left_by_a_session_that_was_killed(tmp_path, how, workers):
    (tmp_path / "test_it.py").write_text(TESTS)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *(["-n", str(workers)] if workers else [])]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_XDIST")}
    with open(tmp_path / "log", "w") as log:
        session = subprocess.Popen(command, cwd=tmp_path, stdout=log, stderr=log, env=environment, start_new_session=True)
    try:
        assert wait(lambda: len(pids(tmp_path)) == max(1, workers), 30), (tmp_path / "log").read_text()
        servers = pids(tmp_path)
        assert all(map(is_running, servers))
        session.send_signal(how)
        assert wait(lambda: not is_running(session.pid), 30), (tmp_path / "log").read_text()
        assert wait(lambda: not any(map(is_running, servers)), A_SECOND), "a server outlived the session"
    finally:
        # The workers of a killed controller may be in the middle of a test.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(session.pid, signal.SIGKILL)
        session.wait(10)


def test_no_server_is_left_by_a_program_that_was_killed(tmp_path):
    program = "import rollcall_mock, time; rollcall = rollcall_mock.start(); print(rollcall.server.process.pid, flush=True); time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as process:
        server = int(process.stdout.readline())
        assert is_running(server)
        process.kill()
        assert wait(lambda: not is_running(server), A_SECOND)


def test_no_server_is_left_by_a_program_that_forgets_it():
    program = "import rollcall_mock; print(rollcall_mock.start().server.process.pid)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=30)
    assert not is_running(int(done.stdout)) and done.stderr == ""
