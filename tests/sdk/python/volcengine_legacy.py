# sdk: volcengine
"""ByteHouse through the generic client of the older Python SDK: volcengine 1.0.229 (Service, with ApiInfo for each action)."""

import json
import urllib.error
import urllib.request
from functools import cache

from harness import case, equal, raises, run, server, setting
from volcengine.ApiInfo import ApiInfo
from volcengine.base.Service import Service
from volcengine.Credentials import Credentials
from volcengine.ServiceInfo import ServiceInfo

USER = setting("user", "alice.chen")
#: Users that are deleted, one for each way of calling.
DOOMED_USERS = setting("doomed_users", "dave.sun,eve.qian,frank.wu").split(",")
CLUSTER = int(setting("cluster_id", "137"))

ACTIONS = [
    "ListUsers",
    "GetUserDetail",
    "UpdateUser",
    "DeleteUser",
    "GetUserInitialPassword",
    "CreateRole",
    "ListRoles",
    "DeleteRole",
    "AssignRole",
    "ListGrantUsersForRole",
    "GrantPrivilegesToUserByName",
    "ShowPrivilegesForUserByName",
    "CreateUser",
]


@cache
def service(method="GET"):
    credentials = Credentials(server.access_key, server.secret_key, "bytehouse_ce", "cn-beijing")
    info = ServiceInfo(server.address, {}, credentials, 5, 5, server.scheme)
    query = lambda action: {"Action": action, "Version": "2024-08-31"}
    made = Service(info, {action: ApiInfo(method, "/", query(action), {}, {}) for action in ACTIONS})
    # The constructor prefers keys that it finds on the machine.
    made.set_ak(server.access_key)
    made.set_sk(server.secret_key)
    return made


def get(action, **query):
    return json.loads(service().get(action, query))


def post_json(action, **body):
    return json.loads(service("POST").json(action, {}, json.dumps(body)))


def post_form(action, **form):
    return json.loads(service("POST").post(action, {}, form))


def result(answer):
    """What the call answers, in the envelope of the document."""
    equal(list(answer), ["ResponseMetadata", "Result"])
    equal(list(answer["ResponseMetadata"]), ["RequestId", "Action", "Version", "Service", "Region"])
    return answer["Result"]


def refused(call, code="Bad Request"):
    """Whatever is not 200 is an Exception with the whole text, in bytes for `json`."""
    told = raises(Exception, call).args[0]
    error = json.loads(told)["ResponseMetadata"]["Error"]
    equal(error["Code"], code)
    return error


@case
def a_get_lists_users_in_the_order_of_the_document():
    users = result(get("ListUsers", Offset="0", Limit="3"))["Data"]["Users"]
    equal(
        list(users[0]),
        "ID UserID AccountID Username CloudName UserType Status Emaill Description Readonly IsSystemAdmin LastLoginAt"
        " CreatedAt UpdatedAt Immutable Clusters".split(),
    )
    equal([len(users), users[0]["Emaill"]], [3, "xxx@xxx.com"])


@case
def get_json_and_form_say_the_same():
    for window in ({}, {"Limit": 4}, {"Offset": 5, "Limit": 2}, {"Offset": 100_000}):
        expected = result(get("ListUsers", **window))
        equal(result(post_json("ListUsers", **window)), expected)
        equal(result(post_form("ListUsers", **window)), expected)
    equal(list(expected["Meta"]), ["Offset", "Total"])


@case
def a_walk_meets_every_user_once():
    met = []
    while page := result(get("ListUsers", Offset=len(met), Limit=7))["Data"]["Users"]:
        met += [user["Username"] for user in page]
        assert len(met) <= 1000, "the walk does not end"
    equal(len(met), result(get("ListUsers"))["Meta"]["Total"])
    equal(len(set(met)), len(met), "number of different users")


@case
def names_that_have_to_be_escaped_arrive():
    for name in ("张三", "李 四", "a b*~+/=&%", "o'brien", "rocket🚀"):
        for call in (get, post_json, post_form):
            equal(result(call("GetUserDetail", Username=name))["Data"]["User"]["Username"], name)


