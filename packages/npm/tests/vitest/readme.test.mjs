import pop from '@alicloud/pop-core';
import { expect, test } from 'rollcall-mock/vitest';
test('lists users', async ({ rollcall }) => {
  const client = new pop.RPCClient({ ...rollcall.aliyun, apiVersion: '2018-04-12' });
  const { Users } = await client.request('ListUsersAsync', { ClusterId: 'ehpc-hz-vu7c2WkVGx' });
  expect(Users.UserInfo[0].Name).toBe('testuser');
});
