"""Which server is used, and what is said when none can be: one sentence each."""

import http.server
import json
import os
import shutil
import socket
import subprocess
import sys
import sysconfig
import threading
import urllib.request
from contextlib import contextmanager

import pytest

from rollcall_mock import RollcallError, Server, find_binary


@pytest.fixture
def stranger():
    """A server that answers every path with this."""

    @contextmanager
    def start(status, body):
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
            threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
            yield f"http://127.0.0.1:{server.server_port}"
            server.shutdown()

    return start


def program(path, text, mode=0o755):
    path.write_text(text)
    path.chmod(mode)
    return str(path)


def refused(sentence, **settings):
    with pytest.raises(RollcallError, match=sentence) as info:
        Server.obtain(**settings)
    assert "\n" not in str(info.value)


def test_the_packaged_binary_is_found_without_a_path(monkeypatch):
    monkeypatch.setenv("PATH", "")
    assert find_binary() == os.path.join(sysconfig.get_path("scripts"), "rollcall")


def test_rollcall_bin_goes_before_the_packaged_one(monkeypatch, tmp_path):
    own = program(tmp_path / "mine", f'#!/bin/sh\nexec {find_binary()} "$@"\n')
    monkeypatch.setenv("ROLLCALL_BIN", own)
    assert find_binary() == own
    with Server.obtain() as server:
        assert server.process.binary == own


