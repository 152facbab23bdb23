# server: --auth strict
"""ByteHouse with every signature checked, through both generations of the official Python SDK: volcenginesdkbytehousece20240831 5.0.54
with its UniversalApi, and the generic client of volcengine 1.0.229.
"""

import json
import urllib.error
import urllib.request

import volcenginesdkcore
from harness import case, control, equal, raises, run, server, setting
from volcengine.ApiInfo import ApiInfo
from volcengine.base.Service import Service
from volcengine.Credentials import Credentials
from volcengine.ServiceInfo import ServiceInfo
from volcenginesdkbytehousece20240831 import BYTEHOUSECE20240831Api, models
from volcenginesdkcore.rest import ApiException
from volcenginesdkcore.signv4 import SignerV4
from volcenginesdkcore.universal import UniversalApi, UniversalInfo

USER = setting("user", "alice.chen")
TEMPORARY = ("strict-temporary-ak", "strict-temporary-sk", "strict-temporary-token")


def client(access_key=server.access_key, secret_key=server.secret_key, token=None):
    configuration = volcenginesdkcore.Configuration()
    configuration.ak = access_key
    configuration.sk = secret_key
    configuration.session_token = token
    configuration.region = "cn-beijing"
    configuration.host = server.address
    configuration.scheme = server.scheme
    return volcenginesdkcore.ApiClient(configuration)


def api(*key):
    return BYTEHOUSECE20240831Api(client(*key))


def list_users(typed):
    return typed.list_users(models.ListUsersRequest(limit=3))


def generic(method="GET", secret_key=server.secret_key, service="bytehouse_ce"):
    credentials = Credentials(server.access_key, secret_key, service, "cn-beijing")
    info = ServiceInfo(server.address, {}, credentials, 5, 5, server.scheme)
    actions = ("ListUsers", "GetUserDetail")
    query = lambda action: {"Action": action, "Version": "2024-08-31"}
    made = Service(info, {action: ApiInfo(method, "/", query(action), {}, {}) for action in actions})
    # The constructor prefers keys that it finds on the machine.
    made.set_ak(server.access_key)
    made.set_sk(secret_key)
    return made


def refused(call, status, code):
    error = raises(ApiException, call, status=status)
    equal(json.loads(error.body)["ResponseMetadata"]["Error"]["Code"], code)


@case
def the_current_sdk_lists_and_writes():
    equal(len(list_users(api()).data.users), 3)
    changed = {"email": "alice@example.com", "description": "it's 张 三*~+/=&", "readonly": False}
    api().update_user(models.UpdateUserRequest(username=USER, **changed))


@case
def the_universal_api_lists_by_every_method_and_content_type():
    universal = UniversalApi(client())
    for method, content_type in (("GET", "text/plain"), ("POST", "application/json"), ("POST", "application/x-www-form-urlencoded")):
        info = UniversalInfo(method, "bytehouse_ce", "2024-08-31", "ListUsers", content_type)
        universal.do_call(info, {"Limit": "3", "Offset": "0"})


@case
def the_older_sdk_lists_by_every_method():
    asked = {"Username": USER}
    equal(json.loads(generic().get("GetUserDetail", asked))["Result"]["Data"]["User"]["Username"], USER)
    equal(len(json.loads(generic("POST").post("ListUsers", {}, {"Limit": "3"}))["Result"]["Data"]["Users"]), 3)
    equal(len(json.loads(generic("POST").json("ListUsers", {}, json.dumps({"Limit": 3})))["Result"]["Data"]["Users"]), 3)


@case
def a_presigned_address_of_the_older_sdk_is_good_without_a_header():
    def fetch(secret_key):
        signed = generic(secret_key=secret_key).get_sign_url("ListUsers", {"Limit": "3"})
        address = signed if "://" in signed else f"{server.base_url}/?{signed.split('?')[-1]}"
        with urllib.request.urlopen(address, timeout=10) as answer:
            return json.load(answer)

    equal(len(fetch(server.secret_key)["Result"]["Data"]["Users"]), 3)
    error = raises(urllib.error.HTTPError, lambda: fetch("wrong"), code=401)
    equal(json.load(error)["ResponseMetadata"]["Error"]["Code"], "SignatureNotMatch")


@case
def a_wrong_secret_is_401_in_both_sdks():
    refused(lambda: list_users(api(server.access_key, "wrong")), 401, "SignatureNotMatch")
    error = raises(Exception, lambda: generic(secret_key="wrong").get("ListUsers", {}))
    assert "SignatureNotMatch" in str(error), error


@case
def an_unknown_key_is_401_and_another_service_is_404():
    refused(lambda: list_users(api("nobody")), 401, "InvalidAccessKey")
    error = raises(Exception, lambda: generic(service="ecs").get("ListUsers", {}))
    assert "ServiceNotFound" in str(error), error


@case
def a_temporary_key_goes_with_its_token():
    access_key, secret_key, token = TEMPORARY
    key = {"access_key": access_key, "secret_key": secret_key, "token": token}
    control("POST", "namespaces/default/seed", {"credentials": [key]})
    equal(len(list_users(api(access_key, secret_key, token)).data.users), 3)
    for wrong in ("another", None):
        refused(lambda: list_users(api(access_key, secret_key, wrong)), 401, "InvalidSecretToken")


@case
def an_unknown_key_with_a_token_is_told_of_the_token():
    refused(lambda: list_users(api("nobody", "any", "any")), 401, "InvalidSecretToken")


def legacy_address(token):
    """The older SDK signs the token and does not list it."""
    access_key, secret_key, _ = TEMPORARY
    made = generic()
    made.set_ak(access_key)
    made.set_sk(secret_key)
    made.set_session_token(token)
    return made.get_sign_url("ListUsers", {"Limit": "3"})


def current_address(token):
    """The current SDK neither signs nor lists it."""
    access_key, secret_key, _ = TEMPORARY
    asked = {"Action": "ListUsers", "Version": "2024-08-31", "Limit": "3"}
    return SignerV4.sign_url("/", "GET", asked, access_key, secret_key, "cn-beijing", "bytehouse_ce", session_token=token)


@case
def a_presigned_address_carries_its_token_in_either_sdks_form():
    access_key, secret_key, token = TEMPORARY
    key = {"access_key": access_key, "secret_key": secret_key, "token": token}
    control("POST", "namespaces/default/seed", {"credentials": [key]})
    for made in (legacy_address, current_address):
        query = made(token)
        assert "X-Security-Token=" + token in query and "X-Security-Token%3B" not in query, query
        with urllib.request.urlopen(f"{server.base_url}/?{query}", timeout=10) as answer:
            equal(len(json.load(answer)["Result"]["Data"]["Users"]), 3)
        error = raises(urllib.error.HTTPError, lambda: urllib.request.urlopen(f"{server.base_url}/?{made('another')}", timeout=10), code=401)
        equal(json.load(error)["ResponseMetadata"]["Error"]["Code"], "InvalidSecretToken")


@case
def a_key_with_a_namespace_signs_for_that_namespace():
    suite = api(server.access_key + "~strict-suite")
    doomed = suite.get_user_detail(models.GetUserDetailRequest(username=USER)).data.user.user_id
    suite.delete_user(models.DeleteUserRequest(user_id=doomed))
    refused(lambda: suite.get_user_detail(models.GetUserDetailRequest(username=USER)), 400, "Bad Request")
    equal(api().get_user_detail(models.GetUserDetailRequest(username=USER)).data.user.username, USER)


if __name__ == "__main__":
    run()
