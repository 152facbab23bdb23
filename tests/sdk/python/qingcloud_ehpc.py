# sdk: qingcloud-sdk
"""QingCloud EHPC through the official Python SDK: qingcloud-sdk 1.2.16.

The SDK has no EHPC client. Its generic `send_request` reaches any path, with the IaaS signature, by GET or by a form POST; it returns
the parsed body and raises nothing for any ret_code, but sends a request again when that is 5000 or 5100.
"""

import uuid
from functools import cache

from harness import case, control, equal, run, server, setting
from qingcloud.iaas.connection import APIConnection

ZONE = setting("zone", "jn1a")
#: Holds the document's user first, and more than two default pages.
CLUSTER = setting("cluster", "hpc-qig9xu97")
#: Another cluster, in which a user is called isabel.
EHPC = setting("ehpc_cluster", "ehpc-8jqdq0mz")
OWNER = setting("owner", "usr-vceaHsJu")
PASSWORD = "kUISjs@kkkkkk!1"
USER_KEYS = [
    "cluster_id", "create_time", "gid_number", "hpcuser_id", "mod", "nas_mount_point", "role", "uid_number", "update_time", "user_id", "username",
]  # fmt: skip


@cache
def connection(retry_time=3):
    return APIConnection(
        server.access_key, server.secret_key, ZONE, host=server.host, port=server.port, protocol=server.scheme, retry_time=retry_time
    )


def get(path, action, **parameters):
    return connection().send_request(action, dict(parameters), url=path, verb="GET")


def post(operation, **parameters):
    action = "HpcUser" + operation[0].upper() + operation[1:]
    return connection().send_request(action, dict(parameters), url=f"/api/user/{operation}", verb="POST")


def list_users(**parameters):
    return get("/api/user", "HpcUserListUsers", **parameters)


def list_jobs(**parameters):
    return get("/api/operation", "HpcOperationListOperation", **parameters)


def list_clusters(**parameters):
    return get("/api/cluster/list", "HpcClusterListCluster", **parameters)


def names(answer):
    return [user["username"] for user in answer["users_set"]]


def refused(answer, ret_code, message):
    equal(answer, {"message": message, "ret_code": ret_code})


def new_name():
    """A username that nobody has: cases need no other case before them, and may run twice on one server."""
    return uuid.uuid4().hex[:8]


# Listing


@case
def a_list_is_a_dict_with_the_documented_keys():
    answer = list_users(cluster_id=CLUSTER, limit=1)
    equal(list(answer), ["action", "ret_code", "total_count", "users_set"])
    equal((answer["action"], answer["ret_code"]), ("HpcUserListUsersResponse", 0))
    equal(type(answer["total_count"]), int)


@case
def the_first_user_is_the_one_of_the_document():
    equal(
        list_users(cluster_id=CLUSTER, limit=1)["users_set"],
        [
            {
                "cluster_id": "hpc-qig9xu97",
                "create_time": "2021-08-17T09:12:40Z",
                "gid_number": "41522",
                "hpcuser_id": "hpcuser-8a310ir1",
                "mod": None,
                "nas_mount_point": "/public/shanhe/s0723",
                "role": "member",
                "uid_number": "41522",
                "update_time": "2021-08-17T09:12:40Z",
                "user_id": "usr-vceaHsJu",
                "username": "usr-vceaHsJu",
            }
        ],
    )


@case
def every_user_has_all_eleven_keys():
    for user in list_users(limit=100)["users_set"]:
        equal(list(user), USER_KEYS)


@case
def every_parameter_at_once():
    answer = list_users(cluster_id=CLUSTER, user_id="usr-vceaHsJu", search_word="USR-", limit=5, offset=0)
    equal((names(answer), answer["total_count"]), (["usr-vceaHsJu"], 1))


@case
def a_page_has_ten_rows_unless_asked_otherwise():
    equal(len(list_users(cluster_id=CLUSTER)["users_set"]), 10)
    equal(len(list_users(cluster_id=CLUSTER, limit=3)["users_set"]), 3)
    equal(list_users(cluster_id=CLUSTER, limit=0)["users_set"], [])


@case
def walks_in_pages_of_any_size_meet_every_user_once_in_the_same_order():
    everyone = names(list_users(cluster_id=CLUSTER, limit=100))
    assert len(everyone) > 20, "the demo holds more than two default pages"
    equal(len(set(everyone)), len(everyone), "number of different users")
    for size in (1, 7, 10):
        met = []
        while page := names(list_users(cluster_id=CLUSTER, limit=size, offset=len(met))):
            met += page
        equal(met, everyone, f"walk by {size}")


@case
def past_the_end_is_an_empty_page_with_the_true_total():
    beyond = list_users(cluster_id=CLUSTER, offset=10**30)
    equal((beyond["users_set"], beyond["total_count"]), ([], list_users(cluster_id=CLUSTER)["total_count"]))


