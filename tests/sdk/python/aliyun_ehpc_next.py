# sdk: alibabacloud-ehpc20240730
"""E-HPC 2024-07-30 through the official Python SDK: alibabacloud-ehpc20240730 2.4.0."""

import asyncio
from functools import cache

from alibabacloud_ehpc20240730 import models
from alibabacloud_ehpc20240730.client import Client
from alibabacloud_tea_openapi.exceptions import ClientException
from alibabacloud_tea_openapi.utils_models import Config
from harness import case, equal, raises, run, server, setting

CLUSTER = setting("next_cluster", "ehpc-hz-Next240730")
#: Not running.
STOPPED = setting("next_stopped_cluster", "ehpc-sh-Stopped01")
#: Running, and without users; the cases that write leave it so.
EMPTY = setting("next_empty_cluster", "ehpc-hz-NextEmpty1")
#: A cluster that only 2018-04-12 sees.
OLD = setting("cluster", "ehpc-hz-vu7c2WkVGx")
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
    return client(mode).list_users(models.ListUsersRequest(cluster_id=cluster, **window)).body


def names(body):
    return [user.user_name for user in body.users.user_info]


def create(*users, cluster=EMPTY, mode=None, **more):
    entries = [models.CreateUsersRequestUser(user_name=name, group=group, password=PASSWORD) for name, group in users]
    return client(mode).create_users(models.CreateUsersRequest(cluster_id=cluster, user=entries, **more)).body


def delete(*users, cluster=EMPTY):
    entries = [models.DeleteUsersRequestUser(user_name=name) for name in users]
    return client().delete_users(models.DeleteUsersRequest(cluster_id=cluster, user=entries)).body


def update(name, cluster=EMPTY, **change):
    return client().update_user(models.UpdateUserRequest(cluster_id=cluster, user_name=name, **change)).body


def refused(status, code, call, message=None):
    error = raises(ClientException, call, status_code=status, code=code)
    if message is not None:
        equal(error.data["Message"], message)


@case
def the_sdk_parses_a_list_into_its_own_classes():
    for mode in MODES:
        body = list_users(mode=mode)
        equal(type(body), models.ListUsersResponseBody)
        equal((body.page_size, body.page_number, len(names(body))), (10, 1, 10))
        equal(
            body.users.user_info[0].to_map(),
            {"UserName": "testuser", "AddTime": "2014-08-22T17:46:47", "Group": "users", "UserId": "1001", "GroupId": "100"},
        )


@case
def walks_meet_every_user_once():
    everyone = names(list_users(page_size=50))
    for size in (1, 10):
        met, number = [], 1
        while page := names(list_users(page_size=size, page_number=number)):
            met += page
            number += 1
        equal(met, everyone, f"walk by {size}")
    equal(len(set(everyone)), list_users().total_count)


@case
def the_coroutine_gets_the_same_list():
    answer = asyncio.run(client().list_users_async(models.ListUsersRequest(cluster_id=CLUSTER))).body
    equal(names(answer), names(list_users()))


@case
def lists_are_refused_as_in_the_older_version():
    for mode in MODES:
        refused(400, "InvalidParams", lambda: list_users(mode=mode, page_size=51), "The specified parameter PageSize is invalid.")
        refused(404, "ClusterNotFound", lambda: list_users("x", mode=mode))
        refused(403, "InvalidClusterStatus", lambda: list_users(STOPPED, mode=mode))
    refused(400, "MissingClusterId", lambda: list_users(None))
    refused(404, "ClusterNotFound", lambda: list_users(OLD))


@case
def users_are_created_updated_shown_and_deleted():
    for mode in MODES:
        create(("a", "users"), ("bob.z", "wheel"), mode=mode)
        try:
            equal(
                [(user.user_name, user.group, user.group_id) for user in list_users(EMPTY).users.user_info],
                [("a", "users", "100"), ("bob.z", "wheel", "10")],
            )
            equal(update("a", group="wheel", password="Bb2@bbbb").success, "true")
            shown = client().get_user(models.GetUserRequest(cluster_id=EMPTY, user_name="a")).body.user
            equal((shown.user_name, shown.group, shown.group_id), ("a", "wheel", "10"))
            equal(update("a", password=PASSWORD).success, "true")
        finally:
            delete("a", "bob.z")
        equal(list_users(EMPTY).total_count, 0)


