# server: --auth strict
"""QingCloud EHPC against verified signatures, in both dialects: qingcloud-sdk 1.2.16, and requests signed as the documents say."""

import json

from harness import case, equal, run, server, setting
from qingcloud.iaas.connection import APIConnection
from qingcloud_requests import call as documented_call

ZONE = setting("zone", "jn1a")
EHPC = setting("ehpc_cluster", "ehpc-8jqdq0mz")
#: Every encoder writes this in its own way.
AWKWARD = "li wei 李~*'/+"
PASSWORD = "kUISjs@kkkkkk!1"
MISMATCH = {"message": "AuthFailure, signature not matched", "ret_code": 1200}


def sdk_call(verb, path, action, parameters, access_key=None, secret_key=None):
    keys = (access_key or server.access_key, secret_key or server.secret_key)
    connection = APIConnection(*keys, ZONE, host=server.host, port=server.port, protocol=server.scheme)
    return connection.send_request(action, dict(parameters), url=path, verb=verb)


def sdk_list(**keys):
    return sdk_call("GET", "/api/user", "HpcUserListUsers", {"search_word": AWKWARD}, **keys)


def with_keys(access_key, secret_key, call):
    """Runs a call of the documents' way with other keys."""
    before = server.access_key, server.secret_key
    server.access_key, server.secret_key = access_key, secret_key
    try:
        return call()
    finally:
        server.access_key, server.secret_key = before


def documented_list():
    return documented_call("GET", "/api/user", {"search_word": AWKWARD})


@case
def the_sdk_lists_with_the_right_secret():
    equal(sdk_list()["ret_code"], 0)


@case
def the_sdk_posts_a_form_with_the_right_secret():
    user = {"cluster_id": EHPC, "username": "sdkstrict", "password": PASSWORD}
    equal(sdk_call("POST", "/api/user/addUser", "HpcUserAddUser", user)["ret_code"], 0)


@case
def the_documents_way_lists_with_the_right_secret():
    equal(documented_list()["ret_code"], 0)


@case
def the_documents_way_posts_json_with_the_right_secret():
    user = {"cluster_id": EHPC, "username": "docstrict", "password": PASSWORD}
    equal(documented_call("POST", "/api/user/addUser", body=user)["ret_code"], 0)


@case
def a_wrong_secret_is_refused_in_both_ways():
    equal(sdk_list(secret_key="wrong"), MISMATCH)
    equal(with_keys(server.access_key, "wrong", documented_list), MISMATCH)


@case
def an_unknown_key_is_refused_in_both_ways():
    unknown = {"message": "AuthFailure, illegal access key [nobody]", "ret_code": 1200}
    equal(sdk_list(access_key="nobody"), unknown)
    equal(with_keys("nobody", server.secret_key, documented_list), unknown)


@case
def a_namespace_behind_the_key_is_signed_with_it():
    equal(sdk_list(access_key=server.access_key + "~suite7")["ret_code"], 0)
    equal(with_keys(server.access_key + "~suite7", server.secret_key, documented_list)["ret_code"], 0)


@case
def an_old_timestamp_has_expired():
    answer = documented_call("GET", "/api/user", {"timestamp": "2021-08-19T16:44:40Z"})
    equal(answer, {"message": "RequestHasExpired, request [2021-08-19T16:44:40Z] has expired", "ret_code": 1300})


@case
def a_body_may_be_written_in_any_way_but_not_changed():
    compact = json.dumps({"cluster_id": EHPC, "username": "compactly", "password": PASSWORD}, separators=(",", ":"))
    equal(documented_call("POST", "/api/user/addUser", body=compact.encode())["ret_code"], 0)


if __name__ == "__main__":
    run()