@case
def more_than_a_hundred_is_no_error():
    equal(list_users(limit=10_000)["ret_code"], 0)


@case
def search_words_of_any_script_are_signed_and_found():
    for word in ("李", "𠮷", "100%_", "a&b=c+d", "li wei", 'quote"back\\slash', "<script>", "o'brien"):
        found = names(list_users(cluster_id=CLUSTER, search_word=word))
        equal(len(found), 1, word)
        assert word in found[0], found


@case
def arguments_that_are_none_are_not_sent():
    equal(list_users(cluster_id=CLUSTER, search_word=None, user_id=None)["total_count"], list_users(cluster_id=CLUSTER)["total_count"])


@case
def a_user_id_that_nobody_has_is_an_empty_page():
    equal((list_users(user_id="usr-nobody00")["users_set"], list_users(user_id="usr-nobody00")["ret_code"]), ([], 0))


# Errors: the SDK hands them back like any other body.


@case
def an_unknown_cluster_is_2100():
    refused(list_users(cluster_id="hpc-xxxxxxxx"), 2100, "ResourceNotFound, resource [hpc-xxxxxxxx] not found")


@case
def a_limit_that_is_no_number_is_1100():
    for limit in (-1, "ten", 1.5):
        refused(list_users(limit=limit), 1100, "InvalidRequestFormat, parameter [limit] should be integer")


@case
def an_unknown_path_is_1101():
    refused(get("/api/nothing", "HpcNothing"), 1101, "InvalidRequestMethod, unknown action [/api/nothing]")


@case
def a_write_by_get_is_1101():
    refused(get("/api/user/addUser", "HpcUserAddUser"), 1101, "InvalidRequestMethod, unknown action [/api/user/addUser]")


# Writing, by form


@case
def a_user_is_added_found_modified_and_deleted():
    name = new_name()
    added = post("addUser", cluster_id=EHPC, username=name, password=PASSWORD, mod="700")
    equal(list(added), ["action", "job_id", "ret_code"])
    equal((added["action"], added["ret_code"]), ("HpcUserAddUserResponse", 0))
    found = list_users(cluster_id=EHPC, search_word=name)["users_set"][0]
    equal((found["username"], found["role"], found["mod"]), (name, "member", "700"))
    equal(found["uid_number"], found["gid_number"])

    modified = post("modifyUser", cluster_id=EHPC, username=name, new_password="Another$Pass1")
    equal(modified, {"action": "HpcUserModifyUserResponse", "ret_code": 0})

    deleted = post("deleteUser", cluster_id=EHPC, username=name)
    equal((deleted["action"], deleted["ret_code"]), ("HpcUserDeleteUserResponse", 0))
    equal(list_users(cluster_id=EHPC, search_word=name)["users_set"], [])

    jobs = list_jobs(jobs=[added["job_id"], deleted["job_id"]])["job_set"]
    equal(sorted(job["job_action"] for job in jobs), ["HpcUserAddUser", "HpcUserDeleteUser"])
    equal({(job["status"], job["resource_ids"]) for job in jobs}, {("successful", EHPC)})


@case
def a_name_that_is_taken_is_2110():
    refused(post("addUser", cluster_id=EHPC, username="isabel", password=PASSWORD), 2110, "ResourceAlreadyExisted, user [isabel] already existed")


@case
def names_and_passwords_have_rules():
    refused(post("addUser", cluster_id=EHPC, username="nine_long", password=PASSWORD), 1100, "InvalidRequestFormat, illegal username [nine_long]")
    refused(post("addUser", cluster_id=EHPC, username="short", password="short"), 1100, "InvalidRequestFormat, illegal password")
    refused(post("addUser", cluster_id=EHPC, username="a", password=PASSWORD, mod="9"), 1100, "InvalidRequestFormat, illegal mod [9]")
    refused(post("addUser", cluster_id=EHPC, password=PASSWORD), 1100, "InvalidRequestFormat, missing parameter [username]")
    refused(post("modifyUser", cluster_id=EHPC, username="isabel", new_password="密"), 1100, "InvalidRequestFormat, illegal new_password")


@case
def the_admin_stays():
    refused(post("deleteUser", cluster_id=EHPC, username="admin"), 1400, "PermissionDenied, user [admin] can not be deleted")
    equal(post("modifyUser", cluster_id=EHPC, username="admin", new_password=PASSWORD)["ret_code"], 0)


@case
def an_unknown_user_is_2100():
    refused(post("deleteUser", cluster_id=EHPC, username="nobody"), 2100, "ResourceNotFound, resource [nobody] not found")
    refused(post("modifyUser", cluster_id=EHPC, username="nobody", new_password=PASSWORD), 2100, "ResourceNotFound, resource [nobody] not found")


# Jobs and clusters


