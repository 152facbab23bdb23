// The same from an ES module (node --experimental-vm-modules), with the SDK that jest cannot load in any other way.
import { Client, Command } from '@volcengine/sdk-core';
import { useRollcall } from 'rollcall-mock/jest';

const rollcall = useRollcall({ auth: 'strict' });

test('@volcengine/sdk-core lists users', async () => {
  const client = new Client(rollcall.volcengineCore);
  const command = new Command({ Offset: 0, Limit: 3 });
  const params = { Action: 'ListUsers', Version: '2024-08-31' };
  command.requestConfig = { method: 'GET', serviceName: 'bytehouse_ce', pathname: '/', contentType: 'application/json', params };
  const { Result } = await client.send(command);
  expect(Result.Data.Users.map((user) => user.Username)).toEqual(['user1', 'dba', 'alice.chen']);
  await rollcall.expectCalls('volcengine-bytehouse', 'ListUsers', 1, { status: 200 });
});
