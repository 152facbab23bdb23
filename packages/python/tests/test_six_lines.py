from alibabacloud_ehpc20180412 import client, models
from alibabacloud_tea_openapi.models import Config

def test_the_users_of_a_cluster(rollcall):
    request = models.ListUsersAsyncRequest(cluster_id="ehpc-hz-vu7c2WkVGx")
    assert client.Client(Config(**rollcall.aliyun)).list_users_async(request).body.users.user_info[0].name
