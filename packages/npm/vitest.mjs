// For tests with vitest: its `test` with the fixture `rollcall`, a namespace for each test.
import { inject, test as base } from 'vitest';

import namespaces from './lib/namespace.cjs';
import server from './lib/server.cjs';

export * from 'vitest';

let own;

/** The server of the run. Without a globalSetup, this worker starts its own, which ends with it. */
async function where() {
  const { url } = inject('rollcall') ?? {};
  if (url) return url;
  own ??= server.connect();
  return (await own).control.url;
}

async function namespace(options, use, task) {
  const fresh = await namespaces.Namespace.create(await where(), options);
  await use(fresh);
  // Before it is dropped, and not in onTestFailed, which comes after.
  if (task?.result?.state === 'fail') console.error(await namespaces.report(fresh));
  await fresh.drop();
}

export const test = base.extend({
  rollcall: ({ task }, use) => namespace({}, use, task),
  rollcallWorker: [({}, use) => namespace({}, use), { scope: 'worker' }],
});
export const it = test;

/** A `test` whose namespaces start with these options. */
export const testWith = (options) => test.extend({ rollcall: ({ task }, use) => namespace(options, use, task) });
