# pip install huaweicloudsdkworkspace
from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkworkspace.v2 import ListUsersRequest, WorkspaceClient

client = (WorkspaceClient.new_builder()
          .with_credentials(BasicCredentials("{key}", "{secret}", "0bec5db98280d2d02fd6c00c2de791ce"))
          .with_endpoint("{url}").build())
print(client.list_users(ListUsersRequest(limit="10")).users)
