# sdk: alibabacloud-ehpc20180412
"""E-HPC 2018-04-12 through the official Python SDK of the Tea generation: alibabacloud-ehpc20180412 4.0.0.

Every case that lists runs twice: signed with ACS3-HMAC-SHA256 in headers, and in the SDK's `v2` mode, in the query.
"""

import asyncio
import re
from functools import cache

from alibabacloud_ehpc20180412 import models
from alibabacloud_ehpc20180412.client import Client
from alibabacloud_tea_openapi.exceptions import ClientException
from alibabacloud_tea_openapi.utils_models import Config
from harness import case, control, equal, raises, run, server, setting

CLUSTER = setting("cluster", "ehpc-hz-vu7c2WkVGx")
#: Not running.
BROKEN = setting("broken_cluster", "ehpc-hz-9T3xxStop1")
#: Running, and without users; the cases that write leave it so.
EMPTY = setting("empty_cluster", "ehpc-hz-Empty2024a")
PASSWORD = "Aa1!aaaa"
MODES = (None, "v2")


@cache
def client(algorithm=None):
    config = Config(
        access_key_id=server.access_key,
        access_key_secret=server.secret_key,
        endpoint=server.address,
        protocol=server.scheme,
        region_id="cn-hangzhou",
        signature_algorithm=algorithm,
    )
    return Client(config)


def list_users(cluster=CLUSTER, mode=None, **window):
    # `list_users_async` is the synchronous call of ListUsersAsync: it hides the coroutine of ListUsers.
    return client(mode).list_users_async(models.ListUsersAsyncRequest(cluster_id=cluster, **window)).body


def names(body):
    return [user.name for user in body.users.user_info]


def add(*users, cluster=EMPTY, **more):
    entries = [models.AddUsersRequestUser(name=name, group=group, password=PASSWORD) for name, group in users]
    return client().add_users(models.AddUsersRequest(cluster_id=cluster, user=entries, **more)).body


def delete(*users, cluster=EMPTY):
    entries = [models.DeleteUsersRequestUser(name=name) for name in users]
    return client().delete_users(models.DeleteUsersRequest(cluster_id=cluster, user=entries)).body


def refused(status, code, call, message=None):
    error = raises(ClientException, call, status_code=status, code=code)
    assert re.fullmatch(r"[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}", error.request_id), error.request_id
    equal(error.data["HostId"], "ehpc.cn-hangzhou.aliyuncs.com")
    if message is not None:
        equal(error.data["Message"], message)
    return error


# Listing


@case
def the_sdk_parses_a_list_into_its_own_classes_in_both_modes():
    for mode in MODES:
        answer = client(mode).list_users_async(models.ListUsersAsyncRequest(cluster_id=CLUSTER))
        equal(answer.status_code, 200)
        equal(type(answer.body), models.ListUsersAsyncResponseBody)
        equal({type(user) for user in answer.body.users.user_info}, {models.ListUsersAsyncResponseBodyUsersUserInfo})
        equal((answer.body.page_size, answer.body.page_number, answer.body.async_status), (10, 1, "Success"))
        equal(answer.headers["x-acs-request-id"], answer.body.request_id)


@case
def the_first_user_is_the_one_of_the_document():
    equal(
        list_users().users.user_info[0].to_map(),
        {"Name": "testuser", "AddTime": "2022-09-28T09:05:26.000Z", "Group": "wheel", "UserId": "1000", "GroupId": "10"},
    )


@case
def walks_in_pages_of_any_size_meet_every_user_once_in_the_same_order():
    for mode in MODES:
        everyone = names(list_users(page_size=50, mode=mode))
        equal(len(set(everyone)), list_users(mode=mode).total_count)
        for size in (1, 7, 10):
            met, number = [], 1
            while page := names(list_users(page_size=size, page_number=number, mode=mode)):
                met += page
                number += 1
            equal(met, everyone, f"walk by {size}")


@case
def past_the_end_is_an_empty_list_with_the_true_total():
    beyond = list_users(page_number=1000)
    equal((beyond.users.user_info, beyond.page_number), ([], 1000))
    equal(beyond.total_count, list_users().total_count)


