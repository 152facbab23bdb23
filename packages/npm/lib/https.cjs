// Redirects HTTPS to the providers' own hosts to a server with --tls auto and --proxy, in this process, for clients that read no variable.
'use strict';

const http = require('node:http');
const net = require('node:net');
const tls = require('node:tls');

const { RollcallError } = require('./error.cjs');

/** The flags without which a server answers for no other hosts. */
const FLAGS = ['--tls', 'auto', '--proxy'];

/** The redirections, newest last: `{ isServed, host, port, ca }`. */
const led = [];
let undoPatches;

/** Redirects the providers' hosts to a server until the returned function is called. */
async function lead(control) {
  const ready = await control.call('GET', 'ready');
  if (!ready.tls || !ready.proxy) {
    throw new RollcallError(`the rollcall at ${control.url} answers for no provider's host; start it with ${FLAGS.join(' ')}, or with ROLLCALL_TLS=auto and ROLLCALL_PROXY=1`);
  }
  const { status, text } = await control.send('GET', 'ca.pem', {});
  if (status !== 200) throw new RollcallError(`the rollcall at ${control.url} has no authority of its own; start it with ${FLAGS.join(' ')}`);
  const providers = await control.call('GET', 'providers');
  const patterns = providers.flatMap(({ hosts }) => hosts).map((host) => new RegExp(`^${host.split('*').map(escaped).join('.*')}$`, 'i'));
  const { hostname, port } = new URL(control.url);
  const target = {
    isServed: (host) => patterns.some((pattern) => pattern.test(host)),
    host: hostname.replace(/^\[|\]$/g, ''),
    port: Number(port || 80),
    ca: text,
  };
  led.push(target);
  undoPatches ??= patch();
  return () => {
    led.splice(led.indexOf(target), 1);
    if (led.length === 0) {
      undoPatches?.();
      undoPatches = undefined;
    }
  };
}

const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** Where a connection with these options is redirected to, if anywhere. One over a given socket is left alone. */
function targetOf(options) {
  if (options === null || typeof options !== 'object' || options.socket) return undefined;
  const host = options.servername || options.host || options.hostname;
  return typeof host === 'string' ? led.findLast(({ isServed }) => isServed(host)) : undefined;
}

function patch() {
  const undo = [];
  const wrap = (holder, name, change) => {
    const original = holder[name];
    const wrapper = function (options, ...rest) {
      const target = targetOf(options);
      return original.call(this, target ? change(options, target) : options, ...rest);
    };
    holder[name] = wrapper;
    // A later patch by someone else is kept.
    undo.push(() => {
      if (holder[name] === wrapper) holder[name] = original;
    });
  };
  const plain = (options, { host, port }) => ({ ...options, host, port, path: undefined, lookup: undefined });
  const secure = (options, target) => ({ ...plain(options, target), servername: options.servername || options.host, ca: target.ca });
  wrap(tls, 'connect', secure);
  wrap(net, 'connect', plain);
  wrap(net, 'createConnection', plain);
  // It keeps a reference to the function from when it was loaded.
  wrap(http.Agent.prototype, 'createConnection', plain);
  return () => undo.forEach((step) => step());
}

module.exports = { FLAGS, lead };
