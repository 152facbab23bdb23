# sdk: volcenginesdk-bytehousece20240831
"""ByteHouse through the official Python SDK: volcenginesdkbytehousece20240831 5.0.54 and its UniversalApi."""

import json
from functools import cache

import volcenginesdkcore
from harness import case, equal, raises, run, server, setting
from volcenginesdkbytehousece20240831 import BYTEHOUSECE20240831Api, models
from volcenginesdkcore.rest import ApiException

#: The MAIN user of the account, whose UserID is the account's number.
ACCOUNT = int(setting("account", "12345678"))
MAIN_USER = setting("main_user", "user1")
#: Users that may be changed; nothing that is done to them outlives its case.
USER = setting("user", "alice.chen")
OTHER_USER = setting("other_user", "report_ro")
#: A user that is deleted.
DOOMED_USER = setting("doomed_user", "wang_fang")
CLUSTER = int(setting("cluster_id", "137"))
UNKNOWN = "nobody-here"
UNKNOWN_ID = 2147483647


@cache
def client():
    configuration = volcenginesdkcore.Configuration()
    configuration.ak = server.access_key
    configuration.sk = server.secret_key
    configuration.region = "cn-beijing"
    configuration.host = server.address
    configuration.scheme = server.scheme
    configuration.client_side_validation = False
    return volcenginesdkcore.ApiClient(configuration)


@cache
def api():
    return BYTEHOUSECE20240831Api(client())


def list_users(**window):
    return api().list_users(models.ListUsersRequest(**window))


def names(users):
    return [user.username for user in users]


def walk(size):
    """Every name that a walk in pages of this size meets, in order."""
    met = []
    while page := list_users(limit=size, offset=len(met)).data.users:
        met += names(page)
        assert len(met) <= 1000, "the walk does not end"
    return met


def detail(username):
    return api().get_user_detail(models.GetUserDetailRequest(username=username)).data.user


def refused(call, code="Bad Request", status=400, message=None):
    """The call is refused with this code, in an envelope without a result, and its request can be found again by its id."""
    error = raises(ApiException, call, status=status)
    envelope = json.loads(error.body)
    equal(sorted(envelope), ["ResponseMetadata"])
    metadata = envelope["ResponseMetadata"]
    equal(metadata["Error"]["Code"], code)
    if message is not None:
        equal(metadata["Error"]["Message"], message)
    equal(len(metadata["RequestId"]), 32, "length of the request id")
    equal(error.headers["X-Tt-Logid"], metadata["RequestId"])
    return metadata


def privilege(name, *columns):
    return {"Name": name, "Columns": list(columns)}


def grant(*privileges, database="sdk", table="t"):
    return {
        "Privileges": list(privileges),
        "Targets": [{"Database": database, "Table": table}],
        "ClusterID": CLUSTER,
        "GrantOption": False,
    }


def shown(grants):
    """Privileges on the cases' own database, as {table: {name: columns}}."""
    mine = [item for item in grants if item.database_name == "sdk"]
    equal({(item.cluster_id, item.action) for item in mine} - {(CLUSTER, "GRANT")}, set())
    return {item.table_name: {one.name: one.columns for one in item.privileges} for item in mine}


class Role:
    """A role for one case: `with Role("name") as role_id`."""

    def __init__(self, name, users=None):
        self.name, self.users = name, users

    def __enter__(self):
        request = models.CreateRoleRequest(name=self.name, cluster_id=CLUSTER, description="by the SDK", users=self.users)
        self.role = api().create_role(request).data.role
        return self.role.id

    def __exit__(self, *_):
        equal(api().delete_role(models.DeleteRoleRequest(role_id=self.role.id)).data.message, "delete role successfully")


# Listing


@case
def the_sdk_parses_a_list_into_its_own_classes():
    answer = list_users()
    equal(type(answer), models.ListUsersResponse)
    equal({type(user) for user in answer.data.users}, {models.UserForListUsersOutput})
    equal(answer.message, "")
    equal(len(answer._metadata.request_id), 32)
    equal((answer._metadata.action, answer._metadata.version), ("ListUsers", "2024-08-31"))
    equal((answer._metadata.service, answer._metadata.region), ("bytehouse_ce", "cn-beijing"))


