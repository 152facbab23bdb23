// The commands `rollcall` and `rollcall-mock`: a process that looks like the binary's own.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import test from 'node:test';

import { BINARY, SHIM, VERSION, childrenOf, environment, isAlive, run, until } from './support.mjs';

const npx = (...args) => run('npx', ['--no-install', ...args]);

test('both commands are there', async () => {
  for (const command of ['rollcall', 'rollcall-mock']) {
    const { code, stdout } = await npx(command, '--version');
    assert.equal(code, 0);
    assert.match(stdout, new RegExp(`^rollcall(-mock)? ${VERSION}\n$`));
  }
});

test('arguments, streams and exit codes are the binary’s', async () => {
  for (const args of [['--nonsense'], ['coverage', 'nonsense'], ['health', '--url', 'http://127.0.0.1:9'], ['errors'], ['completions', 'bash']]) {
    const [through, direct] = await Promise.all([run(process.execPath, [SHIM, ...args]), run(BINARY, args)]);
    assert.deepEqual(through, direct);
  }
});

async function started(...args) {
  const shim = spawn(process.execPath, [SHIM, '--listen', '127.0.0.1:0', ...args], { env: environment(), stdio: ['pipe', 'pipe', 'ignore'] });
  const ended = new Promise((resolve) => shim.once('exit', (code, signal) => resolve(signal ?? code)));
  await new Promise((resolve) => shim.stdout.once('data', resolve));
  const [pid] = childrenOf(shim.pid);
  assert.ok(isAlive(pid));
  return { shim, pid, ended };
}

for (const signal of ['SIGTERM', 'SIGINT']) {
  test(`${signal} ends the server in its own way`, async () => {
    const { shim, pid, ended } = await started();
    shim.kill(signal);
    assert.equal(await ended, 0);
    assert.ok(await until(() => !isAlive(pid), 1000));
  });
}

test('SIGHUP reaches the server, whatever it makes of it', async () => {
  const { shim, pid, ended } = await started();
  shim.kill('SIGHUP');
  assert.ok([0, 129].includes(await ended));
  assert.ok(await until(() => !isAlive(pid), 1000));
});

test('the end of a server by a signal is 128 and its number', async () => {
  const { pid, ended } = await started();
  process.kill(Number(pid), 'SIGKILL');
  assert.equal(await ended, 137);
});

test('standard input is the server’s', async () => {
  const { shim, ended } = await started('--until-stdin-closes');
  shim.stdin.end();
  assert.equal(await ended, 0);
});
