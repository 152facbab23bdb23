import pop from '@alicloud/pop-core';
import { Config } from '@alicloud/openapi-client';
import { start, Namespace, type Call, type Fault, type FaultOptions, type NamespaceOptions, type Rollcall, type StartOptions } from 'rollcall-mock';
import { useRollcall } from 'rollcall-mock/jest';
import setup from 'rollcall-mock/jest-setup';
import teardown from 'rollcall-mock/jest-teardown';

const options: StartOptions = { args: ['--auth', 'strict'], seed: 'empty', auth: { 'aliyun-ehpc': 'off', '*': 'strict' }, clock: new Date() };
await using rollcall: Rollcall = await start(options);
const other: Namespace = await rollcall.namespace({ name: 'suite7', seed: { credentials: [] }, auth: 'lenient' });
const there: Namespace = new Namespace(rollcall.url, 'default');
const { url, name, accessKey, secretKey }: { url: string; name: string; accessKey: string; secretKey: string } = other;

{
  await using outage: Fault = await other.fail('aliyun-ehpc', 'ListUsersAsync', { error: 'ServiceUnavailable', times: 2 });
  const id: number = outage.id;
  await outage.remove();
  console.log(id);
}
const late: FaultOptions = { delay: ['100ms', 2000], probability: 0.5, params: { limit: 7 } };
await other.fail('*', '*', late);
const found: number = await other.expectCalls('huawei-rocketmq', 'ListUser', { atLeast: 1 }, { wait: 500 });
await other.expectCalls('huawei-rocketmq', 'ListUser', 3);
const calls: Call[] = await other.calls('aliyun-ehpc', '*', { stage: 'gateway' });
await other.seed(new URL('file:///seed.json'));
await other.reset('empty');
await other.clock.freeze('2026-01-02T03:04:05Z');
const now: string = (await other.clock.advance('1h')).now;
await other.settings({ auth: 'strict', async_polls: 2 });
await other.drop();

new pop({ ...rollcall.aliyun, apiVersion: '2018-04-12' });
new Config(rollcall.aliyunOpenapi);
const jest: Namespace = useRollcall({ seed: 'seed.json' } satisfies NamespaceOptions);
const hooks: Promise<void>[] = [setup(), teardown()];
console.log(url, name, accessKey, secretKey, found, calls, now, there, jest, hooks);

// @ts-expect-error There is no such provider.
await other.fail('aliyun', 'ListUsersAsync', { error: 'ServiceUnavailable' });
// @ts-expect-error It is called times.
await other.fail('aliyun-ehpc', 'ListUsersAsync', { error: 'ServiceUnavailable', time: 2 });
// @ts-expect-error A count is wanted.
await other.expectCalls('aliyun-ehpc', 'ListUsersAsync');
// @ts-expect-error There is no such mode.
await start({ auth: 'loose' });
// @ts-expect-error It cannot be set.
other.name = 'x';
// @ts-expect-error Nothing else is exported.
await import('rollcall-mock/lib/server.cjs');