@case
def the_first_user_is_the_one_of_the_document():
    user = list_users().data.users[0]
    # The SDK looks for Email and Name, which the document spells Emaill and does not have.
    equal(
        user.to_dict(),
        {
            "id": 123,
            "user_id": ACCOUNT,
            "account_id": ACCOUNT,
            "username": MAIN_USER,
            "name": None,
            "cloud_name": "cloudname",
            "user_type": "MAIN",
            "status": "ACTIVE",
            "email": None,
            "description": "description",
            "readonly": True,
            "is_system_admin": True,
            "last_login_at": 0,
            "created_at": 1716264720906,
            "updated_at": 1716264720906,
            "immutable": True,
            "clusters": ["98Al3s"],
        },
    )


@case
def every_field_is_of_its_type():
    for user in list_users(limit=1000).data.users:
        for name, kind in user.swagger_types.items():
            value = getattr(user, name)
            if name not in ("name", "email"):
                equal(type(value).__name__, "list" if kind.startswith("list") else kind, f"{user.username}.{name}")
        equal(user.account_id, ACCOUNT)


@case
def a_page_holds_ten_users_unless_asked_otherwise():
    for answer in (list_users(), list_users(limit=0), list_users(offset=0)):
        equal(len(answer.data.users), 10)
        equal(answer.meta.offset, 0)
    assert list_users().meta.total > 20, "the demo holds more than two default pages"


@case
def limit_and_offset_cut_the_same_list():
    everyone = names(list_users(limit=1000).data.users)
    equal(names(list_users(limit=3, offset=4).data.users), everyone[4:7])
    equal(list_users(limit=3, offset=4).meta.offset, 4)
    equal(names(list_users(offset=5).data.users), everyone[5:15])


@case
def a_huge_limit_is_not_capped():
    answer = list_users(limit=2147483647)
    equal(len(answer.data.users), answer.meta.total)


@case
def walks_in_pages_of_any_size_meet_every_user_once_in_the_same_order():
    everyone = walk(1000)
    equal(len(everyone), list_users().meta.total)
    equal(len(set(everyone)), len(everyone), "number of different users")
    for size in (1, 7, 10):
        equal(walk(size), everyone, f"walk by {size}")


@case
def past_the_end_is_an_empty_list_with_the_true_total():
    beyond = list_users(offset=100_000)
    equal(beyond.data.users, [])
    equal((beyond.meta.offset, beyond.meta.total), (100_000, list_users().meta.total))


@case
def integers_may_be_sent_as_text():
    equal(names(list_users(limit="2", offset="1").data.users), names(list_users(limit=2, offset=1).data.users))


@case
def bad_windows_are_a_bad_request():
    for window in ({"limit": -1}, {"offset": -1}, {"limit": 2147483648}, {"limit": "ten"}, {"offset": 1.5}, {"limit": True}, {"limit": [1]}):
        metadata = refused(lambda: list_users(**window), message="api service received invalid request format")
        equal("CodeN" in metadata["Error"], False, "a number in an error of the service")


# Users


@case
def a_user_is_shown_as_it_is_listed():
    for user in list_users(limit=1000).data.users:
        equal(detail(user.username).to_dict(), user.to_dict())


@case
def an_unknown_user_is_a_bad_request():
    for username in (UNKNOWN, "", MAIN_USER.upper() + "x", 5):
        refused(lambda: detail(username))
    # The SDK's own models refuse what is missing, so this one goes around them.
    refused(lambda: universal("POST", "GetUserDetail", {}))


@case
def an_update_is_seen_and_can_be_undone():
    before = detail(USER)
    # The typed answer looks for another key than the document's.
    read_email = lambda: universal("POST", "GetUserDetail", {"Username": USER})["Data"]["User"]["Emaill"]
    email = read_email()

    def update(**fields):
        values = {"username": USER, "email": email, "description": before.description, "readonly": before.readonly}
        return api().update_user(models.UpdateUserRequest(**(values | fields))).data.message

    equal(update(email="新@acme.example", description="", readonly=not before.readonly), "update user successfully")
    after = detail(USER)
    equal((after.description, after.readonly), ("", not before.readonly))
    equal(read_email(), "新@acme.example")
    assert after.updated_at > before.updated_at
    equal(after.created_at, before.created_at)
    update()
    equal(detail(USER).description, before.description)


@case
def an_update_needs_all_four_fields():
    values = {"username": USER, "email": "e", "description": "d", "readonly": True}
    for name in values:
        raises(ValueError, lambda: models.UpdateUserRequest(**(values | {name: None})))
        body = {key.capitalize(): value for key, value in values.items() if key != name}
        refused(lambda: universal("POST", "UpdateUser", body))
    refused(lambda: api().update_user(models.UpdateUserRequest(**(values | {"readonly": "true"}))))
    refused(lambda: api().update_user(models.UpdateUserRequest(**(values | {"username": UNKNOWN}))))


