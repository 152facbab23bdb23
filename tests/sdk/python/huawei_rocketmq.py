"""DMS for RocketMQ through the official Python SDK: huaweicloudsdkrocketmq 3.1.219."""

from functools import cache

from harness import case, equal, raises, run, server, setting
from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkcore.exceptions.exceptions import ClientRequestException
from huaweicloudsdkrocketmq.v2 import (
    ListInstancesRequest,
    ListUserRequest,
    ListUserResponse,
    RocketMQAsyncClient,
    RocketMQClient,
    ShowInstanceRequest,
    UserResp,
)

PROJECT = setting("project", "0bec5db98280d2d02fd6c00c2de791ce")
#: 4.8.0 with access control; holds more than two default pages of users.
INSTANCE = setting("instance", "68fdc9a8-805e-439d-8dd9-25adc1c58bf6")
#: 5.x, where every user is an administrator.
NEWER_INSTANCE = setting("newer_instance", "0d3f1c52-6f0e-4c43-9a55-5b1d6f5c5000")
#: 4.8.0 without access control, and so without users.
EMPTY_INSTANCE = setting("empty_instance", "7f2b8a10-3c4d-4e5f-8a9b-0c1d2e3f4800")
UNKNOWN_INSTANCE = "00000000-0000-4000-8000-000000000000"
ANOTHER_PROJECT = "0a1b2c3d4e5f60718293a4b5c6d7e8f9"


@cache
def client(project=PROJECT, kind=RocketMQClient):
    credentials = BasicCredentials(server.access_key, server.secret_key, project)
    return kind.new_builder().with_credentials(credentials).with_endpoint(server.base_url).build()


def list_users(instance=INSTANCE, project=PROJECT, **window):
    return client(project).list_user(ListUserRequest(instance_id=instance, **window))


def names(users):
    return [user.access_key for user in users]


def walk(size):
    """Every name that a walk in pages of this size meets, in order."""
    met = []
    while page := list_users(limit=size, offset=len(met)).users:
        met += names(page)
        assert len(met) <= 1000, "the walk does not end"
    return met


def refused(code, call, status=400):
    """The call is refused with this code, and its request can be found again by its id."""
    error = raises(ClientRequestException, call, status_code=status, error_code=code)
    assert len(error.request_id) == 32, f"the request id is {error.request_id!r}"
    return error


# Listing


@case
def the_sdk_parses_a_list_into_its_own_classes():
    answer = list_users()
    equal(type(answer), ListUserResponse)
    equal({type(user) for user in answer.users}, {UserResp})
    equal(answer.status_code, 200)


@case
def the_first_user_is_the_one_of_the_document_with_all_eight_fields():
    equal(
        list_users().users[0].to_dict(),
        {
            "access_key": "test_01",
            "secret_key": "x1234567@",
            "white_remote_address": "",
            "admin": False,
            "default_topic_perm": "SUB",
            "default_group_perm": "DENY",
            "topic_perms": [],
            "group_perms": [],
        },
    )


@case
def permissions_on_topics_and_groups_are_names_with_a_permission():
    user = next(user for user in list_users(limit=50).users if user.access_key == "order-service")
    equal([(item.name, item.perm) for item in user.topic_perms], [("orders", "PUB|SUB"), ("refunds", "PUB")])
    equal([(item.name, item.perm) for item in user.group_perms], [("order-workers", "SUB")])


@case
def secrets_are_in_plain_text():
    secrets = {user.access_key: user.secret_key for user in list_users(limit=50).users}
    equal(secrets["mq_admin_root"], "Adm1n#Secret2024")
    equal([name for name, secret in secrets.items() if set(secret) <= {"*"}], [], "users with a masked secret")


@case
def every_user_of_a_5_x_instance_is_an_administrator():
    users = list_users(NEWER_INSTANCE).users
    assert users, "the 5.x instance has no users"
    for user in users:
        equal((user.admin, user.default_topic_perm, user.default_group_perm), (True, "PUB|SUB", "SUB"), user.access_key)
        equal((user.topic_perms, user.group_perms), ([], []), user.access_key)


@case
def an_instance_without_users_has_an_empty_list_and_total_zero():
    answer = list_users(EMPTY_INSTANCE)
    equal(answer.users, [])
    equal(answer.total, 0.0)


@case
def the_asynchronous_client_gets_the_same_list():
    answer = client(kind=RocketMQAsyncClient).list_user_async(ListUserRequest(instance_id=INSTANCE)).result()
    equal(answer.to_dict(), list_users().to_dict())


# Pages


@case
def a_page_holds_ten_users_unless_asked_otherwise():
    equal(len(list_users().users), 10)


