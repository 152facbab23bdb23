# pip install huaweicloudsdkrocketmq
from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkrocketmq.v2 import ListUserRequest, RocketMQClient

client = (RocketMQClient.new_builder()
          .with_credentials(BasicCredentials("{key}", "{secret}", "0bec5db98280d2d02fd6c00c2de791ce"))
          .with_endpoint("{url}").build())
print(client.list_user(ListUserRequest(instance_id="68fdc9a8-805e-439d-8dd9-25adc1c58bf6")).users)