@case
def a_deleted_user_is_gone():
    user = detail(DOOMED_USER)
    before = list_users().meta.total
    # Its ID is another number than its UserID.
    refused(lambda: api().delete_user(models.DeleteUserRequest(user_id=user.id)))
    equal(api().delete_user(models.DeleteUserRequest(user_id=user.user_id)).data.message, "delete user successfully")
    equal(list_users().meta.total, before - 1)
    assert DOOMED_USER not in walk(10)
    refused(lambda: detail(DOOMED_USER))
    refused(lambda: api().delete_user(models.DeleteUserRequest(user_id=user.user_id)))


@case
def the_main_user_cannot_be_deleted():
    refused(lambda: api().delete_user(models.DeleteUserRequest(user_id=ACCOUNT)))


@case
def the_sdk_finds_its_part_of_the_initial_password():
    answer = api().get_user_initial_password(models.GetUserInitialPasswordRequest(username=MAIN_USER)).data.user
    equal((answer.password_is_default, answer.message), (False, "Failed to get password, it has been modified"))
    answer = api().get_user_initial_password(models.GetUserInitialPasswordRequest(username="judy.lin")).data.user
    equal((answer.password_is_default, answer.message), (True, ""))
    refused(lambda: api().get_user_initial_password(models.GetUserInitialPasswordRequest(username=UNKNOWN)))


# Roles


@case
def a_role_lives_from_create_to_delete():
    with Role("sdk-life", [{"Username": USER, "AdminOption": True}]) as role_id:
        listed = api().list_roles(models.ListRolesRequest(cluster_id=CLUSTER, name="sdk-life")).data.roles
        equal([type(role) for role in listed], [models.RoleForListRolesOutput])
        equal((listed[0].id, listed[0].grant_users, listed[0].description), (role_id, [USER], "by the SDK"))
        equal((listed[0].account_id, listed[0].cluster_id, listed[0].is_default), (ACCOUNT, CLUSTER, False))
        equal(role_id in [role.id for role in api().list_roles(models.ListRolesRequest()).data.roles], True)
    equal(api().list_roles(models.ListRolesRequest(name="sdk-life")).data.roles, [])
    refused(lambda: api().delete_role(models.DeleteRoleRequest(role_id=role_id)), "FailedToGetRoleInMetadata", message="failed to get role in metadata")


@case
def the_answer_of_create_has_no_users_yet():
    role = Role("sdk-empty", [{"Username": USER}])
    with role:
        equal(type(role.role), models.RoleForCreateRoleOutput)
        equal(role.role.grant_users, [])
        equal(role.role.created_at, role.role.updated_at)


@case
def a_second_role_of_one_name_on_one_cluster_is_refused():
    with Role("sdk-twice"):
        refused(lambda: Role("sdk-twice").__enter__())
    refused(lambda: Role("sdk-nobody", [{"Username": UNKNOWN}]).__enter__())
    refused(lambda: Role("").__enter__())
    refused(lambda: api().list_roles(models.ListRolesRequest(cluster_id="one")))


@case
def a_role_is_assigned_listed_and_taken_back():
    def members(role_id):
        grants = api().list_grant_users_for_role(models.ListGrantUsersForRoleRequest(role_id=role_id)).data.grants
        return [(one.username, one.admin_option) for one in grants]

    message = "successfully update users for role sdk-assign"
    with Role("sdk-assign") as role_id:
        users = [models.UserForAssignRoleInput(username=USER, admin_option=True), models.UserForAssignRoleInput(username=OTHER_USER)]
        equal(api().assign_role(models.AssignRoleRequest(role_id=role_id, users=users)).data.message, message)
        equal(members(role_id), [(USER, True), (OTHER_USER, False)])
        roles = api().show_roles_for_user(models.ShowRolesForUserRequest(username=USER)).data.roles
        mine = next(role for role in roles if role.role_id == role_id)
        equal((mine.role_name, mine.role_is_default, mine.cluster_id), ("sdk-assign", False, CLUSTER))
        equal((mine.admin_option, mine.grant_to, mine.immutable), (True, USER, False))
        users = [models.UserForUnassignRoleInput(username=USER)]
        equal(api().unassign_role(models.UnassignRoleRequest(role_id=role_id, users=users)).data.message, message)
        equal(members(role_id), [(OTHER_USER, False)])
        nobody = [models.UserForAssignRoleInput(username=UNKNOWN)]
        refused(lambda: api().assign_role(models.AssignRoleRequest(role_id=role_id, users=nobody)))
        refused(lambda: api().unassign_role(models.UnassignRoleRequest(role_id=role_id, users=nobody)))
    refused(lambda: api().show_roles_for_user(models.ShowRolesForUserRequest(username=UNKNOWN)))


