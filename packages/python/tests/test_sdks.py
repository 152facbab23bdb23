"""Each provider's official SDK, with nothing but the keyword arguments of the fixture; signatures are verified."""

import json
import os
import subprocess
import sys

import pytest

CLUSTER = "ehpc-hz-vu7c2WkVGx"
INSTANCE = "68fdc9a8-805e-439d-8dd9-25adc1c58bf6"

pytestmark = pytest.mark.rollcall(auth="strict", strict=True)


def test_alibaba(rollcall):
    from alibabacloud_ehpc20180412 import client, models
    from alibabacloud_tea_openapi.models import Config

    body = client.Client(Config(**rollcall.aliyun)).list_users_async(models.ListUsersAsyncRequest(cluster_id=CLUSTER)).body
    assert len(body.users.user_info) > 1
    rollcall.assert_called("aliyun-ehpc", "ListUsersAsync", times=1, status=200)


def test_alibaba_s_older_sdk(rollcall):
    from aliyunsdkcore.client import AcsClient
    from aliyunsdkehpc.request.v20180412.ListUsersAsyncRequest import ListUsersAsyncRequest

    client = AcsClient(**rollcall.aliyun_legacy)
    # Either way works: of the client, or of each request.
    client.add_endpoint("cn-hangzhou", "EHPC", rollcall.host)
    request = ListUsersAsyncRequest()
    request.set_ClusterId(CLUSTER)
    assert len(json.loads(client.do_action_with_exception(request))["Users"]["UserInfo"]) > 1
    request.set_endpoint(rollcall.host)
    client.do_action_with_exception(request)
    rollcall.assert_called("aliyun-ehpc", "ListUsersAsync", times=2, status=200)


def test_huawei_workspace(rollcall):
    from huaweicloudsdkcore.auth.credentials import BasicCredentials
    from huaweicloudsdkworkspace.v2 import ListUsersRequest, WorkspaceClient

    credentials = BasicCredentials(**rollcall.huawei)
    client = WorkspaceClient.new_builder().with_credentials(credentials).with_endpoint(rollcall.url).build()
    assert client.list_users(ListUsersRequest(limit="10")).total_count > 1
    rollcall.assert_called("huawei-workspace", "ListUsers", times=1, status=200)


def test_huawei_rocketmq(rollcall):
    from huaweicloudsdkcore.auth.credentials import BasicCredentials
    from huaweicloudsdkrocketmq.v2 import ListUserRequest, RocketMQClient

    credentials = BasicCredentials(**rollcall.huawei)
    client = RocketMQClient.new_builder().with_credentials(credentials).with_endpoint(rollcall.url).build()
    assert client.list_user(ListUserRequest(instance_id=INSTANCE)).users[0].access_key == "test_01"
    rollcall.assert_called("huawei-rocketmq", "ListUser", times=1, status=200)


def test_volcengine(rollcall):
    import volcenginesdkcore
    from volcenginesdkbytehousece20240831 import BYTEHOUSECE20240831Api, ListUsersRequest

    configuration = volcenginesdkcore.Configuration()
    vars(configuration).update(rollcall.volcengine)
    api = BYTEHOUSECE20240831Api(volcenginesdkcore.ApiClient(configuration))
    assert len(api.list_users(ListUsersRequest(offset=0, limit=10)).data.users) == 10
    rollcall.assert_called("volcengine-bytehouse", "ListUsers", times=1, status=200)


def test_qingcloud(rollcall):
    from qingcloud.iaas import APIConnection

    connection = APIConnection(**rollcall.qingcloud)
    answer = connection.send_request("HpcUserListUsers", {"cluster_id": "hpc-qig9xu97"}, url="/api/user", verb="GET")
    assert answer["ret_code"] == 0
    rollcall.assert_called("qingcloud-ehpc", "HpcUserListUsers", times=1, status=200)


HUAWEI_FROM_THE_ENVIRONMENT = f"""
from huaweicloudsdkcore.auth.provider import EnvCredentialProvider
from huaweicloudsdkrocketmq.v2 import ListUserRequest, RocketMQClient
from huaweicloudsdkrocketmq.v2.region.rocketmq_region import RocketMQRegion
from huaweicloudsdkworkspace.v2 import ListUsersRequest, WorkspaceClient
from huaweicloudsdkworkspace.v2.region.workspace_region import WorkspaceRegion

credentials = EnvCredentialProvider.get_basic_credential_env_provider().get_credentials()

def build(kind, region):
    return kind.new_builder().with_credentials(credentials).with_region(region).build()

def test_workspace():
    assert build(WorkspaceClient, WorkspaceRegion.value_of("cn-north-4")).list_users(ListUsersRequest()).total_count > 1

def test_rocketmq():
    rocketmq = build(RocketMQClient, RocketMQRegion.value_of("cn-north-4"))
    assert rocketmq.list_user(ListUserRequest(instance_id="{INSTANCE}")).users[0].access_key == "test_01"
"""


