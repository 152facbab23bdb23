# sdk: aliyun-python-sdk-ehpc
"""E-HPC 2018-04-12 through the older official Python SDK: aliyun-python-sdk-core 2.16.1, aliyun-python-sdk-ehpc 1.14.21."""

import json
from functools import cache

from aliyunsdkcore.acs_exception.exceptions import ServerException
from aliyunsdkcore.client import AcsClient
from aliyunsdkcore.request import CommonRequest
from aliyunsdkehpc.request.v20180412 import (
    AddUsersRequest,
    DeleteUsersRequest,
    DescribeClusterRequest,
    ListClustersRequest,
    ListUsersAsyncRequest,
    ListUsersRequest,
    ModifyUserGroupsRequest,
    ModifyUserPasswordsRequest,
    SyncUsersRequest,
)
from harness import case, equal, raises, run, server, setting

CLUSTER = setting("cluster", "ehpc-hz-vu7c2WkVGx")
BROKEN = setting("broken_cluster", "ehpc-hz-9T3xxStop1")
EMPTY = setting("empty_cluster", "ehpc-hz-Empty2024a")
PASSWORD = "Aa1!aaaa"


@cache
def client():
    return AcsClient(server.access_key, server.secret_key, "cn-hangzhou", port=server.port)


def call(request, **parameters):
    for name, value in parameters.items():
        getattr(request, f"set_{name}")(value)
    request.set_endpoint(server.host)
    request.set_protocol_type(server.scheme)
    return json.loads(client().do_action_with_exception(request))


def list_users(cluster=CLUSTER, **window):
    return call(ListUsersAsyncRequest.ListUsersAsyncRequest(), ClusterId=cluster, **window)


def names(body):
    return [user["Name"] for user in body["Users"]["UserInfo"]]


def add(*users, cluster=EMPTY):
    entries = [{"Name": name, "Group": group, "Password": PASSWORD} for name, group in users]
    return call(AddUsersRequest.AddUsersRequest(), ClusterId=cluster, Users=entries, Async=True)


def delete(*users, cluster=EMPTY):
    return call(DeleteUsersRequest.DeleteUsersRequest(), ClusterId=cluster, Users=[{"Name": name} for name in users])


def refused(status, code, action, message=None):
    error = raises(ServerException, action, http_status=status, error_code=code)
    equal(len(error.request_id), 36)
    if message is not None:
        equal(error.message, message)


@case
def a_list_is_json_as_the_sdk_asks_for_it():
    body = list_users()
    equal(list(body), ["PageSize", "RequestId", "PageNumber", "TotalCount", "Users", "AsyncId", "AsyncStatus"])
    equal(
        body["Users"]["UserInfo"][0],
        {"Name": "testuser", "AddTime": "2022-09-28T09:05:26.000Z", "Group": "wheel", "UserId": "1000", "GroupId": "10"},
    )


@case
def walks_meet_every_user_once():
    everyone = names(list_users(PageSize=50))
    met, number = [], 1
    while page := names(list_users(PageSize=7, PageNumber=number)):
        met += page
        number += 1
    equal(met, everyone)
    equal(len(set(met)), list_users()["TotalCount"])


@case
def a_task_is_polled_by_its_id():
    started = list_users()
    again = list_users(AsyncId=started["AsyncId"], PageNumber=2)
    equal((again["AsyncId"], again["AsyncStatus"], again["PageNumber"]), (started["AsyncId"], "Success", 2))
    refused(400, "InvalidParams", lambda: list_users(AsyncId="x"), "The specified parameter AsyncId is invalid.")


@case
def list_users_has_no_ids():
    body = call(ListUsersRequest.ListUsersRequest(), ClusterId=CLUSTER, PageSize=1, PageNumber=1)
    equal(body["Users"]["UserInfo"], [{"Name": "testuser", "AddTime": "2022-09-28T09:05:26", "Group": "wheel"}])


@case
def errors_keep_their_status_code_and_message():
    refused(400, "InvalidParams", lambda: list_users(PageSize=51), "The specified parameter PageSize is invalid.")
    refused(400, "InvalidPageSize", lambda: list_users(PageSize="x"))
    refused(404, "ClusterNotFound", lambda: list_users("x"), "The specified cluster does not exist.")
    refused(403, "InvalidClusterStatus", lambda: list_users(BROKEN))
    refused(400, "MissingClusterId", lambda: call(ListUsersAsyncRequest.ListUsersAsyncRequest()))


