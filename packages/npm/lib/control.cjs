// A server's control plane, `/_rollcall/…`, using only node:http: fetch is missing in jest-environment-jsdom, may go through proxies,
// and may have been replaced by a test.
'use strict';

const http = require('node:http');
const https = require('node:https');

const { RollcallError } = require('./error.cjs');

/** The timeout of a call; importing a million users takes much less. */
const TIMEOUT = 300_000;

/** Our own, because the global agents may belong to a test. Idle connections keep no process alive. */
const AGENTS = { http: new http.Agent({ keepAlive: true }), https: new https.Agent({ keepAlive: true }) };

class Control {
  constructor(url, token = process.env.ROLLCALL_ADMIN_TOKEN) {
    this.url = parseUrl(url);
    this.token = token?.trim() || undefined;
    if (this.token && /[^\x21-\x7e]/.test(this.token)) {
      throw new RollcallError('ROLLCALL_ADMIN_TOKEN has characters that no header takes; set it to the token that the server was started with');
    }
  }

  /** The same for calls about one namespace. */
  about(namespace) {
    return Object.assign(Object.create(this), { namespace });
  }

  /** Calls `/_rollcall/<path>`; a body that is not a string is sent as JSON. Resolves to the parsed answer. */
  async call(method, path, { body, type = 'application/json', timeout = TIMEOUT } = {}) {
    const isText = body === undefined || typeof body === 'string';
    const { status, text } = await this.send(method, path, { body: isText ? body : JSON.stringify(body), type, timeout });
    let answer;
    try {
      answer = text === '' ? undefined : JSON.parse(text);
    } catch (cause) {
      throw this.stranger(`${method} /_rollcall/${path} is answered with ${status} and no JSON`, cause);
    }
    if (200 <= status && status < 300) return answer;
    if (status === 401) throw this.locked();
    if (typeof answer?.detail !== 'string') throw this.stranger(`${method} /_rollcall/${path} is answered with ${status}`);
    const { detail, pointer, nearest } = answer;
    throw new RollcallError(pointer ? `${detail} (at ${pointer})` : detail, { status, pointer, nearest });
  }

  /** Verifies that a rollcall answers there, is not older than this package, and grants access. */
  async check(version, timeout = 5_000) {
    const health = await this.call('GET', 'health', { timeout });
    if (health?.status !== 'ok' || typeof health.version !== 'string') {
      throw this.stranger('GET /_rollcall/health is answered with something else');
    }
    if (isOlder(health.version, version)) {
      throw new RollcallError(
        `the rollcall at ${this.url} is ${health.version}, older than rollcall-mock ${version}; update that server, or install rollcall-mock@${health.version}`,
      );
    }
    // Health is public; this is not.
    await this.call('GET', 'clock', { timeout });
  }

  stranger(why, cause) {
    return new RollcallError(`what answers at ${this.url} is no rollcall (${why}); set ROLLCALL_URL to one, or unset it to have one started`, { cause });
  }

  locked() {
    return new RollcallError(
      this.token
        ? `the rollcall at ${this.url} does not accept the admin token; set ROLLCALL_ADMIN_TOKEN to the one that it was started with`
        : `the rollcall at ${this.url} is locked; set ROLLCALL_ADMIN_TOKEN to the token that it was started with`,
      { status: 401 },
    );
  }

  send(method, path, { body, type, timeout }) {
    const headers = { accept: 'application/json' };
    if (body !== undefined) Object.assign(headers, { 'content-type': type, 'content-length': Buffer.byteLength(body) });
    // With a load balancer, it selects the replica that has the namespace.
    if (this.namespace) headers['x-rollcall-namespace'] = this.namespace;
    if (this.token) headers.authorization = `Bearer ${this.token}`;
    const [{ request }, agent] = this.url.startsWith('https:') ? [https, AGENTS.https] : [http, AGENTS.http];
    return new Promise((resolve, reject) => {
      const unreachable = (why, cause) =>
        reject(new RollcallError(`no rollcall answers at ${this.url} (${why}); start one there, or unset ROLLCALL_URL to have one started`, { cause }));
      const attempt = () => {
        const call = request(`${this.url}/_rollcall/${path}`, { method, headers, timeout, agent }, (answer) => {
          const chunks = [];
          answer.on('data', (chunk) => chunks.push(chunk));
          answer.on('error', (cause) => unreachable(cause.code ?? cause.message, cause));
          answer.on('end', () => resolve({ status: answer.statusCode, text: Buffer.concat(chunks).toString() }));
        });
        call.on('timeout', () => call.destroy(Object.assign(new Error('no answer'), { code: `no answer within ${timeout / 1000} s` })));
        call.on('error', (cause) => {
          // The server may close a long-idle connection just as it is used again. A new connection avoids that.
          if (call.reusedSocket && ['ECONNRESET', 'EPIPE'].includes(cause.code)) attempt();
          // Something answers, but not with HTTP.
          else if (cause.code?.startsWith('HPE_')) reject(this.stranger('it does not speak HTTP', cause));
          else unreachable(cause.code ?? cause.message, cause);
        });
        call.end(body);
      };
      attempt();
    });
  }
}

function parseUrl(text) {
  let url;
  try {
    url = new URL(text);
  } catch {
    url = undefined;
  }
  if (!['http:', 'https:'].includes(url?.protocol) || url.search || url.hash || url.username) {
    throw new RollcallError(`ROLLCALL_URL is "${text}", which is no address of a rollcall; write it as http://127.0.0.1:4700`);
  }
  return url.href.replace(/\/+$/, '');
}

/** Whether one version precedes another, by the first three numbers. */
function isOlder(version, than) {
  const numbers = (text) => (/^(\d+)\.(\d+)\.(\d+)/.exec(text) ?? [0, 0, 0, 0]).slice(1).map(Number);
  const [left, right] = [numbers(version), numbers(than)];
  const at = left.findIndex((number, index) => number !== right[index]);
  return at !== -1 && left[at] < right[at];
}

module.exports = { Control };
