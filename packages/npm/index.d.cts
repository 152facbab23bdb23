/// <reference lib="esnext.disposable" />

export type Provider =
  | 'aliyun-ehpc'
  | 'huawei-iam'
  | 'huawei-rocketmq'
  | 'huawei-workspace'
  | 'qingcloud-ehpc'
  | 'volcengine-bytehouse';

/** How strictly authentication is checked. */
export type Auth = 'off' | 'lenient' | 'strict';

/** Milliseconds, or text such as "90s", "1h", "-15m". */
export type Duration = number | string;

/** The configuration of a namespace. */
export interface NamespaceOptions {
  /** A custom name, converted to `[a-z0-9-]`; an existing namespace with that name is reset. Default: a unique name. */
  name?: string;
  /** `'empty'`, a seed document, or the path of one (`.json`, `.ndjson`); a document is the complete initial data. */
  seed?: 'empty' | (string & {}) | URL | Record<string, unknown>;
  /** For all providers, or by provider. */
  auth?: Auth | { [provider in Provider | '*']?: Auth };
  /** The time at which the clock is frozen. */
  clock?: string | Date;
  /** By `PROVIDER.NAME`, as `rollcall coverage` lists them. */
  quirks?: Record<string, string>;
  /**
   * Redirects this process's HTTPS to the providers' own hosts to the server, until the namespace is dropped. The server needs `--tls
   * auto --proxy`, which `start` sets; elsewhere, set ROLLCALL_TLS=auto and ROLLCALL_PROXY=1.
   */
  https?: boolean;
}

export interface StartOptions extends NamespaceOptions {
  /** Attach to this server. Default: `ROLLCALL_URL`; without it, a server is started. */
  url?: string;
  /** Flags for the server, such as `['--auth', 'strict']`; `--listen 127.0.0.1:0` is added unless one of them is `--listen`. */
  args?: string[];
}

/** The effect on a call: exactly one of these. */
export interface FaultOptions {
  /** The name of one of the provider's errors, as listed by `rollcall errors`. */
  error?: string;
  /** The values of placeholders in the error's message. */
  detail?: string;
  /** A custom answer, with this status. */
  status?: number;
  /** The body of the custom answer. */
  body?: string | object;
  contentType?: string;
  /** Delays the answer, by a fixed or random time between two limits. */
  delay?: Duration | [Duration, Duration];
  /** The provider's own throttling error beyond this many calls per second. */
  throttle?: number;
  /** No answer; a connection that is reset; a truncated answer. */
  effect?: 'hang' | 'reset' | 'truncate';
  /** How many calls are affected. Default: all. */
  times?: number;
  /** How many calls pass first. */
  after?: number;
  /** The probability, from 0 to 1. */
  probability?: number;
  /** Only calls with these parameters, in the path, the query or the body. */
  params?: Record<string, string | number | boolean>;
  /** Only calls with this access key. */
  accessKey?: string;
}

/** A fault rule, until it is removed or the namespace is reset. */
export interface Fault extends AsyncDisposable {
  readonly id: number;
  /** The rule, as stored by the server. */
  readonly rule: Record<string, unknown>;
  remove(): Promise<void>;
}

export type Count = number | { exactly: number } | { atLeast: number } | { atMost: number };

export interface ExpectOptions {
  /** How long to wait for further calls, in milliseconds. */
  wait?: number;
  /** Only calls answered with this status. */
  status?: number;
  /** Only calls with these parameters. */
  params?: Record<string, string | number | boolean>;
  /** Only calls after the one with this id. */
  since?: number;
}

export type Stage = 'recognise' | 'fault' | 'gateway' | 'operation' | 'answered' | 'broken';

export interface CallsOptions {
  status?: number;
  stage?: Stage;
  /** Only calls after the one with this id. */
  since?: number;
}

/** A call, as returned by `GET /_rollcall/journal`. */
export interface Call {
  id: number;
  time: string;
  namespace: string;
  /** Empty if no provider claims the call. */
  provider: Provider | '';
  operation: string;
  /** Where the call was answered. */
  stage: Stage;
  status: number;
  /** How a fault disrupted the answer; absent if it arrived complete. */
  delivery?: 'hang' | 'reset' | 'truncate';
  /** The name of the error; empty for a success. */
  error: string;
  request_id: string;
  duration_us: number;
  scheme: 'http' | 'https';
  method: string;
  target: string;
  /** What nearly matched, what was wrong, and what to do. */
  explanation: string[];
}

export interface ClockReading {
  namespace: string;
  mode: 'real' | 'fixed' | 'offset';
  now: string;
  time?: string;
  by?: string;
}

