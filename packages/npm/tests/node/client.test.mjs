// The client of the control plane, against the packaged server.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import fs from 'node:fs';
import path from 'node:path';
import test, { after, afterEach, before, beforeEach, describe } from 'node:test';
import { pathToFileURL } from 'node:url';

import { Namespace, start } from 'rollcall-mock';

import { USERS, scratch } from './support.mjs';

const require = createRequire(import.meta.url);
const EHPC = '/?Action=ListUsersAsync&Version=2018-04-12&ClusterId=ehpc-hz-vu7c2WkVGx';
const KEY = { credentials: [{ access_key: 'own', secret_key: 'secret' }] };

let server;
let rollcall;
const get = (target, namespace = rollcall) => fetch(namespace.url + target, { headers: namespace.headers });
const listed = async (name) => (await (await fetch(`${server.url}/_rollcall/namespaces`)).json()).some((row) => row.name === name);
const keys = async () => {
  const text = await (await fetch(`${server.url}/_rollcall/namespaces/${rollcall.name}/export`)).text();
  return text.split('\n').filter((line) => line.includes('"own"')).length;
};

before(async () => {
  server = await start();
});
after(() => server.stop());
beforeEach(async () => {
  rollcall = await server.namespace();
});
afterEach(() => rollcall.drop());

describe('a namespace', () => {
  test('is found by its header and by its access key, and is its own', async () => {
    await get(USERS);
    const query = new URLSearchParams({ Action: 'ListUsersAsync', Version: '2018-04-12', AccessKeyId: rollcall.accessKey });
    await fetch(`${rollcall.url}/?${query}`);
    assert.deepEqual((await rollcall.calls()).map(({ operation }) => operation), ['ListUser', 'ListUsersAsync']);
    assert.deepEqual(await server.calls(), []);
    assert.equal(rollcall.accessKey, `test-ak~${rollcall.name}`);
    assert.equal(rollcall.secretKey, 'test-sk');
  });

  test('has a name with this process in it, unlike any other', async () => {
    const other = await server.namespace();
    assert.match(rollcall.name, new RegExp(`^j${process.pid.toString(36)}-[a-z0-9]+-0-\\d+$`));
    assert.notEqual(other.name, rollcall.name);
    await other.drop();
  });

  test('is gone when it is dropped, and may be dropped again', async () => {
    assert.equal(await listed(rollcall.name), true);
    await rollcall.drop();
    assert.equal(await listed(rollcall.name), false);
    await rollcall.drop();
  });

  test('is dropped by await using', async () => {
    await rollcall[Symbol.asyncDispose]();
    assert.equal(await listed(rollcall.name), false);
  });

  test('with a name of its own starts anew each time', async () => {
    const first = await server.namespace({ name: 'suite7' });
    await first.fail('*', '*', { error: 'Internal' }).catch(() => first.fail('*', '*', { status: 500 }));
    await first.seed(KEY);
    assert.equal((await get(USERS, first)).status, 500);
    const second = await server.namespace({ name: 'suite7' });
    assert.equal(second.name, 'suite7');
    assert.equal((await get(USERS, second)).status, 200);
    await second.drop();
  });

  test('has a name that the server takes, and two names stay two', async () => {
    const long = `${'Päckchen und '.repeat(20)}1`;
    const [one, two] = await Promise.all([long, `${long}2`].map((name) => server.namespace({ name })));
    for (const { name } of [one, two]) {
      assert.match(name, /^p-ckchen-und-[a-z0-9-]+-[0-9a-f]{8}$/);
      assert.ok(name.length <= 63, name);
    }
    assert.notEqual(one.name, two.name);
    assert.equal((await server.namespace({ name: long })).name, one.name);
    for (const [given, pattern] of [['', /^n-[0-9a-f]{8}$/], ['--', /^n-/], ['爱', /^n-/], ['A_b', /^a-b-[0-9a-f]{8}$/], ['x'.repeat(63), /^x{63}$/], ['x'.repeat(64), /^x{54}-/]]) {
      assert.match(new Namespace(server.url, given).name, pattern);
    }
    await Promise.all([one.drop(), two.drop()]);
  });

  test('starts as its options say', async () => {
    const options = { seed: 'empty', auth: 'strict', clock: new Date('2026-01-02T03:04:05Z'), quirks: { 'aliyun-ehpc.user-id': 'number' } };
    const namespace = await server.namespace(options);
    const settings = await namespace.settings();
    assert.equal(settings.auth['aliyun-ehpc'], 'strict');
    assert.equal(settings.quirks['aliyun-ehpc.user-id'], 'number');
    assert.equal((await namespace.clock.read()).now, '2026-01-02T03:04:05.000Z');
    assert.equal((await (await fetch(`${server.url}/_rollcall/namespaces/${namespace.name}/export`)).text()).trim(), '');
    await namespace.drop();
  });

  test('holds what its seed says, and nothing else', async () => {
    const namespace = await server.namespace({ seed: KEY });
    const text = await (await fetch(`${server.url}/_rollcall/namespaces/${namespace.name}/export`)).text();
    assert.equal(text.trim().split('\n').length, 1, text);
    assert.match(text, /"own"/);
    await namespace.drop();
  });

  test('has the options of the SDKs, new ones at each look', () => {
    const { host, hostname, port } = new URL(rollcall.url);
    assert.deepEqual(rollcall.aliyun, { endpoint: rollcall.url, accessKeyId: rollcall.accessKey, accessKeySecret: 'test-sk' });
    assert.notEqual(rollcall.aliyun, rollcall.aliyun);
    assert.equal(rollcall.aliyunOpenapi.endpoint, host);
    assert.equal(rollcall.huawei.ak, rollcall.accessKey);
    assert.equal(rollcall.volcengine.protocol, 'http:');
    assert.equal(rollcall.volcengineCore.protocol, 'http');
    assert.deepEqual([rollcall.qingcloud.host, rollcall.qingcloud.port], [hostname, Number(port)]);
    assert.equal(rollcall.qingcloud.secretAccessKey, 'test-sk');
  });

  test('that is there already is looked at without being made anew', async () => {
    await get(USERS);
    assert.equal((await new Namespace(`${server.url}/`, rollcall.name).calls()).length, 1);
    assert.equal(new Namespace(server.url).name, 'default');
  });
});

