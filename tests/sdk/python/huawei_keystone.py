# sdk: keystoneauth1 huawei-iam
"""Keystone clients: keystoneauth1 5.18.1 and openstacksdk 4.22.0 log in, discover the version and find services."""

from harness import case, equal, run, server, setting
from keystoneauth1 import session
from keystoneauth1.identity import v3
from keystoneauth1.identity.generic import Password
from openstack.connection import Connection

PROJECT = setting("project", "0bec5db98280d2d02fd6c00c2de791ce")
REGION = setting("region", "cn-north-4")
LOGIN = dict(
    username=setting("iam_user", "IAMUser"),
    password=setting("iam_password", "IAMPassword"),
    user_domain_name=setting("domain_name", "IAMDomain"),
)


def sessions():
    """By the version that is discovered at the address, and by one that is named in it."""
    yield session.Session(auth=Password(auth_url=server.base_url, project_id=PROJECT, **LOGIN))
    yield session.Session(auth=v3.Password(auth_url=f"{server.base_url}/v3", project_id=PROJECT, **LOGIN))


@case
def every_service_is_in_the_catalogue():
    for found in sessions():
        services = found.auth.get_access(found).service_catalog.catalog
        equal([service["type"] for service in services], ["workspace", "dms", "iam"])
        for kind in ("workspace", "dms"):
            url = found.get_endpoint(service_type=kind, region_name=REGION, interface="public")
            equal(url, f"{server.base_url}/v2/{PROJECT}")


@case
def users_are_listed_through_the_catalogue():
    for found in sessions():
        filter = {"service_type": "workspace", "region_name": REGION, "interface": "public"}
        users = found.get("/users?limit=2", endpoint_filter=filter).json()["users"]
        equal(len(users), 2)
        filter["service_type"] = "dms"
        equal(found.get("/instances?limit=1", endpoint_filter=filter).json()["instances"][0]["engine"], "reliability")


@case
def openstacksdk_connects_and_lists_the_catalogue():
    connection = Connection(
        auth=dict(auth_url=server.base_url, project_id=PROJECT, **LOGIN), region_name=REGION, auth_type="password"
    )
    equal([service["type"] for service in connection.service_catalog], ["workspace", "dms", "iam"])
    equal(connection.current_project_id, PROJECT)


if __name__ == "__main__":
    run()
