"""The pytest plugin, through pytest."""

import json
import os
import signal
import sys
import urllib.request

import pytest

#: Plain calls without an SDK, to be quick.
GET = """
import json, pytest, urllib.error, urllib.request

USERS = "/v2/0bec5db98280d2d02fd6c00c2de791ce/instances/68fdc9a8-805e-439d-8dd9-25adc1c58bf6/users"

def get(namespace, path=USERS, headers=None):
    request = urllib.request.Request(namespace.url + path, headers=namespace.headers if headers is None else headers)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code
"""


@pytest.fixture
def run(pytester):
    """Runs pytest on a file with these tests."""

    def run(tests, *arguments):
        pytester.makepyfile(GET + tests)
        return pytester.runpytest_inprocess(*arguments)

    return run


def test_every_test_has_a_namespace_of_its_own(run):
    run("""
seen = set()

@pytest.mark.parametrize("i", range(5))
def test_isolated(rollcall, rollcall_server, i):
    assert get(rollcall) == 200 and len(rollcall.calls()) == 1
    assert rollcall.name not in seen and rollcall.name.startswith("t") and len(rollcall.name) <= 63
    seen.add(rollcall.name)
    # The ones before are gone.
    assert {each["name"] for each in rollcall_server.namespaces()} & seen == {rollcall.name}

def test_one_server_for_all(rollcall_server, rollcall_factory):
    assert rollcall_server.is_own
    with rollcall_factory() as one, rollcall_factory("named") as other:
        assert one.url == other.url == rollcall_server.url and other.name == "named"
""").assert_outcomes(passed=6)


def test_workers_share_nothing(pytester):
    pytester.makepyfile(
        GET
        + """
import os

@pytest.mark.parametrize("i", range(12))
def test_it(rollcall, rollcall_server, i):
    worker = os.environ["PYTEST_XDIST_WORKER"]
    assert f"-{worker}-" in rollcall.name
    assert get(rollcall) == 200
    with open(f"seen-{worker}", "a") as file:
        file.write(rollcall_server.url + "\\n")
    others = [each["name"] for each in rollcall_server.namespaces() if each["name"] not in ("default", rollcall.name)]
    assert others == []
"""
    )
    pytester.runpytest_subprocess("-n", "3").assert_outcomes(passed=12)
    servers = [set((pytester.path / name).read_text().split()) for name in os.listdir(pytester.path) if name.startswith("seen-")]
    assert len(servers) > 1
    assert all(len(urls) == 1 for urls in servers), "one for each worker"
    assert len(set.union(*servers)) == len(servers), "none for two"


def test_the_marker_says_how_a_namespace_starts(run, pytester):
    (pytester.path / "office.json").write_text(json.dumps({"credentials": [{"access_key": "of-the-office", "secret_key": "secret"}]}))
    run("""
@pytest.mark.rollcall(seed="empty", auth="strict", clock="2026-01-02T03:04:05Z", quirks={"aliyun-ehpc.user-id": "number"})
def test_all(rollcall):
    assert rollcall.export() == ""
    assert get(rollcall) == 401
    assert rollcall.clock.now() == "2026-01-02T03:04:05.000Z"
    assert rollcall.settings()["quirks"]["aliyun-ehpc.user-id"] == "number"

@pytest.mark.rollcall(seed="office.json")
def test_a_file_beside_the_test(rollcall):
    assert "of-the-office" in rollcall.export() and "huawei" not in rollcall.export()

@pytest.mark.rollcall(seed={"credentials": [{"access_key": "of-a-dict", "secret_key": "secret"}]})
def test_a_document(rollcall):
    assert "of-a-dict" in rollcall.export()

@pytest.mark.rollcall(seed="empty", auth="strict")
class TestClass:
    def test_of_the_class(self, rollcall):
        assert rollcall.export() == "" and get(rollcall) == 401

    @pytest.mark.rollcall(auth="off")
    def test_the_nearest_rules(self, rollcall):
        assert rollcall.export() == "" and get(rollcall) == 404

@pytest.fixture(scope="module")
def office(rollcall_factory):
    with rollcall_factory(seed="office.json") as namespace:
        yield namespace

def test_of_a_wider_scope(office):
    assert get(office) == 404

def test_is_the_same_world(office):
    assert len(office.calls()) == 1
""").assert_outcomes(passed=7)


