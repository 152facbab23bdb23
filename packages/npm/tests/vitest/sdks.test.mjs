// Every official SDK for JavaScript, with the options that a namespace has for it, against strict signatures.
import OpenApiClient, { Config, OpenApiRequest, Params } from '@alicloud/openapi-client';
import pop from '@alicloud/pop-core';
import { RuntimeOptions } from '@alicloud/tea-util';
import { BasicCredentials } from '@huaweicloud/huaweicloud-sdk-core/auth/BasicCredentials.js';
import { Region } from '@huaweicloud/huaweicloud-sdk-core/region/region.js';
import { ListUserRequest, RocketMQClient } from '@huaweicloud/huaweicloud-sdk-rocketmq/v2/public-api.js';
import { Service } from '@volcengine/openapi';
import { Client as VolcengineClient, Command } from '@volcengine/sdk-core';
import { expect, testWith } from 'rollcall-mock/vitest';

const CLUSTER = 'ehpc-hz-vu7c2WkVGx';
const INSTANCE = '68fdc9a8-805e-439d-8dd9-25adc1c58bf6';
const test = testWith({ auth: 'strict' });

test.concurrent('@alicloud/pop-core sees an error twice, then users', async ({ rollcall }) => {
  const client = new pop.RPCClient({ ...rollcall.aliyun, apiVersion: '2018-04-12' });
  const list = () => client.request('ListUsersAsync', { ClusterId: CLUSTER });
  const outage = await rollcall.fail('aliyun-ehpc', 'ListUsersAsync', { error: 'ServiceUnavailable', times: 2 });
  await expect(list()).rejects.toMatchObject({ code: 'ServiceUnavailable' });
  await expect(list()).rejects.toMatchObject({ code: 'ServiceUnavailable' });
  expect((await list()).Users.UserInfo[0].Name).toBe('testuser');
  expect(await rollcall.expectCalls('aliyun-ehpc', 'ListUsersAsync', { exactly: 3 })).toBe(3);
  await outage.remove();
});

test.concurrent('@alicloud/openapi-client lists users', async ({ rollcall }) => {
  const client = new OpenApiClient(new Config(rollcall.aliyunOpenapi));
  const params = new Params({
    ...{ action: 'ListUsersAsync', version: '2018-04-12', protocol: 'HTTP', pathname: '/', method: 'GET' },
    ...{ authType: 'AK', style: 'RPC', reqBodyType: 'formData', bodyType: 'json' },
  });
  const { body } = await client.callApi(params, new OpenApiRequest({ query: { ClusterId: CLUSTER } }), new RuntimeOptions({}));
  expect(body.Users.UserInfo[0].Name).toBe('testuser');
  await rollcall.expectCalls('aliyun-ehpc', 'ListUsersAsync', 1, { status: 200 });
});

test.concurrent('@huaweicloud/huaweicloud-sdk-rocketmq lists users', async ({ rollcall }) => {
  const { huawei } = rollcall;
  const client = RocketMQClient.newBuilder().withCredential(new BasicCredentials(huawei)).withEndpoint(huawei.endpoint).build();
  const { users } = await client.listUser(new ListUserRequest(INSTANCE));
  expect(users[0].access_key).toBe('test_01');
  await rollcall.expectCalls('huawei-rocketmq', 'ListUser', 1, { status: 200 });
});

test.concurrent('@huaweicloud/huaweicloud-sdk-core looks its project up in IAM', async ({ rollcall }) => {
  const { ak, sk, iamEndpoint, endpoint } = rollcall.huawei;
  const credential = new BasicCredentials({ ak, sk, iamEndpoint });
  const client = RocketMQClient.newBuilder().withCredential(credential).withRegion(new Region(rollcall.huawei.region, endpoint)).build();
  await client.listUser(new ListUserRequest(INSTANCE));
  expect(credential.projectId).toBe(rollcall.huawei.projectId);
  expect((await rollcall.calls('huawei-iam')).length).toBeGreaterThan(0);
});

test.concurrent('@volcengine/openapi lists users', async ({ rollcall }) => {
  const service = new Service(rollcall.volcengine);
  const { Result } = await service.createAPI('ListUsers')({});
  expect(Result.Data.Users[0].Username).toBe('user1');
  await rollcall.expectCalls('volcengine-bytehouse', 'ListUsers', 1, { status: 200 });
});

test.concurrent('@volcengine/sdk-core lists users', async ({ rollcall }) => {
  const client = new VolcengineClient(rollcall.volcengineCore);
  const command = new Command({ Offset: 0, Limit: 3 });
  const params = { Action: 'ListUsers', Version: '2024-08-31' };
  command.requestConfig = { method: 'GET', serviceName: 'bytehouse_ce', pathname: '/', contentType: 'application/json', params };
  const { Result } = await client.send(command);
  expect(Result.Data.Users.map((user) => user.Username)).toEqual(['user1', 'dba', 'alice.chen']);
  await rollcall.expectCalls('volcengine-bytehouse', 'ListUsers', { atLeast: 1 }, { status: 200 });
});

test.concurrent('a wrong secret is refused, so what passed above was signed', async ({ rollcall }) => {
  const client = new pop.RPCClient({ ...rollcall.aliyun, accessKeySecret: 'wrong', apiVersion: '2018-04-12' });
  await expect(client.request('ListUsersAsync', { ClusterId: CLUSTER })).rejects.toThrow(/signature|Signature/);
});
