// What goes wrong at the start: one sentence that says what to do, as an error of `start()` or as exit code 1 of the command.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import path from 'node:path';
import test, { describe } from 'node:test';

import { start } from 'rollcall-mock';

import { BINARY, PACKAGE, VERSION, environment, refusal, run, scratch } from './support.mjs';

const PATH = [path.dirname(process.execPath), '/usr/bin', '/bin'].join(':');
const ELF_ARM64 = Buffer.concat([Buffer.from('7f454c46020101000000000000000000', 'hex'), Buffer.from('0200b700', 'hex'), Buffer.alloc(100)]);
const MACH_O_ARM64 = Buffer.concat([Buffer.from('cffaedfe0c000001', 'hex'), Buffer.alloc(100)]);

/** A folder with the main package and these others: `{ 'linux-x64': bytes }`. */
function installation(context, platforms = {}) {
  const folder = scratch(context);
  fs.cpSync(PACKAGE, path.join(folder, 'node_modules/rollcall-mock'), { recursive: true });
  for (const [platform, bytes] of Object.entries(platforms)) {
    const home = path.join(folder, 'node_modules/@rollcall-mock', platform);
    fs.mkdirSync(path.join(home, 'bin'), { recursive: true });
    fs.writeFileSync(path.join(home, 'package.json'), JSON.stringify({ name: `@rollcall-mock/${platform}`, version: VERSION }));
    fs.writeFileSync(path.join(home, 'bin/rollcall'), bytes, { mode: 0o755 });
  }
  return folder;
}

function program(context, text, mode = 0o755) {
  const file = path.join(scratch(context), 'rollcall');
  fs.writeFileSync(file, text, { mode });
  return file;
}

async function listener(context, server) {
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  context.after(() => {
    server.closeAllConnections?.();
    server.close();
  });
  return `http://127.0.0.1:${server.address().port}`;
}

const answering = (context, status, body) => listener(context, http.createServer((_, answer) => answer.writeHead(status).end(body)));
const oneSentence = (message) => assert.doesNotMatch(message, /\n/);

/** Both faces of the look-up say the same. */
async function bothSay(pattern, env, cwd) {
  const thrown = await refusal(env, '{}', cwd);
  oneSentence(thrown);
  assert.match(thrown, new RegExp(`^RollcallError: ${pattern.source}$`));
  const shim = cwd ? path.join(cwd, 'node_modules/rollcall-mock/bin/rollcall.cjs') : path.join(PACKAGE, 'bin/rollcall.cjs');
  const { code, stdout, stderr } = await run(process.execPath, [shim, '--version'], { env: environment(env), cwd });
  assert.deepEqual([code, stdout], [1, '']);
  assert.match(stderr, new RegExp(`^rollcall: ${pattern.source}\n$`));
}

