import { expect, inject, it, test, testWith } from 'rollcall-mock/vitest';
import setup from 'rollcall-mock/vitest-setup';
import type { Namespace } from 'rollcall-mock';
import { defineConfig } from 'vitest/config';
import type { TestProject } from 'vitest/node';

export default defineConfig({ test: { globalSetup: ['rollcall-mock/vitest-setup'] } });
export const own = (project: TestProject): Promise<() => Promise<void>> => setup(project);

test('a namespace', async ({ rollcall, rollcallWorker }) => {
  const shared: Namespace = rollcallWorker;
  await using outage = await rollcall.fail('aliyun-ehpc', 'ListUsersAsync', { error: 'ServiceUnavailable' });
  expect(inject('rollcall').url).toBe(rollcall.url);
  expect(shared.name).not.toBe(rollcall.name);
  await outage.remove();
});
it.concurrent('another', async ({ rollcall }) => void rollcall.name);
testWith({ seed: 'empty' })('one with options', async ({ rollcall }) => void (await rollcall.calls()));
test.extend<{ user: string }>({ user: 'alice' })('one with more', ({ rollcall, user }) => void [rollcall.name, user]);
// @ts-expect-error There is no such fixture.
test('none', ({ nonsense }) => nonsense);
// @ts-expect-error There is no such option.
testWith({ seeds: 'empty' });