@case
def users_live_and_die():
    add(("alice.w", "users"), ("bob.zhang", "wheel"))
    try:
        equal(names(list_users(EMPTY)), ["alice.w", "bob.zhang"])
        refused(406, "AgentError.Account.UserAlreadyExist", lambda: add(("alice.w", "users")))
        moved = [{"Name": "alice.w", "Group": "wheel"}]
        call(ModifyUserGroupsRequest.ModifyUserGroupsRequest(), ClusterId=EMPTY, Users=moved)
        equal(list_users(EMPTY)["Users"]["UserInfo"][0]["GroupId"], "10")
        changed = [{"Name": "alice.w", "Password": "Bb2@bbbb"}]
        call(ModifyUserPasswordsRequest.ModifyUserPasswordsRequest(), ClusterId=EMPTY, Users=changed)
        weak = [{"Name": "alice.w", "Password": "weak"}]
        refused(
            400,
            "InvalidParams",
            lambda: call(ModifyUserPasswordsRequest.ModifyUserPasswordsRequest(), ClusterId=EMPTY, Users=weak),
            "The specified parameter User.1.Password is invalid.",
        )
    finally:
        delete("alice.w", "bob.zhang")
    equal(list_users(EMPTY)["TotalCount"], 0)
    refused(406, "AgentError.Account.UserNotExist", lambda: delete("alice.w"))
    nobody = [{"Name": "nobody", "Group": "users"}]
    refused(
        406,
        "AgentError.Account.UserNotExist",
        lambda: call(ModifyUserGroupsRequest.ModifyUserGroupsRequest(), ClusterId=EMPTY, Users=nobody),
    )


@case
def users_are_synchronized():
    # The SDK adds RegionId to every call by itself.
    equal(list(call(SyncUsersRequest.SyncUsersRequest(), ClusterId=CLUSTER)), ["RequestId"])
    refused(403, "InvalidClusterStatus", lambda: call(SyncUsersRequest.SyncUsersRequest(), ClusterId=BROKEN))


@case
def clusters_are_listed_and_described():
    body = call(ListClustersRequest.ListClustersRequest(), PageSize=50, PageNumber=1)
    ids = [item["Id"] for item in body["Clusters"]["ClusterInfoSimple"]]
    assert {CLUSTER, BROKEN, EMPTY} <= set(ids), ids
    info = call(DescribeClusterRequest.DescribeClusterRequest(), ClusterId=BROKEN)["ClusterInfo"]
    equal((info["Id"], info["Status"]), (BROKEN, "exception"))
    refused(404, "ClusterNotFound", lambda: call(DescribeClusterRequest.DescribeClusterRequest(), ClusterId="x"))


def common(action, method="POST", version="2018-04-12", query=(), body=()):
    request = CommonRequest(domain=server.address, version=version, action_name=action)
    request.set_method(method)
    request.set_protocol_type(server.scheme)
    request.set_accept_format("json")
    for name, value in query:
        request.add_query_param(name, value)
    for name, value in body:
        request.add_body_params(name, value)
    # A CommonRequest has its port in its domain.
    return json.loads(AcsClient(server.access_key, server.secret_key, "cn-hangzhou").do_action_with_exception(request))


@case
def a_common_request_may_have_its_parameters_in_the_query_or_in_a_form():
    in_form = common("ListUsersAsync", query=[("PageSize", 3)], body=[("ClusterId", CLUSTER)])
    in_query = common("ListUsersAsync", method="GET", query=[("PageSize", 3), ("ClusterId", CLUSTER)])
    equal(names(in_form), names(in_query))
    equal(len(names(in_form)), 3)


@case
def a_common_request_meets_the_gateways_errors():
    refused(404, "InvalidAction.NotFound", lambda: common("ListUserz"))
    refused(404, "InvalidAction.NotFound", lambda: common("listusersasync"))
    refused(400, "InvalidVersion", lambda: common("ListUsersAsync", version="2019-01-01"))


@case
def a_common_request_reaches_the_newer_version():
    body = common("ListUsers", version="2024-07-30", query=[("ClusterId", "ehpc-hz-Next240730")])
    equal(body["Users"]["UserInfo"][0]["UserName"], "testuser")


if __name__ == "__main__":
    run()
