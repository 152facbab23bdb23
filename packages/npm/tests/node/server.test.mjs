// Which server is used, with which keys, and that none is left behind.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { spawn } from 'node:child_process';
import test, { describe } from 'node:test';

import { Namespace, start } from 'rollcall-mock';

import { BINARY, SHIM, childrenOf, environment, isAlive, refusal, run, scratch, script, until } from './support.mjs';

/** A script that is the server, and says in a file that it was asked. */
function wrapper(folder, name = 'rollcall') {
  const [file, log] = [path.join(folder, name), path.join(folder, `${name}.log`)];
  fs.writeFileSync(file, `#!/bin/sh\necho "$@" >>'${log}'\nexec '${BINARY}' "$@"\n`, { mode: 0o755 });
  return { file, asked: () => (fs.existsSync(log) ? fs.readFileSync(log, 'utf8') : '') };
}

/** The main package alone, without the one that has the binary. */
function withoutPlatform(folder) {
  fs.cpSync(path.dirname(path.dirname(SHIM)), path.join(folder, 'node_modules/rollcall-mock'), { recursive: true });
  return folder;
}

const print = "const { start } = await import('rollcall-mock'); const rollcall = await start();";
/** Lists users with a signature of Alibaba's older kind. */
const signed = `
  const { createHmac } = await import('node:crypto');
  const signed = async ({ url, accessKey, secretKey }) => {
    const encode = (text) => encodeURIComponent(text).replace(/[!'()*]/g, (mark) => '%' + mark.charCodeAt(0).toString(16).toUpperCase());
    const query = Object.entries({
      AccessKeyId: accessKey, Action: 'ListUsersAsync', ClusterId: 'ehpc-hz-vu7c2WkVGx', Format: 'JSON', SignatureMethod: 'HMAC-SHA1',
      SignatureNonce: String(Math.random()), SignatureVersion: '1.0', Timestamp: new Date().toISOString().replace(/\\.\\d+/, ''), Version: '2018-04-12',
    }).map((pair) => pair.map(encode).join('=')).join('&');
    const signature = createHmac('sha1', secretKey + '&').update('GET&%2F&' + encode(query)).digest('base64');
    return (await fetch(url + '/?' + query + '&Signature=' + encode(signature))).status;
  };`;
const pathWith = (...folders) => [...folders, path.dirname(process.execPath), '/usr/bin', '/bin'].join(':');

describe('the look-up', () => {
  test('takes ROLLCALL_BIN before the package', async (context) => {
    const { file, asked } = wrapper(scratch(context));
    assert.equal(await refusal({ ROLLCALL_BIN: file }), 'no error');
    assert.match(asked(), /^serve --until-stdin-closes --listen 127\.0\.0\.1:0$/m);
  });

  test('takes the package before PATH', async (context) => {
    const folder = scratch(context);
    const { asked } = wrapper(folder);
    assert.equal(await refusal({ PATH: pathWith(folder) }), 'no error');
    assert.equal(asked(), '');
  });

  test('takes PATH last, and no shim on it, by link or by script', async (context) => {
    const [folder, shims, scripts] = [scratch(context), scratch(context), scratch(context)];
    const { asked } = wrapper(folder);
    fs.symlinkSync(SHIM, path.join(shims, 'rollcall'));
    fs.writeFileSync(path.join(scripts, 'rollcall'), `#!/bin/sh\nexec node "${SHIM}" "$@"\n`, { mode: 0o755 });
    const cwd = withoutPlatform(scratch(context));
    assert.equal(await refusal({ PATH: pathWith(shims, scripts, folder) }, '{}', cwd), 'no error');
    assert.match(asked(), /^serve /);
    // With nothing but shims there is none, and no process that starts itself for ever.
    assert.match(await refusal({ PATH: pathWith(shims, scripts) }, '{}', cwd), /^RollcallError: the binary of rollcall-mock is missing/);
  });

  test('takes ROLLCALL_URL first, and starts nothing', async (context) => {
    const folder = scratch(context);
    const { file, asked } = wrapper(folder);
    const other = await start();
    const text = `${print} console.log(rollcall.url, rollcall.name); await rollcall.stop();`;
    const { stdout, stderr, code } = await script(text, { env: environment({ ROLLCALL_URL: `${other.url}/`, ROLLCALL_BIN: file }) });
    assert.equal(code, 0, stderr);
    const [url, name] = stdout.trim().split(' ');
    assert.equal(url, other.url);
    assert.equal(asked(), '');
    const names = (await (await fetch(`${other.url}/_rollcall/namespaces`)).json()).map((row) => row.name);
    assert.ok(!names.includes(name) && names.includes(other.name), names.join());
    await other.stop();
  });

  test('takes an empty variable for none', async () => {
    assert.equal(await refusal({ ROLLCALL_URL: '', ROLLCALL_BIN: '', ROLLCALL_ADMIN_TOKEN: '', ROLLCALL_ACCESS_KEY: '' }), 'no error');
  });

  test('goes through no proxy', async () => {
    const proxy = 'http://127.0.0.1:9';
    assert.equal(await refusal({ HTTP_PROXY: proxy, http_proxy: proxy, ALL_PROXY: proxy, NODE_USE_ENV_PROXY: '1' }), 'no error');
  });
});

