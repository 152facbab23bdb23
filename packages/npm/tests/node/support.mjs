// What the suites of this folder share. They run in a folder in which the packages are installed.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

const require = createRequire(import.meta.url);

export const PACKAGE = path.dirname(require.resolve('rollcall-mock'));
export const BINARY = require.resolve('@rollcall-mock/linux-x64/bin/rollcall');
export const SHIM = path.join(PACKAGE, 'bin/rollcall.cjs');
export const { version: VERSION } = JSON.parse(fs.readFileSync(path.join(PACKAGE, 'package.json'), 'utf8'));
export const USERS = '/v2/0bec5db98280d2d02fd6c00c2de791ce/instances/68fdc9a8-805e-439d-8dd9-25adc1c58bf6/users';

export const scratch = (test) => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'rollcall-mock-'));
  test.after(() => fs.rmSync(folder, { recursive: true, force: true }));
  return folder;
};

/** The environment without what is about rollcall, and with this. */
export function environment(changes = {}) {
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith('ROLLCALL_') && !name.startsWith('NODE_'));
  return { ...Object.fromEntries(kept), ...changes };
}

/** Runs a program to its end, at most two minutes. */
export async function run(command, args, { env = environment(), cwd = process.cwd(), input } = {}) {
  const child = spawn(command, args, { env, cwd, stdio: ['pipe', 'pipe', 'pipe'] });
  const texts = ['', ''];
  for (const [index, stream] of [child.stdout, child.stderr].entries()) {
    stream.on('data', (chunk) => {
      texts[index] += chunk;
    });
  }
  if (input !== null) child.stdin.end(input);
  const timer = setTimeout(() => child.kill('SIGKILL'), 120_000);
  const [code, signal] = await new Promise((resolve, reject) => {
    child.on('close', (...end) => resolve(end));
    child.on('error', reject);
  });
  clearTimeout(timer);
  return { code, signal, stdout: texts[0], stderr: texts[1] };
}

/** Runs this text as an ES module beside the installed packages. */
export const script = (text, options) => run(process.execPath, ['--input-type=module', '-e', text], options);

/** What `start()` throws in a process with this environment. */
export async function refusal(env, options = '{}', cwd = process.cwd()) {
  const text = `const { start } = await import('rollcall-mock');
    try { const rollcall = await start(${options}); await rollcall.stop(); console.log('no error'); }
    catch (error) { console.log(error.name + ': ' + error.message); }`;
  const { stdout, stderr } = await script(text, { env: environment(env), cwd });
  return stdout.trim() || stderr;
}

/** Waits until it is true, at most so many milliseconds. */
export async function until(condition, milliseconds) {
  const deadline = performance.now() + milliseconds;
  for (;;) {
    if (await condition()) return true;
    if (deadline < performance.now()) return false;
    await pause(10);
  }
}

/** The processes of a program's binary that one started, found in /proc: `[pid]`. */
export function childrenOf(parent, name = 'rollcall') {
  return fs.readdirSync('/proc').filter((entry) => {
    if (!/^\d+$/.test(entry)) return false;
    try {
      const stat = fs.readFileSync(`/proc/${entry}/stat`, 'utf8');
      const [, command, rest] = /^\d+ \((.*)\) (.*)/s.exec(stat);
      return command === name && rest.split(' ')[1] === String(parent);
    } catch {
      return false; // It ended meanwhile.
    }
  });
}

export function isAlive(pid) {
  try {
    return !/^\d+ \(.*\) [ZX]/s.test(fs.readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}