@case
def a_signed_url_can_be_opened_by_anybody():
    # The SDK gives the query of the URL.
    query = service().get_sign_url("ListUsers", {"Offset": "1", "Limit": "2"})
    url = f"{server.base_url}/?{query.partition('?')[2] or query}"
    with urllib.request.urlopen(url, timeout=10) as answer:
        equal(answer.headers["Content-Type"], "application/json; charset=utf-8")
        equal(result(json.loads(answer.read())), result(get("ListUsers", Offset="1", Limit="2")))


@case
def a_user_is_updated_in_every_way():
    for call, readonly in ((get, True), (post_json, False), (post_form, True)):
        email = f"{call.__name__}@acme.example"
        answer = result(call("UpdateUser", Username=USER, Email=email, Description="", Readonly=readonly))
        equal(answer, {"Message": "", "Data": {"Message": "update user successfully"}})
        user = result(get("GetUserDetail", Username=USER))["Data"]["User"]
        equal((user["Emaill"], user["Description"], user["Readonly"]), (email, "", readonly))


@case
def a_user_is_deleted_in_every_way():
    for call, name in zip((get, post_json, post_form), DOOMED_USERS):
        before = result(get("ListUsers"))["Meta"]["Total"]
        user_id = result(get("GetUserDetail", Username=name))["Data"]["User"]["UserID"]
        equal(result(call("DeleteUser", UserID=user_id))["Data"], {"Message": "delete user successfully"})
        equal(result(get("ListUsers"))["Meta"]["Total"], before - 1)
        refused(lambda: call("DeleteUser", UserID=user_id))


@case
def an_initial_password_is_shown_as_in_the_document():
    data = result(get("GetUserInitialPassword", Username="dba"))["Data"]
    equal(list(data)[:3], ["Password", "PasswordIsDefault", "Message"])
    equal(data["Message"], "Failed to get password, it has been modified")


@case
def a_role_lives_from_create_to_delete():
    role = result(post_json("CreateRole", Name="legacy", ClusterID=CLUSTER))["Data"]["Role"]
    fields = "ID Name Description IsDefault ClusterID AccountID ClusterName GrantUsers CreatedAt UpdatedAt CreatedBy UpdatedBy"
    equal(list(role), fields.split())
    flat = {"Users.1.Username": USER, "Users.1.AdminOption": True}
    result(post_form("AssignRole", RoleID=role["ID"], **flat))
    grants = result(get("ListGrantUsersForRole", RoleID=role["ID"]))["Data"]["Grants"]
    equal([grant["Username"] for grant in grants], [USER])
    equal(result(get("ListRoles", Name="legacy"))["Data"]["Roles"], [role | {"GrantUsers": [USER]}])
    equal(result(get("DeleteRole", RoleID=role["ID"]))["Data"], {"Message": "delete role successfully"})
    refused(lambda: get("DeleteRole", RoleID=role["ID"]), "FailedToGetRoleInMetadata")


@case
def privileges_are_granted_with_flattened_names():
    flat = {
        "Grants.1.Privileges.1.Name": "SELECT",
        "Grants.1.Privileges.1.Columns.1": "c1",
        "Grants.1.Targets.1.Database": "legacy",
        "Grants.1.ClusterID": CLUSTER,
    }
    result(get("GrantPrivilegesToUserByName", Username=USER, **flat))
    grants = result(get("ShowPrivilegesForUserByName", Username=USER))["Data"]["Grants"]
    mine = [grant for grant in grants if grant["DatabaseName"] == "legacy"]
    equal([grant["Privileges"] for grant in mine], [[{"Name": "SELECT", "Columns": ["c1"]}]])


@case
def errors_are_told_in_the_text_of_an_exception():
    for call in (get, post_json, post_form):
        equal(refused(lambda: call("ListUsers", Limit="ten"))["Message"], "api service received invalid request format")
        refused(lambda: call("GetUserDetail", Username="nobody-here"))
        error = refused(lambda: call("CreateUser", Username="x"), "InvalidActionOrVersion")
        equal(error["CodeN"], 100008)
    refused(lambda: service("POST").json("ListUsers", {}, "{"))


if __name__ == "__main__":
    run()