describe('keys', () => {
  test('of the environment are the ones of a server that is started', async () => {
    const text = `${print} ${signed} await rollcall.settings({ auth: 'strict' });
      console.log(rollcall.accessKey.replace(rollcall.name, 'NAME'), rollcall.secretKey, await signed(rollcall), await signed({ ...rollcall.aliyun, url: rollcall.url, accessKey: rollcall.accessKey, secretKey: 'wrong' }));
      await rollcall.stop();`;
    const env = environment({ ROLLCALL_ACCESS_KEY: 'mine~of-rollcall-run', ROLLCALL_SECRET_KEY: 'se cret' });
    const { stdout, stderr } = await script(text, { env });
    assert.equal(stdout, 'mine~NAME se cret 200 400\n', stderr);
    assert.equal((await script(text, { env: environment() })).stdout, 'test-ak~NAME test-sk 200 400\n');
  });

  test('leave the flags and variables alone that say more', async () => {
    const text = (args) => `const { start } = await import('rollcall-mock'); const rollcall = await start({ args: ${args}, auth: 'strict' });
      ${signed} console.log(await signed({ url: rollcall.url, accessKey: 'told~' + rollcall.name, secretKey: 'sk' })); await rollcall.stop();`;
    const env = { ROLLCALL_ACCESS_KEY: 'mine', ROLLCALL_SECRET_KEY: 'secret' };
    assert.equal((await script(text("['--credential', 'told:sk']"), { env: environment(env) })).stdout, '200\n');
    assert.equal((await script(text('[]'), { env: environment({ ...env, ROLLCALL_CREDENTIAL: 'told:sk' }) })).stdout, '200\n');
    assert.equal((await script(text('[]'), { env: environment(env) })).stdout, '404\n');
  });

  test('the admin token unlocks, a server that is started and one that is there', async () => {
    assert.equal(await refusal({ ROLLCALL_ADMIN_TOKEN: 'token' }), 'no error');
    const locked = spawn(BINARY, ['--until-stdin-closes', '--listen', '127.0.0.1:0', '--admin-token', 'token'], { stdio: ['pipe', 'pipe', 'inherit'] });
    const [, ROLLCALL_URL] = /ready (\S+)/.exec(await new Promise((resolve) => locked.stdout.once('data', (line) => resolve(String(line)))));
    assert.equal(await refusal({ ROLLCALL_URL, ROLLCALL_ADMIN_TOKEN: ' token\n' }), 'no error');
    assert.match(
      await refusal({ ROLLCALL_URL }),
      /^RollcallError: the rollcall at http:\S+ is locked; set ROLLCALL_ADMIN_TOKEN to the token that it was started with$/,
    );
    assert.match(
      await refusal({ ROLLCALL_URL, ROLLCALL_ADMIN_TOKEN: 'other' }),
      /^RollcallError: the rollcall at http:\S+ does not accept the admin token; set ROLLCALL_ADMIN_TOKEN to the one that it was started with$/,
    );
    // A globalSetup says so before any test does.
    const setup = "await (await import('rollcall-mock/jest-setup')).default()";
    assert.match((await script(setup, { env: environment({ ROLLCALL_URL }) })).stderr, /RollcallError: the rollcall at \S+ is locked; set/);
    assert.equal((await script(setup, { env: environment({ ROLLCALL_URL, ROLLCALL_ADMIN_TOKEN: 'token' }) })).code, 0);
    locked.stdin.end();
  });
});

