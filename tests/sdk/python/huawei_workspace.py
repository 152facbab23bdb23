# sdk: huaweicloudsdkworkspace
"""Workspace through the official Python SDK: huaweicloudsdkworkspace 3.1.219.

Cases that write do so in a project that nobody else uses, which starts empty on a mock; names are new in every run.
"""

import uuid
from functools import cache

from harness import case, equal, raises, run, server, setting
from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkcore.exceptions.exceptions import ClientRequestException
from huaweicloudsdkworkspace.v2 import (
    ActionsOfUsersInGroupRequest,
    BatchCreateUsersReq,
    BatchCreateUsersRequest,
    BatchDeleteOtpDevicesRequest,
    BatchDeleteUserGroupsReq,
    BatchDeleteUserGroupsRequest,
    BatchDeleteUserReq,
    BatchDeleteUserRequest,
    ChangeUserStatusRequest,
    CreateDesktopUserRequest,
    CreateUserGroupReq,
    CreateUserGroupRequest,
    CreateUserRequest,
    DeleteUserGroupRequest,
    DeleteUserRequest,
    DelOtpDevicesReq,
    EditUserGroupRequest,
    EditUserReq,
    ListOtpDevicesByUserIdRequest,
    ListUserDetailRequest,
    ListUserGroupsRequest,
    ListUsersOfGroupRequest,
    ListUsersRequest,
    ListUsersResponse,
    OperateUserReq,
    ResendEmailReq,
    ResetRandomPasswordRequest,
    RunActionsOnGroupRequest,
    SendEmailRequest,
    UpdateUserGroupRequest,
    UpdateUserInfoRequest,
    User,
    UserDetail,
    UserGroupInfo,
    WorkspaceAsyncClient,
    WorkspaceClient,
)

PROJECT = setting("project", "0bec5db98280d2d02fd6c00c2de791ce")
#: Where cases write.
SCRATCH = setting("scratch_project", uuid.uuid4().hex)
NOBODY = "00000000000000000000000000000000"
USER_NOT_FOUND = "WKS.00170312"
GROUP_NOT_FOUND = "WKS.00170208"


@cache
def client(project=PROJECT, kind=WorkspaceClient):
    credentials = BasicCredentials(server.access_key, server.secret_key, project)
    return kind.new_builder().with_credentials(credentials).with_endpoint(server.base_url).build()


def list_users(project=PROJECT, **query):
    return client(project).list_users(ListUsersRequest(**query))


def names(users):
    return [user.user_name for user in users]


def fresh(word="u"):
    """A name that nobody has: 20 characters at most, a letter first."""
    return word + uuid.uuid4().hex[:12]


def create(name=None, **members):
    """Creates a user in the scratch project and returns its id."""
    members.setdefault("user_email", "a@example.com")
    body = CreateUserRequest(user_name=name or fresh(), **members)
    return client(SCRATCH).create_desktop_user(CreateDesktopUserRequest(body=body)).id


def show(user_id, project=SCRATCH):
    return client(project).list_user_detail(ListUserDetailRequest(user_id=user_id)).user_detail


def update(user_id, **members):
    return client(SCRATCH).update_user_info(UpdateUserInfoRequest(user_id=user_id, body=EditUserReq(**members)))


def delete(user_id):
    return client(SCRATCH).delete_user(DeleteUserRequest(user_id=user_id))


def act(user_id, op_type):
    body = OperateUserReq(op_type=op_type)
    return client(SCRATCH).change_user_status(ChangeUserStatusRequest(user_id=user_id, body=body))


def list_groups(project=SCRATCH, **query):
    return client(project).list_user_groups(ListUserGroupsRequest(**query))


def create_group(name=None, platform_type="LOCAL", **members):
    """Creates a group in the scratch project and finds its id, which only the list tells."""
    name = name or fresh("g")
    body = CreateUserGroupReq(group_name=name, platform_type=platform_type, **members)
    client(SCRATCH).create_user_group(CreateUserGroupRequest(body=body))
    return next(group.id for group in list_groups(keyword=name).user_groups if group.name == name)


def members(group_id, project=SCRATCH, **query):
    return client(project).list_users_of_group(ListUsersOfGroupRequest(group_id=group_id, **query))


def move(group_id, op_type, user_ids):
    body = ActionsOfUsersInGroupRequest(op_type=op_type, user_ids=user_ids)
    return client(SCRATCH).run_actions_on_group(RunActionsOnGroupRequest(group_id=group_id, body=body))


