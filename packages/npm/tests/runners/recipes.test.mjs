// The recipes of the README, as they stand there.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import test from 'node:test';

import { PACKAGE, environment, run } from '../node/support.mjs';

const README = fs.readFileSync(path.join(PACKAGE, 'README.md'), 'utf8');
const blocks = [...README.matchAll(/```js\n(.*?)```/gs)].map(([, text]) => text);
const block = (beginning) => {
  const found = blocks.filter((text) => text.includes(beginning));
  assert.equal(found.length, 1, beginning);
  return found[0];
};

function recipe(context, files) {
  // Below the project, where the packages are found.
  const folder = fs.mkdtempSync(path.join(path.resolve('.'), 'recipe-'));
  context.after(() => fs.rmSync(folder, { recursive: true }));
  for (const [name, text] of Object.entries({ 'package.json': '{}', ...files })) {
    fs.mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    fs.writeFileSync(path.join(folder, name), text);
  }
  return folder;
}

test('jest', async (context) => {
  const cwd = recipe(context, { 'jest.config.js': block('// jest.config.js'), 'some.test.js': block("require('rollcall-mock/jest')") });
  const { code, stderr } = await run(process.execPath, [path.resolve('node_modules/jest/bin/jest.js')], { cwd });
  assert.equal(code, 0, stderr);
  assert.match(stderr, /1 passed/);
});

test('vitest', async (context) => {
  const retries = `const listNames = async (client) => {
    for (let tries = 0; tries < 5; tries += 1) {
      try { return (await client.request('ListUsersAsync', { ClusterId: 'ehpc-hz-vu7c2WkVGx' })).Users.UserInfo.map(({ Name }) => Name); } catch {}
    }
  };\n`;
  const cwd = recipe(context, { 'vitest.config.mjs': block('// vitest.config.mjs'), 'some.test.mjs': block("from 'rollcall-mock/vitest'") + retries });
  const { code, stdout, stderr } = await run(process.execPath, [path.resolve('node_modules/vitest/vitest.mjs'), 'run'], { cwd, env: environment({ NO_COLOR: '1' }) });
  assert.equal(code, 0, stdout + stderr);
  assert.match(stdout, /Tests +1 passed/);
});

test('node', async (context) => {
  const cwd = recipe(context, { 'some.mjs': block('const rollcall = await start(); // in TypeScript') });
  const { code, stderr } = await run(process.execPath, ['some.mjs'], { cwd });
  assert.deepEqual([code, stderr], [0, '']);
});

test('Vite’s proxy', async (context) => {
  const cwd = recipe(context, {
    'vite.config.mjs': block('// vite.config.mjs'),
    'some.mjs': `import { createServer } from 'vite';
      const server = await createServer({ server: { port: 0 }, logLevel: 'error' });
      await server.listen();
      const { port } = server.httpServer.address();
      const answer = await fetch('http://localhost:' + port + '/huawei-workspace/v2/0bec5db98280d2d02fd6c00c2de791ce/users?limit=3');
      console.log(answer.status, (await answer.json()).users.length);
      await server.close();
      process.exit();`,
  });
  const { stdout, stderr } = await run(process.execPath, ['some.mjs'], { cwd });
  assert.equal(stdout, '200 3\n', stderr);
});

test('Cypress', async (context) => {
  // Cypress itself is a download of half a gigabyte; this is what it does with the file.
  const cwd = recipe(context, {
    'node_modules/cypress/index.mjs': 'export const defineConfig = (config) => config;',
    'node_modules/cypress/package.json': '{ "exports": "./index.mjs" }',
    'cypress.config.mjs': block('// cypress.config.js'),
    'some.mjs': `import config from './cypress.config.mjs';
      const tasks = {};
      const { env } = await config.e2e.setupNodeEvents((_, more) => Object.assign(tasks, more), { env: {} });
      const answer = await fetch(env.rollcall.url + '/?Action=ListUsers&Version=2024-08-31', { headers: env.rollcall.headers });
      console.log(answer.status, env.rollcall.headers['X-Rollcall-Namespace'], await tasks.reset());`,
  });
  const { code, stdout, stderr } = await run(process.execPath, ['some.mjs'], { cwd });
  assert.deepEqual([code, stdout], [0, '200 cypress null\n'], stderr);
});