@pytest.mark.parametrize(
    "marker, sentence",
    [
        ("sed='empty'", "@pytest.mark.rollcall has no argument 'sed'; it takes seed, auth, clock, quirks, strict"),
        ("'empty'", "@pytest.mark.rollcall takes no positional argument such as 'empty'; name one of seed, auth, "),
        ("auth='sloppy'", "@pytest.mark.rollcall has auth='sloppy'; it is off, lenient or strict"),
        ("auth={'aliyun-ehpc': 'sloppy'}", "@pytest.mark.rollcall has auth='sloppy'; it is off, lenient or strict"),
    ],
)
def test_a_wrong_marker_ends_the_collection(run, marker, sentence):
    result = run(f"@pytest.mark.rollcall({marker})\ndef test_it(rollcall): pass")
    result.assert_outcomes(errors=1)
    assert result.ret == pytest.ExitCode.INTERRUPTED
    result.stdout.fnmatch_lines([f"*::test_it: {sentence}*".replace("[", "[[]")])
    assert "pytest_plugin.py" not in result.stdout.str()


def test_a_wrong_marker_is_told_by_xdist_too(pytester):
    pytester.makepyfile("import pytest\n@pytest.mark.rollcall(sed='empty')\ndef test_it(rollcall): pass")
    result = pytester.runpytest_subprocess("-n", "2")
    assert result.ret != 0 and "INTERNALERROR" not in result.stdout.str()
    result.stdout.fnmatch_lines(["*::test_it: @pytest.mark.rollcall has no argument 'sed'; it takes seed, *"])


@pytest.mark.parametrize(
    "marker, sentence",
    [
        ("seed='nowhere.json'", "rollcall: there is no seed nowhere.json (looked for *nowhere.json*"),
        ("seed={'huawei': {}}", "rollcall: *huawei*"),
        ("quirks={'aliyun-ehpc.nothing': '1'}", "rollcall: *aliyun-ehpc.nothing*"),
        ("clock='yesterday'", "rollcall: *yesterday*"),
    ],
)
def test_what_cannot_be_set_up_is_one_sentence(run, marker, sentence):
    result = run(f"@pytest.mark.rollcall({marker})\ndef test_it(rollcall): pass", "--tb=short")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([sentence])
    assert "Traceback" not in result.stdout.str() and "_server.py" not in result.stdout.str()


def test_a_failed_test_shows_its_calls_and_what_nearly_matched(run):
    tests = """
def test_it(rollcall):
    get(rollcall)
    get(rollcall, USERS + "z")
    get(rollcall, "/nowhere", {})
    assert False

def test_no_call(rollcall):
    assert False
"""
    result = run(tests)
    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines([
        "*- rollcall calls in namespace t*-main-0 -*",
        "#1 GET /v2/*/users -> 200 (huawei-rocketmq ListUser, answered)",
        "#2 GET /v2/*/usersz -> 404 ApiNotFound (huawei-rocketmq *, gateway)",
        "    ApiNotFound (no such path): *",
        "    Near: List* = GET /v2/{project_id}/instances*",
        "*- rollcall calls in namespace default -*",
        "#3 GET /nowhere -> 404 (no provider's API, recognise)",
        "*- rollcall calls in namespace t*-main-1 -*",
        "none",
    ])  # fmt: skip
    assert "curl" not in result.stdout.str()
    run(tests, "-vv").stdout.fnmatch_lines(["#1 GET *", "    curl -i -g --path-as-is -X GET *users*"])


def test_expectations_are_failures_and_not_errors(run):
    result = run("""
def test_unmet(rollcall):
    rollcall.expect("huawei-rocketmq", "ListUser").times(2)
    rollcall.expect("huawei-rocketmq", "ShowUser").never()
    get(rollcall)

def test_met(rollcall):
    rollcall.expect("huawei-rocketmq", "ListUser").times(1)
    get(rollcall)

def test_fails_by_itself(rollcall):
    rollcall.expect("huawei-rocketmq", "ListUser").times(7)
    assert 1 == 2

@pytest.fixture(scope="module")
def office(rollcall_factory):
    with rollcall_factory() as namespace:
        yield namespace

def test_of_a_wider_scope(office):
    office.expect("huawei-rocketmq", "ListUser").at_least(1)

def test_the_next_one_does_not_pay_for_it(office):
    pass
""")
    result.assert_outcomes(failed=3, passed=2)
    result.stdout.fnmatch_lines(["expected exactly 2 calls of huawei-rocketmq ListUser: found 1 *", "expected at least 1 call *"])
    result.stdout.no_fnmatch_line("*ShowUser*")
    result.stdout.no_fnmatch_line("*exactly 7*")