def refused(code, call, status=400):
    """The call is refused with this code, and its request can be found again by its id."""
    error = raises(ClientRequestException, call, status_code=status, error_code=code)
    assert len(error.request_id) == 32, f"the request id is {error.request_id!r}"
    return error


def refused_for(name, call):
    """The call is refused for this parameter."""
    equal(refused("WKS.0001", call).error_msg, f"The parameter {name} is invalid.")


# Listing


@case
def the_sdk_parses_a_list_into_its_own_classes():
    answer = list_users(limit="10")
    equal(type(answer), ListUsersResponse)
    equal({type(user) for user in answer.users}, {User})
    equal(answer.status_code, 200)
    equal(len(answer.users), 10)


@case
def the_first_user_is_the_one_of_the_document():
    user = list_users(limit="1").users[0].to_dict()
    documented = {
        "id": "8a2c3f9579d240820179d51e6caf0001",
        "user_name": "api-test",
        "user_email": "test@huawei.com",
        "total_desktops": 0,
        "account_expires": "0",
        "enable_change_password": True,
        "next_login_change_password": True,
        "locked": False,
        "disabled": False,
    }
    equal({name: user[name] for name in documented}, documented)


@case
def every_member_has_the_type_that_the_sdk_promises():
    for user in list_users().users:
        for name, kind in User.openapi_types.items():
            value = getattr(user, name)
            expected = {"str": str, "int": int, "bool": bool, "list[str]": list}[kind]
            assert value is None or type(value) is expected, f"{user.user_name}.{name} is {value!r}"
        equal(user.sid, user.id)


@case
def without_a_limit_everybody_is_listed():
    answer = list_users()
    equal(len(answer.users), answer.total_count)
    assert answer.total_count > 20, "the demo holds more than two pages of ten"


@case
def an_empty_project_has_an_empty_list():
    answer = list_users(uuid.uuid4().hex)
    equal((answer.total_count, answer.users), (0, []))


@case
def walks_in_pages_of_any_size_meet_every_user_once_in_the_same_order():
    everyone = names(list_users().users)
    for size in (1, 7, 10, 100):
        met = []
        while page := list_users(limit=str(size), offset=str(len(met))).users:
            met += names(page)
            assert len(met) <= 1000, "the walk does not end"
        equal(met, everyone, f"walk by {size}")


@case
def past_the_end_is_an_empty_page_with_the_true_total():
    beyond = list_users(offset="100000")
    equal(beyond.users, [])
    equal(beyond.total_count, list_users().total_count)


@case
def names_and_descriptions_are_found_by_a_part_whatever_its_case():
    equal(names(list_users(user_name="API-").users), ["api-test", "api-test2"])
    equal(names(list_users(description="张三").users), ["zhangsan"])


@case
def a_user_is_found_by_its_group():
    assert "zhangsan" in names(list_users(group_name="design").users)
    equal(list_users(group_name="Design").users, [])


@case
def a_user_is_found_by_one_of_several_names():
    equal(names(list_users(user_names=["zhangsan", "api-test", "nobody"]).users), ["api-test", "zhangsan"])


@case
def users_are_found_by_who_activates_them():
    found = list_users(active_type="ADMIN_ACTIVATE").users
    assert "ops.admin" in names(found)
    equal({user.active_type for user in found}, {"ADMIN_ACTIVATE"})


@case
def booleans_filter():
    equal({user.disabled for user in list_users(disabled=True).users}, {True})
    equal({user.disabled for user in list_users(disabled=False).users}, {False})
    equal(names(list_users(share_space_subscription=True).users), ["shares_desktops"])
    equal(names(list_users(share_space_desktops=True).users), ["shares_desktops"])


@case
def desktops_are_counted_unless_told_otherwise():
    equal(list_users(user_name="zhangsan").users[0].total_desktops, 1)
    equal(list_users(user_name="zhangsan", is_query_total_desktops=True).users[0].total_desktops, 1)
    equal(list_users(user_name="zhangsan", is_query_total_desktops=False).users[0].total_desktops, 0)


@case
def domain_enterprise_project_and_platform_filter():
    equal(names(list_users(domain="corp.example.com").users), ["mapped"])
    equal(list_users(platform_type="LOCAL").total_count, list_users().total_count)
    equal(list_users(platform_type="AD").total_count, 0)
    everyone = list_users().users
    other = [user.user_name for user in everyone if user.enterprise_project_id != "0"]
    assert other, "nobody is in another enterprise project"
    project = next(user.enterprise_project_id for user in everyone if user.enterprise_project_id != "0")
    equal(names(list_users(enterprise_project_id=project).users), other)