@pytest.mark.parametrize("layout", ["lib/python3.11/site-packages", "lib64/python3.9/site-packages", "", "Lib/Python3/Site-Packages"])
def test_the_binary_is_found_in_other_layouts(tmp_path, layout):
    """`--prefix`, and `--target`, where the package is not below this Python's own prefix."""
    import rollcall_mock

    packages = tmp_path / layout
    packages.mkdir(parents=True, exist_ok=True)
    shutil.copytree(os.path.dirname(rollcall_mock.__file__), packages / "rollcall_mock")
    (tmp_path / "bin").mkdir()
    program(tmp_path / "bin" / "rollcall", "not a script")
    code = (
        # The environment's own scripts, where it would be found first, are elsewhere.
        "import sys, sysconfig; sysconfig.get_path = lambda *_, **__: '/nowhere'\n"
        f"sys.path.insert(0, {str(packages)!r})\n"
        "import rollcall_mock; print(rollcall_mock.find_binary())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=30)
    assert done.stdout.strip() == str(tmp_path / "bin" / "rollcall")


def test_path_comes_last_and_then_a_sentence(monkeypatch, tmp_path):
    monkeypatch.setattr("rollcall_mock._binary._folders", lambda: ["/nowhere", str(tmp_path)])
    # The command of another distribution that is called rollcall.
    program(tmp_path / "rollcall", "#!/usr/bin/python3\n")
    on_path = tmp_path / "path"
    on_path.mkdir()
    monkeypatch.setenv("PATH", str(on_path))
    refused(r"rollcall's binary is nowhere \(looked for /nowhere/rollcall, .*PATH\): install a wheel .*`pip install --force-reinstall ")
    found = program(on_path / "rollcall", "#!/bin/sh\n")
    assert find_binary() == found


def test_rollcall_bin_that_is_not_there(monkeypatch, tmp_path):
    monkeypatch.setenv("ROLLCALL_BIN", str(tmp_path / "nowhere"))
    refused("ROLLCALL_BIN names '.*nowhere', which is not there; name rollcall's binary, or unset it")
    monkeypatch.setenv("ROLLCALL_BIN", program(tmp_path / "text", "text", 0o644))
    refused("ROLLCALL_BIN names '.*text', which is not executable; name rollcall's binary, or unset it")


def test_a_binary_of_another_platform(monkeypatch, tmp_path):
    with open(find_binary(), "rb") as file:
        head = bytearray(file.read(4096))
    head[18] = 183  # AArch64
    foreign = tmp_path / "foreign"
    foreign.write_bytes(head)
    foreign.chmod(0o755)
    monkeypatch.setenv("ROLLCALL_BIN", str(foreign))
    refused(r"foreign is not a program for this platform \(Linux on .*\); install rollcall-mock here")


@pytest.mark.parametrize(
    "script, sentence",
    [
        ("echo nonsense; cat", "is another program than rollcall .it said 'nonsense'.; name rollcall's binary with ROLLCALL_BIN"),
        ("exit 3", "rollcall did not start: exit code 3"),
        ("echo 'out of luck' >&2; exit 3", "rollcall did not start: exit code 3: out of luck"),
        ("kill -9 $$", "rollcall did not start: signal 9"),
        (
            "echo \"error: unexpected argument '--until-stdin-closes' found\" >&2; exit 2",
            "is older than this client, which is rollcall-mock",
        ),
    ],
)
def test_a_program_that_does_not_become_ready(monkeypatch, tmp_path, script, sentence):
    monkeypatch.setenv("ROLLCALL_BIN", program(tmp_path / "rollcall", f"#!/bin/sh\n{script}\n"))
    refused(sentence)


def test_a_taken_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        refused(f"rollcall did not start: 127.0.0.1:{port} is in use by another program; ", options=["--listen", f"127.0.0.1:{port}"])


def test_a_server_that_ends_at_the_start_is_quoted(tmp_path):
    wrong = program(tmp_path / "seed.json", "{", 0o644)
    refused(f"rollcall did not start: .*{wrong}", options=["--seed", wrong])
    refused("rollcall did not start: unexpected argument '--no-such-flag' found", options=["--no-such-flag"])


def test_a_listener_for_one_provider_leaves_the_common_one_alone():
    with Server.launch(["--listen", "aliyun-ehpc=127.0.0.1:0"]) as server:
        namespace = server.namespace()
        with urllib.request.urlopen(f"{server.url}/v2/0bec5db98280d2d02fd6c00c2de791ce/users", timeout=10) as answer:
            assert answer.status == 200
        namespace.assert_called("huawei-workspace", "ListUsers", times=1)


@pytest.mark.parametrize(
    "url", ["nonsense", "ftp://127.0.0.1", "http://", "http://127.0.0.1:4700/console", "http://127.0.0.1:x", "127.0.0.1:4700"]
)
def test_an_address_that_is_none(monkeypatch, url):
    monkeypatch.setenv("ROLLCALL_URL", url)
    refused("ROLLCALL_URL '.*' is not the address of a server; write it as http://127.0.0.1:4700")


def test_nobody_at_that_address(monkeypatch):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        monkeypatch.setenv("ROLLCALL_URL", f"http://127.0.0.1:{free.getsockname()[1]}")
        refused(r"no rollcall answers at http://127.0.0.1:\d+ \(Connection refused\); start one there, or unset ROLLCALL_URL")


@pytest.mark.parametrize("status, body", [(200, b"<html>"), (404, b"{}"), (200, b'{"status": "green"}'), (200, b"[]"), (500, b"")])
def test_another_server_at_that_address(monkeypatch, stranger, status, body):
    with stranger(status, body) as url:
        monkeypatch.setenv("ROLLCALL_URL", url)
        refused("what answers at http://127.0.0.1:.* is not rollcall .*; start one there, or unset ROLLCALL_URL")


def test_something_else_than_http_at_that_address(monkeypatch):
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()

        def greet():
            connection, _ = listener.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(b"SSH-2.0-OpenSSH_9.2p1\r\n")

        threading.Thread(target=greet, daemon=True).start()
        monkeypatch.setenv("ROLLCALL_URL", f"http://127.0.0.1:{listener.getsockname()[1]}")
        refused("what answers at .* is not rollcall")


def test_an_older_server_at_that_address(monkeypatch, stranger):
    with stranger(200, json.dumps({"status": "ok", "version": "0.0.9"}).encode()) as url:
        monkeypatch.setenv("ROLLCALL_URL", url)
        refused("the rollcall 0.0.9 at http://127.0.0.1:.* is older than this client, which is rollcall-mock .*; update it, or install")


def test_a_newer_server_is_welcome(stranger):
    with stranger(200, json.dumps({"status": "ok", "version": "99.0.0"}).encode()) as url:
        assert Server.attach(url).version == "99.0.0"


def test_under_pytest_each_is_a_sentence_for_each_test_and_no_traceback(pytester, monkeypatch):
    pytester.makepyfile("def test_one(rollcall): pass\ndef test_two(rollcall): pass\ndef test_three(): pass")
    result = pytester.runpytest_inprocess("--rollcall-url", "127.0.0.1:4700")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: --rollcall-url '127.0.0.1:4700' is not the address of a server; write it as *"])
    for name, value, sentence in [
        ("ROLLCALL_URL", "http://127.0.0.1:1", "rollcall: no rollcall answers at http://127.0.0.1:1 (*"),
        ("ROLLCALL_BIN", "/nowhere", "rollcall: ROLLCALL_BIN names '/nowhere', which is not there; *"),
    ]:
        with monkeypatch.context() as patch:
            patch.setenv(name, value)
            result = pytester.runpytest_inprocess()
        result.assert_outcomes(errors=2, passed=1)
        result.stdout.fnmatch_lines([sentence])
        assert "_server.py" not in result.stdout.str() and "_control.py" not in result.stdout.str()


def test_the_commands():
    import rollcall_mock

    scripts = sysconfig.get_path("scripts")
    for command in ([f"{scripts}/rollcall"], [f"{scripts}/rollcall-mock"], [sys.executable, "-m", "rollcall_mock"]):
        done = subprocess.run([*command, "--version"], capture_output=True, text=True, timeout=30)
        assert (done.returncode, done.stdout) == (0, f"rollcall {rollcall_mock.__version__}\n"), done.stderr
        assert subprocess.run([*command, "--no-such-flag"], capture_output=True, timeout=30).returncode == 2


def test_the_commands_without_a_binary(tmp_path):
    for binary, sentence in (
        ("/nowhere", "rollcall-mock: ROLLCALL_BIN names '/nowhere', which is not there; "),
        (f"{sysconfig.get_path('scripts')}/rollcall-mock", "rollcall-mock: ROLLCALL_BIN names .*, which only looks for the binary"),
    ):
        command = [sys.executable, "-m", "rollcall_mock", "--version"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=30, env={**os.environ, "ROLLCALL_BIN": binary})
        assert done.returncode == 1 and done.stderr.count("\n") == 1
        assert done.stderr.startswith(sentence.partition(".*")[0])