@case
def an_unknown_role_has_a_code_of_its_own():
    for call in (
        lambda: api().assign_role(models.AssignRoleRequest(role_id=UNKNOWN_ID)),
        lambda: api().unassign_role(models.UnassignRoleRequest(role_id=UNKNOWN_ID)),
        lambda: api().list_grant_users_for_role(models.ListGrantUsersForRoleRequest(role_id=UNKNOWN_ID)),
        lambda: api().show_privileges_for_role(models.ShowPrivilegesForRoleRequest(role_id=UNKNOWN_ID)),
    ):
        refused(call, "FailedToGetRoleInMetadata", message="failed to get role in metadata")


# Privileges


@case
def privileges_are_granted_and_revoked_by_name():
    show = lambda: shown(api().show_privileges_for_user_by_name(models.ShowPrivilegesForUserByNameRequest(username=USER)).data.grants)
    grants = [grant(privilege("SELECT", "c1", "c2"), privilege("INSERT"))]
    answer = api().grant_privileges_to_user_by_name(models.GrantPrivilegesToUserByNameRequest(username=USER, grants=grants))
    equal(answer.data.message, f"successfully grant privileges to {USER}")
    equal(show(), {"t": {"SELECT": ["c1", "c2"], "INSERT": []}})
    grants = [grant(privilege("SELECT", "c1"), privilege("INSERT"))]
    answer = api().revoke_privileges_from_user_by_name(models.RevokePrivilegesFromUserByNameRequest(username=USER, grants=grants))
    equal(answer.data.message, f"successfully revoke privileges from {USER}")
    equal(show(), {"t": {"SELECT": ["c2"]}})
    grants = [grant(privilege("SELECT"))]
    api().revoke_privileges_from_user_by_name(models.RevokePrivilegesFromUserByNameRequest(username=USER, grants=grants))
    equal(show(), {})


@case
def privileges_are_granted_and_revoked_by_id():
    user_id = detail(USER).user_id
    show = lambda: shown(api().show_privileges_for_user_by_id(models.ShowPrivilegesForUserByIDRequest(user_id=user_id)).data.grants)
    grants = [grant(privilege("SELECT")), grant(privilege("SELECT"), table="u")]
    answer = api().grant_privileges_to_user_by_id(models.GrantPrivilegesToUserByIDRequest(user_id=user_id, grants=grants))
    equal(answer.data.message, f"successfully grant privileges to {USER}")
    equal(show(), {"t": {"SELECT": []}, "u": {"SELECT": []}})
    # One page of the documentation says that UserID is a text here.
    answer = api().revoke_privileges_for_user_by_id(models.RevokePrivilegesForUserByIDRequest(user_id=str(user_id), grants=grants))
    equal(answer.data.message, f"successfully revoke privileges from {USER}")
    equal(show(), {})


@case
def the_grants_of_a_user_are_updated_with_its_roles():
    show = lambda: shown(api().show_privileges_for_user_by_name(models.ShowPrivilegesForUserByNameRequest(username=USER)).data.grants)
    roles = lambda: [role.role_id for role in api().show_roles_for_user(models.ShowRolesForUserRequest(username=USER)).data.roles]
    with Role("sdk-grants") as role_id:
        request = models.UpdateGrantsForUserRequest(
            username=USER,
            action_type="GRANT",
            grants=[grant(privilege("SELECT"))],
            assignments=[models.AssignmentForUpdateGrantsForUserInput(role_id=role_id, admin_option=True)],
        )
        equal(api().update_grants_for_user(request).data.message, f"successfully grant privileges to {USER}")
        equal((show(), role_id in roles()), ({"t": {"SELECT": []}}, True))
        request.action_type = "REVOKE"
        equal(api().update_grants_for_user(request).data.message, f"successfully revoke privileges from {USER}")
        equal((show(), role_id in roles()), ({}, False))
    refused(lambda: api().update_grants_for_user(request), "FailedToGetRoleInMetadata")
    refused(lambda: api().update_grants_for_user(models.UpdateGrantsForUserRequest(username=USER, action_type="GRANT")))