def test_strict_fails_where_a_call_came_to_no_operation(run):
    result = run("""
@pytest.mark.rollcall(strict=True)
def test_no_such_path_of_a_provider(rollcall):
    get(rollcall, USERS + "z")

@pytest.mark.rollcall(strict=True)
def test_nobody_s(rollcall):
    get(rollcall, "/nowhere")

@pytest.mark.rollcall(strict=True)
def test_nobody_s_without_a_namespace(rollcall):
    get(rollcall, "/nowhere", {})

@pytest.mark.rollcall(strict=True)
def test_an_error_of_an_operation_is_none(rollcall):
    assert get(rollcall, USERS.replace("68fd", "68fe")) == 404
    with rollcall.fail(error="Internal"):
        assert get(rollcall) == 500

def test_not_strict(rollcall):
    get(rollcall, "/nowhere")
""")
    result.assert_outcomes(failed=3, passed=2)
    result.stdout.fnmatch_lines(["calls that came to no operation (strict):", "#1 GET *usersz -> 404 *", "    Near: ListUser = *"])


def test_errors_of_the_catalogue_are_there_at_collection_without_a_server(run, monkeypatch):
    tests = """
from rollcall_mock.pytest import rollcall_errors

ERRORS = rollcall_errors("huawei-rocketmq", operation="ListUser", raised="fault")

@pytest.mark.parametrize("error", ERRORS)
def test_it(rollcall, error):
    with rollcall.fail(error.provider, error.operation, error=error):
        assert get(rollcall) == error.status
"""
    with monkeypatch.context() as patch:
        patch.setenv("ROLLCALL_BIN", "/nowhere")
        listing = run(tests, "--collect-only", "-q")
    listing.stdout.fnmatch_lines(["*::test_it[[]Throttled]"])
    result = run(tests)
    assert result.ret == 0 and result.parseoutcomes()["passed"] > 10


def test_unknown_names_are_usage_errors_at_collection(run):
    result = run('from rollcall_mock.pytest import rollcall_errors\nrollcall_errors("huawei-rocketmq", operation="ListUsr")')
    result.stdout.fnmatch_lines(["*UsageError: rollcall_errors: huawei-rocketmq has no operation 'ListUsr' (did you mean ListUser?*"])


def test_rollcall_env_sets_and_unsets(run, monkeypatch):
    monkeypatch.setenv("HUAWEICLOUD_SDK_IDP_ID", "of-a-real-account")
    run("""
import os

def test_it(rollcall, rollcall_env):
    assert rollcall_env["ROLLCALL_URL"] == os.environ["ROLLCALL_URL"] == rollcall.url
    for name in ("ALIBABA_CLOUD_ACCESS_KEY_ID", "HUAWEICLOUD_SDK_AK", "VOLCENGINE_ACCESS_KEY", "HW_ACCESS_KEY", "ROLLCALL_ACCESS_KEY"):
        assert os.environ[name] == rollcall.access_key
    assert os.environ["HUAWEICLOUD_SDK_REGION_ROCKETMQ_CN_NORTH_4"] == rollcall.url
    assert "HUAWEICLOUD_SDK_IDP_ID" not in os.environ

def test_put_back(rollcall):
    assert "ROLLCALL_URL" not in os.environ and os.environ["HUAWEICLOUD_SDK_IDP_ID"] == "of-a-real-account"
""").assert_outcomes(passed=2)


def test_options_of_the_server(run, pytester):
    run(
        "def test_it(rollcall):\n    assert rollcall.settings()['async_polls'] == 3", "-o", "rollcall_args=--async-polls 3"
    ).assert_outcomes(passed=1)
    pytester.makeconftest(
        "import pytest\n@pytest.fixture(scope='session')\ndef rollcall_options():\n    return ['--async-polls', '4', '--admin-token=x']"
    )
    run("def test_it(rollcall):\n    assert rollcall.settings()['async_polls'] == 4").assert_outcomes(passed=1)


@pytest.mark.parametrize("by", ["option", "variable"])
def test_a_server_that_runs_already_is_used_and_left_alone(run, monkeypatch, by):
    import rollcall_mock

    with rollcall_mock.Server.launch(["--admin-token", "sesame"]) as server:
        tests = f"""
def test_it(rollcall, rollcall_server):
    assert rollcall.url == {server.url!r} and not rollcall_server.is_own
    assert get(rollcall) == 200

def test_only_its_own_calls_are_shown(rollcall):
    get(rollcall, "/nowhere", {{}})
    assert False
"""
        # Nothing is started, so no binary is needed.
        monkeypatch.setenv("ROLLCALL_BIN", "/nowhere")
        if by == "option":
            result = run(tests, "--rollcall-url", server.url + "/", "--rollcall-admin-token", "sesame")
        else:
            monkeypatch.setenv("ROLLCALL_URL", server.url)
            monkeypatch.setenv("ROLLCALL_ADMIN_TOKEN", "sesame")
            result = run(tests)
        result.assert_outcomes(passed=1, failed=1)
        result.stdout.no_fnmatch_line("*GET /nowhere ->*")
        assert {each["name"] for each in server.namespaces()} <= {"default"}