export interface Clock {
  /** Its time and mode. */
  read(): Promise<ClockReading>;
  /** Freezes it, at a given time or at its current one. */
  freeze(time?: string | Date): Promise<ClockReading>;
  /** Moves it forward or back. */
  advance(by: Duration): Promise<ClockReading>;
  /** Makes it run at an offset from the real time. */
  offset(by: Duration): Promise<ClockReading>;
  /** Makes it show the real time. */
  real(): Promise<ClockReading>;
}

export interface Settings {
  auth?: Auth | { [provider in Provider | '*']?: Auth };
  quirks?: Record<string, string>;
  regions?: { [provider in Provider]?: string };
  async_polls?: number;
  skew?: string;
}

/** A namespace on a server, with its own data, faults, journal, settings and clock. */
export declare class Namespace implements AsyncDisposable {
  /** An existing namespace, or one that its first call creates. Default: `default`. */
  constructor(url: string, name?: string);
  /** Creates a namespace on that server. */
  static create(url: string, options?: NamespaceOptions): Promise<Namespace>;

  /** The address of the server, such as `http://127.0.0.1:4700`. */
  readonly url: string;
  readonly name: string;
  /** With `~` and the name of the namespace, by which calls select it. */
  readonly accessKey: string;
  readonly secretKey: string;
  /** Selects the namespace without an access key, for the calls of a page. */
  readonly headers: { 'X-Rollcall-Namespace': string };
  readonly clock: Clock;

  /** Makes calls of an operation fail; `'*'` selects all operations. */
  fail(provider: Provider | '*', operation: string, options: FaultOptions): Promise<Fault>;
  /** Asserts the number of calls, and throws with the closest ones if it differs. Resolves to the number. */
  expectCalls(provider: Provider | '*', operation: string, count: Count, options?: ExpectOptions): Promise<number>;
  /** The calls made so far, oldest first. */
  calls(provider?: Provider | '*', operation?: string, options?: CallsOptions): Promise<Call[]>;
  /** Merges a seed document, or a file with one, atomically. */
  seed(document: string | URL | Record<string, unknown>): Promise<unknown>;
  /** Resets data, faults, settings and clock, to the seed or to an empty namespace. */
  reset(to?: 'template' | 'empty'): Promise<unknown>;
  /** The settings, after these changes. */
  settings(changes?: Settings): Promise<Settings>;
  /** Drops the namespace with everything in it. */
  drop(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;

  /** `new RPCClient({ ...rollcall.aliyun, apiVersion: '2018-04-12' })` of `@alicloud/pop-core`. */
  readonly aliyun: { endpoint: string; accessKeyId: string; accessKeySecret: string };
  /** `new Config(rollcall.aliyunOpenapi)` of `@alicloud/openapi-client`. */
  readonly aliyunOpenapi: { endpoint: string; protocol: string; regionId: string; accessKeyId: string; accessKeySecret: string };
  /** `new BasicCredentials(rollcall.huawei)` of `@huaweicloud/huaweicloud-sdk-core`, and `.withEndpoint(rollcall.huawei.endpoint)`. */
  readonly huawei: { ak: string; sk: string; projectId: string; region: string; endpoint: string; iamEndpoint: string };
  /** `new Service(rollcall.volcengine)` of `@volcengine/openapi`. */
  readonly volcengine: {
    host: string;
    protocol: string;
    region: string;
    serviceName: string;
    defaultVersion: string;
    accessKeyId: string;
    secretKey: string;
  };
  /** `new Client(rollcall.volcengineCore)` of `@volcengine/sdk-core`. */
  readonly volcengineCore: { host: string; protocol: 'http' | 'https'; region: string; accessKeyId: string; secretAccessKey: string };
  /** For your own clients; QingCloud has no SDK for JavaScript. */
  readonly qingcloud: {
    host: string;
    port: number;
    protocol: string;
    zone: string;
    accessKeyId: string;
    secretAccessKey: string;
  };
}

/** A namespace on a server, which can create more of them. */
export interface Rollcall extends Namespace {
  /** Creates another namespace on the same server. */
  namespace(options?: NamespaceOptions): Promise<Namespace>;
  /** Stops the server if it was started here; otherwise drops this namespace. */
  stop(): Promise<void>;
}

/** The error that is thrown; its message says what to do. Its `name` is `RollcallError`. */
export interface RollcallError extends Error {
  name: 'RollcallError';
  /** The status of the server's answer, if there was one. */
  status?: number;
  /** The location of the error in the document that was sent. */
  pointer?: string;
}

/**
 * Attaches to the server that `ROLLCALL_URL` names; without it, starts one on a free port, which ends with this process.
 *
 * ```js
 * const rollcall = await start({ args: ['--auth', 'strict'] });
 * ```
 */
export declare function start(options?: StartOptions): Promise<Rollcall>;
