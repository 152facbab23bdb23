const { RPCClient } = require('@alicloud/pop-core');
const { useRollcall } = require('rollcall-mock/jest');
const rollcall = useRollcall();
test('lists users', async () => {
  const client = new RPCClient({ ...rollcall.aliyun, apiVersion: '2018-04-12' });
  const { Users } = await client.request('ListUsersAsync', { ClusterId: 'ehpc-hz-vu7c2WkVGx' });
  expect(Users.UserInfo[0].Name).toBe('testuser');
});