def test_kept_namespaces_of_a_server_that_runs_already(run):
    import rollcall_mock

    tests = "def test_fails(rollcall):\n    get(rollcall); assert False\ndef test_passes(rollcall):\n    get(rollcall)"
    with rollcall_mock.Server.launch() as server:
        result = run(tests, "--rollcall-url", server.url, "--rollcall-keep")
        [kept] = [each["name"] for each in server.namespaces() if each["name"] != "default"]
        address = f"{server.url}/_rollcall/console/#/calls?namespace={kept}"
        result.stdout.fnmatch_lines(["*= rollcall: kept namespaces =*", f"*::test_fails: {address}"])
        result.stdout.no_fnmatch_line("The server stays*")


@pytest.mark.parametrize("arguments", [[], ["-n", "2"]])
def test_kept_namespaces_keep_their_server(pytester, arguments):
    pytester.makepyfile(GET + "def test_fails(rollcall):\n    get(rollcall); assert False\ndef test_passes(rollcall):\n    get(rollcall)")
    result = pytester.runpytest_subprocess("--rollcall-keep", *arguments)
    [address] = [line.split()[-1] for line in result.outlines if "/_rollcall/console/" in line]
    [advice] = [line for line in result.outlines if line.startswith("The server stays for 1 hour")]
    pid = int(advice.split()[-1])
    try:
        url, _, name = address.partition("/_rollcall/console/#/calls?namespace=")
        with urllib.request.urlopen(f"{url}/_rollcall/journal?namespace={name}", timeout=10) as answer:
            assert len(json.load(answer)["entries"]) == 1
    finally:
        os.kill(pid, signal.SIGTERM)


def test_it_is_silent_where_nobody_asks_for_it(pytester, monkeypatch):
    """No server, no binary, no address is looked for; and the plugin can be left out."""
    monkeypatch.setenv("ROLLCALL_BIN", "/nowhere")
    monkeypatch.setenv("ROLLCALL_URL", "nonsense")
    pytester.makepyfile("import sys\ndef test_it():\n    assert 'rollcall_mock._server' not in sys.modules")
    pytester.runpytest_subprocess().assert_outcomes(passed=1)
    pytester.makepyfile("def test_it(rollcall): pass")
    result = pytester.runpytest_subprocess("-p", "no:rollcall")
    result.stdout.fnmatch_lines(["*fixture 'rollcall' not found"])


def test_a_namespace_s_name_fits_whatever_the_worker_is_called(run, monkeypatch):
    monkeypatch.setenv("PYTEST_XDIST_WORKER", "A_Machine.of-the-Build_Farm.example.com#" + "x" * 80)
    run("""
def test_it(rollcall):
    assert len(rollcall.name) <= 63 and "-a-machine-of" in rollcall.name
    assert get(rollcall) == 200

def test_a_name_of_one_s_own(rollcall_factory):
    with rollcall_factory("x" * 64): pass
""").stdout.fnmatch_lines(["rollcall: invalid namespace name 'xxx*' of 64 characters; use 1 to 63 of a-z, 0-9 and -*"])


def test_a_server_that_ends_is_told_in_the_report(run):
    result = run("""
import os, signal

def test_it(rollcall, rollcall_server):
    os.kill(rollcall_server.process.pid, signal.SIGKILL)
    rollcall.calls()
""")
    result.assert_outcomes(failed=1, errors=1)
    result.stdout.fnmatch_lines(["*RollcallError: rollcall ended while it was in use (signal 9)*"])


def test_nothing_is_left_open(pytester):
    """Suites that take warnings for errors."""
    pytester.makepyfile(
        """
import gc, threading

def test_it(rollcall):
    threads = [threading.Thread(target=rollcall.calls) for _ in range(4)]
    for thread in threads: thread.start()
    for thread in threads: thread.join()
    gc.collect()
"""
    )
    result = pytester.runpytest_subprocess("-W", "error")
    result.assert_outcomes(passed=1)
    assert result.ret == 0 and "Warning" not in result.stdout.str() + result.stderr.str()


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_servers_end_with_a_session_that_ends_well(pytester):
    pytester.makepyfile("def test_it(rollcall, rollcall_server):\n    open('pid', 'w').write(str(rollcall_server.process.pid))")
    pytester.runpytest_subprocess().assert_outcomes(passed=1)
    assert not os.path.exists(f"/proc/{(pytester.path / 'pid').read_text()}")
