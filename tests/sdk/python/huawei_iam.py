# server: --credential test-ak:test-sk --credential another-key:test-sk --credential a-third-key:test-sk --credential key-of-the-environment:test-sk
# sdk: huaweicloudsdkcore huawei-iam
"""The look-ups in IAM that Huawei's Python SDK makes by itself: huaweicloudsdkcore 3.1.219, through two services' clients."""

import json
import os
import tempfile

from harness import case, equal, raises, run, server, setting
from huaweicloudsdkcore.auth.credentials import BasicCredentials, GlobalCredentials
from huaweicloudsdkcore.auth.internal import IamHelper, StsHelper
from huaweicloudsdkcore.exceptions.exceptions import ClientRequestException
from huaweicloudsdkcore.http.http_config import HttpConfig
from huaweicloudsdkcore.region.region import Region
from huaweicloudsdkrocketmq.v2 import ListUserRequest, RocketMQClient
from huaweicloudsdkworkspace.v2 import WorkspaceClient

PROJECT = setting("project", "0bec5db98280d2d02fd6c00c2de791ce")
REGION = setting("region", "cn-north-4")
INSTANCE = setting("instance", "68fdc9a8-805e-439d-8dd9-25adc1c58bf6")
DOMAIN = setting("domain", "d78cbac186b744899480f25bd022f468")
UNKNOWN_INSTANCE = "00000000-0000-4000-8000-000000000000"


def credentials(key=server.access_key):
    """Without a project id, so that the SDK has to look it up; it remembers what it found by key and region."""
    return BasicCredentials(key, server.secret_key).with_iam_endpoint(server.base_url)


def client(kind, credentials, region=REGION):
    return kind.new_builder().with_credentials(credentials).with_region(Region(region, server.base_url)).build()


def plain():
    """What the SDK sends its own calls to IAM with."""
    given = BasicCredentials(server.access_key, server.secret_key, PROJECT)
    return client(RocketMQClient, given).get_http_client()


@case
def rocketmq_s_client_looks_its_project_up_and_lists_users():
    found = credentials()
    users = client(RocketMQClient, found).list_user(ListUserRequest(instance_id=INSTANCE)).users
    equal(users[0].access_key, "test_01")
    equal(found.project_id, PROJECT)


@case
def workspace_s_client_looks_its_project_up():
    found = credentials("another-key")
    client(WorkspaceClient, found)
    equal(found.project_id, PROJECT)


@case
def the_address_of_iam_may_come_from_the_environment():
    os.environ[IamHelper.IAM_ENDPOINT_ENV_NAME] = server.base_url
    try:
        found = BasicCredentials("key-of-the-environment", server.secret_key)
        client(RocketMQClient, found)
    finally:
        del os.environ[IamHelper.IAM_ENDPOINT_ENV_NAME]
    equal(found.project_id, PROJECT)


@case
def any_region_has_one_project_of_its_own():
    found = [credentials() for _ in range(3)]
    for one, region in zip(found, ("cn-east-2", "cn-east-2", "cn-mars-1")):
        client(RocketMQClient, one, region)
    ids = [one.project_id for one in found]
    equal(ids[0], ids[1])
    equal(len({PROJECT, *ids}), 3, "number of different projects")
    error = raises(
        ClientRequestException,
        lambda: client(RocketMQClient, found[2], "cn-mars-1").list_user(ListUserRequest(instance_id=INSTANCE)),
    )
    equal((error.status_code, error.error_code), (404, "DMS.00404022"))


@case
def global_credentials_look_their_domain_up():
    found = GlobalCredentials(server.access_key, server.secret_key).with_iam_endpoint(server.base_url)
    found.process_auth_params(plain(), REGION)
    equal(found.domain_id, DOMAIN)


@case
def the_caller_s_identity_is_the_account():
    request = StsHelper.get_caller_identity_request(HttpConfig(), server.base_url)
    signed = credentials().process_auth_request(request, plain()).result()
    equal(json.loads(plain().do_request_sync(signed).content)["account_id"], DOMAIN)


@case
def federated_credentials_get_a_temporary_key_and_use_it():
    with tempfile.NamedTemporaryFile("w", suffix=".token") as file:
        file.write("an-id-token")
        file.flush()
        found = BasicCredentials().with_idp_id("my-idp").with_id_token_file(file.name).with_iam_endpoint(server.base_url)
        found.project_id = PROJECT
        rocketmq = client(RocketMQClient, found)
        equal(rocketmq.list_user(ListUserRequest(instance_id=INSTANCE)).users[0].access_key, "test_01")
    equal(found.ak.startswith("HST"), True, f"the temporary key {found.ak}")
    equal(found.security_token.startswith("MII"), True, "the security token")


@case
def errors_of_iam_are_parsed_by_the_sdk():
    federated = IamHelper.get_create_unscoped_token_by_id_token_request(HttpConfig(), server.base_url, "my-idp", "an-id-token")
    token = IamHelper.create_unscoped_token_by_id_token(plain(), federated)
    request = IamHelper.get_create_temporary_access_key_by_token_request(HttpConfig(), server.base_url, token, 1)
    error = raises(
        ClientRequestException,
        lambda: IamHelper.create_temporary_access_key_by_token(plain(), request),
        status_code=400,
        error_code=400,
        error_msg="The request body is invalid",
    )
    equal(len(error.request_id), 32, "the length of the request id")


@case
def an_unknown_instance_is_still_the_service_s_error_after_a_look_up():
    rocketmq = client(RocketMQClient, credentials("a-third-key"))
    raises(
        ClientRequestException,
        lambda: rocketmq.list_user(ListUserRequest(instance_id=UNKNOWN_INSTANCE)),
        status_code=404,
        error_code="DMS.00404022",
    )


if __name__ == "__main__":
    run()
