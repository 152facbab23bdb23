# server: --auth strict
"""E-HPC with every signature checked, through every generation of the official Python SDK: alibabacloud-ehpc20180412 4.0.0 (ACS3 in
headers with SHA-256 and with SM3, and its `v2` mode), alibabacloud-ehpc20240730 2.4.0 (the same three), and aliyun-python-sdk-core 2.16.1 with
aliyun-python-sdk-ehpc 1.14.21.
"""

import json

from alibabacloud_ehpc20180412 import models
from alibabacloud_ehpc20180412.client import Client
from alibabacloud_ehpc20240730 import models as next_models
from alibabacloud_ehpc20240730.client import Client as NextClient
from alibabacloud_tea_openapi.exceptions import ClientException
from alibabacloud_tea_openapi.utils_models import Config
from aliyunsdkcore.acs_exception.exceptions import ServerException
from aliyunsdkcore.client import AcsClient
from aliyunsdkcore.request import CommonRequest
from aliyunsdkehpc.request.v20180412 import AddUsersRequest, DeleteUsersRequest, ListUsersAsyncRequest
from harness import case, control, equal, raises, run, server, setting

CLUSTER = setting("cluster", "ehpc-hz-vu7c2WkVGx")
#: Running, and without users; the cases that write leave it so.
EMPTY = setting("empty_cluster", "ehpc-hz-Empty2024a")
#: One that only 2024-07-30 sees.
NEXT = setting("next_cluster", "ehpc-hz-Next240730")
#: Needs escaping in a query, and once more in a string to sign.
PASSWORD = "Aa1!*~/+&=aaa"
MODES = (None, "ACS3-HMAC-SM3", "v2")
TEMPORARY = ("strict-temporary-ak", "strict-temporary-sk", "strict-temporary-token")


def tea(mode=None, access_key=server.access_key, secret_key=server.secret_key, token=None, client=Client):
    config = Config(
        access_key_id=access_key,
        access_key_secret=secret_key,
        security_token=token,
        endpoint=server.address,
        protocol=server.scheme,
        region_id="cn-hangzhou",
        signature_algorithm=mode,
    )
    return client(config)


def tea_list(client, cluster=CLUSTER):
    # `list_users_async` is the synchronous call of ListUsersAsync: it hides the coroutine of ListUsers.
    return client.list_users_async(models.ListUsersAsyncRequest(cluster_id=cluster)).body


def next_list(client):
    return client.list_users(next_models.ListUsersRequest(cluster_id=NEXT)).body


def legacy(access_key=server.access_key, secret_key=server.secret_key):
    return AcsClient(access_key, secret_key, "cn-hangzhou", port=server.port)


def call(client, request, **parameters):
    for name, value in parameters.items():
        getattr(request, f"set_{name}")(value)
    request.set_endpoint(server.host)
    request.set_protocol_type(server.scheme)
    return json.loads(client.do_action_with_exception(request))


def legacy_list(client, cluster=CLUSTER):
    return call(client, ListUsersAsyncRequest.ListUsersAsyncRequest(), ClusterId=cluster)


def seed_a_temporary_key():
    access_key, secret_key, token = TEMPORARY
    key = {"access_key": access_key, "secret_key": secret_key, "token": token}
    control("POST", "namespaces/default/seed", {"credentials": [key]})


@case
def the_current_sdk_lists_and_writes_in_both_modes():
    for mode in MODES:
        client = tea(mode)
        equal(tea_list(client).users.user_info[0].name, "testuser")
        users = [models.AddUsersRequestUser(name="dora.sun", group="users", password=PASSWORD)]
        client.add_users(models.AddUsersRequest(cluster_id=EMPTY, user=users))
        equal([user.name for user in tea_list(client, EMPTY).users.user_info], ["dora.sun"])
        gone = [models.DeleteUsersRequestUser(name="dora.sun")]
        client.delete_users(models.DeleteUsersRequest(cluster_id=EMPTY, user=gone))
        equal(tea_list(client, EMPTY).total_count, 0)


@case
def the_older_sdk_lists_and_writes_by_query_and_by_form():
    client = legacy()
    equal(legacy_list(client)["Users"]["UserInfo"][0]["Name"], "testuser")
    added = [{"Name": "dora.sun", "Group": "users", "Password": PASSWORD}]
    call(client, AddUsersRequest.AddUsersRequest(), ClusterId=EMPTY, Users=added)
    equal(legacy_list(client, EMPTY)["TotalCount"], 1)
    call(client, DeleteUsersRequest.DeleteUsersRequest(), ClusterId=EMPTY, Users=[{"Name": "dora.sun"}])
    request = CommonRequest(domain=server.host, version="2018-04-12", action_name="ListUsersAsync")
    request.set_protocol_type(server.scheme)
    request.set_method("POST")
    request.add_body_params("ClusterId", CLUSTER)
    request.add_query_param("PageSize", "1")
    answer = json.loads(client.do_action_with_exception(request))
    equal(len(answer["Users"]["UserInfo"]), 1)


@case
def a_wrong_secret_is_a_client_exception_of_the_current_sdk():
    for mode in MODES:
        client = tea(mode, secret_key="wrong")
        raises(ClientException, lambda: tea_list(client), status_code=400, code="SignatureDoesNotMatch")


@case
def the_sdk_of_2024_07_30_is_answered_and_with_a_wrong_secret_gets_a_client_exception():
    for mode in MODES:
        equal(next_list(tea(mode, client=NextClient)).users.user_info[0].user_name, "testuser")
        client = tea(mode, secret_key="wrong", client=NextClient)
        raises(ClientException, lambda: next_list(client), status_code=400, code="SignatureDoesNotMatch")


@case
def a_wrong_secret_is_a_server_exception_of_the_older_sdk_that_knows_the_secret_is_at_fault():
    # It holds the string to sign in the message against its own, and blames the secret where they are equal.
    error = raises(ServerException, lambda: legacy_list(legacy(secret_key="wrong")), http_status=400)
    equal(error.get_error_code(), "InvalidAccessKeySecret")


@case
def an_unknown_key_is_404_in_both_sdks():
    client = tea(access_key="nobody")
    raises(ClientException, lambda: tea_list(client), status_code=404, code="InvalidAccessKeyId.NotFound")
    error = raises(ServerException, lambda: legacy_list(legacy("nobody")), http_status=404)
    equal(error.get_error_code(), "InvalidAccessKeyId.NotFound")


@case
def a_temporary_key_goes_with_its_token():
    seed_a_temporary_key()
    access_key, secret_key, token = TEMPORARY
    for mode in MODES:
        equal(tea_list(tea(mode, access_key, secret_key, token)).users.user_info[0].name, "testuser")
        for wrong in ("another", None):
            client = tea(mode, access_key, secret_key, wrong)
            raises(ClientException, lambda: tea_list(client), code="InvalidSecurityToken.Malformed")


@case
def a_key_with_a_namespace_signs_for_that_namespace():
    suite = tea(access_key=server.access_key + "~strict-suite")
    gone = [models.DeleteUsersRequestUser(name="testuser")]
    suite.delete_users(models.DeleteUsersRequest(cluster_id=CLUSTER, user=gone))
    equal(tea_list(suite).users.user_info[0].name, "alice.wang")
    equal(tea_list(tea()).users.user_info[0].name, "testuser")


if __name__ == "__main__":
    run()
