// A namespace of a server, with its own data, faults, journal, settings and clock.
'use strict';

const { createHash, randomBytes } = require('node:crypto');
const fs = require('node:fs/promises');
const path = require('node:path');
const { fileURLToPath } = require('node:url');

const { Control } = require('./control.cjs');
const { RollcallError, checkOptions } = require('./error.cjs');
const { lead } = require('./https.cjs');

/** Missing in the globals of a jest sandbox, and on Node before 18.18. */
const asyncDispose = Symbol.asyncDispose ?? Symbol.for('nodejs.asyncDispose');

const NAMESPACE_OPTIONS = ['name', 'seed', 'auth', 'clock', 'quirks', 'https'];
/** Starts or stops redirecting HTTPS to the providers' hosts to a namespace's server. */
const leading = Symbol('leading');
const FAULT_OPTIONS = [
  ...['error', 'detail', 'status', 'body', 'contentType', 'delay', 'throttle', 'effect'],
  ...['times', 'after', 'probability', 'params', 'accessKey'],
];
const COUNTS = { exactly: 'exactly', atLeast: 'at_least', atMost: 'at_most' };
/** The maximum length of a name on the server. */
const LONGEST_NAME = 63;
/** The maximum number of entries in one answer of the server. */
const ENTRIES = 1000;
/** The demo's project, which exists in every namespace that starts with the demo. */
const HUAWEI_PROJECT = '0bec5db98280d2d02fd6c00c2de791ce';

/** A part of names that is unique to this process, even among processes with the same id in other containers. */
const RUN = `j${process.pid.toString(36)}-${BigInt(`0x${randomBytes(5).toString('hex')}`).toString(36)}`;
let made = 0;

function newName() {
  const worker = process.env.VITEST_POOL_ID ?? process.env.JEST_WORKER_ID ?? process.env.TEST_PARALLEL_INDEX ?? '0';
  made += 1;
  return namespaceName(`${RUN}-${worker}-${made}`);
}

/** A valid name for the server. A modified name ends with a hash of the original, so that different names stay different. */
function namespaceName(text) {
  if (typeof text !== 'string') throw new RollcallError(`a namespace's name is text, not ${JSON.stringify(text)}`);
  const plain = text.toLowerCase().replace(/[^a-z0-9-]+/g, '-').replace(/^-+/, '');
  if (plain === text && text !== '' && text.length <= LONGEST_NAME) return text;
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 8);
  return plain === '' ? `n-${hash}` : `${plain.slice(0, LONGEST_NAME - 1 - hash.length).replace(/-+$/, '')}-${hash}`;
}

/** The keys that strict servers know; a namespace in the access key, as set by `rollcall run`, is removed. */
function keys() {
  const [accessKey] = (process.env.ROLLCALL_ACCESS_KEY || 'test-ak').split('~');
  return { accessKey, secretKey: process.env.ROLLCALL_SECRET_KEY || 'test-sk' };
}

class Namespace {
  #control;
  #stopLeading;