@case
def all_parameters_at_once_are_anded():
    found = list_users(
        user_name="ZHANG",
        user_names=["zhangsan", "lisi"],
        limit="5",
        offset="0",
        description="研发",
        active_type="USER_ACTIVATE",
        group_name="design",
        share_space_subscription=False,
        share_space_desktops=False,
        is_query_total_desktops=True,
        enterprise_project_id="0",
        disabled=False,
        domain="local.com",
        platform_type="LOCAL",
    )
    equal((found.total_count, names(found.users)), (1, ["zhangsan"]))


@case
def an_account_that_has_expired_says_so():
    user = list_users(user_name="temp_contractor").users[0]
    equal((user.account_expires, user.account_expired, user.disabled), ("1609459200000", True, True))
    detail = show(user.id, PROJECT)
    equal((detail.account_expires, detail.user_expired), (1609459200000, True))


@case
def the_asynchronous_client_gets_the_same_list():
    answer = client(kind=WorkspaceAsyncClient).list_users_async(ListUsersRequest(limit="5")).result()
    equal(answer.to_dict(), list_users(limit="5").to_dict())


@case
def wrong_parameters_are_refused_by_name():
    refused_for("limit", lambda: list_users(limit="ten"))
    refused_for("limit", lambda: list_users(limit=-1))
    refused_for("offset", lambda: list_users(offset="1.5"))
    refused_for("active_type", lambda: list_users(active_type="NONE"))
    refused_for("user_name", lambda: list_users(user_name="x" * 256))
    refused_for("description", lambda: list_users(description="x" * 101))
    refused_for("group_name", lambda: list_users(group_name="x" * 65))
    refused_for("platform_type", lambda: list_users(platform_type="NONE"))


# The life of a user


@case
def a_user_is_created_listed_shown_updated_and_deleted():
    name = fresh()
    user_id = create(name, user_phone="+8612345678987", description="测试 用户", account_expires="2030-01-01T00:00:00Z")
    equal(names(list_users(SCRATCH, user_name=name).users), [name])
    user = show(user_id)
    equal(type(user), UserDetail)
    equal((user.id, user.user_name, user.object_sid), (user_id, name, user_id))
    equal((user.user_phone, user.description), ("+8612345678987", "测试 用户"))
    equal((user.account_expires, user.user_expired), (1893456000000, False))
    equal((user.enable_change_password, user.next_login_change_password, user.locked), (True, True, False))
    equal(update(user_id, description="", disabled=True, account_expires="0").id, user_id)
    user = show(user_id)
    equal((user.description, user.disabled, user.account_expires, user.user_email), ("", True, 0, "a@example.com"))
    equal(delete(user_id).status_code, 204)
    equal(list_users(SCRATCH, user_name=name).users, [])


@case
def the_detail_holds_every_member_of_the_sdk_s_class():
    user = show("8a2c3f9579d240820179d51e6caf0001", PROJECT)
    missing = [name for name in UserDetail.openapi_types if getattr(user, name) is None]
    equal(missing, [])
    equal((type(user.account_expires), user.account_type), (int, 0))


@case
def an_administrator_s_user_needs_a_password():
    refused_for("password", lambda: create(active_type="ADMIN_ACTIVATE"))
    user_id = create(active_type="ADMIN_ACTIVATE", password="Passw0rd!", next_login_change_password=False)
    equal((show(user_id).active_type, show(user_id).next_login_change_password), ("ADMIN_ACTIVATE", False))


@case
def wrong_users_are_refused_by_the_name_of_the_member():
    refused_for("user_name", lambda: create("9lives"))
    refused_for("user_name", lambda: create("x" * 33))
    refused_for("user_email", lambda: create(user_email="nonsense"))
    refused_for("user_phone", lambda: create(user_phone="1" * 21))
    refused_for("account_expires", lambda: create(account_expires="tomorrow"))
    refused_for("description", lambda: create(description="x" * 256))
    refused_for("user_email", lambda: create(user_email=None))


@case
def a_name_is_taken_whatever_its_case():
    name = fresh("taken")
    create(name)
    error = refused("WKS.00170301", lambda: create(name.upper()))
    equal(error.error_msg, "The user name already exists.")


