// HTTPS to the providers' own hosts, for clients that know no proxy.
import assert from 'node:assert/strict';
import http from 'node:http';
import https from 'node:https';
import test from 'node:test';

import { Namespace, start } from 'rollcall-mock';

const HOST = 'ehpc.cn-hangzhou.aliyuncs.com';
const LIST = `https://${HOST}/?Action=ListUsersAsync&Version=2018-04-12&ClusterId=ehpc-hz-vu7c2WkVGx`;

/** The status and body of a call by node:http or node:https, as most SDKs make theirs. */
const get = (url, { headers, agent } = {}) =>
  new Promise((resolve, reject) => {
    const client = url.startsWith('https:') ? https : http;
    client
      .get(url, { headers, agent }, (answer) => {
        let body = '';
        answer.on('data', (chunk) => {
          body += chunk;
        });
        answer.on('end', () => resolve({ status: answer.statusCode, body }));
      })
      .on('error', reject);
  });

test('clients of the real hosts are led here until the namespace is dropped', async (t) => {
  const rollcall = await start({ https: true });
  t.after(() => rollcall.stop());
  const { headers } = rollcall;
  const agent = new https.Agent({ keepAlive: true });
  t.after(() => agent.destroy());
  for (const way of [{ headers }, { headers, agent }, { headers, agent }]) {
    const { status, body } = await get(LIST, way);
    assert.equal(status, 200, body);
    assert.match(body, /testuser/);
  }
  const fetched = await fetch(LIST, { headers });
  assert.equal(fetched.status, 200);
  const plain = await get(LIST.replace('https:', 'http:'), { headers });
  assert.equal(plain.status, 200);
  const calls = await rollcall.calls('aliyun-ehpc', 'ListUsersAsync');
  assert.deepEqual(calls.map(({ scheme }) => scheme), ['https', 'https', 'https', 'https', 'http']);
  // Its own address is reached as ever.
  assert.equal((await fetch(`${rollcall.url}/_rollcall/health`)).status, 200);
});

test('nothing is left of it', async () => {
  const [connect, create] = [(await import('node:tls')).default.connect, http.Agent.prototype.createConnection];
  const rollcall = await start({ https: true });
  assert.notEqual(http.Agent.prototype.createConnection, create);
  const second = await rollcall.namespace({ https: true });
  await second.drop();
  assert.notEqual(http.Agent.prototype.createConnection, create);
  await rollcall.stop();
  assert.equal(http.Agent.prototype.createConnection, create);
  assert.equal((await import('node:tls')).default.connect, connect);
});

test('a server that answers for no host is said so', async (t) => {
  const rollcall = await start();
  t.after(() => rollcall.stop());
  await assert.rejects(Namespace.create(rollcall.url, { https: true }), /start it with --tls auto --proxy/);
});
