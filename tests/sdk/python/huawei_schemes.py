# sdk: huaweicloudsdkworkspace
"""Huawei's Python SDK as it may be configured: its signing algorithms, and where its keys and addresses come from.

huaweicloudsdkcore 3.1.219 through the client of Workspace.
"""

import os
import tempfile

from harness import case, equal, run, server, setting
from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkcore.auth.provider import CredentialProviderChain, EnvCredentialProvider, ProfileCredentialProvider
from huaweicloudsdkcore.http.http_config import HttpConfig
from huaweicloudsdkcore.region.region import Region
from huaweicloudsdkcore.signer.algorithm import SigningAlgorithm
from huaweicloudsdkworkspace.v2 import (
    CreateUserRequest,
    CreateDesktopUserRequest,
    DeleteUserRequest,
    ListUsersRequest,
    WorkspaceClient,
)

PROJECT = setting("project", "0bec5db98280d2d02fd6c00c2de791ce")


def key(secret_key=None):
    return BasicCredentials(server.access_key, secret_key or server.secret_key, PROJECT)


def with_algorithm(algorithm, secret_key=None):
    config = HttpConfig.get_default_config()
    config.signing_algorithm = algorithm
    builder = WorkspaceClient.new_builder().with_http_config(config).with_credentials(key(secret_key))
    return builder.with_endpoint(server.base_url).build()


def derived(secret_key=None):
    """A client of a private cloud, where the SDK derives its key for a region and a service."""
    credentials = key(secret_key).with_derived_predicate(lambda request: True)
    credentials._process_derived_auth_params("workspace", "cn-north-4")
    return WorkspaceClient.new_builder().with_credentials(credentials).with_endpoint(server.base_url).build()


def awkward(client):
    """A list whose parameters every encoder writes in its own way."""
    return client.list_users(ListUsersRequest(limit=2, description="测试 user+a/b~*"))


def lives(client, name):
    """A body, an id in the path and no body at all."""
    user = CreateUserRequest(user_name=name, user_email="a@example.com", description="研发部")
    created = client.create_desktop_user(CreateDesktopUserRequest(body=user))
    equal(client.delete_user(DeleteUserRequest(user_id=created.id)).status_code, 204)


@case
def sm3_signs_queries_bodies_and_deletions():
    client = with_algorithm(SigningAlgorithm.HMAC_SM3)
    equal(awkward(client).status_code, 200)
    lives(client, "sm3-user")


@case
def a_derived_key_signs_queries_bodies_and_deletions():
    client = derived()
    equal(awkward(client).status_code, 200)
    lives(client, "derived-user")


def listed(credentials):
    client = WorkspaceClient.new_builder().with_credentials(credentials).with_endpoint(server.base_url).build()
    assert client.list_users(ListUsersRequest(limit=2)).total_count >= 2


class Environment:
    """Variables that are set for a while."""

    def __init__(self, **variables):
        self.variables = variables

    def __enter__(self):
        os.environ.update(self.variables)

    def __exit__(self, *_):
        for name in self.variables:
            del os.environ[name]


@case
def keys_come_from_the_environment():
    variables = {"AK": server.access_key, "SK": server.secret_key, "PROJECT_ID": PROJECT}
    with Environment(**{f"HUAWEICLOUD_SDK_{name}": value for name, value in variables.items()}):
        listed(EnvCredentialProvider.get_basic_credential_env_provider().get_credentials())
        listed(CredentialProviderChain.get_basic_credential_provider_chain().get_credentials())


@case
def keys_come_from_a_profile():
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "credentials")
        with open(path, "w", encoding="utf-8") as file:
            file.write(f"[basic]\nak = {server.access_key}\nsk = {server.secret_key}\nproject_id = {PROJECT}\n")
        with Environment(HUAWEICLOUD_SDK_CREDENTIALS_FILE=path):
            listed(ProfileCredentialProvider.get_basic_credential_profile_provider().get_credentials())


@case
def an_address_comes_from_a_file_of_regions():
    from huaweicloudsdkworkspace.v2.region.workspace_region import WorkspaceRegion

    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "regions.yaml")
        with open(path, "w", encoding="utf-8") as file:
            file.write(f"WORKSPACE:\n  - id: 'rollcall-1'\n    endpoint: '{server.base_url}'\n")
        with Environment(HUAWEICLOUD_SDK_REGIONS_FILE=path):
            region = WorkspaceRegion.value_of("rollcall-1")
    assert isinstance(region, Region), region
    client = WorkspaceClient.new_builder().with_credentials(key()).with_region(region).build()
    assert client.list_users(ListUsersRequest(limit=2)).total_count >= 2


if __name__ == "__main__":
    run()
