// A server: the one that ROLLCALL_URL names, or else one that is started and ends with this process.
'use strict';

const { spawn } = require('node:child_process');
const { createInterface } = require('node:readline');
// Not the globals, which a test may have replaced.
const { clearTimeout, setTimeout } = require('node:timers');

const { VERSION, findBinary } = require('./binary.cjs');
const { Control } = require('./control.cjs');
const { RollcallError, checkOptions } = require('./error.cjs');
const { FLAGS } = require('./https.cjs');
const { NAMESPACE_OPTIONS, Namespace, asyncDispose, keys, leading } = require('./namespace.cjs');

/** A large seed takes a while to load. */
const START_TIMEOUT = 60_000;
/** The server drains within a second. */
const STOP_TIMEOUT = 5_000;
const END_WITH_PARENT = '--until-stdin-closes';

/** Attaches to the server that ROLLCALL_URL names, or else starts one. */
async function connect({ url = process.env.ROLLCALL_URL, args = [] } = {}) {
  if (url) {
    const control = new Control(url);
    await control.check(VERSION);
    return { control, isOwn: false, stop: async () => {} };
  }
  const server = await launch(args);
  try {
    const control = new Control(server.url);
    await control.check(VERSION);
    return { control, isOwn: true, stop: server.stop };
  } catch (error) {
    await server.stop();
    throw error;
  }
}

async function launch(args) {
  if (!Array.isArray(args) || !args.every((arg) => typeof arg === 'string')) {
    throw new RollcallError(`args are the server's flags, a list of texts, not ${JSON.stringify(args)}`);
  }
  const { file, source } = findBinary();
  const listen = args.some((arg) => /^--listen(=|$)/.test(arg)) ? [] : ['--listen', '127.0.0.1:0'];
  const child = spawn(file, ['serve', END_WITH_PARENT, ...listen, ...args], {
    // The server ends when its standard input closes, whatever happened to this process.
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, ...credential(args) },
    // In its own group, so that Ctrl-C reaches only the tests, which may still need the server.
    detached: process.platform !== 'win32',
    windowsHide: true,
  });
  const ended = new Promise((resolve) => {
    child.once('close', (code, signal) => resolve({ code, signal }));
  });
  child.stdin.on('error', () => {}); // Nothing is ever written to it; what is told here is that the server has gone.

  const errors = [];
  const keep = (line) => errors.push(line);
  const lines = createInterface({ input: child.stderr });
  lines.on('line', keep);

  let timer;
  try {
    const line = await Promise.race([
      new Promise((resolve) => createInterface({ input: child.stdout }).once('line', resolve)),
      new Promise((_, reject) => {
        child.once('error', (cause) => {
          reject(new RollcallError(`${file} (${source}) cannot be started (${cause.code ?? cause.message}); name another with ROLLCALL_BIN`, { cause }));
        });
      }),
      ended.then(({ code, signal }) => {
        throw new RollcallError(whyItEnded({ file, source, errors, code, signal }));
      }),
      new Promise((_, reject) => {
        timer = setTimeout(() => {
          reject(new RollcallError(`${file} (${source}) was not ready within ${START_TIMEOUT / 1000} s; start it by itself to see why`));
        }, START_TIMEOUT);
      }),
    ]);
    const url = /^rollcall ready (https?:\/\/\S+)/.exec(line)?.[1];
    if (!url) {
      throw new RollcallError(`${file} (${source}) is no rollcall: its first line is ${JSON.stringify(line.slice(0, 80))}; name rollcall's binary with ROLLCALL_BIN`);
    }
    lines.off('line', keep);
    for (const line of errors) process.stderr.write(`${line}\n`);
    lines.on('line', (line) => process.stderr.write(`${line}\n`));
    return { url, stop: attend(child, ended) };
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** Watches a server without keeping this process alive for it. Returns a function that stops it. */
function attend(child, ended) {
  const handles = [child, child.stdin, child.stdout, child.stderr];
  for (const handle of handles) handle.unref();
  let stopped;
  ended.then(({ code, signal }) => {
    if (!stopped) process.stderr.write(`rollcall-mock: the server has ended by itself (${signal ?? `exit code ${code}`}); its last lines are above\n`);
  });
  return () => {
    stopped ??= (async () => {
      child.ref();
      // Windows has no signal that it could handle.
      if (process.platform === 'win32') child.stdin.end();
      else child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT);
      await ended;
      clearTimeout(timer);
    })();
    return stopped;
  };
}

/** The server has to know a user's own key. In the environment, because anyone can read arguments. */
function credential(args) {
  const { ROLLCALL_ACCESS_KEY, ROLLCALL_SECRET_KEY, ROLLCALL_CREDENTIAL } = process.env;
  const isTold = ROLLCALL_CREDENTIAL || args.some((arg) => /^--credential(=|$)/.test(arg));
  if (isTold || !(ROLLCALL_ACCESS_KEY || ROLLCALL_SECRET_KEY)) return {};
  const { accessKey, secretKey } = keys();
  return { ROLLCALL_CREDENTIAL: `${accessKey}:${secretKey}` };
}

function whyItEnded({ file, source, errors, code, signal }) {
  const said = errors.filter((line) => line.trim() !== '');
  if (said.some((line) => line.startsWith('error: ') && line.includes(END_WITH_PARENT))) {
    return `${file} (${source}) is older than rollcall-mock ${VERSION}: it does not know ${END_WITH_PARENT}; update it, or unset ROLLCALL_BIN`;
  }
  // clap first says what is wrong and then how to write it; rollcall itself writes one sentence, after its log.
  const reason = said.find((line) => line.startsWith('error: ')) ?? said.at(-1) ?? 'it said nothing';
  return `rollcall ended at its start with ${signal ?? `exit code ${code}`}: ${reason.replace(/^(rollcall|error): /, '')} (${file}, from ${source})`;
}

/** The result of `start`: a namespace on a server, which can create more of them. */
class Rollcall extends Namespace {
  #server;

  constructor(server, name) {
    super(server.control, name);
    this.#server = server;
  }

  /** Creates another namespace on the same server. */
  namespace(options) {
    return Namespace.create(this.#server.control, options);
  }

  /** Stops the server if it was started here; otherwise drops this namespace. */
  async stop() {
    await this[leading](false);
    if (!this.#server.isOwn) await this.drop();
    await this.#server.stop();
  }

  [asyncDispose]() {
    return this.stop();
  }
}

/** Starts a server, or attaches to the one that ROLLCALL_URL names, and creates a namespace. */
async function start(options = {}) {
  checkOptions('start', options, ['url', 'args', ...NAMESPACE_OPTIONS]);
  const { url, args = [], https, ...rest } = options;
  const isTold = Array.isArray(args) && args.some((arg) => /^--(tls|proxy)(=|$)/.test(arg));
  const server = await connect({ url, args: https && !isTold && Array.isArray(args) ? [...args, ...FLAGS] : args });
  try {
    const { name, url: own } = await Namespace.create(server.control, rest);
    const rollcall = Object.assign(new Rollcall(server, name), { url: own });
    if (https) await rollcall[leading](true);
    return rollcall;
  } catch (error) {
    await server.stop();
    throw error;
  }
}

module.exports = { connect, start };
