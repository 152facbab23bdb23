# sdk: huaweicloudsdkrocketmq
"""DMS for RocketMQ through the official Python SDK: huaweicloudsdkrocketmq 3.1.219."""

from functools import cache
from itertools import count
from os import getpid

from harness import case, equal, raises, run, server, setting
from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkcore.exceptions.exceptions import ClientRequestException
from huaweicloudsdkrocketmq.v2 import (
    CreateUserRequest,
    DeleteUserRequest,
    ListConsumeGroupAccessPolicyForRocketMqRequest,
    ListConsumeGroupAccessPolicyRequest,
    ListInstancesRequest,
    ListTopicAccessPolicyRequest,
    ListUserRequest,
    ListUserResponse,
    RocketMQAsyncClient,
    RocketMQClient,
    ShowInstanceRequest,
    ShowUserRequest,
    UpdateUserRequest,
    User,
    UserGroupPerms,
    UserResp,
    UserTopicPerms,
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
        equal(error.error_msg, "Invalid {0} parameter in the request.")


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


# The life of a user

SECRET = "N3w-secret"
numbers = count(1)


class NewUser:
    """A user of a case's own, gone when the case is over."""

    def __init__(self, instance=INSTANCE, **fields):
        self.instance = instance
        self.name = f"sdk-python-{getpid()}-{next(numbers)}"
        self.fields = {"secret_key": SECRET, **fields}

    def __enter__(self):
        self.created = create(User(access_key=self.name, **self.fields), self.instance)
        return self

    def __exit__(self, *_):
        client().delete_user(DeleteUserRequest(instance_id=self.instance, user_name=self.name))

    def show(self):
        return client().show_user(ShowUserRequest(instance_id=self.instance, user_name=self.name))

    def update(self, **fields):
        request = UpdateUserRequest(instance_id=self.instance, user_name=self.name, body=User(**fields))
        return client().update_user(request)


def create(user, instance=INSTANCE):
    return client().create_user(CreateUserRequest(instance_id=instance, body=user))


def of_user(answer):
    """What an answer says of its user, in the fields of the list."""
    return {field: getattr(answer, field) for field in UserResp.openapi_types}


@case
def a_user_is_created_listed_shown_changed_and_deleted():
    before = walk(50)
    with NewUser(default_topic_perm="SUB") as new:
        equal(new.created.status_code, 200)
        equal((new.created.access_key, new.created.secret_key), (new.name, SECRET))
        equal(walk(50), before + [new.name])
        equal(of_user(new.show()), of_user(new.created))
        equal(of_user(list_users(limit=50, offset=len(before)).users[0]), of_user(new.created))
        changed = new.update(white_remote_address="10.0.0.1")
        equal((changed.white_remote_address, changed.default_topic_perm, changed.secret_key), ("10.0.0.1", "SUB", SECRET))
        equal(of_user(new.show()), of_user(changed))
    equal(walk(50), before)
    refused("DMS.00500972", new.show)


@case
def permissions_come_back_as_they_were_sent():
    topics = [UserTopicPerms(name="b", perm="PUB"), UserTopicPerms(name="主题", perm="PUB|SUB")]
    with NewUser(topic_perms=topics, group_perms=[UserGroupPerms(name="g", perm="DENY")]) as new:
        shown = new.show()
        equal([(item.name, item.perm) for item in shown.topic_perms], [("b", "PUB"), ("主题", "PUB|SUB")])
        equal([(item.name, item.perm) for item in shown.group_perms], [("g", "DENY")])
        equal(new.update(topic_perms=[]).topic_perms, [])


@case
def what_was_never_sent_follows_from_admin():
    with NewUser(admin=True) as new:
        equal((new.created.default_topic_perm, new.created.default_group_perm), ("PUB|SUB", "SUB"))
        changed = new.update(admin=False)
        equal((changed.admin, changed.default_topic_perm, changed.default_group_perm), (False, "DENY", "DENY"))


@case
def on_a_5_x_instance_a_new_user_is_an_administrator_too():
    with NewUser(NEWER_INSTANCE, admin=False, default_topic_perm="DENY") as new:
        equal((new.created.admin, new.created.default_topic_perm), (True, "PUB|SUB"))


@case
def a_deletion_has_a_body_and_happens_once():
    new = NewUser()
    with new:
        pass
    request = DeleteUserRequest(instance_id=INSTANCE, user_name=new.name)
    refused("DMS.00500972", lambda: client().delete_user(request))


@case
def users_that_do_not_exist_are_400_with_dms_00500972():
    show = ShowUserRequest(instance_id=INSTANCE, user_name="a b用户")
    error = refused("DMS.00500972", lambda: client().show_user(show))
    equal(error.error_msg, "The user does not exist.")
    update = UpdateUserRequest(instance_id=INSTANCE, user_name="nobody-here", body=User(admin=True))
    refused("DMS.00500972", lambda: client().update_user(update))


@case
def bad_users_are_refused():
    refused("DMS.00400800", lambda: create(User(access_key="test_01", secret_key=SECRET)))
    refused("DMS.00500960", lambda: create(User(access_key="short", secret_key=SECRET)))
    refused("DMS.00500960", lambda: create(User(access_key="long-enough", secret_key="weak")))
    refused("DMS.00500960", lambda: create(User(access_key="long-enough")))
    refused("DMS.00400800", lambda: create(User(access_key="long-enough", secret_key=SECRET, default_topic_perm="ALL")))
    refused("DMS.00400800", lambda: create(User(access_key="long-enough", secret_key=SECRET, white_remote_address="here")))
    refused("DMS.00400085", lambda: create(User(access_key="long-enough", secret_key=SECRET, admin="no")))
    error = refused("DMS.00400004", lambda: create(None))
    equal(error.error_msg, "The request body is empty.")
    with NewUser() as new:
        refused("DMS.00400800", lambda: new.update(access_key="another-name"))


@case
def without_access_control_there_are_no_new_users():
    refused("DMS.00400026", lambda: create(User(access_key="long-enough", secret_key=SECRET), EMPTY_INSTANCE))


# Access policies


def policies(call, **request):
    answer = call(limit=50, **request)
    return {item.access_key: item.perm for item in answer.policies}, answer


def topic_policies(**request):
    return client().list_topic_access_policy(ListTopicAccessPolicyRequest(instance_id=INSTANCE, **request))


def group_policies(**request):
    request = ListConsumeGroupAccessPolicyForRocketMqRequest(instance_id=INSTANCE, **request)
    return client().list_consume_group_access_policy_for_rocket_mq(request)


def older_group_policies(**request):
    request = ListConsumeGroupAccessPolicyRequest(instance_id=INSTANCE, **request)
    return client().list_consume_group_access_policy(request)


@case
def the_policies_of_a_topic_are_what_each_user_may_do_with_it():
    perms, answer = policies(topic_policies, topic="orders")
    equal((answer.name, answer.total), ("orders", list_users().total))
    equal((perms["test_01"], perms["order-service"], perms["mq_admin_root"]), ("SUB", "PUB|SUB", "PUB|SUB"))


@case
def the_policies_of_a_group_are_the_same_at_three_addresses():
    perms, answer = policies(group_policies, group="order-workers")
    equal((answer.name, answer.total), ("order-workers", list_users().total))
    equal((perms["test_01"], perms["order-service"], perms["mq_admin_root"]), ("DENY", "SUB", "SUB"))
    for engine in ("rocketmq", "reliability"):
        equal(policies(older_group_policies, engine=engine, group="order-workers")[0], perms)


@case
def policies_have_pages_like_users():
    equal(len(topic_policies(topic="orders").policies), 10)
    equal([item.access_key for item in topic_policies(topic="orders", limit=2, offset=1).policies], names(list_users(limit=2, offset=1).users))
    equal(topic_policies(topic="orders", offset=100_000).policies, [])
    refused("DMS.00400062", lambda: topic_policies(topic="orders", limit=51))
    refused("DMS.40050010", lambda: group_policies(group="order-workers", offset=-1))


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