  /** An existing namespace, or one that its first call creates. */
  constructor(url, name = 'default') {
    this.name = namespaceName(name);
    this.#control = (url instanceof Control ? url : new Control(url)).about(this.name);
    const { accessKey, secretKey } = keys();
    this.url = this.#control.url;
    this.accessKey = `${accessKey}~${this.name}`;
    this.secretKey = secretKey;
    /** For calls without an access key, such as those of a page. */
    this.headers = { 'X-Rollcall-Namespace': this.name };
    this.clock = new Clock(this.#control, `namespace=${this.name}`);
  }

  /** Creates a namespace; an existing one with the given name is reset. */
  static async create(url, options = {}) {
    checkOptions('a namespace', options, NAMESPACE_OPTIONS);
    const { name, seed, auth, clock, quirks, https } = options;
    const namespace = new Namespace(url, name ?? newName());
    // A document is the complete initial data, as with the server's own --seed and the helpers for other languages.
    const start = seed === undefined ? 'template' : 'empty';
    const made = name === undefined ? await namespace.#own('PUT', '', { from: start }) : await namespace.reset(start);
    // Its own address, if the server is one of several (--namespace-url).
    namespace.url = made.url ?? namespace.url;
    if (seed !== undefined && seed !== 'empty') await namespace.seed(seed);
    if (auth !== undefined || quirks !== undefined) await namespace.settings({ auth, quirks });
    if (clock !== undefined) await namespace.clock.freeze(clock);
    if (https) await namespace[leading](true);
    return namespace;
  }

  async [leading](on) {
    this.#stopLeading?.();
    this.#stopLeading = on ? await lead(this.#control) : undefined;
  }

  /** Makes calls of an operation fail; `*` selects all operations. */
  async fail(provider, operation, options = {}) {
    checkOptions('fail', options, FAULT_OPTIONS);
    const { times, after, probability, params, accessKey } = options;
    const any = (name) => (name === '*' ? undefined : name);
    const texts = params && Object.fromEntries(Object.entries(params).map(([key, value]) => [key, String(value)]));
    const rule = await this.#about('POST', 'faults', {
      match: { provider: any(provider), operation: any(operation), params: texts, access_key: accessKey?.split('~')[0] },
      effect: effectOf(options),
      times,
      after,
      probability,
    });
    return new Fault(this.#control, rule);
  }

  /** Asserts that this many calls were made, or are within `wait` milliseconds. */
  async expectCalls(provider, operation, count, options = {}) {
    checkOptions('expectCalls', options, ['wait', 'status', 'params', 'since']);
    const { wait = 0, status, params, since } = options;
    const wanted = typeof count === 'number' ? { exactly: count } : count;
    const [[kind, number], ...more] = Object.entries(wanted ?? {}).concat([['', undefined]]);
    if (!(kind in COUNTS) || more.length > 1 || !Number.isInteger(number) || number < 0) {
      throw new RollcallError(`expectCalls wants a number of calls, { exactly: 3 }, { atLeast: 1 } or { atMost: 2 }, not ${JSON.stringify(count)}`);
    }
    const any = (name) => (name === '*' ? undefined : name);
    const texts = params && Object.fromEntries(Object.entries(params).map(([key, value]) => [key, String(value)]));
    try {
      const question = {
        match: { provider: any(provider), operation: any(operation), params: texts },
        count: { [COUNTS[kind]]: number },
        status,
        since,
        wait_ms: Math.round(wait),
      };
      return (await this.#about('POST', 'journal/verify', question)).found;
    } catch (error) {
      if (error.status !== 409) throw error;
      const nearest = (error.nearest ?? []).map((call) => `\n  ${describeCall(call)}: ${call.differs.join('; ')}`);
      const near = nearest.length > 0 ? `; the calls that come nearest:${nearest.join('')}` : '';
      throw new RollcallError(`${provider} ${operation} in namespace ${this.name}: ${error.message}${near}`, error);
    }
  }

  /** The calls made so far, oldest first. */
  async calls(provider, operation, options = {}) {
    checkOptions('calls', options, ['status', 'stage', 'since']);
    const query = new URLSearchParams({ namespace: this.name, limit: String(ENTRIES) });
    for (const [name, value] of Object.entries({ provider, operation, ...options })) {
      if (value !== undefined && value !== '*') query.set(name, String(value));
    }
    const all = [];
    let page;
    do {
      page = (await this.#control.call('GET', `journal?${query}`)).entries;
      all.push(...page);
      // Each page starts below the lowest id of the previous one, so this terminates.
      if (page.length > 0) query.set('before', String(page.at(-1).id));
    } while (page.length === ENTRIES);
    return all.reverse();
  }

  /** Merges a seed document, or a file with one, atomically. */
  async seed(document) {
    const isFile = typeof document === 'string' || document instanceof URL;
    if (!isFile && (document === null || typeof document !== 'object')) {
      throw new RollcallError(`a seed is a document or the path of one, not ${JSON.stringify(document)}`);
    }
    if (!isFile) return this.#own('POST', '/seed', document);
    const file = path.resolve(document instanceof URL ? fileURLToPath(document) : document);
    let text;
    try {
      text = await fs.readFile(file, 'utf8');
    } catch (cause) {
      throw new RollcallError(`the seed ${file} cannot be read (${cause.code ?? cause.message}); paths are from ${process.cwd()}`, { cause });
    }
    const type = file.endsWith('.ndjson') ? 'application/x-ndjson' : 'application/json';
    try {
      return await this.#own('POST', '/seed', text.replace(/^\ufeff/, ''), type);
    } catch (error) {
      throw error instanceof RollcallError ? new RollcallError(inFile(file, error.message), error) : error;
    }
  }

  /** Resets data, faults, settings and clock, to the seed or to an empty namespace. */
  reset(to = 'template') {
    return this.#own('POST', '/reset', { to });
  }

  /** The settings, after these changes. A mode without a provider applies to all of them. */
  settings(changes) {
    if (changes === undefined) return this.#own('GET', '/settings');
    const { auth } = changes;
    return this.#own('PATCH', '/settings', typeof auth === 'string' ? { ...changes, auth: { '*': auth } } : changes);
  }

  /** Drops the namespace with everything in it. */
  async drop() {
    await this[leading](false);
    try {
      await this.#own('DELETE', '');
    } catch (error) {
      if (error.status !== 404) throw error; // It was already dropped.
    }
  }

  [asyncDispose]() {
    return this.drop();
  }

  #own(method, path, body, type) {
    return this.#control.call(method, `namespaces/${this.name}${path}`, { body, type });
  }

  #about(method, path, body) {
    return this.#control.call(method, `${path}?namespace=${this.name}`, { body });
  }

