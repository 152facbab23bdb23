// Every official SDK for JavaScript, with the options that a namespace has for it, against strict signatures.
'use strict';

const { default: OpenApiClient, Config, OpenApiRequest, Params } = require('@alicloud/openapi-client');
const { RPCClient } = require('@alicloud/pop-core');
const { RuntimeOptions } = require('@alicloud/tea-util');
const { BasicCredentials } = require('@huaweicloud/huaweicloud-sdk-core/auth/BasicCredentials.js');
const { ListUserRequest, RocketMQClient } = require('@huaweicloud/huaweicloud-sdk-rocketmq/v2/public-api.js');
const { Service } = require('@volcengine/openapi');
const { useRollcall } = require('rollcall-mock/jest');

const CLUSTER = 'ehpc-hz-vu7c2WkVGx';
const INSTANCE = '68fdc9a8-805e-439d-8dd9-25adc1c58bf6';
const rollcall = useRollcall({ auth: 'strict' });

test('@alicloud/pop-core sees an error twice, then users', async () => {
  const client = new RPCClient({ ...rollcall.aliyun, apiVersion: '2018-04-12' });
  const list = () => client.request('ListUsersAsync', { ClusterId: CLUSTER });
  await rollcall.fail('aliyun-ehpc', 'ListUsersAsync', { error: 'ServiceUnavailable', times: 2 });
  await expect(list()).rejects.toMatchObject({ code: 'ServiceUnavailable' });
  await expect(list()).rejects.toMatchObject({ code: 'ServiceUnavailable' });
  expect((await list()).Users.UserInfo[0].Name).toBe('testuser');
  await rollcall.expectCalls('aliyun-ehpc', 'ListUsersAsync', { exactly: 3 });
});

test('@alicloud/openapi-client lists users', async () => {
  const client = new OpenApiClient(new Config(rollcall.aliyunOpenapi));
  const params = new Params({
    ...{ action: 'ListUsersAsync', version: '2018-04-12', protocol: 'HTTP', pathname: '/', method: 'GET' },
    ...{ authType: 'AK', style: 'RPC', reqBodyType: 'formData', bodyType: 'json' },
  });
  const { body } = await client.callApi(params, new OpenApiRequest({ query: { ClusterId: CLUSTER } }), new RuntimeOptions({}));
  expect(body.Users.UserInfo[0].Name).toBe('testuser');
  await rollcall.expectCalls('aliyun-ehpc', 'ListUsersAsync', 1, { status: 200 });
});

test('@huaweicloud/huaweicloud-sdk-rocketmq lists users', async () => {
  const { huawei } = rollcall;
  const client = RocketMQClient.newBuilder().withCredential(new BasicCredentials(huawei)).withEndpoint(huawei.endpoint).build();
  const { users } = await client.listUser(new ListUserRequest(INSTANCE));
  expect(users[0].access_key).toBe('test_01');
  await rollcall.expectCalls('huawei-rocketmq', 'ListUser', 1, { status: 200 });
});

test('@volcengine/openapi lists users', async () => {
  const { Result } = await new Service(rollcall.volcengine).createAPI('ListUsers')({});
  expect(Result.Data.Users[0].Username).toBe('user1');
  await rollcall.expectCalls('volcengine-bytehouse', 'ListUsers', 1, { status: 200 });
});