@case
def a_user_may_have_a_key_instead_of_a_password():
    key = models.CreateUsersRequestUser(user_name="key.user", group="users", auth_key="ssh-ed25519 AAAA")
    client().create_users(models.CreateUsersRequest(cluster_id=EMPTY, user=[key]))
    delete("key.user")
    key.password = PASSWORD
    refused(
        400,
        "InvalidParams",
        lambda: client().create_users(models.CreateUsersRequest(cluster_id=EMPTY, user=[key])),
        "The specified parameter User.1.AuthKey is invalid.",
    )


@case
def names_that_exist_or_do_not_are_406():
    refused(
        406,
        "AgentError.Account.UserAlreadyExist",
        lambda: create(("newcomer", "users"), ("testuser", "users"), cluster=CLUSTER),
        "The specified user already exists in domain: testuser.",
    )
    refused(406, "AgentError.Account.UserNotExist", lambda: delete("testuser", "nobody", cluster=CLUSTER))
    refused(406, "AgentError.Account.UserNotExist", lambda: update("nobody", cluster=CLUSTER, group="users"))
    refused(
        400,
        "InvalidParams",
        lambda: client().get_user(models.GetUserRequest(cluster_id=CLUSTER, user_name="nobody")),
        "The specified parameter UserName is invalid.",
    )
    everyone = names(list_users(page_size=50))
    assert "testuser" in everyone and "newcomer" not in everyone


@case
def the_rules_of_a_new_user_are_named_with_their_field():
    for name, group, field in (("1a", "users", "UserName"), ("a" * 31, "users", "UserName"), ("good", "root", "Group")):
        refused(400, "InvalidParams", lambda: create((name, group)), f"The specified parameter User.1.{field} is invalid.")
    refused(400, "InvalidParams", lambda: create(*[(f"user{n}", "users") for n in range(21)]), "The specified parameter User is invalid.")
    refused(400, "MissingUser", lambda: client().create_users(models.CreateUsersRequest(cluster_id=EMPTY)))
    refused(400, "InvalidParams", lambda: update("testuser", cluster=CLUSTER, group="root"), "The specified parameter Group is invalid.")
    refused(400, "MissingUserName", lambda: update(None, cluster=CLUSTER, group="users"))


@case
def clusters_are_listed_filtered_and_shown():
    body = client().list_clusters(models.ListClustersRequest(page_number=1, page_size=100)).body
    found = {item.cluster_id: item for item in body.clusters}
    equal((found[CLUSTER].cluster_status, found[STOPPED].cluster_status), ("running", "stopped"))
    equal((body.page_number, body.page_size, body.total_count), ("1", 100, len(found)))
    equal(found[CLUSTER].users.normal_counts + found[CLUSTER].users.sudo_counts, list_users().total_count)
    one = client().list_clusters(models.ListClustersRequest(cluster_ids=[CLUSTER, "x"])).body
    equal([item.cluster_id for item in one.clusters], [CLUSTER])
    named = client().list_clusters(models.ListClustersRequest(cluster_names=[found[EMPTY].cluster_name])).body
    equal([item.cluster_id for item in named.clusters], [EMPTY])
    refused(400, "InvalidParams", lambda: client().list_clusters(models.ListClustersRequest(page_size=9)))
    refused(400, "InvalidParams", lambda: client().list_clusters(models.ListClustersRequest(cluster_ids=["x"] * 21)))

    shown = client().get_cluster(models.GetClusterRequest(cluster_id=STOPPED)).body
    equal((shown.cluster_id, shown.cluster_status, shown.max_count), (STOPPED, "stopped", "100"))
    equal((shown.manager.scheduler.type, shown.manager.dns.status), ("SLURM", "stopped"))
    refused(404, "ClusterNotFound", lambda: client().get_cluster(models.GetClusterRequest(cluster_id=OLD)))


if __name__ == "__main__":
    run()