  // The options of each SDK, under the SDK's own names. A new object on each access: some SDKs modify theirs.

  /** `new RPCClient({ ...rollcall.aliyun, apiVersion })` of @alicloud/pop-core. */
  get aliyun() {
    return { endpoint: this.url, accessKeyId: this.accessKey, accessKeySecret: this.secretKey };
  }

  /** `new Config(rollcall.aliyunOpenapi)` of @alicloud/openapi-client and the SDKs generated for it. */
  get aliyunOpenapi() {
    const { host, protocol } = new URL(this.url);
    return {
      ...{ endpoint: host, protocol: protocol.slice(0, -1), regionId: 'cn-hangzhou' },
      ...{ accessKeyId: this.accessKey, accessKeySecret: this.secretKey },
    };
  }

  /** `new BasicCredentials(rollcall.huawei)` of @huaweicloud/huaweicloud-sdk-core, and `.withEndpoint(rollcall.huawei.endpoint)`. */
  get huawei() {
    return {
      ...{ ak: this.accessKey, sk: this.secretKey, projectId: HUAWEI_PROJECT },
      ...{ region: 'cn-north-4', endpoint: this.url, iamEndpoint: this.url },
    };
  }

  /** `new Service(rollcall.volcengine)` of @volcengine/openapi. */
  get volcengine() {
    const { host, protocol } = new URL(this.url);
    return {
      ...{ host, protocol, region: 'cn-beijing', serviceName: 'bytehouse_ce', defaultVersion: '2024-08-31' },
      ...{ accessKeyId: this.accessKey, secretKey: this.secretKey },
    };
  }

  /** `new Client(rollcall.volcengineCore)` of @volcengine/sdk-core. */
  get volcengineCore() {
    const { host, protocol } = new URL(this.url);
    return {
      ...{ host, protocol: protocol.slice(0, -1), region: 'cn-beijing' },
      ...{ accessKeyId: this.accessKey, secretAccessKey: this.secretKey },
    };
  }

  /** QingCloud has no SDK for JavaScript; these are the names in its other SDKs. */
  get qingcloud() {
    const { hostname, port, protocol } = new URL(this.url);
    return {
      ...{ host: hostname, port: Number(port || (protocol === 'https:' ? 443 : 80)), protocol: protocol.slice(0, -1), zone: 'jn1a' },
      ...{ accessKeyId: this.accessKey, secretAccessKey: this.secretKey },
    };
  }
}

