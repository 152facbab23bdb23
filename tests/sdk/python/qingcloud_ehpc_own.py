# sdk: qingcloud-hpc
"""QingCloud EHPC through QingCloud's own EHPC SDK for Python: qingcloud-hpc 0.0.1.

It signs four lines over a path that ends in a slash, leaves / in values as it is, encodes the signature twice, and answers with a
dict, whatever the ret_code. What it prints of each request is dropped. It sends no parameter that is 0 or empty.
"""

import contextlib
import io
import uuid

from harness import case, control, equal, run, server, setting
from qingcloud_hpc.HpcApiConnection import HpcApiConnection

ZONE = setting("zone", "jn1a")
#: Holds the document's user first, and more than two default pages.
CLUSTER = setting("cluster", "hpc-qig9xu97")
#: Another cluster, in which a user is called isabel.
EHPC = setting("ehpc_cluster", "ehpc-8jqdq0mz")
OWNER = setting("owner", "usr-vceaHsJu")
PASSWORD = "kUISjs@kkkkkk!1"


def send(action, zone=None, keys=None, **parameters):
    access_key, secret_key = keys or (server.access_key, server.secret_key)
    connection = HpcApiConnection(access_key, secret_key, server.host, server.port, zone or ZONE, server.scheme)
    with contextlib.redirect_stdout(io.StringIO()):
        return dict(connection.send_request(action, **parameters))


def list_users(**parameters):
    return send("HpcUserListUsers", **parameters)


def list_clusters(**parameters):
    return send("HpcClusterListCluster", **parameters)


def list_jobs(**parameters):
    return send("HpcOperationListOperation", **parameters)


def names(answer):
    return [user["username"] for user in answer["users_set"]]


def refused(answer, ret_code, message):
    equal(answer, {"message": message, "ret_code": ret_code})


def new_name():
    """A username that nobody has: cases need no other case before them, and may run twice on one server."""
    return uuid.uuid4().hex[:8]


# Listing


@case
def a_list_has_the_documented_keys():
    answer = list_users(cluster_id=CLUSTER, limit=1)
    equal(list(answer), ["action", "ret_code", "total_count", "users_set"])
    equal((answer["action"], answer["ret_code"]), ("HpcUserListUsersResponse", 0))
    equal(names(answer), [OWNER])


@case
def every_parameter_of_the_method_at_once():
    found = list_users(
        cluster_id=CLUSTER, user_id=OWNER, search_word="USR-", limit=5, offset=0, reverse=1, sort_key="username"
    )  # fmt: skip
    equal((names(found), found["total_count"]), ([OWNER], 1))


@case
def reverse_turns_the_list():
    oldest_first = names(list_users(cluster_id=CLUSTER, limit=100))
    equal(names(list_users(cluster_id=CLUSTER, limit=100, reverse=1)), oldest_first[::-1])
    equal(names(list_users(cluster_id=CLUSTER, limit=100, sort_key="create_time")), oldest_first)


@case
def sort_key_sorts_by_name():
    by_name = sorted(names(list_users(cluster_id=CLUSTER, limit=100)))
    equal(names(list_users(cluster_id=CLUSTER, limit=100, sort_key="username")), by_name)
    equal(names(list_users(cluster_id=CLUSTER, limit=100, sort_key="username", reverse=1)), by_name[::-1])
    refused(list_users(sort_key="role"), 1100, "InvalidRequestFormat, illegal sort_key [role]")


@case
def walks_in_sorted_pages_meet_every_user_once():
    everyone = names(list_users(cluster_id=CLUSTER, limit=100, sort_key="username"))
    met = []
    while page := names(list_users(cluster_id=CLUSTER, limit=7, offset=len(met), sort_key="username")):
        met += page
    equal(met, everyone)


@case
def search_words_of_any_script_are_signed_and_found():
    for word in ("李", "𠮷", "100%_", "o'brien", "li wei"):
        found = names(list_users(cluster_id=CLUSTER, search_word=word))
        equal(len(found), 1, word)
        assert word in found[0], found


@case
def a_slash_is_signed_as_it_is():
    equal(list_users(search_word="a/b")["total_count"], 0)


@case
def clusters_have_all_their_fields_and_are_sorted():
    row = list_clusters(owner=OWNER, cluster_id=CLUSTER, verbose=1)["cluster_set"][0]
    equal(len(row), 23)
    equal(row["project_info"], {"project_role": "none", "shared_status": "not_shared"})
    rows = list_clusters(limit=100, sort_key="cluster_name", reverse=1, run_user="nobody", shared_status="not_shared")["cluster_set"]
    ordered = [row["cluster_name"] for row in rows]
    assert len(ordered) > 5, ordered
    equal(ordered, sorted(ordered, reverse=True))


@case
def an_unknown_cluster_is_told_in_the_dict():
    refused(list_users(cluster_id="hpc-xxxxxxxx"), 2100, "ResourceNotFound, resource [hpc-xxxxxxxx] not found")


# Writing


@case
def a_user_is_added_modified_and_deleted_and_the_log_says_so():
    name = new_name()
    added = send("HpcUserAddUser", cluster_id=EHPC, username=name, password=PASSWORD)
    equal((added["action"], added["ret_code"]), ("HpcUserAddUserResponse", 0))
    equal(names(list_users(cluster_id=EHPC, search_word=name)), [name])
    modified = send("HpcUserModifyUser", cluster_id=EHPC, username=name, new_password=PASSWORD)
    equal(modified, {"action": "HpcUserModifyUserResponse", "ret_code": 0})
    deleted = send("HpcUserDeleteUser", cluster_id=EHPC, username=name)
    equal(names(list_users(cluster_id=EHPC, search_word=name)), [])
    for job, text in ((added, "新增用户"), (deleted, "删除用户")):
        found = list_jobs(jobs=job["job_id"], action_describe=text, directive="any")["job_set"]
        equal([row["action_describe"] for row in found], [text])


@case
def a_name_that_is_taken_is_told():
    answer = send("HpcUserAddUser", cluster_id=EHPC, username="isabel", password=PASSWORD)
    refused(answer, 2110, "ResourceAlreadyExisted, user [isabel] already existed")


# What rollcall does not have, and what an account may do


@case
def another_action_of_the_sdk_is_unknown():
    refused(send("HpcJobListJobs"), 1101, "InvalidRequestMethod, unknown action [/api/job/list]")


@case
def another_zone_is_refused_where_the_account_has_its_own():
    keys = (server.access_key + "~zones", server.secret_key)
    control("POST", "namespaces/zones/seed", {"qingcloud-ehpc": {"zones": [ZONE]}})
    equal(send("HpcUserListUsers", keys=keys)["ret_code"], 0)
    answer = send("HpcUserListUsers", zone="jn1b", keys=keys)
    refused(answer, 1400, "PermissionDenied, access denied for zone [jn1b]")


if __name__ == "__main__":
    run()
