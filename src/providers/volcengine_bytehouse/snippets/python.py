# pip install volcengine-python-sdk
import volcenginesdkcore
from volcenginesdkbytehousece20240831 import BYTEHOUSECE20240831Api, ListUsersRequest

configuration = volcenginesdkcore.Configuration()
configuration.ak, configuration.sk, configuration.region = "{key}", "{secret}", "cn-beijing"
configuration.host, configuration.scheme = "{host}", "{scheme}"
api = BYTEHOUSECE20240831Api(volcenginesdkcore.ApiClient(configuration))
print(api.list_users(ListUsersRequest(offset=0, limit=10)).data.users)
