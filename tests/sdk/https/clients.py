"""Official SDKs that are told a region and nothing else: their own https:// hosts lead to rollcall.

    rollcall run --tls auto --proxy --auth strict -- python clients.py
"""

import json
import os
import sys
import urllib.error
import urllib.request

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "python"))
os.environ["SDK_SECONDS"] = "60"
sys.argv[1:] = [os.environ["ROLLCALL_URL"]]
# These would lead Huawei's SDK here over http.
for name in [name for name in os.environ if name.startswith("HUAWEICLOUD_SDK_") and name.endswith("_ENDPOINT") or "_SDK_REGION_" in name]:
    del os.environ[name]

import requests
from aliyunsdkcore.client import AcsClient
from aliyunsdkehpc.request.v20180412.ListUsersRequest import ListUsersRequest
from harness import case, equal, raises, run
from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkrocketmq import v2 as rocketmq
from huaweicloudsdkrocketmq.v2.region.rocketmq_region import RocketMQRegion
from huaweicloudsdkworkspace import v2 as workspace
from huaweicloudsdkworkspace.v2.region.workspace_region import WorkspaceRegion

INSTANCE = "0d3f1c52-6f0e-4c43-9a55-5b1d6f5c5000"


def newest():
    with urllib.request.urlopen(os.environ["ROLLCALL_URL"] + "/_rollcall/journal?limit=1&namespace=*", timeout=10) as answer:
        call = json.load(answer)["entries"][0]
    return call["scheme"], call["provider"], call["status"]


@case
def huaweis_own_region_object_leads_here():
    client = workspace.WorkspaceClient.new_builder().with_region(WorkspaceRegion.CN_NORTH_4).build()
    equal(client.list_users(workspace.ListUsersRequest(limit=3)).status_code, 200)
    equal(newest(), ("https", "huawei-workspace", 200))


@case
def huaweis_client_finds_its_project_at_the_real_iam():
    credentials = BasicCredentials(os.environ["HUAWEICLOUD_SDK_AK"], os.environ["HUAWEICLOUD_SDK_SK"])
    client = rocketmq.RocketMQClient.new_builder().with_credentials(credentials).with_region(RocketMQRegion.CN_NORTH_4).build()
    equal(client.list_user(rocketmq.ListUserRequest(instance_id=INSTANCE)).status_code, 200)
    equal(newest(), ("https", "huawei-rocketmq", 200))


@case
def alibabas_legacy_client_needs_its_region_alone():
    request = ListUsersRequest()
    request.set_ClusterId("ehpc-hz-vu7c2WkVGx")
    request.set_protocol_type("https")
    client = AcsClient(os.environ["ALIYUN_ACCESS_KEY_ID"], os.environ["ALIYUN_ACCESS_KEY_SECRET"], "cn-hangzhou")
    equal(json.loads(client.do_action_with_exception(request))["TotalCount"] > 0, True)
    equal(newest(), ("https", "aliyun-ehpc", 200))


@case
def requests_and_urllib_are_led_here_and_nowhere_else():
    equal(requests.get("https://open.volcengineapi.com/?Action=ListUsers&Version=2024-08-31", timeout=10).status_code, 400)
    equal(newest()[:2], ("https", "volcengine-bytehouse"))
    refused = raises(requests.exceptions.ProxyError, lambda: requests.get("https://example.com/", timeout=10))
    equal("rollcall serves only its providers' hosts" in str(refused), True, str(refused))
    refused = raises(urllib.error.URLError, lambda: urllib.request.urlopen("https://example.com/", timeout=10))
    equal("rollcall serves only its providers' hosts" in str(refused), True, str(refused))


if __name__ == "__main__":
    run()
