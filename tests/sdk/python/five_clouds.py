"""Five clouds side by side: 50 workers, each with its own key in a namespace of its own, live in all of them at once.

No worker makes a set-up call; what tells one from another is the access key, `test-ak~worker-7`. The faults of one namespace are
met by that worker's SDKs alone: Volcengine's asks again, Alibaba's raises.
"""

import threading

import volcenginesdkcore
from alibabacloud_ehpc20180412 import models as ehpc
from alibabacloud_ehpc20180412.client import Client as EhpcClient
from alibabacloud_tea_openapi.exceptions import ServerException
from alibabacloud_tea_openapi.utils_models import Config
from harness import case, control, equal, raises, run, server, setting
from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkrocketmq import v2 as rocketmq
from huaweicloudsdkworkspace import v2 as workspace
from qingcloud.iaas.connection import APIConnection
from volcenginesdkbytehousece20240831 import BYTEHOUSECE20240831Api, models as bytehouse

PROJECT = setting("project", "0bec5db98280d2d02fd6c00c2de791ce")
INSTANCE = setting("instance", "0d3f1c52-6f0e-4c43-9a55-5b1d6f5c5000")
EHPC_CLUSTER = setting("cluster", "ehpc-hz-vu7c2WkVGx")
HPC_CLUSTER = setting("hpc_cluster", "ehpc-8jqdq0mz")
WORKERS = 50
ROUNDS = 2


class Aliyun:
    def __init__(self, key):
        config = Config(access_key_id=key, access_key_secret=server.secret_key, endpoint=server.address, protocol=server.scheme)
        self.sdk = EhpcClient(config)

    def names(self):
        page = self.sdk.list_users(ehpc.ListUsersRequest(cluster_id=EHPC_CLUSTER, page_size=50)).body
        return [user.name for user in page.users.user_info]

    def create(self, name):
        user = ehpc.AddUsersRequestUser(name=name, group="users", password="Aa1!aaaa")
        self.sdk.add_users(ehpc.AddUsersRequest(cluster_id=EHPC_CLUSTER, user=[user]))

    def delete(self, name):
        user = ehpc.DeleteUsersRequestUser(name=name)
        self.sdk.delete_users(ehpc.DeleteUsersRequest(cluster_id=EHPC_CLUSTER, user=[user]))


class Bytehouse:
    """There is no create: a user is changed and deleted instead."""

    create = None

    def __init__(self, key):
        configuration = volcenginesdkcore.Configuration()
        configuration.ak, configuration.sk, configuration.region = key, server.secret_key, "cn-beijing"
        configuration.host, configuration.scheme = server.address, server.scheme
        self.sdk = BYTEHOUSECE20240831Api(volcenginesdkcore.ApiClient(configuration))

    def users(self):
        return self.sdk.list_users(bytehouse.ListUsersRequest(limit=100)).data.users

    def names(self):
        return [user.username for user in self.users()]

    def delete(self, name):
        user_id = next(user.user_id for user in self.users() if user.username == name)
        self.sdk.delete_user(bytehouse.DeleteUserRequest(user_id=user_id))


class Huawei:
    def __init__(self, client, key):
        credentials = BasicCredentials(key, server.secret_key, PROJECT)
        self.sdk = client.new_builder().with_credentials(credentials).with_endpoint(server.base_url).build()


class Rocketmq(Huawei):
    def __init__(self, key):
        super().__init__(rocketmq.RocketMQClient, key)

    def names(self):
        page = self.sdk.list_user(rocketmq.ListUserRequest(instance_id=INSTANCE, limit=50))
        return [user.access_key for user in page.users]

    def create(self, name):
        user = rocketmq.User(access_key=name, secret_key="Secret-0f-it")
        self.sdk.create_user(rocketmq.CreateUserRequest(instance_id=INSTANCE, body=user))

    def delete(self, name):
        self.sdk.delete_user(rocketmq.DeleteUserRequest(instance_id=INSTANCE, user_name=name))


