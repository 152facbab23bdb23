// The test runners as processes: killed ones leave no server behind, a fixture costs little, a failure shows its calls.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import test, { describe } from 'node:test';

import { childrenOf, environment, isAlive, run, scratch, until } from '../node/support.mjs';

const ROOT = path.resolve('.');
const VITEST = [path.join(ROOT, 'node_modules/vitest/vitest.mjs'), 'run'];
const JEST = [path.join(ROOT, 'node_modules/jest/bin/jest.js')];
const kill = path.join(ROOT, 'runners/kill');

describe('a killed runner leaves no server behind', () => {
  for (const [name, command] of Object.entries({ vitest: [...VITEST, '--root', kill], jest: [...JEST, '--rootDir', kill] })) {
    test(name, async (context) => {
      const up = path.join(scratch(context), 'up');
      const runner = spawn(process.execPath, command, { cwd: kill, env: environment({ UP: up }), stdio: 'ignore', detached: true });
      // Its workers are in its group; the server is not.
      context.after(() => {
        try {
          process.kill(-runner.pid, 'SIGKILL');
        } catch {
          // All have ended by themselves.
        }
      });
      assert.ok(await until(() => fs.existsSync(up) && fs.readFileSync(up, 'utf8') !== '', 20_000), 'the test did not start');
      const url = fs.readFileSync(up, 'utf8');
      const [pid, ...more] = childrenOf(runner.pid);
      assert.deepEqual(more, [], 'one server for the run');
      assert.equal((await fetch(`${url}/_rollcall/health`)).status, 200);
      runner.kill('SIGKILL');
      assert.ok(await until(() => !isAlive(pid), 1000), `the server ${pid} is still there after a second`);
      await assert.rejects(fetch(`${url}/_rollcall/health`));
    });
  }
});

describe('what a fixture costs a test is told', () => {
  const runs = {
    vitest: [...VITEST, '--root', path.join(ROOT, 'vitest/cost')],
    jest: [...JEST, '-c', path.join(ROOT, 'jest/cost/jest.config.cjs')],
  };
  for (const [name, command] of Object.entries(runs)) {
    test(name, async (context) => {
      const folder = scratch(context);
      const measured = async () => {
        const { code, stdout, stderr } = await run(process.execPath, command, { env: environment({ COST: folder }) });
        assert.equal(code, 0, stdout + stderr);
        return ['empty', 'fixture'].map((kind) => Number(fs.readFileSync(path.join(folder, `${name}-${kind}`), 'utf8')));
      };
      // What else runs on the machine costs, too: a fixture is as cheap as its cheapest run.
      let [empty, fixture] = await measured();
      for (let again = 0; again < 4 && fixture - empty > 5; again += 1) [empty, fixture] = await measured();
      const line = `${name}: a test with a namespace takes ${fixture.toFixed(2)} ms, one without ${empty.toFixed(2)} ms`;
      if (process.env.FIGURES) fs.appendFileSync(process.env.FIGURES, `${line}\n`);
      // Told, not held to its 5 ms: what else runs on the machine costs time too.
      assert.ok(Number.isFinite(fixture - empty), line);
    });
  }
});

describe('a failure', () => {
  const write = (context, name, text) => {
    // Below the project, where the packages are found.
    const folder = fs.mkdtempSync(path.join(ROOT, 'failure-'));
    context.after(() => fs.rmSync(folder, { recursive: true }));
    fs.writeFileSync(path.join(folder, name), text);
    return folder;
  };
  const body = `{
    await fetch(rollcall.url + '/?Action=ListUser&Version=2018-04-12', { headers: rollcall.headers });
    await rollcall.expectCalls('aliyun-ehpc', 'ListUsers', 2);
  }`;
  const nearest = /RollcallError: aliyun-ehpc ListUsers in namespace j\S+: found 0 such calls, wanted exactly 2; the calls that come nearest:\n\s+#1 GET \S+ -> 404 ActionNotFound \[aliyun-ehpc ListUser, gateway\]: operation is "ListUser", not "ListUsers"/;

  test('under vitest shows the calls and what nearly matched, without any configuration', async (context) => {
    const root = write(context, 'bad.test.mjs', `import { test } from 'rollcall-mock/vitest';\ntest('bad', async ({ rollcall }) => ${body});`);
    const { code, stdout, stderr } = await run(process.execPath, [...VITEST, '--root', root], { env: environment({ NO_COLOR: '1' }) });
    assert.equal(code, 1);
    assert.match(stdout + stderr, nearest);
    assert.match(stdout + stderr, /rollcall: 1 calls in namespace j\S+\n +#1 GET \S+ -> 404 .*\n +ActionNotFound/);
  });

  test('under jest shows what nearly matched, without any configuration but its own', async (context) => {
    const root = write(context, 'bad.test.js', `const rollcall = require('rollcall-mock/jest').useRollcall();\ntest('bad', async () => ${body});`);
    fs.writeFileSync(path.join(root, 'package.json'), '{}');
    const { code, stdout, stderr } = await run(process.execPath, [...JEST, '--rootDir', root], { cwd: root, env: environment({ NO_COLOR: '1' }) });
    assert.equal(code, 1);
    assert.match(stdout + stderr, nearest);
  });

  test('of the setup is one sentence and exit code 1', async (context) => {
    const root = write(context, 'vitest.config.mjs', "export default { test: { globalSetup: ['rollcall-mock/vitest-setup'] } };");
    fs.writeFileSync(path.join(root, 'jest.config.json'), '{ "globalSetup": "rollcall-mock/jest-setup" }');
    for (const kind of ['mjs', 'js']) fs.writeFileSync(path.join(root, `some.test.${kind}`), "test('some', () => {});");
    for (const command of [[...VITEST, '--root', root], [...JEST, '-c', path.join(root, 'jest.config.json')]]) {
      const { code, stdout, stderr } = await run(process.execPath, command, { env: environment({ ROLLCALL_URL: 'http://127.0.0.1:9', NO_COLOR: '1' }) });
      assert.equal(code, 1);
      assert.match(stdout + stderr, /no rollcall answers at http:\/\/127\.0\.0\.1:9 \(ECONNREFUSED\); start one there, or unset ROLLCALL_URL to have one started/);
    }
  });
});