@case
def total_counts_the_instance_and_not_the_page():
    totals = {list_users(limit=size).total for size in (1, 10, 50)}
    equal(len(totals), 1, "number of different totals")
    assert totals.pop() > 20, "the demo holds more than two default pages"


@case
def limit_and_offset_cut_the_same_list():
    everyone = names(list_users(limit=50).users)
    equal(names(list_users(limit=3, offset=4).users), everyone[4:7])
    equal(names(list_users(offset=5).users), everyone[5:15])


@case
def walks_in_pages_of_any_size_meet_every_user_once_in_the_same_order():
    everyone = walk(50)
    equal(len(everyone), int(list_users().total))
    equal(len(set(everyone)), len(everyone), "number of different users")
    for size in (1, 7, 10):
        equal(walk(size), everyone, f"walk by {size}")


@case
def past_the_end_is_an_empty_page_with_the_true_total():
    beyond = list_users(offset=100_000)
    equal(beyond.users, [])
    equal(beyond.total, list_users().total)


@case
def limits_may_be_sent_as_text():
    equal(len(list_users(limit="5", offset="0").users), 5)


# Errors


@case
def limits_outside_1_to_50_are_refused_with_dms_00400062():
    for limit in (0, -1, 51, 1_000_000, "ten", "99999999999999999999"):
        error = refused("DMS.00400062", lambda: list_users(limit=limit))
        equal(error.error_msg, "Invalid limit parameter in the request.")


@case
def bad_offsets_are_refused_with_dms_40050010():
    for offset in (-1, 2_147_483_648, "first"):
        error = refused("DMS.40050010", lambda: list_users(offset=offset))
        equal(error.error_msg, "Offset parameter is invalid.")


@case
def offset_is_looked_at_before_limit():
    refused("DMS.40050010", lambda: list_users(limit=0, offset=-1))


@case
def an_unknown_instance_is_404_with_dms_00404022():
    error = refused("DMS.00404022", lambda: list_users(UNKNOWN_INSTANCE), status=404)
    equal(error.error_msg, "This instance does not exist.")


@case
def an_instance_of_another_project_is_404_with_dms_00404022():
    refused("DMS.00404022", lambda: list_users(project=ANOTHER_PROJECT), status=404)


@case
def an_unknown_instance_is_noticed_before_a_bad_limit():
    refused("DMS.00404022", lambda: list_users(UNKNOWN_INSTANCE, limit=0), status=404)


@case
def an_instance_id_that_is_no_uuid_is_refused_with_dms_00400030():
    error = refused("DMS.00400030", lambda: list_users("my-instance"))
    equal(error.error_msg, "Invalid DMS instance id. The id must be a uuid.")


@case
def a_malformed_project_id_is_refused_with_dms_00400002():
    refused("DMS.00400002", lambda: list_users(project="my.project"))


# Instances


@case
def the_instances_of_a_project_are_listed_with_what_finds_their_users():
    answer = client().list_instances(ListInstancesRequest(engine="reliability"))
    found = {item.instance_id: (item.engine, item.status, item.enable_acl) for item in answer.instances}
    equal(found[INSTANCE], ("reliability", "RUNNING", True))
    equal(found[NEWER_INSTANCE], ("reliability", "RUNNING", True))
    equal(found[EMPTY_INSTANCE], ("reliability", "RUNNING", False))
    equal(answer.instance_num, len(answer.instances))


@case
def rocketmq_is_another_word_for_the_engine_reliability():
    def ids(engine):
        return [item.instance_id for item in client().list_instances(ListInstancesRequest(engine=engine)).instances]

    equal(ids("rocketmq"), ids("reliability"))


@case
def an_instance_is_found_by_its_id():
    answer = client().list_instances(ListInstancesRequest(engine="reliability", instance_id=NEWER_INSTANCE))
    equal([item.instance_id for item in answer.instances], [NEWER_INSTANCE])


@case
def another_project_has_no_instances():
    answer = client(ANOTHER_PROJECT).list_instances(ListInstancesRequest(engine="reliability"))
    equal((answer.instances, answer.instance_num), ([], 0))


@case
def an_instance_is_shown():
    answer = client().show_instance(ShowInstanceRequest(instance_id=INSTANCE))
    equal((answer.instance_id, answer.engine, answer.engine_version), (INSTANCE, "reliability", "4.8.0"))
    equal((answer.status, answer.enable_acl), ("RUNNING", True))
    equal(type(answer.name), str)


@case
def showing_an_unknown_instance_is_404_with_dms_00404022():
    refused("DMS.00404022", lambda: client().show_instance(ShowInstanceRequest(instance_id=UNKNOWN_INSTANCE)), status=404)


if __name__ == "__main__":
    run()