@case
def jobs_are_filtered():
    equal([job["status"] for job in list_jobs(status="pending", limit=1)["job_set"]], ["pending"])
    everything = list_jobs(
        job_ids="j-8ajjp28fps8",
        jobs=["j-8ajjp28fps8"],
        status="successful",
        job_action="HpcQueueRemoveEhpcQueueNodes",
        resource_ids="ehpc-czkekzfz",
        owner="usr-GxkSGFDs",
        search_word="移除",
        start_time="2022-04-06T01:26:33Z",
        end_time="2022-4-6T01:26:33Z",
        limit=10,
        offset=0,
        reverse=1,
        verbose=1,
    )
    equal((everything["total_count"], everything["data"]), (1, {}))
    equal(everything["job_set"][0]["task_count"], None)
    refused(list_jobs(status="done"), 1100, "InvalidRequestFormat, illegal status [done]")


@case
def clusters_are_filtered():
    answer = list_clusters(owner=OWNER, cluster_id=CLUSTER, cluster_type="hpc", status="active", search_word="TEST", limit=10, offset=0, reverse=0, verbose=1)
    equal(answer["total_count"], 1)
    equal(
        answer["cluster_set"][0],
        {
            "app_cluster_id": "cl-qig9xu97",
            "cluster_id": "hpc-qig9xu97",
            "cluster_name": "hpc-test",
            "cluster_status": "active",
            "cluster_sw": [],
            "cluster_type": "hpc",
            "cpu_hours": 0,
            "create_time": "2021-08-17T09:11:16Z",
            "deleted_job_count": 0,
            "description": " ",
            "finished_job_count": 0,
            "mem_hours": 0,
            "nas_id": "qig9xu97",
            "nas_mount_point": "/public/shanhe/s0723",
            "nas_path": "10.0.0.7@o2ib:/lustrefs/shanhe/s0723",
            "nas_shared_path": "/s0723",
            "paid_type": "PayForUsed",
            "pending_job_count": 0,
            "project_info": {"project_role": "none", "shared_status": "not_shared"},
            "running_job_count": 0,
            "scheduler_type": "slurm",
            "stopped_job_count": 0,
            "total_node_count": 1,
        },
    )
    refused(list_clusters(cluster_type="gpu"), 1100, "InvalidRequestFormat, illegal cluster_type [gpu]")


@case
def one_connection_serves_many_calls():
    alone = APIConnection(server.access_key, server.secret_key, ZONE, host=server.host, port=server.port, protocol=server.scheme)
    for _ in range(5):
        equal(alone.send_request("HpcUserListUsers", {"limit": 1}, url="/api/user")["ret_code"], 0)
    equal(alone._conn.size(), 1, "connections kept alive")


# Asking again: rollcall's faults make the answers that the SDK does so for.


def asked(query, **rule):
    """What the SDK returns for a list under a rule, and how often it asked."""
    rule = control("POST", "faults", json={"match": {"provider": "qingcloud-ehpc", "params": {"req_id": query}}, **rule})
    alone = APIConnection(server.access_key, server.secret_key, ZONE, host=server.host, port=server.port, protocol=server.scheme)
    calls = []
    send = alone.send
    alone.send = lambda *arguments, **more: calls.append(arguments) or send(*arguments, **more)
    try:
        return alone.send_request("HpcUserListUsers", {"limit": 1, "req_id": query}, url="/api/user"), len(calls)
    finally:
        control("DELETE", f"faults/{rule['id']}")


@case
def of_5000_and_5100_the_sdk_asks_again_and_gets_the_list():
    for name in ("InternalError", "ListUsersFailed", "ServerBusy"):
        answer, calls = asked(f"once-{name}", effect={"error": name}, times=1)
        equal((answer["ret_code"], calls), (0, 2), name)


@case
def when_5100_stays_the_sdk_returns_it():
    answer, calls = asked("always", effect={"error": "ServerBusy"})
    refused(answer, 5100, "ServerBusy, server is busy")
    equal(calls, 2)


@case
def other_codes_are_asked_for_once():
    for name, ret_code in (("QuotasExceeded", 2500), ("ServiceUpdating", 5300), ("RequestHasExpired", 1300)):
        answer, calls = asked(f"other-{name}", effect={"error": name})
        equal((answer["ret_code"], calls), (ret_code, 1), name)


@case
def a_list_that_fails_has_the_operations_own_text():
    answer, _ = asked("text", effect={"error": "ListUsersFailed", "detail": CLUSTER})
    refused(answer, 5000, f"get hpc cluster[{CLUSTER}] user failed")


@case
def of_any_other_status_the_sdk_loses_the_body():
    equal(asked("status", effect={"status": 503, "body": '{"ret_code":0}'}), (None, 2))


@case
def an_ordinary_answer_is_asked_for_once():
    equal(asked("nothing", effect={"error": "InternalError"}, after=5)[1], 1)


if __name__ == "__main__":
    run()
