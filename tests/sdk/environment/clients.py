"""Official SDKs that are told nothing: keys, project and endpoints come from the variables that `rollcall run` sets.

    rollcall run --auth strict --namespace suite -- python clients.py

Alibaba's and Volcengine's SDKs read no endpoint from the environment; theirs is ROLLCALL_URL.
"""

import json
import os
import sys
import urllib.parse

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "python"))
os.environ["SDK_SECONDS"] = "60"
sys.argv[1:] = [os.environ["ROLLCALL_URL"]]

import volcenginesdkcore
from alibabacloud_credentials.client import Client as CredentialClient
from alibabacloud_ehpc20180412 import models as ehpc
from alibabacloud_ehpc20180412.client import Client as EhpcClient
from alibabacloud_tea_openapi.utils_models import Config
from aliyunsdkcore.client import AcsClient
from aliyunsdkehpc.request.v20180412.ListUsersRequest import ListUsersRequest
from harness import case, equal, run
from huaweicloudsdkrocketmq import v2 as rocketmq
from huaweicloudsdkrocketmq.v2.region.rocketmq_region import RocketMQRegion
from huaweicloudsdkworkspace import v2 as workspace
from huaweicloudsdkworkspace.v2.region.workspace_region import WorkspaceRegion
from volcengine.ApiInfo import ApiInfo
from volcengine.base.Service import Service
from volcengine.Credentials import Credentials
from volcengine.ServiceInfo import ServiceInfo
from volcenginesdkbytehousece20240831 import BYTEHOUSECE20240831Api, models as bytehouse
from volcenginesdkcore.auth.providers.default_provider import DefaultCredentialProvider

PLACE = urllib.parse.urlsplit(os.environ["ROLLCALL_URL"])
CLUSTER = "ehpc-hz-vu7c2WkVGx"
INSTANCE = "0d3f1c52-6f0e-4c43-9a55-5b1d6f5c5000"


@case
def huaweis_workspace_client_needs_a_region_and_nothing_else():
    for region in ("cn-north-4", "cn-east-3", "eu-west-101"):
        client = workspace.WorkspaceClient.new_builder().with_region(WorkspaceRegion.value_of(region)).build()
        equal(client.list_users(workspace.ListUsersRequest(limit=3)).status_code, 200, region)


@case
def huaweis_rocketmq_client_needs_a_region_and_nothing_else():
    client = rocketmq.RocketMQClient.new_builder().with_region(RocketMQRegion.value_of("cn-north-4")).build()
    equal(client.list_user(rocketmq.ListUserRequest(instance_id=INSTANCE)).status_code, 200)


@case
def huaweis_client_finds_the_project_of_a_region_at_the_iam_endpoint():
    project = os.environ.pop("HUAWEICLOUD_SDK_PROJECT_ID")
    try:
        client = workspace.WorkspaceClient.new_builder().with_region(WorkspaceRegion.value_of("cn-north-4")).build()
        equal(client.list_users(workspace.ListUsersRequest(limit=3)).status_code, 200)
        equal(client._credentials.project_id, project)
    finally:
        os.environ["HUAWEICLOUD_SDK_PROJECT_ID"] = project


@case
def alibabas_default_credentials_are_the_key():
    config = Config(credential=CredentialClient(), endpoint=PLACE.netloc, protocol="http", region_id=os.environ["ALIBABA_CLOUD_REGION_ID"])
    page = EhpcClient(config).list_users(ehpc.ListUsersRequest(cluster_id=CLUSTER)).body
    equal(page.total_count > 0, True)


@case
def alibabas_older_client_finds_the_key():
    request = ListUsersRequest()
    request.set_ClusterId(CLUSTER)
    request.set_endpoint(PLACE.hostname)
    request.set_protocol_type("http")
    client = AcsClient(region_id="cn-hangzhou", port=PLACE.port)
    equal(json.loads(client.do_action_with_exception(request))["TotalCount"] > 0, True)


@case
def volcengines_default_credentials_are_the_key():
    found = DefaultCredentialProvider().get_credentials()
    configuration = volcenginesdkcore.Configuration()
    configuration.ak, configuration.sk, configuration.region = found.ak, found.sk, os.environ["VOLCENGINE_REGION"]
    configuration.host, configuration.scheme = PLACE.netloc, "http"
    sdk = BYTEHOUSECE20240831Api(volcenginesdkcore.ApiClient(configuration))
    equal(len(sdk.list_users(bytehouse.ListUsersRequest(limit=3)).data.users), 3)


@case
def volcengines_older_client_finds_the_key():
    info = ServiceInfo(PLACE.netloc, {}, Credentials("", "", "bytehouse_ce", "cn-beijing"), 5, 5, "http")
    service = Service(info, {"ListUsers": ApiInfo("GET", "/", {"Action": "ListUsers", "Version": "2024-08-31"}, {}, {})})
    equal("ResponseMetadata" in json.loads(service.get("ListUsers", {})), True)


@case
def the_calls_were_made_in_the_namespace():
    import urllib.request

    with urllib.request.urlopen(f"{os.environ['ROLLCALL_URL']}/_rollcall/journal?namespace=*") as answer:
        entries = json.load(answer)["entries"]
    equal({entry["namespace"] for entry in entries}, {os.environ["ROLLCALL_NAMESPACE"]})
    equal({entry["status"] for entry in entries}, {200})
    equal(len({entry["provider"] for entry in entries}), 5)


if __name__ == "__main__":
    run()