describe('the binary', () => {
  test('is missing, because the package of this platform is', async (context) => {
    const cwd = installation(context);
    await bothSay(
      /the binary of rollcall-mock is missing because the optional package @rollcall-mock\/linux-x64 was not installed \(--omit=optional, .*\); run: npm install --include=optional rollcall-mock@\S+, and if that does not help, delete node_modules and package-lock.json first/,
      { PATH },
      cwd,
    );
  });

  test('is missing, because node_modules came from another machine', async (context) => {
    const cwd = installation(context, { 'darwin-arm64': MACH_O_ARM64 });
    await bothSay(
      /rollcall-mock was installed for darwin-arm64, and this is linux-x64: node_modules came from another machine \(.*\); delete it and run npm install here/,
      { PATH },
      cwd,
    );
  });

  test('is missing, because the release has none for this platform', async (context) => {
    const cwd = installation(context);
    const file = path.join(cwd, 'node_modules/rollcall-mock/package.json');
    const manifest = JSON.parse(fs.readFileSync(file, 'utf8'));
    fs.writeFileSync(file, JSON.stringify({ ...manifest, optionalDependencies: { '@rollcall-mock/darwin-arm64': VERSION } }));
    await bothSay(
      /rollcall-mock \S+ brings no binary for linux-x64 \(only for darwin-arm64\); build rollcall with cargo and name it with ROLLCALL_BIN, or start its container and name that with ROLLCALL_URL/,
      { PATH },
      cwd,
    );
  });

  test('is one of another platform', async (context) => {
    const cwd = installation(context, { 'linux-x64': ELF_ARM64 });
    await bothSay(
      /@rollcall-mock\/linux-x64 is \/\S+, a binary for linux-arm64, and this is linux-x64; delete node_modules and install again on this machine/,
      { PATH },
      cwd,
    );
    await bothSay(
      /ROLLCALL_BIN is \/\S+, a binary for darwin-arm64, and this is linux-x64; name one that was built for this machine/,
      { ROLLCALL_BIN: program(context, MACH_O_ARM64) },
    );
    await bothSay(/ROLLCALL_BIN is \/\S+, a binary for no platform that is known here, .*/, { ROLLCALL_BIN: program(context, 'plain text') });
    await bothSay(/ROLLCALL_BIN is \/\S+, a binary for no platform that is known here, .*/, { ROLLCALL_BIN: program(context, '') });
  });

  test('cannot be read or executed', async (context) => {
    await bothSay(/ROLLCALL_BIN is \/nowhere\/rollcall, which cannot be read \(ENOENT\); name rollcall's binary/, { ROLLCALL_BIN: '/nowhere/rollcall' });
    await bothSay(/ROLLCALL_BIN is \/tmp, which cannot be read \(it is a folder\); name rollcall's binary/, { ROLLCALL_BIN: '/tmp' });
    const file = program(context, fs.readFileSync(BINARY), 0o644);
    await bothSay(/ROLLCALL_BIN is \/\S+, which may not be executed; run: chmod \+x \/\S+/, { ROLLCALL_BIN: file });
  });

  const startsWith = async (pattern, ROLLCALL_BIN, options) => {
    const thrown = await refusal({ ROLLCALL_BIN }, options);
    oneSentence(thrown);
    assert.match(thrown, pattern);
  };

  test('is older than the package', async (context) => {
    const older = program(context, `#!/bin/sh\nfor flag; do case $flag in --until*) echo "error: unexpected argument '$flag' found" >&2; exit 2;; esac; done\n`);
    await startsWith(/^RollcallError: \S+ \(ROLLCALL_BIN\) is older than rollcall-mock \S+: it does not know --until-stdin-closes; update it, or unset ROLLCALL_BIN$/, older);
  });

  test('is no rollcall', async (context) => {
    await startsWith(
      /^RollcallError: \S+ \(ROLLCALL_BIN\) is no rollcall: its first line is "hello"; name rollcall's binary with ROLLCALL_BIN$/,
      program(context, '#!/bin/sh\necho hello; exec sleep 60\n'),
    );
    await startsWith(/^RollcallError: \S+ \(ROLLCALL_BIN\) cannot be started \(ENOENT\); name another with ROLLCALL_BIN$/, program(context, '#!/nowhere/interpreter\n'));
  });

  test('ends at the start', async (context) => {
    await startsWith(/^RollcallError: rollcall ended at its start with exit code 3: it said nothing \(\/\S+, from ROLLCALL_BIN\)$/, program(context, '#!/bin/sh\nexit 3\n'));
    await startsWith(/^RollcallError: rollcall ended at its start with SIGKILL: almost \(\/\S+, from ROLLCALL_BIN\)$/, program(context, '#!/bin/sh\necho almost >&2; kill -9 $$\n'));
    await startsWith(/^RollcallError: rollcall ended at its start with exit code 2: unexpected argument '--nonsense' found \(/, '', "{ args: ['--nonsense'] }");
    await startsWith(/^RollcallError: rollcall ended at its start with exit code 1: .*nowhere\.json.* \(/, '', "{ args: ['--seed', '/nowhere.json'] }");
  });

  test('finds its port taken', async (context) => {
    const url = await answering(context, 200, 'other');
    const { host } = new URL(url);
    await startsWith(
      new RegExp(`^RollcallError: rollcall ended at its start with exit code 1: ${host} is in use by another program; stop it, or choose another port with --listen \\(`),
      '',
      `{ args: ['--listen', '${host}'] }`,
    );
    const { code, stderr } = await run(process.execPath, [path.join(PACKAGE, 'bin/rollcall.cjs'), '--listen', host]);
    assert.deepEqual([code, stderr], [1, `rollcall: ${host} is in use by another program; stop it, or choose another port with --listen\n`]);
  });
});

describe('ROLLCALL_URL', () => {
  const says = async (ROLLCALL_URL, pattern) => {
    const thrown = await refusal({ ROLLCALL_URL });
    oneSentence(thrown);
    assert.match(thrown, pattern);
  };

  test('is no address', async () => {
    for (const text of ['127.0.0.1:4700', 'rollcall', 'ftp://127.0.0.1', 'http://', 'http://127.0.0.1/?a=b', 'http://user@127.0.0.1']) {
      await says(text, /^RollcallError: ROLLCALL_URL is ".*", which is no address of a rollcall; write it as http:\/\/127\.0\.0\.1:4700$/);
    }
  });

  test('has nobody that answers', async (context) => {
    await says('http://127.0.0.1:9', /^RollcallError: no rollcall answers at http:\/\/127\.0\.0\.1:9 \(ECONNREFUSED\); start one there, or unset ROLLCALL_URL to have one started$/);
    await says('http://no-such-host.invalid:4700', /^RollcallError: no rollcall answers at \S+ \((ENOTFOUND|EAI_AGAIN)\); start one there/);
    const silent = await listener(context, net.createServer(() => {}));
    await says(silent, /^RollcallError: no rollcall answers at \S+ \(no answer within 5 s\); start one there/);
  });

  test('has somebody else that answers', async (context) => {
    const stranger = /^RollcallError: what answers at http:\S+ is no rollcall \(.+\); set ROLLCALL_URL to one, or unset it to have one started$/;
    await says(await answering(context, 404, '<h1>not here</h1>'), stranger);
    await says(await answering(context, 200, ''), stranger);
    await says(await answering(context, 200, '{"status":"ok"}'), stranger);
    await says(await answering(context, 500, '{"message":"broken"}'), stranger);
    await says(await answering(context, 200, 'null'), stranger);
    await says(await listener(context, net.createServer((socket) => socket.end('220 mail ready\r\n'))), stranger);
  });

  test('has an older rollcall', async (context) => {
    const url = await answering(context, 200, '{"status":"ok","version":"0.0.9"}');
    await says(url, /^RollcallError: the rollcall at http:\S+ is 0\.0\.9, older than rollcall-mock \S+; update that server, or install rollcall-mock@0\.0\.9$/);
    assert.equal(await refusal({ ROLLCALL_URL: await answering(context, 200, '{"status":"ok","version":"999.0.0","name":"x"}') }, "{ name: 'x' }"), 'no error');
  });

  test('as an option is said of the same way', async () => {
    await assert.rejects(start({ url: 'http://127.0.0.1:9' }), { name: 'RollcallError', message: /^no rollcall answers at/ });
  });
});