@case
def the_grants_of_a_role_are_updated():
    with Role("sdk-privileges") as role_id:
        show = lambda: shown(api().show_privileges_for_role(models.ShowPrivilegesForRoleRequest(role_id=role_id)).data.grants)
        request = models.UpdateGrantsForRoleRequest(role_id=role_id, action_type="GRANT", grants=[grant(privilege("SELECT", "c"))])
        equal(api().update_grants_for_role(request).data.message, "successfully grant privileges to sdk-privileges")
        equal(show(), {"t": {"SELECT": ["c"]}})
        request.action_type = "REVOKE"
        equal(api().update_grants_for_role(request).data.message, "successfully revoke privileges from sdk-privileges")
        equal(show(), {})
        refused(lambda: api().update_grants_for_role(models.UpdateGrantsForRoleRequest(role_id=role_id, action_type="GRANT", grants=[])))


@case
def grants_without_a_user_or_a_privilege_are_a_bad_request():
    good = [grant(privilege("SELECT"))]
    refused(lambda: api().grant_privileges_to_user_by_name(models.GrantPrivilegesToUserByNameRequest(username=UNKNOWN, grants=good)))
    refused(lambda: api().grant_privileges_to_user_by_id(models.GrantPrivilegesToUserByIDRequest(user_id=UNKNOWN_ID, grants=good)))
    refused(lambda: api().revoke_privileges_from_user_by_name(models.RevokePrivilegesFromUserByNameRequest(username=UNKNOWN, grants=good)))
    refused(lambda: api().revoke_privileges_for_user_by_id(models.RevokePrivilegesForUserByIDRequest(user_id=UNKNOWN_ID, grants=good)))
    refused(lambda: api().show_privileges_for_user_by_name(models.ShowPrivilegesForUserByNameRequest(username=UNKNOWN)))
    refused(lambda: api().show_privileges_for_user_by_id(models.ShowPrivilegesForUserByIDRequest(user_id=UNKNOWN_ID)))
    for grants in ([], [{}], [grant()], [grant(privilege(""))]):
        refused(lambda: api().grant_privileges_to_user_by_name(models.GrantPrivilegesToUserByNameRequest(username=USER, grants=grants)))


# The universal call


def universal(method, action, body, content_type="application/json"):
    info = volcenginesdkcore.UniversalInfo(method, "bytehouse_ce", "2024-08-31", action, content_type)
    return volcenginesdkcore.UniversalApi(client()).do_call(info, body)


@case
def a_universal_get_sends_the_query():
    answer = universal("GET", "ListUsers", {"Offset": 2, "Limit": 3})
    equal([user["Username"] for user in answer["Data"]["Users"]], names(list_users(offset=2, limit=3).data.users))
    equal(answer["Meta"]["Offset"], 2)
    equal(answer["Data"]["Users"][0]["Emaill"].count("@"), 1)


@case
def a_universal_get_finds_a_name_that_has_to_be_escaped():
    for name in ("张三", "李 四", "a b*~+/=&%", "rocket🚀", '"quoted\\name"'):
        equal(universal("GET", "GetUserDetail", {"Username": name})["Data"]["User"]["Username"], name)


@case
def a_universal_form_flattens_lists():
    form = "application/x-www-form-urlencoded"
    with Role("sdk-form") as role_id:
        users = [{"Username": USER, "AdminOption": True}, {"Username": OTHER_USER, "AdminOption": False}]
        universal("POST", "AssignRole", {"RoleID": role_id, "Users": users}, form)
        equal(universal("POST", "ListGrantUsersForRole", {"RoleID": role_id}, form)["Data"]["Grants"], users)


@case
def an_action_that_is_none_is_not_found():
    for action in ("CreateUser", "listUsers", "TagResources", "DeleteVolcInstance"):
        message = f"Could not find operation {action} for version 2024-08-31"
        metadata = refused(lambda: universal("POST", action, {}), "InvalidActionOrVersion", 404, message)
        equal(metadata["Error"]["CodeN"], 100008)


@case
def another_version_is_not_found():
    info = volcenginesdkcore.UniversalInfo("GET", "bytehouse_ce", "2018-04-12", "ListUsers", "text/plain")
    refused(lambda: volcenginesdkcore.UniversalApi(client()).do_call(info, {}), "InvalidActionOrVersion", 404)


if __name__ == "__main__":
    run()