class Workspace(Huawei):
    def __init__(self, key):
        super().__init__(workspace.WorkspaceClient, key)

    def users(self):
        return self.sdk.list_users(workspace.ListUsersRequest()).users

    def names(self):
        return [user.user_name for user in self.users()]

    def create(self, name):
        body = workspace.CreateUserRequest(user_name=name, user_email=f"{name}@example.com")
        self.sdk.create_desktop_user(workspace.CreateDesktopUserRequest(body=body))

    def delete(self, name):
        user_id = next(user.id for user in self.users() if user.user_name == name)
        self.sdk.delete_user(workspace.DeleteUserRequest(user_id=user_id))


class Qingcloud:
    def __init__(self, key):
        self.sdk = APIConnection(key, server.secret_key, "jn1a", host=server.host, port=server.port, protocol=server.scheme)

    def send(self, operation, verb, **parameters):
        answer = self.sdk.send_request("Hpc", {"cluster_id": HPC_CLUSTER, **parameters}, url=f"/api/user{operation}", verb=verb)
        equal(answer["ret_code"], 0)
        return answer

    def names(self):
        return [user["username"] for user in self.send("", "GET", limit=100)["users_set"]]

    def create(self, name):
        self.send("/addUser", "POST", username=name, password="kUISjs@kkkkkk!1")

    def delete(self, name):
        self.send("/deleteUser", "POST", username=name)


#: SDK_WITHOUT names clouds that the way to the server does not lead to, as `Qingcloud`.
WITHOUT = setting("without", "").split(",")
CLOUDS = [cloud for cloud in [Aliyun, Bytehouse, Rocketmq, Workspace, Qingcloud] if cloud.__name__ not in WITHOUT]


def key(namespace):
    return f"{server.access_key}~{namespace}"


@case
def fifty_workers_live_in_all_five_clouds_without_meeting_each_other():
    seeds = {cloud: cloud(key("untouched")).names() for cloud in CLOUDS}
    gate, failures = threading.Barrier(WORKERS), []

    def live(number):
        namespace = f"all-{number}"
        clouds = [cloud(key(namespace)) for cloud in CLOUDS]
        gate.wait(60)
        for round in range(ROUNDS):
            for cloud in clouds:
                seed = seeds[type(cloud)]
                equal(cloud.names(), seed, f"{type(cloud).__name__}, worker {number}, round {round}")
                name = f"wk{number:02}user"
                if cloud.create:
                    cloud.create(name)
                    equal(sorted(cloud.names()), sorted([*seed, name]))
                    cloud.delete(name)
                else:
                    cloud.delete("wang_fang")
                    equal(cloud.names(), [other for other in seed if other != "wang_fang"])
                if cloud.create:
                    # Left behind, for the reset to take away.
                    cloud.create(name)
            control("POST", f"namespaces/{namespace}/reset")
        for cloud in clouds:
            equal(cloud.names(), seeds[type(cloud)], "after the last reset")

    def worker(number):
        try:
            live(number)
        except Exception as error:  # raised below, in the thread that the frame watches
            failures.append(f"worker {number}: {type(error).__name__}: {error}")

    threads = [threading.Thread(target=worker, args=(number,), daemon=True) for number in range(WORKERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(110)
        assert not thread.is_alive(), "a worker does not end"
    equal(failures, [])
    for cloud, seed in seeds.items():
        equal(cloud(key("untouched")).names(), seed, "another namespace")


def unavailable_twice(namespace, provider):
    rule = {"match": {"provider": provider}, "effect": {"error": "ServiceUnavailable"}, "times": 2}
    control("POST", f"faults?namespace={namespace}", rule)


def statuses(namespace):
    return [entry["status"] for entry in control("GET", f"journal?namespace={namespace}")["entries"]][::-1]


@case
def volcengine_unavailable_twice_is_asked_again_and_answers():
    unavailable_twice("asks-again", "volcengine-bytehouse")
    assert "user1" in Bytehouse(key("asks-again")).names()
    equal(statuses("asks-again"), [503, 503, 200])


@case
def alibaba_unavailable_twice_raises_twice_and_then_answers():
    unavailable_twice("raises", "aliyun-ehpc")
    cloud = Aliyun(key("raises"))
    for _ in range(2):
        raises(ServerException, cloud.names, code="ServiceUnavailable", status_code=503)
    assert "testuser" in cloud.names()
    equal(statuses("raises"), [503, 503, 200])


if __name__ == "__main__":
    run()
