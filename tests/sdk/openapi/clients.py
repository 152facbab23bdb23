"""Clients that openapi-python-client makes of each document, with real calls: a list, a creation, an error."""

import json
import sys
from importlib import import_module

BASE = sys.argv[1]
PROJECT = "0bec5db98280d2d02fd6c00c2de791ce"
INSTANCE = "68fdc9a8-805e-439d-8dd9-25adc1c58bf6"
passed = failed = 0


def client(package):
    return import_module(package).Client(base_url=BASE)


def call(package, operation, **parameters):
    module = import_module(f"{package}.api.default.{operation}")
    return module.sync_detailed(client=client(package), **parameters)


def same(found, wanted):
    assert found == wanted, f"{found!r}, not {wanted!r}"


def volcengine_bytehouse(package):
    version = {"version": "2024-08-31"}
    users = call(package, "list_users", action="ListUsers", **version, limit=2)
    same((users.status_code, len(users.parsed.result.data.users)), (200, 2))
    made = call(package, "create_role", action="CreateRole", **version, name="made_in_python", cluster_id=1)
    same(made.status_code, 200)
    roles = call(package, "list_roles", action="ListRoles", **version, name="made_in_python")
    assert "made_in_python" in str(roles.parsed), roles.parsed
    missing = call(package, "get_user_detail", action="GetUserDetail", **version, username="nobody")
    same(missing.parsed.response_metadata.action, "GetUserDetail")
    assert missing.status_code >= 400, missing


def aliyun_ehpc(package):
    version = {"version": "2024-07-30", "cluster_id": "ehpc-hz-Next240730"}
    same(call(package, "list_users_20240730", action="ListUsers", **version).status_code, 200)
    user = json.dumps([{"UserName": "made.in.py", "Group": "users", "Password": "Pa55word!"}])
    same(call(package, "create_users_20240730_by_get", action="CreateUsers", **version, user=user).status_code, 200)
    same(call(package, "get_user_20240730", action="GetUser", **version, user_name="made.in.py").status_code, 200)
    # The members of a list are parameters with a number in their names.
    further = import_module(f"{package}.models.add_users_20180412_user_n").AddUsers20180412UserN()
    further.additional_properties = {"User.2.Name": "second.in.py", "User.2.Group": "users", "User.2.Password": "Pa55word!"}
    group = import_module(f"{package}.models.add_users_20180412_user_1_group").AddUsers20180412User1Group("users")
    first = {"user_1_name": "first.in.py", "user_1_group": group, "user_1_password": "Pa55word!"}
    older = {"version": "2018-04-12", "cluster_id": "ehpc-hz-vu7c2WkVGx"}
    same(call(package, "add_users_20180412", action="AddUsers", **older, **first, user_n=further).status_code, 200)
    same(call(package, "delete_users_20180412", action="DeleteUsers", **older, user_1_name="second.in.py").status_code, 200)
    missing = call(package, "list_users_20180412", action="ListUsers", version="2018-04-12", cluster_id="nothing")
    same((missing.status_code, missing.parsed.code), (404, "ClusterNotFound"))


def huawei_rocketmq(package):
    users = call(package, "list_user", project_id=PROJECT, instance_id=INSTANCE, limit=1)
    same((users.status_code, len(users.parsed.users)), (200, 1))


def huawei_workspace(package):
    users = call(package, "list_users", project_id=PROJECT, limit=1)
    same((users.status_code, len(users.parsed.users)), (200, 1))


for test in (volcengine_bytehouse, aliyun_ehpc, huawei_rocketmq, huawei_workspace):
    try:
        test(test.__name__)
        passed += 1
    except Exception as cause:
        failed += 1
        print(f"FAIL  openapi-python-client, {test.__name__}: {type(cause).__name__}: {cause}")

print(f"{passed} passed, {failed} failed")
sys.exit(failed > 0)
