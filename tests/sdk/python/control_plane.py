"""The control plane as a test suite uses it: many workers side by side on one server, each in a namespace of its own.

A worker has nothing but its access key, `test-ak~worker-7`: no set-up call, no header, no other base URL.
"""

import itertools
import threading

from harness import case, control, equal, raises, run, server, setting
from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkcore.exceptions.exceptions import ClientRequestException, ServerResponseException
from huaweicloudsdkrocketmq.v2 import (
    CreateUserRequest,
    DeleteUserRequest,
    ListInstancesRequest,
    ListUserRequest,
    RocketMQClient,
    ShowInstanceRequest,
    User,
)

PROJECT = setting("project", "0bec5db98280d2d02fd6c00c2de791ce")
INSTANCE = setting("instance", "68fdc9a8-805e-439d-8dd9-25adc1c58bf6")
UNKNOWN_INSTANCE = "00000000-0000-4000-8000-000000000000"
WORKERS = 50
ROUNDS = 4

_namespaces = itertools.count()


def client(namespace):
    credentials = BasicCredentials(f"{server.access_key}~{namespace}", server.secret_key, PROJECT)
    return RocketMQClient.new_builder().with_credentials(credentials).with_endpoint(server.base_url).build()


def fresh():
    """A namespace that nobody has used, and a client in it."""
    name = f"case-{next(_namespaces)}"
    return name, client(name)


def names(sdk):
    return [user.access_key for user in sdk.list_user(ListUserRequest(instance_id=INSTANCE, limit=50)).users]


def create(sdk, name):
    body = User(access_key=name, secret_key="Secret-0f-it")
    sdk.create_user(CreateUserRequest(instance_id=INSTANCE, body=body))


def delete(sdk, name):
    sdk.delete_user(DeleteUserRequest(instance_id=INSTANCE, user_name=name))


def has_operation(name):
    return name in next(row for row in control("GET", "providers") if row["id"] == "huawei-rocketmq")["operations"]


def in_parallel(work):
    """Runs `work(0)` to `work(WORKERS - 1)`, each in a thread, all at once; raises what went wrong first."""
    gate, failures = threading.Barrier(WORKERS), []

    def worker(number):
        try:
            gate.wait(30)
            work(number)
        except Exception as error:  # it is raised below, in the thread that the frame watches
            failures.append((number, error))

    threads = [threading.Thread(target=worker, args=(number,), daemon=True) for number in range(WORKERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(100)
        assert not thread.is_alive(), "a worker does not end"
    if failures:
        number, error = min(failures, key=lambda failure: failure[0])
        raise AssertionError(f"{len(failures)} of {WORKERS} workers failed; worker {number}: {type(error).__name__}: {error}")


@case
def fifty_workers_list_show_create_delete_and_reset_without_meeting_each_other():
    seed = names(client("default"))
    writes = has_operation("CreateUser") and has_operation("DeleteUser")

    def work(number):
        namespace = f"worker-{number}"
        sdk = client(namespace)
        for round in range(ROUNDS):
            equal(names(sdk), seed, f"worker {number}, round {round}")
            equal(sdk.show_instance(ShowInstanceRequest(instance_id=INSTANCE)).instance_id, INSTANCE)
            mine = f"user-of-{number}"
            if writes:
                create(sdk, mine)
                equal(names(sdk), [*seed, mine])
                delete(sdk, seed[0])
                equal(names(sdk), [*seed[1:], mine])
            instances = sdk.list_instances(ListInstancesRequest(engine="reliability")).instances
            assert INSTANCE in [instance.instance_id for instance in instances]
            # A user that a worker left behind would show in its next round, and in another's list at any time.
            dropped = control("POST", f"namespaces/{namespace}/reset")
            equal(dropped["dropped"]["huawei-rocketmq"], dropped["counts"]["huawei-rocketmq"])
        equal(names(sdk), seed)

    in_parallel(work)
    equal(names(client("default")), seed, "the default namespace")
    known = {row["name"] for row in control("GET", "namespaces")}
    assert {f"worker-{number}" for number in range(WORKERS)} <= known


@case
def faults_of_fifty_workers_stay_with_them():
    def work(number):
        namespace = f"faulty-{number}"
        sdk = client(namespace)
        if number % 2:
            rule = {"match": {"operation": "ListUser"}, "effect": {"error": "UserNotFound"}, "times": 2}
            control("POST", f"faults?namespace={namespace}", rule)
            for _ in range(2):
                raises(ClientRequestException, lambda: names(sdk), status_code=400, error_code="DMS.00500972")
        for _ in range(5):
            names(sdk)
        codes = [entry["status"] for entry in control("GET", f"journal?namespace={namespace}")["entries"]]
        equal(codes, [200] * 5 + [400] * (2 if number % 2 else 0), namespace)

    in_parallel(work)


@case
def an_error_of_the_catalogue_is_what_the_sdk_raises():
    name, sdk = fresh()
    control("POST", f"faults?namespace={name}", {"effect": {"error": "Internal"}, "times": 1})
    raises(ServerResponseException, lambda: names(sdk), status_code=500, error_code="DMS.00500000")
    names(sdk)


@case
def a_reserved_access_key_needs_no_set_up():
    credentials = BasicCredentials("rollcall-fault-AccessDenied~reserved", server.secret_key, PROJECT)
    sdk = RocketMQClient.new_builder().with_credentials(credentials).with_endpoint(server.base_url).build()
    raises(ClientRequestException, lambda: names(sdk), status_code=403, error_code="APIGW.0306")


@case
def a_reserved_instance_id_needs_no_set_up():
    _, sdk = fresh()
    request = ListUserRequest(instance_id="rollcall-fault-InstanceStatus")
    raises(ClientRequestException, lambda: sdk.list_user(request), status_code=400, error_code="DMS.00400026")


@case
def what_is_in_another_namespace_is_told_when_the_journal_is_read():
    name, sdk = fresh()
    control("PUT", f"namespaces/{name}", {"from": "empty"})
    raises(ClientRequestException, lambda: names(sdk), status_code=404, error_code="DMS.00404022")
    newest = control("GET", f"journal?namespace={name}&limit=1")["entries"][0]["id"]
    entry = control("GET", f"journal/{newest}")
    assert "default" in entry["found_in"], entry
    assert "exists in namespace" in entry["explanation"][-1], entry


@case
def a_snapshot_of_one_worker_starts_another():
    name, sdk = fresh()
    seed = names(sdk)
    document = {"project_id": PROJECT, "instance_id": INSTANCE, "users": [{"access_key": "from-the-seed", "secret_key": "Secret-0f-it"}]}
    control("POST", f"namespaces/{name}/seed", {"huawei-rocketmq": {"users": [document]}})
    equal(names(sdk), [*seed, "from-the-seed"])
    copy, other = fresh()
    control("PUT", f"namespaces/{copy}", {"from": name})
    equal(names(other), [*seed, "from-the-seed"])
    control("POST", f"reset?namespace={name}")
    equal((names(sdk), names(other)), (seed, [*seed, "from-the-seed"]))


@case
def calls_are_verified_by_count():
    name, sdk = fresh()
    names(sdk)
    raises(ClientRequestException, lambda: sdk.show_instance(ShowInstanceRequest(instance_id=UNKNOWN_INSTANCE)))
    for operation, count in (("ListUser", 1), ("ShowInstance", 1), ("ListInstances", 0)):
        question = {"match": {"operation": operation}, "count": {"exactly": count}}
        equal(control("POST", f"journal/verify?namespace={name}", question), {"found": count})


if __name__ == "__main__":
    run()