def test_code_that_makes_its_clients_from_the_environment(rollcall, rollcall_env, tmp_path, monkeypatch):
    """Another process, because Huawei's SDK remembers the regions that it has read."""
    assert os.environ["HUAWEICLOUD_SDK_AK"] == rollcall.access_key
    (tmp_path / "test_huawei.py").write_text(HUAWEI_FROM_THE_ENVIRONMENT)
    monkeypatch.setenv("PYTEST_ADDOPTS", "-p no:cacheprovider")
    done = subprocess.run([sys.executable, "-m", "pytest", "-q", str(tmp_path)], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    rollcall.assert_called("huawei-workspace", "ListUsers", times=1, status=200)
    rollcall.assert_called("huawei-rocketmq", "ListUser", times=1, status=200)


def test_a_suite_that_knows_nothing_but_huawei_s_own_variables_passes_under_rollcall_run(tmp_path):
    from rollcall_mock import find_binary

    (tmp_path / "test_huawei.py").write_text(HUAWEI_FROM_THE_ENVIRONMENT)
    command = [find_binary(), "run", "--auth", "strict", "--", sys.executable, "-m", "pytest", "-q", "-p", "no:rollcall", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "2 passed" in done.stdout


OTHERS_FROM_ROLLCALL_URL = f"""
import os
from urllib.parse import urlsplit

address = urlsplit(os.environ["ROLLCALL_URL"])

def test_alibaba():
    from alibabacloud_credentials.client import Client as Keys
    from alibabacloud_ehpc20180412 import client, models
    from alibabacloud_tea_openapi.models import Config
    config = Config(credential=Keys(), endpoint=address.netloc, protocol=address.scheme, region_id="cn-hangzhou")
    assert client.Client(config).list_users_async(models.ListUsersAsyncRequest(cluster_id="{CLUSTER}")).body.users.user_info

def test_volcengine():
    import volcenginesdkcore
    from volcenginesdkbytehousece20240831 import BYTEHOUSECE20240831Api, ListUsersRequest
    configuration = volcenginesdkcore.Configuration()
    configuration.ak, configuration.sk = os.environ["VOLCENGINE_ACCESS_KEY"], os.environ["VOLCENGINE_SECRET_KEY"]
    configuration.host, configuration.scheme, configuration.region = address.netloc, address.scheme, "cn-beijing"
    assert BYTEHOUSECE20240831Api(volcenginesdkcore.ApiClient(configuration)).list_users(ListUsersRequest()).data.users

def test_qingcloud():
    from qingcloud.iaas import APIConnection
    connection = APIConnection("test-ak", "test-sk", "jn1a", host=address.hostname, port=address.port, protocol=address.scheme)
    assert connection.send_request("HpcUserListUsers", {{}}, url="/api/user", verb="GET")["ret_code"] == 0
"""


def test_a_suite_that_knows_only_rollcall_url_passes_under_rollcall_run(tmp_path):
    from rollcall_mock import find_binary

    (tmp_path / "test_others.py").write_text(OTHERS_FROM_ROLLCALL_URL)
    command = [find_binary(), "run", "--auth", "strict", "--", sys.executable, "-m", "pytest", "-q", "-p", "no:rollcall", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "3 passed" in done.stdout


def test_the_fixtures_inside_of_rollcall_run_use_its_server(tmp_path):
    from rollcall_mock import find_binary

    (tmp_path / "test_it.py").write_text(
        "import os\n"
        "def test_it(rollcall, rollcall_server):\n"
        "    assert rollcall.url == os.environ['ROLLCALL_URL'] and not rollcall_server.is_own\n"
        "    assert rollcall.name != 'suite' and rollcall.access_key == 'my-key~' + rollcall.name and rollcall.secret_key == 'my-secret'\n"
    )
    command = [find_binary(), "run", "--namespace", "suite", "--", sys.executable, "-m", "pytest", "-q", str(tmp_path)]
    keys = {"ROLLCALL_ACCESS_KEY": "my-key", "ROLLCALL_SECRET_KEY": "my-secret"}
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, env={**os.environ, **keys})
    assert done.returncode == 0, done.stdout + done.stderr