describe('the end', () => {
  test('stop stops the server, and may be called again', async () => {
    // A server of a test before may still be on its way out.
    const earlier = childrenOf(process.pid);
    const rollcall = await start();
    const [pid] = childrenOf(process.pid).filter((child) => !earlier.includes(child));
    assert.ok(isAlive(pid));
    await rollcall.stop();
    await rollcall.stop();
    assert.ok(await until(() => !isAlive(pid), 1000));
    await assert.rejects(rollcall.calls(), { message: /^no rollcall answers at http:\S+ \(ECONNREFUSED\); start one there, or unset ROLLCALL_URL/ });
  });

  test('a server keeps no process alive, and ends with it', async () => {
    const text = `${print} const fs = await import('node:fs');
      console.log(fs.readFileSync('/proc/self/task/' + process.pid + '/children', 'utf8'));`;
    const { stdout, code, signal } = await script(text, { input: null });
    assert.deepEqual([code, signal], [0, null]);
    const pid = stdout.trim();
    assert.match(pid, /^\d+$/);
    assert.ok(await until(() => !isAlive(pid), 1000), `the server ${pid} is still there`);
  });

  for (const signal of ['SIGKILL', 'SIGTERM', 'SIGINT']) {
    test(`a server ends within a second after ${signal} to its process`, async () => {
      const child = spawn(process.execPath, ['--input-type=module', '-e', `${print} console.log('up'); setInterval(() => {}, 1000);`], {
        env: environment(),
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      await new Promise((resolve) => child.stdout.once('data', resolve));
      const [pid] = childrenOf(child.pid);
      assert.ok(isAlive(pid));
      child.kill(signal);
      assert.ok(await until(() => !isAlive(pid), 1000), `the server ${pid} is still there`);
    });
  }

  test('Ctrl-C is for the tests; their server is there until they have ended', async () => {
    const text = `${print} process.on('SIGINT', async () => {
        await new Promise((resolve) => setTimeout(resolve, 200));
        console.log((await rollcall.calls()).length); process.exit(0);
      }); console.log('up'); setInterval(() => {}, 1000);`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', text], { env: environment(), stdio: ['ignore', 'pipe', 'ignore'], detached: true });
    await new Promise((resolve) => child.stdout.once('data', resolve));
    const [pid] = childrenOf(child.pid);
    const told = new Promise((resolve) => child.stdout.once('data', (line) => resolve(String(line))));
    process.kill(-child.pid, 'SIGINT'); // As a terminal does: to the whole group.
    assert.equal(await told, '0\n');
    assert.ok(await until(() => !isAlive(pid), 1000));
  });

  test('a server that ends by itself is told of', async () => {
    const text = `${print} const fs = await import('node:fs');
      process.kill(Number(fs.readFileSync('/proc/self/task/' + process.pid + '/children', 'utf8')), 'SIGKILL');
      await new Promise((resolve) => setTimeout(resolve, 300));`;
    assert.match((await script(text)).stderr, /^rollcall-mock: the server has ended by itself \(SIGKILL\)/m);
  });

  test('what the server logs is passed on', async () => {
    const text = `${print} ${signed} console.log(await signed({ url: rollcall.url, accessKey: rollcall.accessKey, secretKey: 'wrong' })); await rollcall.stop();`;
    const { stdout, stderr } = await script(text, { env: environment({ ROLLCALL_AUTH: 'strict' }) });
    assert.equal(stdout, '400\n');
    assert.match(stderr, /WARN .*signature/);
  });
});

test('a connection that the server closes after a while is replaced, once', async (context) => {
  const met = new Set();
  const server = http.createServer((request, answer) => {
    if (met.has(request.socket) || request.url.includes('never')) request.socket.resetAndDestroy();
    else answer.end('{}');
    met.add(request.socket);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  context.after(() => server.close());
  const url = `http://127.0.0.1:${server.address().port}`;
  const namespace = new Namespace(url, 'some');
  for (let call = 0; call < 4; call += 1) await namespace.clock.read();
  assert.equal(met.size, 4);
  await assert.rejects(new Namespace(url, 'never').clock.read(), { message: /^no rollcall answers at \S+ \(ECONNRESET\)/ });
});

test('the shim is on PATH in scripts of npm, and the helpers take the binary all the same', async (context) => {
  const folder = scratch(context);
  fs.symlinkSync(SHIM, path.join(folder, 'rollcall'));
  const { stdout } = await run('rollcall', ['--version'], { env: environment({ PATH: pathWith(folder) }) });
  assert.match(stdout, /^rollcall \d/);
});