@case
def a_task_shows_the_same_list_while_users_change():
    add(("first.user", "users"))
    try:
        started = list_users(EMPTY)
        assert re.fullmatch(r"t-hz[0-9a-z]{13}", started.async_id), started.async_id
        add(("second.user", "wheel"))
        try:
            again = list_users(EMPTY, async_id=started.async_id)
            equal((again.async_id, again.async_status), (started.async_id, "Success"))
            equal(names(again), ["first.user"])
            equal(names(list_users(EMPTY)), ["first.user", "second.user"])
        finally:
            delete("second.user")
    finally:
        delete("first.user")


@case
def a_task_of_another_cluster_is_an_invalid_parameter():
    task = list_users().async_id
    for cluster, async_id in ((EMPTY, task), (CLUSTER, "t-hz02xltxaex1q80")):
        refused(
            400,
            "InvalidParams",
            lambda: list_users(cluster, async_id=async_id),
            "The specified parameter AsyncId is invalid.",
        )


@case
def the_coroutine_of_list_users_async_gets_the_same_list():
    request = models.ListUsersAsyncRequest(cluster_id=CLUSTER, page_size=50)
    answer = asyncio.run(client().list_users_async_async(request)).body
    equal(names(answer), names(list_users(page_size=50)))


@case
def list_users_has_no_ids_and_times_without_a_zone():
    body = client().list_users(models.ListUsersRequest(cluster_id=CLUSTER, page_number=1, page_size=2)).body
    equal(type(body), models.ListUsersResponseBody)
    equal(body.users.user_info[0].to_map(), {"Name": "testuser", "AddTime": "2022-09-28T09:05:26", "Group": "wheel"})
    equal((len(body.users.user_info), body.total_count), (2, list_users().total_count))


# Errors


@case
def windows_out_of_bounds_are_invalid_params():
    for mode in MODES:
        for window in ({"page_size": 0}, {"page_size": 51}, {"page_size": -1}):
            refused(
                400,
                "InvalidParams",
                lambda: list_users(mode=mode, **window),
                "The specified parameter PageSize is invalid.",
            )
        refused(
            400,
            "InvalidParams",
            lambda: list_users(mode=mode, page_number=0),
            "The specified parameter PageNumber is invalid.",
        )


@case
def what_is_no_integer_is_refused_by_the_gateway():
    refused(400, "InvalidPageSize", lambda: list_users(page_size="ten"), "Specified parameter PageSize is not valid.")
    refused(400, "InvalidPageNumber", lambda: list_users(page_number="one"))


@case
def clusters_are_missing_unknown_or_not_running():
    for mode in MODES:
        refused(400, "MissingClusterId", lambda: list_users(None, mode=mode), "ClusterId is mandatory for this action.")
        refused(
            404,
            "ClusterNotFound",
            lambda: list_users("ehpc-hz-Nothing01", mode=mode),
            "The specified cluster does not exist.",
        )
        refused(
            403,
            "InvalidClusterStatus",
            lambda: list_users(BROKEN, mode=mode),
            "The operation failed due to invalid cluster status.",
        )
    refused(404, "ClusterNotFound", lambda: client().list_users(models.ListUsersRequest(cluster_id="x")))


@case
def an_error_holds_the_whole_body():
    error = refused(404, "ClusterNotFound", lambda: list_users("x"))
    equal(
        error.message,
        f"code: 404, The specified cluster does not exist. request id: {error.request_id}",
    )
    equal(set(error.data), {"RequestId", "Message", "Recommend", "HostId", "Code", "statusCode"})


# Writes


@case
def users_are_added_moved_and_deleted():
    body = add(("alice.w", "users"), ("bob.zhang", "wheel"), async_=True)
    equal(set(body.to_map()), {"RequestId"})
    try:
        equal([(user.name, user.group, user.group_id) for user in list_users(EMPTY).users.user_info],
              [("alice.w", "users", "100"), ("bob.zhang", "wheel", "10")])
        before = {user.name: user.user_id for user in list_users(EMPTY).users.user_info}
        moved = [models.ModifyUserGroupsRequestUser(name="alice.w", group="wheel")]
        client().modify_user_groups(models.ModifyUserGroupsRequest(cluster_id=EMPTY, user=moved, async_=False))
        after = list_users(EMPTY).users.user_info[0]
        equal((after.group, after.group_id, after.user_id), ("wheel", "10", before["alice.w"]))
        changed = [models.ModifyUserPasswordsRequestUser(name="alice.w", password="Bb2@bbbb")]
        client().modify_user_passwords(models.ModifyUserPasswordsRequest(cluster_id=EMPTY, user=changed))
    finally:
        delete("alice.w", "bob.zhang")
    equal(list_users(EMPTY).total_count, 0)
    add(("bob.zhang", "users"))
    equal(list_users(EMPTY).users.user_info[0].user_id != before["bob.zhang"], True, "a recreated user has a new id")
    delete("bob.zhang")