@case
def a_user_that_does_not_exist_is_400_with_wks_00170312():
    for call in (
        lambda: show(NOBODY),
        lambda: update(NOBODY, description="x"),
        lambda: delete(NOBODY),
        lambda: act(NOBODY, "LOCK"),
    ):
        equal(refused(USER_NOT_FOUND, call).error_msg, "The user does not exist.")


@case
def updating_with_a_wrong_member_is_refused():
    user_id = create()
    refused_for("user_email", lambda: update(user_id, user_email="nonsense"))
    refused_for("active_type", lambda: update(user_id, active_type="NONE"))


@case
def a_user_is_locked_and_unlocked():
    user_id = create()
    for op_type, locked in (("LOCK", True), ("LOCK", True), ("RESET_PWD", True), ("UNLOCK", False)):
        equal(act(user_id, op_type).status_code, 204)
        equal(show(user_id).locked, locked)
    refused_for("op_type", lambda: act(user_id, "EXPLODE"))


@case
def a_random_password_is_told():
    user_id = create()
    api = client(SCRATCH)
    request = ResetRandomPasswordRequest(user_id=user_id, notification_type="email,phone")
    password = api.reset_random_password(request).password
    assert 8 <= len(password) <= 20, password
    bad = ResetRandomPasswordRequest(user_id=user_id, notification_type="pigeon")
    refused_for("notification_type", lambda: api.reset_random_password(bad))
    unknown = ResetRandomPasswordRequest(user_id=NOBODY)
    refused(USER_NOT_FOUND, lambda: api.reset_random_password(unknown))


@case
def the_first_mail_is_sent_again():
    user_id = create()
    api = client(SCRATCH)
    equal(api.send_email(SendEmailRequest(user_id=user_id)).status_code, 204)
    body = ResendEmailReq(template_id="t", phone_template_id="p")
    equal(api.send_email(SendEmailRequest(user_id=user_id, body=body)).status_code, 204)
    refused(USER_NOT_FOUND, lambda: api.send_email(SendEmailRequest(user_id=NOBODY, body=body)))


@case
def otp_devices_are_listed_and_unbound():
    user_id = create()
    api = client(SCRATCH)
    equal(api.list_otp_devices_by_user_id(ListOtpDevicesByUserIdRequest(user_id=user_id)).otp_devices, [])
    body = DelOtpDevicesReq(otp_ids=["a", "b"])
    equal(api.batch_delete_otp_devices(BatchDeleteOtpDevicesRequest(user_id=user_id, body=body)).status_code, 204)
    many = DelOtpDevicesReq(otp_ids=["a"] * 56)
    refused_for("otp_ids", lambda: api.batch_delete_otp_devices(BatchDeleteOtpDevicesRequest(user_id=user_id, body=many)))
    unknown = ListOtpDevicesByUserIdRequest(user_id=NOBODY)
    refused(USER_NOT_FOUND, lambda: api.list_otp_devices_by_user_id(unknown))


# Batches


def batch_create(*users):
    body = BatchCreateUsersReq(users=[CreateUserRequest(user_name=name, user_phone="1") for name in users])
    return client(SCRATCH).batch_create_users(BatchCreateUsersRequest(body=body))


def batch_delete(*user_ids):
    return client(SCRATCH).batch_delete_user(BatchDeleteUserRequest(body=BatchDeleteUserReq(user_ids=list(user_ids))))


@case
def a_batch_is_created_and_deleted():
    word = fresh("b")
    batch = [f"{word}-{number}" for number in range(5)]
    equal(batch_create(*batch).status_code, 200)
    found = list_users(SCRATCH, user_name=word).users
    equal(names(found), batch)
    equal(batch_delete(*[user.id for user in found]).status_code, 204)
    equal(list_users(SCRATCH, user_name=word).total_count, 0)


@case
def a_batch_with_one_wrong_element_changes_nothing():
    word = fresh("b")
    refused("WKS.00170301", lambda: batch_create(f"{word}-1", f"{word}-2", f"{word}-1".upper()))
    refused_for("user_name", lambda: batch_create(f"{word}-1", "9x"))
    equal(list_users(SCRATCH, user_name=word).total_count, 0)
    user_id = create()
    refused(USER_NOT_FOUND, lambda: batch_delete(user_id, NOBODY))
    equal(show(user_id).id, user_id)


@case
def empty_batches_are_refused():
    refused_for("users", batch_create)
    refused_for("user_ids", batch_delete)


# Groups


