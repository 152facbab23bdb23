# pip install alibabacloud-ehpc20180412
from alibabacloud_ehpc20180412.client import Client
from alibabacloud_ehpc20180412.models import ListUsersAsyncRequest
from alibabacloud_tea_openapi.models import Config

client = Client(Config(access_key_id="{key}", access_key_secret="{secret}",
                       endpoint="{host}", protocol="{scheme}", region_id="cn-hangzhou"))
print(client.list_users_async(ListUsersAsyncRequest(cluster_id="ehpc-hz-vu7c2WkVGx")).body)
