"""The settings of each official SDK, under its own names: keyword arguments, and environment variables."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

#: The project of the demo data. In a namespace without data, any project exists.
HUAWEI_PROJECT = "0bec5db98280d2d02fd6c00c2de791ce"
HUAWEI_REGION = "cn-north-4"
ALIYUN_REGION = "cn-hangzhou"
VOLCENGINE_REGION = "cn-beijing"
QINGCLOUD_ZONE = "jn1a"


class Address:
    """The parts of a server's address that SDKs need."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self.url = url
        self.scheme = parts.scheme
        #: `host:port`.
        self.netloc = parts.netloc
        self.host = parts.hostname or ""
        self.port = parts.port or (443 if parts.scheme == "https" else 80)


def aliyun(address: Address, access_key: str, secret_key: str) -> dict[str, Any]:
    return {
        "access_key_id": access_key,
        "access_key_secret": secret_key,
        "endpoint": address.netloc,
        "protocol": address.scheme,
        "region_id": ALIYUN_REGION,
    }


def aliyun_legacy(address: Address, access_key: str, secret_key: str) -> dict[str, Any]:
    return {"ak": access_key, "secret": secret_key, "region_id": ALIYUN_REGION, "port": address.port}


def huawei(access_key: str, secret_key: str) -> dict[str, Any]:
    return {"ak": access_key, "sk": secret_key, "project_id": HUAWEI_PROJECT}


def volcengine(address: Address, access_key: str, secret_key: str) -> dict[str, Any]:
    return {
        "ak": access_key,
        "sk": secret_key,
        "region": VOLCENGINE_REGION,
        "host": address.netloc,
        "scheme": address.scheme,
    }


def qingcloud(address: Address, access_key: str, secret_key: str) -> dict[str, Any]:
    return {
        "qy_access_key_id": access_key,
        "qy_secret_access_key": secret_key,
        "zone": QINGCLOUD_ZONE,
        "host": address.host,
        "port": address.port,
        "protocol": address.scheme,
    }


def variables(address: Address, namespace: str, access_key: str, secret_key: str) -> dict[str, str | None]:
    """The environment variables that SDKs and Terraform read; None for one that must be unset."""
    from ._catalogue import variables

    terraform = {
        "HW_ACCESS_KEY": access_key,
        "HW_SECRET_KEY": secret_key,
        "HW_PROJECT_ID": HUAWEI_PROJECT,
        "HW_REGION_NAME": HUAWEI_REGION,
        "HW_AUTH_URL": f"{address.url}/v3",
    }
    values = {"url": address.url, "namespace": namespace, "access_key": access_key, "secret_key": secret_key}
    return {**variables(values), **terraform}