@case
def the_groups_of_the_demo_are_listed():
    answer = list_groups(PROJECT)
    equal({type(group) for group in answer.user_groups}, {UserGroupInfo})
    equal([group.name for group in answer.user_groups[:2]], ["design", "DomainUsers"])
    design = answer.user_groups[0]
    equal((design.platform_type, design.domain, design.sid), ("LOCAL", "local.com", design.id))
    equal(design.user_quantity, members(design.id, PROJECT).total_count)
    equal(answer.total_count, len(answer.user_groups))


@case
def groups_are_listed_with_every_parameter():
    found = list_groups(PROJECT, limit="100", offset="0", keyword="DOMAIN", domain="local.com", platform_type=["AD", "UOS"])
    equal([group.name for group in found.user_groups], ["DomainUsers"])
    refused_for("limit", lambda: list_groups(PROJECT, limit="101"))
    refused_for("offset", lambda: list_groups(PROJECT, offset="-1"))


@case
def groups_are_walked_until_a_page_is_empty():
    everyone = [group.id for group in list_groups(PROJECT).user_groups]
    met = []
    while page := list_groups(PROJECT, limit="2", offset=str(len(met))).user_groups:
        met += [group.id for group in page]
    equal(met, everyone)


@case
def a_group_is_created_updated_and_deleted():
    name = fresh("g")
    group_id = create_group(name, description="before")
    refused("WKS.00170201", lambda: create_group(name))
    refused_for("platform_type", lambda: create_group(platform_type="NONE"))
    api = client(SCRATCH)
    body = EditUserGroupRequest(group_name=name + "-new", description="after")
    equal(api.update_user_group(UpdateUserGroupRequest(group_id=group_id, body=body)).status_code, 200)
    group = list_groups(keyword=name).user_groups[0]
    equal((group.id, group.name, group.description), (group_id, name + "-new", "after"))
    equal(api.delete_user_group(DeleteUserGroupRequest(group_id=group_id)).status_code, 204)
    refused(GROUP_NOT_FOUND, lambda: api.delete_user_group(DeleteUserGroupRequest(group_id=group_id)))
    refused(GROUP_NOT_FOUND, lambda: api.update_user_group(UpdateUserGroupRequest(group_id=group_id, body=body)))


@case
def groups_are_deleted_in_a_batch():
    ids = [create_group(), create_group()]
    api = client(SCRATCH)

    def delete_all(*group_ids):
        body = BatchDeleteUserGroupsReq(group_ids=list(group_ids))
        return api.batch_delete_user_groups(BatchDeleteUserGroupsRequest(body=body))

    refused(GROUP_NOT_FOUND, lambda: delete_all(*ids, NOBODY))
    equal(len([group for group in list_groups().user_groups if group.id in ids]), 2)
    equal(delete_all(*ids).status_code, 204)
    equal([group for group in list_groups().user_groups if group.id in ids], [])


@case
def users_are_put_into_groups_and_taken_out():
    name = fresh("g")
    group_id = create_group(name)
    first, second = create(description="研发部 一"), create(group_ids=[group_id])
    equal(move(group_id, "ADD", [first, second]).status_code, 204)
    found = members(group_id)
    equal((found.total_count, [user.id for user in found.users]), (2, [first, second]))
    equal(show(first).group_names, [name])
    equal([user.id for user in list_users(SCRATCH, group_name=name).users], [first, second])
    filtered = members(group_id, description="研发", active_type="USER_ACTIVATE", enterprise_project_id="0", limit=10, offset=0)
    equal([user.id for user in filtered.users], [first])
    user_name = show(second).user_name
    equal([user.id for user in members(group_id, user_name=user_name, user_names=[user_name]).users], [second])
    equal(move(group_id, "DELETE", [first]).status_code, 204)
    delete(second)
    equal(members(group_id).users, [])


@case
def wrong_memberships_are_refused():
    group_id, user_id = create_group(), create()
    refused(USER_NOT_FOUND, lambda: move(group_id, "ADD", [user_id, NOBODY]))
    equal(members(group_id).total_count, 0)
    refused(GROUP_NOT_FOUND, lambda: move(NOBODY, "ADD", [user_id]))
    refused(GROUP_NOT_FOUND, lambda: members(NOBODY))
    refused(GROUP_NOT_FOUND, lambda: create(group_ids=[NOBODY]))
    refused_for("op_type", lambda: move(group_id, "REPLACE", [user_id]))
    refused_for("user_ids", lambda: move(group_id, "ADD", []))
    refused_for("limit", lambda: members(group_id, limit=10001))


if __name__ == "__main__":
    run()
