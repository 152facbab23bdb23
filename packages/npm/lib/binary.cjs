// The location of the server's binary: ROLLCALL_BIN, the package of this platform, or `rollcall` on PATH, in this order.
'use strict';

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const { RollcallError } = require('./error.cjs');
const { name: PACKAGE, version: VERSION, optionalDependencies: PLATFORMS = {} } = require('../package.json');

const FILE = process.platform === 'win32' ? 'rollcall.exe' : 'rollcall';
const PLATFORM = `${process.platform}-${process.arch}`;

/** The path of the binary, and where it comes from. If there is none, throws an error that says what to install. */
function findBinary() {
  const named = process.env.ROLLCALL_BIN;
  if (named) return checked(path.resolve(named), 'ROLLCALL_BIN');
  const packaged = packagedBinary(`@${PACKAGE}/${PLATFORM}`);
  if (packaged) return checked(packaged, `@${PACKAGE}/${PLATFORM}`);
  const onPath = binaryOnPath();
  if (onPath) return checked(onPath, 'PATH');
  throw new RollcallError(whatToInstall());
}

function packagedBinary(platformPackage) {
  try {
    return require.resolve(`${platformPackage}/bin/${FILE}`);
  } catch {
    return undefined; // The message depends on what else is installed.
  }
}

function binaryOnPath() {
  for (const folder of (process.env.PATH ?? '').split(path.delimiter)) {
    const file = path.join(folder, FILE);
    if (folder && isExecutable(file) && !isShim(file)) return file;
  }
  return undefined;
}

function isExecutable(file) {
  try {
    fs.accessSync(file, fs.constants.X_OK);
    return fs.statSync(file).isFile();
  } catch {
    return false;
  }
}

/** npm, pnpm and yarn put our own shim on PATH while they run a script: a link to bin/rollcall.cjs, or a script that names it. */
function isShim(file) {
  const head = firstBytes(file, 4096);
  return head.toString('latin1', 0, 2) === '#!' && (head.includes('rollcall.cjs') || head.includes('../lib/binary.cjs'));
}

function firstBytes(file, count) {
  const opened = fs.openSync(file, 'r');
  try {
    const bytes = Buffer.alloc(count);
    return bytes.subarray(0, fs.readSync(opened, bytes, 0, count, 0));
  } finally {
    fs.closeSync(opened);
  }
}

/** execvp(3) passes a binary of another platform to a shell, with the strangest errors, so it is checked first. */
function checked(file, source) {
  const from = source === 'PATH' ? 'the rollcall on PATH' : source;
  let head;
  try {
    if (fs.statSync(file).isDirectory()) throw new Error('it is a folder');
    head = firstBytes(file, 20);
  } catch (cause) {
    throw new RollcallError(`${from} is ${file}, which cannot be read (${cause.code ?? cause.message}); name rollcall's binary`, { cause });
  }
  const built = platformOf(head);
  if (built !== undefined && !built.includes(PLATFORM)) {
    throw new RollcallError(
      `${from} is ${file}, a binary for ${built.join(' or ') || 'no platform that is known here'}, and this is ${PLATFORM}; ` +
        (source === 'PATH' || source === 'ROLLCALL_BIN'
          ? 'name one that was built for this machine'
          : 'delete node_modules and install again on this machine'),
    );
  }
  if (!isExecutable(file)) {
    throw new RollcallError(`${from} is ${file}, which may not be executed; run: chmod +x ${file}`);
  }
  return { file, source };
}

/** The platforms on which a file runs, by its first bytes; undefined for a script, which may run anywhere. */
function platformOf(head) {
  const magic = head.toString('hex', 0, 4);
  if (magic === '7f454c46' && head.length >= 20) {
    const cpu = { 0x3e: 'x64', 0xb7: 'arm64', 0x28: 'arm', 0x03: 'ia32', 0xf3: 'riscv64' }[head.readUInt16LE(18)];
    // FreeBSD's binaries are ELF too, with its own number; Linux's have 0 or 3.
    const system = { 0: 'linux', 3: 'linux', 9: 'freebsd' }[head[7]];
    return [`${system ?? 'another system'}-${cpu ?? 'another processor'}`];
  }
  if (magic === 'cffaedfe') {
    const isArm = head.readUInt32LE(4) === 0x0100000c;
    return isArm ? ['darwin-arm64'] : ['darwin-x64', 'darwin-arm64']; // Rosetta runs the latter.
  }
  if (magic === 'cafebabe') return ['darwin-x64', 'darwin-arm64'];
  if (magic.startsWith('4d5a')) return ['win32-x64', 'win32-arm64'];
  if (magic.startsWith('2321')) return undefined;
  return [];
}

/** Of the causes known from issue trackers, the one that applies here. */
function whatToInstall() {
  const platformPackage = `@${PACKAGE}/${PLATFORM}`;
  const carried = Object.keys(PLATFORMS);
  if (!carried.includes(platformPackage)) {
    const there = carried.map((name) => name.split('/')[1]).join(', ');
    return (
      `${PACKAGE} ${VERSION} brings no binary for ${PLATFORM} (only for ${there}); build rollcall with cargo and name it with ` +
      'ROLLCALL_BIN, or start its container and name that with ROLLCALL_URL'
    );
  }
  const foreign = installedPlatforms().find((platform) => platform !== PLATFORM);
  if (foreign) {
    return (
      `${PACKAGE} was installed for ${foreign}, and this is ${PLATFORM}: node_modules came from another machine (copied into a ` +
      'container, shared with WSL); delete it and run npm install here'
    );
  }
  return (
    `the binary of ${PACKAGE} is missing because the optional package ${platformPackage} was not installed (--omit=optional, a lock file ` +
    `of another system, or a download that failed); run: npm install --include=optional ${PACKAGE}@${VERSION}, and if that does not help, ` +
    'delete node_modules and package-lock.json first'
  );
}

function installedPlatforms() {
  const platformsIn = (folder) => {
    try {
      return fs.readdirSync(path.join(folder, `@${PACKAGE}`)).sort();
    } catch {
      return []; // None of ours is installed.
    }
  };
  return require.resolve.paths(PACKAGE).flatMap(platformsIn);
}

/** A shell's exit status for the end of a process. */
const exitCodeOf = (code, signal) => (signal ? 128 + (os.constants.signals[signal] ?? 0) : code);

module.exports = { VERSION, exitCodeOf, findBinary };
