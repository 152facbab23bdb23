// What stands on the Connect page. {url} {host} {hostname} {port} {key} {secret} and {namespace} are filled in.
const PROJECT = '0bec5db98280d2d02fd6c00c2de791ce';

// Provider, language, the package, the code.
export const SDKS = [
  ['aliyun-ehpc', 'Python', 'pip install alibabacloud-ehpc20180412', `from alibabacloud_ehpc20180412.client import Client
from alibabacloud_ehpc20180412.models import ListUsersAsyncRequest
from alibabacloud_tea_openapi.models import Config

client = Client(Config(access_key_id="{key}", access_key_secret="{secret}",
                       endpoint="{host}", protocol="{scheme}", region_id="cn-hangzhou"))
print(client.list_users_async(ListUsersAsyncRequest(cluster_id="ehpc-hz-vu7c2WkVGx")).body)
`],
  ['aliyun-ehpc', 'Node', 'npm install @alicloud/pop-core', `const { RPCClient } = require('@alicloud/pop-core');

const client = new RPCClient({ endpoint: '{url}', apiVersion: '2018-04-12',
                               accessKeyId: '{key}', accessKeySecret: '{secret}' });
client.request('ListUsersAsync', { ClusterId: 'ehpc-hz-vu7c2WkVGx' })
  .then(({ Users }) => console.log(Users.UserInfo));
`],
  ['aliyun-ehpc', 'Go', 'go get github.com/aliyun/alibaba-cloud-sdk-go', `config := sdk.NewConfig().WithScheme("{SCHEME}")
key := credentials.NewAccessKeyCredential("{key}", "{secret}")
client, err := ehpc.NewClientWithOptions("cn-hangzhou", config, key)
request := ehpc.CreateListUsersAsyncRequest()
request.SetDomain("{host}")
request.ClusterId = "ehpc-hz-vu7c2WkVGx"
`],
  ['volcengine-bytehouse', 'Python', 'pip install volcengine-python-sdk', `import volcenginesdkcore
from volcenginesdkbytehousece20240831 import BYTEHOUSECE20240831Api, ListUsersRequest

configuration = volcenginesdkcore.Configuration()
configuration.ak, configuration.sk, configuration.region = "{key}", "{secret}", "cn-beijing"
configuration.host, configuration.scheme = "{host}", "{scheme}"
api = BYTEHOUSECE20240831Api(volcenginesdkcore.ApiClient(configuration))
print(api.list_users(ListUsersRequest(offset=0, limit=10)).data.users)
`],
  ['volcengine-bytehouse', 'Node', 'npm install @volcengine/openapi', `const { Service } = require('@volcengine/openapi');

const service = new Service({ host: '{host}', protocol: '{scheme}:', serviceName: 'bytehouse_ce', region: 'cn-beijing',
                              defaultVersion: '2024-08-31', accessKeyId: '{key}', secretKey: '{secret}' });
service.createAPI('ListUsers')({ Limit: 10 }).then(({ Result }) => console.log(Result.Data.Users));
`],
  ['volcengine-bytehouse', 'Go', 'go get github.com/volcengine/volcengine-go-sdk', `config := volcengine.NewConfig().WithAkSk("{key}", "{secret}").WithEndpoint("{url}").WithRegion("cn-beijing")
answer, err := bytehousece20240831.New(session.Must(session.NewSession(config))).ListUsers(nil)
`],
  ['huawei-workspace', 'Python', 'pip install huaweicloudsdkworkspace', `from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkworkspace.v2 import ListUsersRequest, WorkspaceClient

client = (WorkspaceClient.new_builder()
          .with_credentials(BasicCredentials("{key}", "{secret}", "${PROJECT}"))
          .with_endpoint("{url}").build())
print(client.list_users(ListUsersRequest(limit="10")).users)
`],
  ['huawei-workspace', 'Node', 'npm install @huaweicloud/huaweicloud-sdk-core', `const { BasicCredentials } = require('@huaweicloud/huaweicloud-sdk-core/auth/BasicCredentials.js');
const { ClientBuilder } = require('@huaweicloud/huaweicloud-sdk-core/ClientBuilder.js');

const key = new BasicCredentials().withAk('{key}').withSk('{secret}').withProjectId('${PROJECT}');
const client = new ClientBuilder((connection) => connection).withCredential(key).withEndpoint('{url}').build();
client.sendRequest({ method: 'GET', url: '/v2/{project_id}/users', pathParams: { project_id: '${PROJECT}' },
                     queryParams: { limit: '10' }, data: {}, headers: {}, contentType: 'application/json' })
  .then(({ users }) => console.log(users));
`],
  ['huawei-workspace', 'Go', 'go get github.com/huaweicloud/huaweicloud-sdk-go-v3', `key, err := basic.NewCredentialsBuilder().WithAk("{key}").WithSk("{secret}").WithProjectId("${PROJECT}").SafeBuild()
built, err := workspace.WorkspaceClientBuilder().WithEndpoint("{url}").WithCredential(key).SafeBuild()
answer, err := workspace.NewWorkspaceClient(built).ListUsers(&model.ListUsersRequest{})
`],
  ['huawei-workspace', 'Java', 'com.huaweicloud.sdk:huaweicloud-sdk-workspace', `ICredential key = new BasicCredentials().withAk("{key}").withSk("{secret}").withProjectId("${PROJECT}");
WorkspaceClient client = WorkspaceClient.newBuilder().withCredential(key).withEndpoint("{url}").build();
client.listUsers(new ListUsersRequest());
`],
  ['huawei-rocketmq', 'Python', 'pip install huaweicloudsdkrocketmq', `from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkrocketmq.v2 import ListUserRequest, RocketMQClient

client = (RocketMQClient.new_builder()
          .with_credentials(BasicCredentials("{key}", "{secret}", "${PROJECT}"))
          .with_endpoint("{url}").build())
print(client.list_user(ListUserRequest(instance_id="68fdc9a8-805e-439d-8dd9-25adc1c58bf6")).users)
`],
  ['qingcloud-ehpc', 'Python', 'pip install qingcloud-sdk', `from qingcloud.iaas import APIConnection

connection = APIConnection("{key}", "{secret}", "jn1a", host="{hostname}", port={port}, protocol="{scheme}")
print(connection.send_request("HpcUserListUsers", {"cluster_id": "hpc-qig9xu97"}, url="/api/user", verb="GET"))
`],
];