describe('fail', () => {
  const status = async (target = USERS) => (await get(target)).status;

  test('gives an error of the provider so many times, after so many calls', async () => {
    await rollcall.fail('huawei-rocketmq', 'ListUser', { error: 'Internal', times: 2, after: 1 });
    assert.deepEqual([await status(), await status(), await status(), await status()], [200, 500, 500, 200]);
    assert.equal(await status(EHPC), 200);
  });

  test('gives any answer, for calls with these parameters', async () => {
    await rollcall.fail('huawei-rocketmq', '*', { status: 418, body: { short: 'stout' }, contentType: 'application/tea+json', params: { limit: 7 } });
    assert.equal(await status(`${USERS}?limit=8`), 200);
    const answer = await get(`${USERS}?limit=7`);
    assert.deepEqual([answer.status, answer.headers.get('content-type'), await answer.json()], [418, 'application/tea+json', { short: 'stout' }]);
  });

  test('makes answers late', async () => {
    await rollcall.fail('*', '*', { delay: 120, times: 1 });
    await rollcall.fail('*', '*', { delay: ['120ms', 150], after: 1 });
    for (let call = 0; call < 2; call += 1) {
      const before = performance.now();
      assert.equal(await status(), 200);
      assert.ok(performance.now() - before >= 115);
    }
  });

  test('breaks connections', async () => {
    await rollcall.fail('*', '*', { effect: 'reset' });
    await assert.rejects(get(USERS));
  });

  test('throttles', async () => {
    await rollcall.fail('*', '*', { throttle: 1 });
    const answers = await Promise.all([1, 2, 3, 4].map(() => status()));
    assert.ok(answers.some((answer) => answer !== 200), String(answers));
  });

  test('happens to calls of one key only', async () => {
    await rollcall.fail('aliyun-ehpc', '*', { status: 500, accessKey: `own~${rollcall.name}` });
    assert.equal(await status(`${EHPC}&AccessKeyId=own~${rollcall.name}`), 500);
    assert.equal(await status(`${EHPC}&AccessKeyId=${rollcall.accessKey}`), 200);
  });

  test('loses an answer, and the journal says how', async () => {
    await rollcall.fail('*', '*', { effect: 'truncate', times: 1 });
    await assert.rejects(get(USERS).then((answer) => answer.text()));
    assert.equal((await rollcall.calls()).at(-1).delivery, 'truncate');
  });

  test('ends when the fault is removed, which may be done twice', async () => {
    const fault = await rollcall.fail('*', '*', { status: 500 });
    assert.equal(fault.rule.match.namespace, rollcall.name);
    assert.equal(await status(), 500);
    await fault.remove();
    assert.equal(await status(), 200);
    await fault[Symbol.asyncDispose]();
  });

  test('says what is wrong with it', async () => {
    const says = (pattern, ...args) => assert.rejects(rollcall.fail(...args), { name: 'RollcallError', message: pattern });
    await says(/^"ListUserz" is not an operation of huawei-rocketmq.* \(at \/match\/operation\)$|ListUserz/, 'huawei-rocketmq', 'ListUserz', { error: 'Internal' });
    await says(/nonsense/, 'nonsense', '*', { status: 500 });
    await says(/Nonsense/, 'huawei-rocketmq', '*', { error: 'Nonsense' });
    await says(/^fail wants to know what happens/, 'huawei-rocketmq', '*');
    await says(/^fail has no option "time"; it takes error, /, '*', '*', { status: 500, time: 2 });
    await says(/^a fault has one effect/, '*', '*', { status: 500, effect: 'hang' });
    await says(/cannot be .* at once/, '*', '*', { status: 500, delay: 5 });
    await says(/^fail takes an object of options, not "Internal"$/, '*', '*', 'Internal');
  });
});