function effectOf({ error, detail, status, body, contentType, delay, throttle, effect }) {
  const length = (value) => (typeof value === 'number' ? `${value}ms` : value);
  // Passed on unchanged, even two effects, so that the server can say what is wrong with them.
  const given = {
    error,
    detail,
    status,
    body: body === undefined || typeof body === 'string' ? body : JSON.stringify(body),
    content_type: contentType,
    delay: Array.isArray(delay) ? delay.map(length) : length(delay),
    throttle,
  };
  const isOther = Object.values(given).some((value) => value !== undefined);
  if (effect === undefined && !isOther) {
    throw new RollcallError("fail wants to know what happens: { error: 'ServiceUnavailable' }, { status, body }, { delay }, { throttle } or { effect: 'hang' }");
  }
  if (effect !== undefined && isOther) throw new RollcallError('a fault has one effect; call fail once for each');
  return effect ?? given;
}

function describeCall({ id, method, target, status, error, provider, operation, stage }) {
  const what = [provider, operation].filter(Boolean).join(' ');
  return `#${id} ${method} ${target} -> ${[status, error].filter(Boolean).join(' ')} [${[what, stage].filter(Boolean).join(', ')}]`;
}

/** A namespace's calls as text, one per line, each with rollcall's explanation. */
async function report(namespace) {
  const calls = await namespace.calls();
  const lines = calls.slice(-20).flatMap((call) => [describeCall(call), ...call.explanation.map((sentence) => `    ${sentence}`)]);
  return `rollcall: ${calls.length} calls in namespace ${namespace.name}\n${lines.map((line) => `  ${line}\n`).join('')}`;
}

/** A fault rule, until it is removed or the namespace is reset. */
class Fault {
  #control;

  constructor(control, rule) {
    this.#control = control;
    this.id = rule.id;
    this.rule = rule;
  }

  async remove() {
    try {
      await this.#control.call('DELETE', `faults/${this.id}`);
    } catch (error) {
      if (error.status !== 404) throw error; // A reset has already removed it.
    }
  }

  [asyncDispose]() {
    return this.remove();
  }
}

/** A namespace's clock. Durations are milliseconds, or text such as "1h" and "-15m". */
class Clock {
  #control;
  #query;

  constructor(control, query) {
    this.#control = control;
    this.#query = query;
  }

  /** Its time and mode. */
  read() {
    return this.#control.call('GET', `clock?${this.#query}`);
  }

  /** Freezes it, at a given time or at its current one. */
  freeze(time) {
    const text = time instanceof Date ? time.toISOString() : time;
    return this.#control.call('PUT', `clock?${this.#query}`, { body: { mode: 'fixed', time: text } });
  }

  /** Moves it forward or back. */
  advance(by) {
    return this.#control.call('POST', `clock/advance?${this.#query}`, { body: { by: lengthOf(by) } });
  }

  /** Makes it run at an offset from the real time. */
  offset(by) {
    return this.#control.call('PUT', `clock?${this.#query}`, { body: { mode: 'offset', by: lengthOf(by) } });
  }

  /** Makes it show the real time. */
  real() {
    return this.#control.call('PUT', `clock?${this.#query}`, { body: { mode: 'real' } });
  }
}

/** In the format of compilers, FILE:LINE:COLUMN; the server knows the line, but not the file. */
function inFile(file, detail) {
  const place = /^line (\d+)(?: column (\d+))?: /.exec(detail);
  if (!place) return `${file}: ${detail}`;
  const [whole, line, column] = place;
  return `${file}:${line}${column ? `:${column}` : ''}: ${detail.slice(whole.length)}`;
}

const lengthOf = (by) => (typeof by === 'number' ? `${Math.round(by)}ms` : by);

module.exports = { NAMESPACE_OPTIONS, Namespace, asyncDispose, keys, leading, namespaceName, report };