// The operation that is signed for curl.
export const CURL = {
  'aliyun-ehpc': { operation: 'ListUsers', version: '2018-04-12', parameters: { query: { ClusterId: 'ehpc-hz-vu7c2WkVGx' } } },
  'volcengine-bytehouse': { operation: 'ListUsers' },
  'huawei-workspace': { operation: 'ListUsers', parameters: { path: { project_id: PROJECT } } },
  'huawei-rocketmq': { operation: 'ListInstances', parameters: { path: { project_id: PROJECT } } },
  'huawei-iam': { operation: 'KeystoneListProjects' },
  'qingcloud-ehpc': { operation: 'HpcUserListUsers', parameters: { query: { zone: 'jn1a', cluster_id: 'hpc-qig9xu97' } } },
};

// What official SDKs read from the environment: those of `rollcall env` that are not of one region each.
export const ENVIRONMENT = `ROLLCALL_URL={url}
ROLLCALL_NAMESPACE={namespace}
ROLLCALL_ACCESS_KEY={key}
ROLLCALL_SECRET_KEY={secret}
ALIBABA_CLOUD_ACCESS_KEY_ID={key}
ALIBABA_CLOUD_ACCESS_KEY_SECRET={secret}
ALIYUN_ACCESS_KEY_ID={key}
ALIYUN_ACCESS_KEY_SECRET={secret}
HUAWEICLOUD_SDK_AK={key}
HUAWEICLOUD_SDK_SK={secret}
HUAWEICLOUD_SDK_PROJECT_ID=${PROJECT}
HUAWEICLOUD_SDK_DOMAIN_ID=d78cbac186b744899480f25bd022f468
HUAWEICLOUD_SDK_IAM_ENDPOINT={url}
HUAWEICLOUD_SDK_STS_ENDPOINT={url}
HUAWEICLOUD_SDK_REGION_WORKSPACE_CN_NORTH_4={url}
HUAWEICLOUD_SDK_REGION_ROCKETMQ_CN_NORTH_4={url}
VOLCENGINE_ACCESS_KEY={key}
VOLCENGINE_SECRET_KEY={secret}
VOLC_ACCESSKEY={key}
VOLC_SECRETKEY={secret}
VOLCSTACK_ACCESS_KEY_ID={key}
VOLCSTACK_SECRET_ACCESS_KEY={secret}
`;

export const SHELL = 'eval "$(rollcall env --url {url} --namespace {namespace})"\n';

export const COMPOSE = `services:
  rollcall:
    image: OWNER/rollcall:0.1
    ports: ["127.0.0.1:4700:4700"]
    healthcheck: { test: ["CMD", "/rollcall", "health"], interval: 5s, start_period: 10s }
  app:
    image: your-app
    environment: { ROLLCALL_URL: "http://rollcall:4700", ROLLCALL_NAMESPACE: "{namespace}" }
    depends_on: { rollcall: { condition: service_healthy } }
`;

export const ACTIONS = `jobs:
  test:
    runs-on: ubuntu-latest
    services:
      rollcall:
        image: OWNER/rollcall:0.1
        ports: ["4700:4700"]
    env: { ROLLCALL_URL: "http://127.0.0.1:4700", ROLLCALL_NAMESPACE: "{namespace}" }
    steps:
      - uses: actions/checkout@v4
      - run: your-tests
`;