describe('expectCalls and calls', () => {
  test('count the calls of this namespace', async () => {
    for (const target of [USERS, `${USERS}?limit=3`, EHPC]) await get(target);
    assert.equal(await rollcall.expectCalls('huawei-rocketmq', 'ListUser', 2), 2);
    await rollcall.expectCalls('huawei-rocketmq', 'ListUser', { exactly: 1 }, { params: { limit: 3 }, status: 200 });
    await rollcall.expectCalls('*', '*', { atLeast: 3 });
    await rollcall.expectCalls('*', '*', { atMost: 3 });
    await rollcall.expectCalls('huawei-rocketmq', 'DeleteUser', 0);
    const [first, , last] = await rollcall.calls();
    assert.deepEqual([first.target, first.stage, first.status, last.provider], [USERS, 'answered', 200, 'aliyun-ehpc']);
    assert.equal((await rollcall.calls('huawei-rocketmq')).length, 2);
    assert.equal((await rollcall.calls('*', 'ListUsersAsync')).length, 1);
    assert.equal((await rollcall.calls('*', '*', { since: first.id })).length, 2);
    assert.equal((await rollcall.calls('*', '*', { status: 500 })).length, 0);
  });

  test('show the nearest calls where the number is another', async () => {
    await get(`${USERS}?limit=3`);
    await assert.rejects(rollcall.expectCalls('huawei-rocketmq', 'ListUser', 1, { params: { limit: 4 } }), (error) => {
      assert.equal(error.name, 'RollcallError');
      assert.match(error.message, /^huawei-rocketmq ListUser in namespace j\S+: found 0 such calls, wanted exactly 1; the calls that come nearest:\n {2}#\d+ GET \S+ -> 200 \[huawei-rocketmq ListUser, answered\]: limit is "3", not "4"$/);
      return true;
    });
  });

  test('wait for calls that are still to come', async () => {
    const waiting = rollcall.expectCalls('huawei-rocketmq', 'ListUser', { atLeast: 1 }, { wait: 20_000 });
    await get(USERS);
    assert.equal(await waiting, 1);
  });

  test('see more calls than one answer of the journal holds', async () => {
    const many = await start({ args: ['--journal', '3000'] });
    for (let batch = 0; batch < 41; batch += 1) await Promise.all(Array.from({ length: 25 }, () => get(USERS, many).then((answer) => answer.text())));
    const ids = (await many.calls()).map(({ id }) => id);
    assert.equal(new Set(ids).size, 1025);
    assert.deepEqual(ids, ids.toSorted((left, right) => left - right));
    await many.stop();
  });

  test('say how they want to be asked', async () => {
    for (const count of [undefined, null, 'three', {}, { exactly: 1, atMost: 2 }, { exactly: 'x' }, { least: 1 }, -1, 1.5]) {
      await assert.rejects(rollcall.expectCalls('*', '*', count), { message: /^expectCalls wants a number of calls, / });
    }
    await assert.rejects(rollcall.expectCalls('*', '*', 1, { waits: 1 }), { message: /^expectCalls has no option "waits"/ });
    await assert.rejects(rollcall.calls('nonsense'), { message: /nonsense/ });
    await assert.rejects(rollcall.calls('*', '*', { state: 'fault' }), { message: /^calls has no option "state"/ });
  });
});

describe('seed, reset, settings, clock', () => {
  test('a seed is a document or a file', async (context) => {
    const folder = scratch(context);
    assert.equal(await keys(), 0);
    await rollcall.seed(KEY);
    assert.equal(await keys(), 1);
    fs.writeFileSync(path.join(folder, 'one.json'), `\ufeff${JSON.stringify(KEY)}`);
    fs.writeFileSync(path.join(folder, 'two.ndjson'), `${JSON.stringify(KEY)}\n${JSON.stringify(KEY)}\n`);
    for (const file of ['one.json', 'two.ndjson'].map((name) => path.join(folder, name))) {
      for (const given of [file, pathToFileURL(file), path.relative(process.cwd(), file)]) {
        await rollcall.reset();
        assert.equal(await keys(), 0);
        await rollcall.seed(given);
        assert.equal(await keys(), 1);
      }
    }
  });

  test('a wrong seed is refused with its place', async (context) => {
    const file = path.join(scratch(context), 'wrong.json');
    fs.writeFileSync(file, '{');
    await assert.rejects(rollcall.seed({ credentials: [{ access_key: 7 }] }), { name: 'RollcallError', message: /credentials/ });
    await assert.rejects(rollcall.seed(file), { name: 'RollcallError', message: /wrong\.json:1:1: / });
    await assert.rejects(rollcall.seed('nowhere.json'), { message: /^the seed \/\S+nowhere\.json cannot be read \(ENOENT\); paths are from \// });
    for (const given of [7, null, undefined]) await assert.rejects(rollcall.seed(given), { message: /^a seed is a document or the path of one/ });
  });

  test('a reset goes back to the seed, or to nothing', async () => {
    await rollcall.reset('empty');
    assert.equal((await get(USERS)).status, 404);
    await rollcall.reset();
    assert.equal((await get(USERS)).status, 200);
    await assert.rejects(rollcall.reset('nonsense'), { name: 'RollcallError' });
  });

  test('settings change', async () => {
    assert.equal((await rollcall.settings({ auth: 'strict' })).auth['huawei-iam'], 'strict');
    assert.notEqual((await get(EHPC)).status, 200);
    await rollcall.settings({ auth: { 'aliyun-ehpc': 'off' } });
    assert.equal((await get(EHPC)).status, 200);
    await assert.rejects(rollcall.settings({ auth: { nonsense: 'off' } }), { message: /nonsense.*\(at \/auth/ });
  });

  test('the clock stands, moves and runs', async () => {
    const { clock } = rollcall;
    assert.equal((await clock.read()).mode, 'real');
    assert.equal((await clock.freeze('2026-01-02T03:04:05Z')).now, '2026-01-02T03:04:05.000Z');
    assert.equal((await clock.advance('1h')).now, '2026-01-02T04:04:05.000Z');
    assert.equal((await clock.advance(-3_600_000)).now, '2026-01-02T03:04:05.000Z');
    assert.equal((await clock.freeze(new Date(0))).now, '1970-01-01T00:00:00.000Z');
    assert.equal((await clock.offset(-60_000)).mode, 'offset');
    assert.equal((await clock.freeze()).mode, 'fixed');
    assert.equal((await clock.real()).mode, 'real');
    await assert.rejects(clock.advance('soon'), { message: /"soon".*\(at \/by\)$/ });
  });
});

describe('the package', () => {
  test('is the same by import and by require', () => {
    assert.equal(require('rollcall-mock').start, start);
    assert.deepEqual(Object.keys(require('rollcall-mock')).sort(), ['Namespace', 'start']);
  });

  test('has these entries and no others', () => {
    for (const entry of ['', '/jest-setup', '/jest-teardown', '/jest']) require(`rollcall-mock${entry}`);
    for (const entry of ['/vitest', '/vitest-setup']) assert.match(import.meta.resolve(`rollcall-mock${entry}`), /\.mjs$/);
    for (const entry of ['/package.json', '/lib/server.cjs', '/index.cjs', '/lib/server']) {
      assert.throws(() => require(`rollcall-mock${entry}`), { code: 'ERR_PACKAGE_PATH_NOT_EXPORTED' });
    }
  });

  test('says that jest’s hooks are for jest', () => {
    assert.throws(() => require('rollcall-mock/jest').useRollcall(), { message: /^rollcall-mock\/jest works inside of jest only/ });
  });

  test('knows its options', async () => {
    await assert.rejects(start({ arg: [] }), { message: /^start has no option "arg"; it takes url, args, name, / });
    await assert.rejects(start({ args: '--auth strict' }), { message: /^args are the server's flags/ });
    await assert.rejects(server.namespace({ seeds: 'empty' }), { message: /^a namespace has no option "seeds"/ });
    await assert.rejects(server.namespace({ name: 7 }), { message: /^a namespace's name is text, not 7$/ });
  });
});
