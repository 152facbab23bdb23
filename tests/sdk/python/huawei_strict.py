# server: --auth strict
"""Huawei's Python SDKs against verified signatures: Workspace, RocketMQ, and the look-ups of IAM that the SDK makes by itself.

Every case of the other programs for Workspace and RocketMQ holds here too, and runs first.
"""

import os

import huawei_rocketmq  # noqa: F401
import huawei_workspace  # noqa: F401
from harness import case, equal, raises, run, server, setting
from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkcore.exceptions.exceptions import ClientRequestException, SdkException
from huaweicloudsdkcore.region.region import Region
from huaweicloudsdkrocketmq.v2 import CreateUserRequest, ListUserRequest, RocketMQClient, User
from huaweicloudsdkworkspace.v2 import ListUsersRequest, WorkspaceClient

PROJECT = setting("project", "0bec5db98280d2d02fd6c00c2de791ce")
INSTANCE = setting("instance", "68fdc9a8-805e-439d-8dd9-25adc1c58bf6")
ANOTHER_PROJECT = "ffffffffffffffffffffffffffffffff"


def credentials(access_key=None, secret_key=None, project=PROJECT):
    return BasicCredentials(access_key or server.access_key, secret_key or server.secret_key, project)


def client(kind, **key):
    return kind.new_builder().with_credentials(credentials(**key)).with_endpoint(server.base_url).build()


def list_users(**key):
    """A list whose parameters every encoder writes in its own way."""
    return client(WorkspaceClient, **key).list_users(ListUsersRequest(limit=2, description="测试 user+a/b~*"))


def list_rocketmq_users(**key):
    return client(RocketMQClient, **key).list_user(ListUserRequest(instance_id=INSTANCE, limit=3))


def look_up(secret_key):
    """A client that is told a region and no project asks IAM for the project's id when it is built."""
    os.environ["HUAWEICLOUD_SDK_IAM_ENDPOINT"] = server.base_url
    key = BasicCredentials(server.access_key, secret_key)
    region = Region("cn-north-4", server.base_url)
    return RocketMQClient.new_builder().with_credentials(key).with_region(region).build()


def refused(call, text):
    """The SDK's own class for it, with the gateway's code and text, and a request id to ask about."""
    error = raises(ClientRequestException, call, status_code=401, error_code="APIGW.0301")
    assert error.error_msg.startswith("Incorrect IAM authentication information: " + text), error.error_msg
    equal(len(error.request_id), 32, "the length of the request id")
    return error


@case
def a_right_secret_lists_users_of_workspace():
    equal(list_users().status_code, 200)


@case
def a_right_secret_lists_and_creates_users_of_rocketmq():
    equal(len(list_rocketmq_users().users), 3)
    user = User(access_key="signed-user-01", secret_key="Signed-测试1")
    request = CreateUserRequest(instance_id=INSTANCE, body=user)
    raises(ClientRequestException, lambda: client(RocketMQClient).create_user(request), status_code=400, error_code="DMS.00500960")
    user.secret_key = "Signed-1234"
    equal(client(RocketMQClient).create_user(request).access_key, "signed-user-01")


@case
def a_wrong_secret_is_refused_by_both():
    for call in (list_users, list_rocketmq_users):
        refused(lambda call=call: call(secret_key="wrong"), "verify aksk signature fail, canonicalRequest:GET|/v2/")


@case
def an_unknown_key_is_refused_by_both():
    for call in (list_users, list_rocketmq_users):
        refused(lambda call=call: call(access_key="nobody"), "Unauthorized")


@case
def a_namespace_behind_the_key_is_signed_with_it():
    equal(list_users(access_key=server.access_key + "~suite7").status_code, 200)


@case
def another_project_is_not_the_callers():
    call = lambda: list_rocketmq_users(project=ANOTHER_PROJECT)  # noqa: E731
    raises(ClientRequestException, call, status_code=401, error_code="DMS.10240104")


@case
def the_sdk_does_not_find_its_project_with_a_wrong_secret():
    # Before the next case: what the SDK has found once it keeps by key and region.
    error = raises(SdkException, lambda: look_up("wrong"))
    assert "APIGW.0301" in str(error), str(error)


@case
def the_sdk_finds_its_project_with_the_right_secret():
    client = look_up(server.secret_key)
    equal(len(client.list_user(ListUserRequest(instance_id=INSTANCE, limit=1)).users), 1)


if __name__ == "__main__":
    run()
