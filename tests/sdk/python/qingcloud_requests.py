"""QingCloud EHPC as the vendor's own samples call it: plain requests 2.34.2, signed here as the EHPC signing page says.

GET with everything in the query; POST with the common parameters in the query and the operation's in a JSON body, whose MD5 is signed
as sent. The signature goes out encoded twice, as every printed sample has it.
"""

import base64
import hashlib
import hmac
import json
import uuid
from datetime import datetime, timezone
from urllib.parse import quote, urlencode

import requests
from harness import case, equal, run, server, setting

ZONE = setting("zone", "jn1a")
CLUSTER = setting("cluster", "hpc-qig9xu97")
EHPC = setting("ehpc_cluster", "ehpc-8jqdq0mz")
PASSWORD = "kUISjs@kkkkkk!1"
session = requests.Session()
session.trust_env = False


def signature(secret, method, path, query, body=b"", hash_name="sha256"):
    """The Base64 signature over four lines; the path ends in a slash, whatever the request line says."""
    lines = [method, path.rstrip("/") + "/", query, hashlib.md5(body).hexdigest()]
    return base64.b64encode(hmac.new(secret.encode(), "\n".join(lines).encode(), hash_name).digest()).decode()


def common():
    return {
        "access_key_id": server.access_key,
        "signature_method": "HmacSHA256",
        "signature_version": "1",
        "timestamp": datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "version": "1",
        "zone": ZONE,
    }


def call(method, path, parameters=None, body=None, without=()):
    """An answer, with the checks that hold for every one of them."""
    everything = {name: value for name, value in {**common(), **(parameters or {})}.items() if name not in without}
    query = urlencode(sorted(everything.items()))
    data = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
    signed = signature(server.secret_key, method, path, query, data)
    url = f"{server.base_url}{path}?{query}&signature={quote(quote(signed, safe=''), safe='')}"
    answer = session.request(method, url, data=data or None, timeout=10)
    equal(answer.status_code, 200)
    equal(answer.headers["Content-Type"], "application/json", "content type")
    return answer.json()


def users(**parameters):
    return call("GET", "/api/user", parameters)


def refused(answer, ret_code, message):
    equal(list(answer), ["message", "ret_code"])
    equal(answer, {"message": message, "ret_code": ret_code})


@case
def the_signing_of_this_program_is_that_of_the_published_example():
    query = "access_key_id=QYACCESSKEYIDEXAMPLE&signature_method=HmacSHA256&signature_version=1&timestamp=2021-08-19T16%3A44%3A40Z&version=1&zone=jn1a"
    equal(signature("SECRETACCESSKEY", "GET", "/api/cluster/list", query), "W68niby0THV+XsKcRxuGblFm2a4XbTdto129JkSH2/M=")


@case
def users_are_listed_page_by_page():
    everyone = [user["username"] for user in users(cluster_id=CLUSTER, limit=100)["users_set"]]
    met = []
    while page := users(cluster_id=CLUSTER, limit=4, offset=len(met))["users_set"]:
        met += [user["username"] for user in page]
    equal(met, everyone)
    equal(users(cluster_id=CLUSTER, limit=0)["total_count"], len(everyone))


@case
def every_parameter_at_once():
    answer = users(cluster_id=CLUSTER, user_id="usr-vceaHsJu", search_word="vcea", limit=10, offset=0)
    equal([user["hpcuser_id"] for user in answer["users_set"]], ["hpcuser-8a310ir1"])


@case
def a_word_with_spaces_goes_out_as_urlencode_writes_it():
    equal([user["username"] for user in users(cluster_id=CLUSTER, search_word="li wei")["users_set"]], ["li wei"])


@case
def a_trailing_slash_is_optional():
    for path in ("/api/user/", "/api/operation/", "/api/cluster/list/"):
        equal(call("GET", path)["ret_code"], 0, path)


@case
def a_user_lives_and_its_jobs_are_found():
    name = uuid.uuid4().hex[:8]
    body = {"cluster_id": EHPC, "username": name, "password": PASSWORD, "mod": "750", "zone": ZONE}
    added = call("POST", "/api/user/addUser", body=body)
    equal(list(added), ["action", "job_id", "ret_code"])
    refused(call("POST", "/api/user/addUser", body=body), 2110, f"ResourceAlreadyExisted, user [{name}] already existed")
    equal(users(cluster_id=EHPC, search_word=name)["users_set"][0]["mod"], "750")
    modified = call("POST", "/api/user/modifyUser", body={"cluster_id": EHPC, "username": name, "new_password": PASSWORD, "zone": ZONE})
    equal(modified, {"action": "HpcUserModifyUserResponse", "ret_code": 0})
    deleted = call("POST", "/api/user/deleteUser", body={"cluster_id": EHPC, "username": name, "zone": ZONE})
    equal(deleted["action"], "HpcUserDeleteUserResponse")
    refused(call("POST", "/api/user/deleteUser", body={"cluster_id": EHPC, "username": name}), 2100, f"ResourceNotFound, resource [{name}] not found")
    job = call("GET", "/api/operation", {"jobs": added["job_id"]})["job_set"][0]
    equal((job["job_action"], job["status"], job["resource_ids"]), ("HpcUserAddUser", "successful", EHPC))


@case
def the_zone_may_be_in_the_body_alone():
    body = {"cluster_id": EHPC, "username": "isabel", "new_password": PASSWORD, "zone": ZONE}
    equal(call("POST", "/api/user/modifyUser", body=body, without=["zone"])["ret_code"], 0)
    del body["zone"]
    refused(call("POST", "/api/user/modifyUser", body=body, without=["zone"]), 1100, "InvalidRequestFormat, missing parameter [zone]")


@case
def time_and_zone_are_required_everywhere():
    for path in ("/api/user", "/api/operation", "/api/cluster/list"):
        refused(call("GET", path, without=["timestamp"]), 1100, "InvalidRequestFormat, missing parameter [timestamp]")
        refused(call("GET", path, without=["zone"]), 1100, "InvalidRequestFormat, missing parameter [zone]")


@case
def a_body_that_is_no_json_object_is_1100():
    for body in (b"[]", b"{", b"\xff", b"null"):
        refused(call("POST", "/api/user/addUser", body=body), 1100, "InvalidRequestFormat, request body should be json")


@case
def numbers_are_no_strings():
    body = {"cluster_id": EHPC, "username": 12345, "password": PASSWORD}
    refused(call("POST", "/api/user/addUser", body=body), 1100, "InvalidRequestFormat, illegal username [12345]")


@case
def an_unknown_path_and_a_wrong_method_are_1101():
    refused(call("GET", "/api/queue"), 1101, "InvalidRequestMethod, unknown action [/api/queue]")
    refused(call("POST", "/api/user", body={}), 1101, "InvalidRequestMethod, unknown action [/api/user]")
    refused(call("DELETE", "/api/user/deleteUser"), 1101, "InvalidRequestMethod, unknown action [/api/user/deleteUser]")


@case
def clusters_and_their_admins():
    clusters = call("GET", "/api/cluster/list", {"owner": "usr-vceaHsJu", "verbose": 1, "limit": 100})["cluster_set"]
    for cluster in clusters:
        rows = users(cluster_id=cluster["cluster_id"], search_word="admin")["users_set"]
        equal([row["role"] for row in rows], ["admin"], cluster["cluster_id"])


if __name__ == "__main__":
    run()
