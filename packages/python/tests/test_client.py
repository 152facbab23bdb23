"""The client of the control plane, without pytest's fixtures."""

import datetime
import json
import socket
import subprocess
import sys
import unittest
import urllib.error
import urllib.request
from typing import ClassVar

import pytest

import rollcall_mock
from rollcall_mock import RollcallError, VerificationError

INSTANCE = "68fdc9a8-805e-439d-8dd9-25adc1c58bf6"
USERS = f"/v2/0bec5db98280d2d02fd6c00c2de791ce/instances/{INSTANCE}/users"


@pytest.fixture(scope="module")
def server():
    with rollcall_mock.Server.launch() as server:
        yield server


@pytest.fixture
def rollcall(server):
    with server.create() as namespace:
        yield namespace


def get(namespace, path=USERS):
    """The status and the body of a plain call in a namespace."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(urllib.request.Request(namespace.url + path, headers=namespace.headers), timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def test_start_gives_a_namespace_and_ends_its_server():
    with rollcall_mock.start("--async-polls", "2") as rollcall:
        assert get(rollcall)[0] == 200
        assert rollcall.settings()["async_polls"] == 2
        assert rollcall.server.version == rollcall_mock.__version__
        popen = rollcall.server.process._popen
        assert popen.poll() is None
    assert popen.poll() == 0, "it drains and ends well"
    with pytest.raises(RollcallError, match="was stopped by this process; start another"):
        rollcall.calls()


def test_close_does_what_the_with_block_does():
    rollcall = rollcall_mock.start()
    rollcall.close()
    assert rollcall.server.process._popen.poll() == 0


def test_what_start_cannot_make_leaves_no_server_behind(monkeypatch):
    started = []
    launch = rollcall_mock.Server.launch

    def noting(*arguments, **options):
        started.append(launch(*arguments, **options))
        return started[-1]

    monkeypatch.setattr(rollcall_mock.Server, "launch", noting)
    with pytest.raises(RollcallError, match="no-such-quirk"):
        rollcall_mock.start(quirks={"aliyun-ehpc.no-such-quirk": "1"})
    assert started[0].process._popen.poll() == 0


def test_a_namespace_is_dropped_when_its_block_is_left(server):
    with server.create("mine") as rollcall:
        assert "mine" in [each["name"] for each in server.namespaces()]
    assert "mine" not in [each["name"] for each in server.namespaces()]
    rollcall.drop()  # once more is no error


def test_namespaces_do_not_meet(server):
    with server.create() as one, server.create() as other:
        get(one)
        one.fail("huawei-rocketmq", error="Internal")
        assert get(other)[0] == 200
        assert len(one.calls()) == 1 and len(other.calls()) == 1


def test_faults_end_with_their_block(rollcall):
    with rollcall.fail("huawei-rocketmq", "ListUser", error="Internal", times=2) as fault:
        assert [get(rollcall)[0] for _ in range(3)] == [500, 500, 200]
        assert fault.happened == 2
    assert rollcall.faults() == []
    with rollcall.fail("huawei-rocketmq", error="Internal"):
        assert get(rollcall)[0] == 500
    assert get(rollcall)[0] == 200


def test_a_fault_without_a_block_stays_until_it_is_removed(rollcall):
    fault = rollcall.fail(error="Internal", after=1)
    assert [get(rollcall)[0] for _ in range(3)] == [200, 500, 500]
    fault.remove()
    fault.remove()  # once more is no error
    assert get(rollcall)[0] == 200


def test_every_effect_of_a_fault(rollcall):
    with rollcall.fail(status=418, body="short and stout", content_type="text/plain"):
        assert get(rollcall) == (418, "short and stout")
    with rollcall.fail(delay=0.01), rollcall.fail(delay=("1ms", 0.002)):
        assert [fault.rule["effect"] for fault in rollcall.faults()] == [{"delay": "10ms"}, {"delay": ["1ms", "2ms"]}]
        assert get(rollcall)[0] == 200
    with rollcall.fail(throttle=0):
        assert get(rollcall)[0] == 429
    with rollcall.fail(connection="reset"), pytest.raises(OSError):
        get(rollcall)
    assert [call.delivery for call in rollcall.calls()][-2:] == ["", "reset"]
    with rollcall.fail("huawei-rocketmq", error="UserNotFound", params={"limit": 7}):
        assert get(rollcall)[0] == 200
        assert get(rollcall, f"{USERS}?limit=7")[0] == 400


@pytest.mark.parametrize("effects", [{}, {"error": "Internal", "delay": 1}])
def test_a_fault_has_one_effect(rollcall, effects):
    with pytest.raises(RollcallError, match=f"has one effect and was given {len(effects)}; say exactly one of error"):
        rollcall.fail("huawei-rocketmq", **effects)


def test_a_wrong_fault_says_what_is_wrong_where(rollcall):
    with pytest.raises(RollcallError) as info:
        rollcall.fail("huawei-rocketmq", "ListUser", error="NoSuchError")
    assert info.value.status == 400 and info.value.pointer == "/effect/error"
    assert "NoSuchError" in str(info.value)


def test_calls_are_typed_and_oldest_first(rollcall):
    get(rollcall)
    get(rollcall, "/v2/0bec5db98280d2d02fd6c00c2de791ce/instances/nope/userz")
    first, second = rollcall.calls()
    assert (first.provider, first.operation, first.stage, first.status, first.error) == ("huawei-rocketmq", "ListUser", "answered", 200, "")
    assert (second.status, second.error, second.unmatched, first.unmatched) == (404, "ApiNotFound", True, False)
    assert any(line.startswith("Near: ListUser") for line in second.explanation)
    assert rollcall.calls(since=first.id) == [second] and rollcall.calls(operation="ListUser") == [first]
    assert rollcall.call(first.id)["response"]["body"].startswith('{"')
    assert rollcall.curl(first.id).startswith("curl ")
    rollcall.clear_calls()
    assert rollcall.calls() == []


def test_verification_tells_what_came_nearest(rollcall):
    get(rollcall)
    assert rollcall.assert_called("huawei-rocketmq", "ListUser", times=1, status=200) == 1
    rollcall.assert_called("huawei-rocketmq", at_least=1)
    rollcall.assert_called("huawei-rocketmq", at_most=1)
    rollcall.assert_not_called("huawei-rocketmq", "DeleteUser")
    with pytest.raises(AssertionError) as info:
        rollcall.assert_called("huawei-rocketmq", "ShowUser", times=2)
    assert isinstance(info.value, VerificationError)
    assert [call.operation for call in info.value.nearest] == ["ListUser"]
    assert str(info.value).startswith("expected exactly 2 calls of huawei-rocketmq ShowUser: found 0")
    assert 'differs: operation is "ListUser", not "ShowUser"' in str(info.value)
    with pytest.raises(AssertionError, match="expected exactly 0 calls"):
        rollcall.assert_not_called("huawei-rocketmq", "ListUser")
    with pytest.raises(RollcallError, match="one of times, at_least and at_most"):
        rollcall.assert_called("huawei-rocketmq", times=1, at_least=1)


def test_expectations_are_checked_at_the_end_of_the_block(server):
    with pytest.raises(VerificationError) as info:
        with server.create() as rollcall:
            get(rollcall)
            rollcall.expect("huawei-rocketmq", "ListUser").times(2)  # from now on
            rollcall.expect("huawei-rocketmq", "DeleteUser").never()
            rollcall.expect("huawei-rocketmq", "ShowUser")
            get(rollcall)
    assert "expected exactly 2 calls of huawei-rocketmq ListUser: found 1" in str(info.value)
    assert "expected at least 1 call of huawei-rocketmq ShowUser: found 0" in str(info.value)
    assert "DeleteUser" not in str(info.value)
    assert rollcall.name not in [each["name"] for each in server.namespaces()], "dropped all the same"


def test_expectations_do_not_hide_what_went_wrong_before(server):
    with pytest.raises(ZeroDivisionError):
        with server.create() as rollcall:
            rollcall.expect("huawei-rocketmq", "ListUser")
            raise ZeroDivisionError


def test_seeds_replace_the_demo_and_more_is_merged(server, tmp_path):
    with server.create() as demo:
        lines = demo.export().splitlines()
    user = next(line for line in lines if '"huawei-workspace"' in line)
    document = tmp_path / "a.json"
    document.write_text(user)
    with server.create(seed="empty") as rollcall:
        assert rollcall.export() == ""
        rollcall.seed(json.loads(user))
        once = rollcall.export()
        assert len(once.splitlines()) >= 1
        rollcall.clear()
        assert rollcall.export() == ""
        rollcall.reset()
        assert rollcall.export().splitlines() == lines
        rollcall.replace(once)
        assert rollcall.export() == once
        before = rollcall.snapshot()
        rollcall.clear()
        rollcall.restore(before)
        assert rollcall.export() == once
        assert rollcall.diff("default") != "" and rollcall.diff(rollcall) == ""
        assert list(rollcall.counts()) == ["huawei-workspace"] or rollcall.counts()["huawei-workspace"]
    (tmp_path / "b.ndjson").write_text("\n".join(lines[:3]) + "\n")
    for seed in (json.loads(user), document, str(document), tmp_path):
        with server.create(seed=seed) as rollcall:
            assert 1 <= len(rollcall.export().splitlines()) < len(lines)


def test_wrong_seeds_name_the_file_and_the_place(server, tmp_path):
    wrong = tmp_path / "wrong.json"
    wrong.write_text('{\n "huawei-workspace": {"users": 1}}')
    with pytest.raises(RollcallError, match=r"wrong\.json:2:32: .*at /"):
        server.create("wrongly-seeded", seed=wrong)
    assert "wrongly-seeded" not in [each["name"] for each in server.namespaces()]
    with pytest.raises(RollcallError, match="there is no seed file"):
        server.create(seed=tmp_path / "nowhere.json")
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(RollcallError, match="seeds nothing"):
        server.create(seed=empty)


def test_settings_and_clock(server):
    settings = {"auth": {"aliyun-ehpc": "strict"}, "quirks": {"aliyun-ehpc.user-id": "number"}}
    with server.create(**settings, clock="2026-01-02T03:04:05Z") as rollcall:
        assert rollcall.settings()["auth"]["aliyun-ehpc"] == "strict"
        assert rollcall.settings()["quirks"]["aliyun-ehpc.user-id"] == "number"
        assert rollcall.clock.now() == "2026-01-02T03:04:05.000Z"
        assert rollcall.clock.advance(90) == "2026-01-02T03:05:35.000Z"
        assert rollcall.clock.advance(datetime.timedelta(hours=-1)) == "2026-01-02T02:05:35.000Z"
        assert rollcall.clock.advance("1h") == "2026-01-02T03:05:35.000Z"
        east = datetime.timezone(datetime.timedelta(hours=8))
        assert rollcall.clock.freeze(datetime.datetime(2026, 1, 1, 8, tzinfo=east)) == "2026-01-01T00:00:00.000Z"
        with pytest.raises(RollcallError, match="has no time zone"):
            rollcall.clock.freeze(datetime.datetime(2026, 1, 1))
        assert rollcall.clock.offset("365d") > rollcall.clock.real()
        assert rollcall.settings(auth="off", skew="off")["skew"] == "off"


def test_keys_of_the_environment_are_known_to_the_server_and_used(monkeypatch):
    monkeypatch.setenv("ROLLCALL_ACCESS_KEY", "my-key~some-namespace")
    monkeypatch.setenv("ROLLCALL_SECRET_KEY", "my-secret")
    from huaweicloudsdkcore.auth.credentials import BasicCredentials
    from huaweicloudsdkrocketmq.v2 import ListUserRequest, RocketMQClient

    with rollcall_mock.start(auth="strict") as rollcall:
        assert rollcall.access_key == f"my-key~{rollcall.name}" and rollcall.secret_key == "my-secret"
        credentials = BasicCredentials(**rollcall.huawei)
        client = RocketMQClient.new_builder().with_credentials(credentials).with_endpoint(rollcall.url).build()
        assert client.list_user(ListUserRequest(instance_id=INSTANCE)).users


def test_an_admin_token_locks_and_unlocks(monkeypatch):
    with rollcall_mock.start("--admin-token", "of-the-flags") as rollcall:
        assert rollcall.calls() == []
    monkeypatch.setenv("ROLLCALL_ADMIN_TOKEN", "of-the-environment")
    with rollcall_mock.start() as rollcall:
        assert rollcall.calls() == []
        other = rollcall_mock.Server.attach(rollcall.url)
        assert other.namespace(rollcall.name).calls() == []
        monkeypatch.delenv("ROLLCALL_ADMIN_TOKEN")
        with pytest.raises(RollcallError, match="is locked and was given no token; set ROLLCALL_ADMIN_TOKEN") as info:
            rollcall_mock.Server.attach(rollcall.url)
        assert info.value.status == 401
        with pytest.raises(RollcallError, match="is locked and was given another token than its own"):
            rollcall_mock.Server.attach(rollcall.url, admin_token="wrong")


def test_a_proxy_of_the_environment_is_not_used(monkeypatch):
    monkeypatch.delenv("NO_PROXY", raising=False)
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    with rollcall_mock.start() as rollcall:
        assert rollcall.calls() == []


def test_a_connection_that_the_server_closed_is_opened_again(rollcall):
    assert rollcall.calls() == []
    [connection] = rollcall.server.control._idle
    connection.sock.shutdown(socket.SHUT_RDWR)
    assert rollcall.calls() == []


def test_threads_and_forks_have_connections_of_their_own(rollcall):
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda _: len(rollcall.calls()), range(40))) == [0] * 40
    program = (
        "import os, rollcall_mock\n"
        "with rollcall_mock.start(namespace='parent') as rollcall, rollcall.server.create('child'):\n"
        "    name = 'child' if (child := os.fork()) == 0 else 'parent'\n"
        "    for _ in range(50):\n"
        "        assert rollcall.server.control.json('GET', f'namespaces/{name}')['name'] == name\n"
        "    if child == 0:\n"
        "        rollcall.server.stop()\n"  # it is the parent's
        "        os._exit(0)\n"
        "    assert os.waitpid(child, 0)[1] == 0\n"
        "    assert rollcall.calls() == []\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr


def test_the_namespace_of_the_environment(server, monkeypatch):
    assert server.namespace().name == "default"
    monkeypatch.setenv("ROLLCALL_NAMESPACE", "suite")
    assert server.namespace().name == "suite" and server.namespace("other").name == "other"


def test_the_variables_are_those_of_rollcall_env(rollcall):
    command = [rollcall_mock.find_binary(), "env", "--url", rollcall.url, "--namespace", rollcall.name, "--format", "json"]
    printed = json.loads(subprocess.run(command, capture_output=True, text=True, check=True, timeout=20).stdout)
    ours = rollcall.env()
    assert {name: ours[name] for name in printed} == printed
    assert {name for name in ours if name not in printed} == {
        "HW_ACCESS_KEY", "HW_AUTH_URL", "HW_PROJECT_ID", "HW_REGION_NAME", "HW_SECRET_KEY",
    }  # fmt: skip


def test_the_catalogue_is_that_of_the_server(server):
    rows = server.control.json("GET", "errors")
    ours = {provider.id: provider for provider in rollcall_mock.providers()}
    assert {row["provider"] for row in rows} == set(ours)
    for row in rows:
        error = next(each for each in ours[row["provider"]].errors if each == row["name"])
        assert (error.status, error.code, error.number, error.message) == (row["status"], row["code"], row["number"], row["message"])
        assert (error.raised, error.when) == (row["raised"], row["when"])
    for each in server.control.json("GET", "providers"):
        assert ours[each["id"]].operations == tuple(each["operations"])


def test_errors_have_names_that_an_editor_completes():
    from rollcall_mock import errors

    for provider in rollcall_mock.providers():
        names = getattr(errors, "".join(part.capitalize() for part in provider.id.split("-")))
        for error in provider.errors:
            assert getattr(names, error) == error


def test_errors_are_chosen_by_what_raises_them():
    every = rollcall_mock.rollcall_errors("huawei-workspace", "CreateDesktopUser")
    assert {error.operation for error in every} == {"CreateDesktopUser"}
    faults = rollcall_mock.rollcall_errors("huawei-workspace", raised="fault")
    assert 0 < len(faults) < len(every) and {error.raised for error in faults} == {"fault"}
    assert {error.status for error in rollcall_mock.rollcall_errors("huawei-workspace", status=500)} == {500}
    with pytest.raises(RollcallError, match=r"unknown provider 'huawei-workspce' \(did you mean huawei-workspace"):
        rollcall_mock.rollcall_errors("huawei-workspce")
    with pytest.raises(RollcallError, match=r"huawei-workspace has no operation 'CreateUser' \(did you mean CreateUserGroup, "):
        rollcall_mock.rollcall_errors("huawei-workspace", "CreateUser")
    with pytest.raises(RollcallError, match="no error is raised by 'gateway'; it is condition"):
        rollcall_mock.rollcall_errors("huawei-workspace", raised="gateway")


def test_unittest_has_a_namespace_for_each_test():
    from rollcall_mock.unittest import RollcallTestCase

    seen = []

    class Case(RollcallTestCase):
        rollcall_settings: ClassVar = {"seed": "empty"}

        def test_one(self):
            seen.append(self.rollcall)
            self.assertEqual(self.rollcall.export(), "")

        def test_two(self):
            seen.append(self.rollcall)
            self.rollcall.expect("huawei-rocketmq", "ListUser")

    result = unittest.TestResult()
    unittest.defaultTestLoader.loadTestsFromTestCase(Case).run(result)
    assert result.testsRun == 2 and result.errors == []
    [(_, failure)] = result.failures
    assert "expected at least 1 call of huawei-rocketmq ListUser: found 0" in failure
    assert seen[0].name != seen[1].name and seen[0].server is seen[1].server
    assert seen[0].server.namespaces() == [] or {each["name"] for each in seen[0].server.namespaces()} <= {"default"}
    seen[0].server.stop()


def test_calls_are_made_and_made_again(rollcall):
    told = rollcall.attempt("volcengine-bytehouse", "ListUsers", parameters={"query": {"Limit": 2}}, scheme="presigned")
    assert (told["response"]["status"], told["scheme"], told["namespace"]) == (200, "presigned", rollcall.name)
    again = rollcall.replay(told["journal_id"])
    assert (again["response"]["status"], again["scheme"]) == (200, "presigned")
    assert [call.operation for call in rollcall.calls()] == ["ListUsers", "ListUsers"]
    with pytest.raises(RollcallError, match="known: ListUsers"):
        rollcall.attempt("volcengine-bytehouse", "Nothing")