@case
def a_name_that_exists_is_406_and_nobody_is_added():
    refused(
        406,
        "AgentError.Account.UserAlreadyExist",
        lambda: add(("newcomer", "users"), ("testuser", "users"), cluster=CLUSTER),
        "The specified user already exists in domain: testuser.",
    )
    assert "newcomer" not in names(list_users(page_size=50))


@case
def a_name_that_does_not_exist_is_406_and_nobody_is_changed():
    refused(406, "AgentError.Account.UserNotExist", lambda: delete("testuser", "nobody", cluster=CLUSTER))
    equal(names(list_users())[0], "testuser")
    moved = [models.ModifyUserGroupsRequestUser(name="nobody", group="users")]
    refused(
        406,
        "AgentError.Account.UserNotExist",
        lambda: client().modify_user_groups(models.ModifyUserGroupsRequest(cluster_id=CLUSTER, user=moved)),
    )
    changed = [models.ModifyUserPasswordsRequestUser(name="nobody", password=PASSWORD)]
    refused(
        406,
        "AgentError.Account.UserNotExist",
        lambda: client().modify_user_passwords(models.ModifyUserPasswordsRequest(cluster_id=CLUSTER, user=changed)),
    )


@case
def the_first_field_against_the_rules_is_named():
    for name, group, field in (("short", "users", "Name"), ("bob.张三丰", "users", "Name"), ("good.name", "root", "Group")):
        refused(
            400,
            "InvalidParams",
            lambda: add(("alice.w", "users"), (name, group)),
            f"The specified parameter User.2.{field} is invalid.",
        )
    weak = [models.AddUsersRequestUser(name="alice.w", group="users", password="P@ss w*rd~1/+")]
    refused(
        400,
        "InvalidParams",
        lambda: client().add_users(models.AddUsersRequest(cluster_id=EMPTY, user=weak)),
        "The specified parameter User.1.Password is invalid.",
    )


@case
def a_write_without_users_misses_them():
    refused(400, "MissingUser", lambda: add(), "User is mandatory for this action.")


@case
def users_of_a_hybrid_cluster_are_synchronized():
    request = models.SyncUsersRequest(cluster_id=setting("hybrid_cluster", "ehpc-sz-Hybrid0001"), region_id="cn-shenzhen")
    equal(client().sync_users(request).status_code, 200)
    refused(404, "ClusterNotFound", lambda: client().sync_users(models.SyncUsersRequest(cluster_id="x", region_id="x")))
    refused(400, "MissingRegionId", lambda: client().sync_users(models.SyncUsersRequest(cluster_id=CLUSTER)))


# Clusters


@case
def clusters_are_listed_with_what_finds_their_users():
    body = client().list_clusters(models.ListClustersRequest(page_number=1, page_size=50)).body
    found = {item.id: item for item in body.clusters.cluster_info_simple}
    equal((found[CLUSTER].status, found[BROKEN].status), ("running", "exception"))
    equal((type(found[CLUSTER].count), type(found[CLUSTER].has_plugin)), (int, bool))
    equal(type(found[CLUSTER].compute_spot_price_limit), float)
    equal(found[CLUSTER].computes.total, 3)
    equal(body.total_count, len(found))
    refused(400, "InvalidParams", lambda: client().list_clusters(models.ListClustersRequest(page_size=51)))


@case
def a_cluster_is_described_whatever_its_status():
    for cluster, status in ((CLUSTER, "running"), (BROKEN, "exception")):
        info = client().describe_cluster(models.DescribeClusterRequest(cluster_id=cluster)).body.cluster_info
        equal((info.id, info.status, type(info.ecs_info.compute.count)), (cluster, status, int))
    refused(404, "ClusterNotFound", lambda: client().describe_cluster(models.DescribeClusterRequest(cluster_id="x")))


@case
def every_call_is_in_the_journal_with_its_own_request_id():
    body = list_users()
    newest = max(control("GET", "journal?provider=aliyun-ehpc&operation=ListUsersAsync")["entries"], key=lambda entry: entry["id"])
    equal((newest["request_id"], newest["status"]), (body.request_id, 200))


if __name__ == "__main__":
    run()
