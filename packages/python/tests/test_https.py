"""HTTPS to the providers' own hosts, with SDKs that are told a region and no endpoint; signatures are verified."""

import os
import subprocess
import sys
import urllib.request

import pytest

pytestmark = pytest.mark.rollcall(auth="strict", strict=True, https=True)

CLUSTER = "ehpc-hz-vu7c2WkVGx"


@pytest.fixture(autouse=True)
def proxies_are_honoured(monkeypatch, nothing_is_configured):
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)


def schemes(rollcall):
    return {call.scheme for call in rollcall.calls()}


def test_alibaba_s_tea_which_reads_no_authority(rollcall):
    from alibabacloud_ehpc20180412 import client, models
    from alibabacloud_tea_openapi.models import Config

    config = Config(access_key_id=rollcall.access_key, access_key_secret=rollcall.secret_key, region_id="cn-hangzhou")
    body = client.Client(config).list_users_async(models.ListUsersAsyncRequest(cluster_id=CLUSTER)).body
    assert len(body.users.user_info) > 1
    rollcall.assert_called("aliyun-ehpc", "ListUsersAsync", times=1, status=200)
    assert schemes(rollcall) == {"https"}


def test_volcengine_which_reads_no_authority(rollcall):
    import volcenginesdkcore
    from volcenginesdkbytehousece20240831 import BYTEHOUSECE20240831Api, models

    configuration = volcenginesdkcore.Configuration()
    configuration.ak, configuration.sk, configuration.region = rollcall.access_key, rollcall.secret_key, "cn-beijing"
    configuration.client_side_validation = False
    # Where this service is; what the SDK takes for it by itself is another one's host.
    configuration.host = "open.volcengineapi.com"
    configuration.scheme = "https"
    api = BYTEHOUSECE20240831Api(volcenginesdkcore.ApiClient(configuration))
    api.list_users(models.ListUsersRequest())
    rollcall.assert_called("volcengine-bytehouse", "ListUsers", times=1, status=200)
    assert schemes(rollcall) == {"https"}


def test_a_client_of_http_client_which_knows_no_proxy(rollcall):
    import http.client
    import ssl

    connection = http.client.HTTPSConnection("hpc.api.qingcloud.com", timeout=10, context=ssl.create_default_context())
    connection.request("GET", "/api/user?action=none", headers={"X-Rollcall-Namespace": rollcall.name})
    answer = connection.getresponse()
    assert answer.status == 200
    answer.read()
    entries = rollcall.server.control.json("GET", "journal", query={"namespace": rollcall.name})["entries"]
    assert (entries[0]["provider"], entries[0]["scheme"]) == ("qingcloud-ehpc", "https")
    # It came to no operation, which `strict` would be told of.
    rollcall.server.control.json("DELETE", "journal", query={"namespace": rollcall.name})


# What is refused is an unmatched call.
@pytest.mark.rollcall(strict=False)
def test_a_process_that_is_started_finds_its_way(rollcall):
    program = (
        "import urllib.request\n"
        "try: urllib.request.urlopen('https://example.com/', timeout=10)\n"
        "except OSError as refused: print(refused)"
    )
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True).stdout
    assert "rollcall serves only its providers' hosts" in said


@pytest.mark.rollcall(https=False)
def test_nothing_is_left_of_it(rollcall):
    import http.client

    assert "HTTPS_PROXY" not in os.environ
    assert http.client.HTTPConnection.connect.__module__ == "http.client"
    assert urllib.request.getproxies_environment() == {}


def test_a_server_that_is_no_proxy_is_said_so(pytester, monkeypatch):
    from rollcall_mock import Server

    with Server.launch() as server:
        monkeypatch.setenv("ROLLCALL_URL", server.url)
        pytester.makepyfile("import pytest\n@pytest.mark.rollcall(https=True)\ndef test_it(rollcall): pass")
        pytester.runpytest().stdout.fnmatch_lines(["*start it with --tls auto --proxy*"])
