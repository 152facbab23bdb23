// The tarballs and the program that packs them. DIST is the folder of the tarballs, BUILD the program, SERVER the binary that it
// was given, CARGO_TOML the manifest that all versions come from.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import zlib from 'node:zlib';

import { run, scratch } from './support.mjs';

const { BUILD, CARGO_TOML, DIST, SERVER } = process.env;
const [, VERSION] = /^\[package\]\s[^[]*?^version = "([^"]+)"/ms.exec(fs.readFileSync(CARGO_TOML, 'utf8'));
const MIB = 1024 * 1024;

/** The files in a tarball: name to `{ mode, bytes }`. */
function unpacked(file) {
  const tar = zlib.gunzipSync(fs.readFileSync(file));
  const files = {};
  for (let at = 0; tar[at] !== 0; ) {
    const field = (from, length) => tar.toString('latin1', at + from, at + from + length).replace(/\0.*/s, '');
    const size = parseInt(field(124, 12), 8);
    files[field(0, 100)] = { mode: parseInt(field(100, 8), 8), bytes: tar.subarray(at + 512, at + 512 + size) };
    at += 512 + Math.ceil(size / 512) * 512;
  }
  return files;
}

const main = () => unpacked(path.join(DIST, `rollcall-mock-${VERSION}.tgz`));
const platform = () => unpacked(path.join(DIST, `rollcall-mock-linux-x64-${VERSION}.tgz`));
const manifest = (files) => JSON.parse(files['package/package.json'].bytes);

test('the main package has its version from Cargo.toml, no dependency but the platforms, and no script', () => {
  const { version, scripts, dependencies, optionalDependencies, bin, exports } = manifest(main());
  assert.deepEqual([version, scripts, dependencies], [VERSION, undefined, undefined]);
  assert.deepEqual(optionalDependencies, { '@rollcall-mock/linux-x64': VERSION });
  assert.deepEqual(Object.keys(bin), ['rollcall', 'rollcall-mock']);
  assert.deepEqual(Object.keys(exports), ['.', './vitest', './vitest-setup', './jest', './jest-setup', './jest-teardown']);
});

test('every file that the main package names is in it, with types for each entry', () => {
  const files = main();
  const { main: entry, types, bin, exports } = manifest(files);
  for (const file of [entry, types, ...Object.values(bin), ...Object.values(exports).flatMap(Object.values)]) {
    assert.ok(files[path.posix.join('package', file)], file);
  }
  assert.equal(files['package/bin/rollcall.cjs'].mode, 0o755);
  for (const name of ['README.md', 'LICENSE-MIT', 'LICENSE-APACHE']) assert.ok(files[`package/${name}`]?.bytes.length > 500, name);
  assert.deepEqual(Object.keys(files).filter((name) => /tests\/|\/build$|platform\.json/.test(name)), []);
});

test('the platform package is for one platform, and has the binary as it is', () => {
  const files = platform();
  const { name, version, os, cpu, scripts, preferUnplugged } = manifest(files);
  assert.deepEqual([name, version, os, cpu, scripts, preferUnplugged], ['@rollcall-mock/linux-x64', VERSION, ['linux'], ['x64'], undefined, true]);
  const { mode, bytes } = files['package/bin/rollcall'];
  assert.equal(mode, 0o755);
  assert.ok(bytes.equals(fs.readFileSync(SERVER)));
});

// A binary for development is not what is published.
test('the packages are small', { skip: process.env.ANY_SIZE ? 'a debug binary' : false }, () => {
  const size = (name) => fs.statSync(path.join(DIST, name)).size;
  assert.ok(size(`rollcall-mock-linux-x64-${VERSION}.tgz`) <= 6 * MIB);
  assert.ok(size(`rollcall-mock-${VERSION}.tgz`) <= 64 * 1024);
});

test('the same input gives the same bytes, and the version is Cargo.toml’s where none is given', async (context) => {
  const folder = scratch(context);
  const { code, stderr } = await run(BUILD, [folder, SERVER]);
  assert.equal(code, 0, stderr);
  assert.deepEqual(fs.readdirSync(folder).sort(), [`rollcall-mock-${VERSION}.tgz`, `rollcall-mock-linux-x64-${VERSION}.tgz`].sort());
  for (const name of fs.readdirSync(folder)) {
    assert.ok(fs.readFileSync(path.join(folder, name)).equals(fs.readFileSync(path.join(DIST, name))), name);
  }
});

/** The first bytes of binaries of other platforms. */
const FOREIGN = {
  'linux-arm64': '7f454c46020101000000000000000000' + '0200b700',
  'darwin-x64': 'cffaedfe07000001',
  'darwin-arm64': 'cffaedfe0c000001',
  'win32-x64': '4d5a9000',
};

test('every other platform has a package made from the same template', async (context) => {
  const folder = scratch(context);
  const pairs = Object.entries(FOREIGN).map(([name, head]) => {
    const file = path.join(folder, name);
    fs.writeFileSync(file, Buffer.concat([Buffer.from(head, 'hex'), Buffer.alloc(100)]));
    return `${name}=${file}`;
  });
  const { code, stderr } = await run(BUILD, [folder, SERVER, '9.8.7', ...pairs]);
  assert.equal(code, 0, stderr);
  const names = ['darwin-arm64', 'darwin-x64', 'linux-arm64', 'linux-x64', 'win32-x64'];
  const expected = Object.fromEntries(names.map((name) => [`@rollcall-mock/${name}`, '9.8.7']));
  assert.deepEqual(manifest(unpacked(path.join(folder, 'rollcall-mock-9.8.7.tgz'))).optionalDependencies, expected);
  for (const name of names) {
    const files = unpacked(path.join(folder, `rollcall-mock-${name}-9.8.7.tgz`));
    const { os, cpu, version, description } = manifest(files);
    assert.equal(`${os}-${cpu}`, name);
    assert.deepEqual([version, description], ['9.8.7', `The binary of rollcall-mock for ${name}`]);
    assert.equal(files[`package/bin/rollcall${name === 'win32-x64' ? '.exe' : ''}`].mode, 0o755);
  }
});

test('what cannot be packed is refused with a sentence', async (context) => {
  const folder = scratch(context);
  const text = path.join(folder, 'text');
  fs.writeFileSync(text, 'x'.repeat(1000));
  const refuses = async (pattern, ...args) => {
    const { code, stderr, stdout } = await run(BUILD, args);
    assert.deepEqual([code, stdout], [1, '']);
    assert.match(stderr, pattern);
  };
  await refuses(/^packages\/npm\/build: usage: packages\/npm\/build OUT BINARY/);
  await refuses(/^packages\/npm\/build: the binary for linux-x64 cannot be read: ENOENT/, folder, '/nowhere');
  await refuses(/^packages\/npm\/build: \S+ is not a binary for linux-x64; give the one that was built for it$/m, folder, text);
  await refuses(/^packages\/npm\/build: "one" is not a version; write it as 0\.1\.0$/m, folder, SERVER, 'one');
});
