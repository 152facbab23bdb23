/// <reference lib="esnext.disposable" />

export type Provider =
  | 'aliyun-ehpc'
  | 'huawei-iam'
  | 'huawei-rocketmq'
  | 'huawei-workspace'
  | 'qingcloud-ehpc'
  | 'volcengine-bytehouse';

/** How much authentication is checked. */
export type Auth = 'off' | 'lenient' | 'strict';

/** Milliseconds, or text as "90s", "1h", "-15m". */
export type Duration = number | string;

/** How a namespace starts. */
export interface NamespaceOptions {
  /** A name of your own, mangled to `[a-z0-9-]`; a namespace of that name starts anew. Default: a name that nothing else has. */
  name?: string;
  /** `'empty'`, a seed document, or the path of one (`.json`, `.ndjson`); a document is all that the namespace holds at first. */
  seed?: 'empty' | (string & {}) | URL | Record<string, unknown>;
  /** For every provider, or by provider. */
  auth?: Auth | { [provider in Provider | '*']?: Auth };
  /** Where the clock stands still. */
  clock?: string | Date;
  /** By `PROVIDER.NAME`, as `rollcall coverage` lists them. */
  quirks?: Record<string, string>;
  /**
   * Lead this process's HTTPS to the providers' own hosts here, until the namespace is dropped. The server is started with
   * `--tls auto --proxy`; `start` does so by itself, elsewhere set ROLLCALL_TLS=auto and ROLLCALL_PROXY=1.
   */
  https?: boolean;
}

export interface StartOptions extends NamespaceOptions {
  /** Attach to this server. Default: `ROLLCALL_URL`; without it, a server is started. */
  url?: string;
  /** Flags of the server that is started, as `['--auth', 'strict']`; `--listen 127.0.0.1:0` unless it is among them. */
  args?: string[];
}

/** What happens to a call: one of these. */
export interface FaultOptions {
  /** The name of an error of the provider's, as `rollcall errors` lists them. */
  error?: string;
  /** What fills the gaps of the error's message. */
  detail?: string;
  /** Any answer. */
  status?: number;
  /** The body of that answer. */
  body?: string | object;
  contentType?: string;
  /** The answer comes late: so late, or somewhere between two. */
  delay?: Duration | [Duration, Duration];
  /** Beyond that many calls a second, the provider's own throttling error. */
  throttle?: number;
  /** No answer; a connection that is reset; an answer that breaks off half way. */
  effect?: 'hang' | 'reset' | 'truncate';
  /** How many calls it happens to. Default: all. */
  times?: number;
  /** How many calls pass first. */
  after?: number;
  /** How likely it happens, 0 to 1. */
  probability?: number;
  /** Only calls with these parameters, of the path, the query or the body. */
  params?: Record<string, string | number | boolean>;
  /** Only calls with this key. */
  accessKey?: string;
}

/** A fault rule, until it is removed or the namespace is reset. */
export interface Fault extends AsyncDisposable {
  readonly id: number;
  /** The rule as the server took it. */
  readonly rule: Record<string, unknown>;
  remove(): Promise<void>;
}

export type Count = number | { exactly: number } | { atLeast: number } | { atMost: number };

export interface ExpectOptions {
  /** How many milliseconds the calls may still take to come. */
  wait?: number;
  /** Only calls that were answered with this status. */
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

/** A call, as `GET /_rollcall/journal` shows it. */
export interface Call {
  id: number;
  time: string;
  namespace: string;
  /** Empty where no provider claims the call. */
  provider: Provider | '';
  operation: string;
  /** Where it was answered. */
  stage: Stage;
  status: number;
  /** How a fault kept the answer from its client; absent where it arrived whole. */
  delivery?: 'hang' | 'reset' | 'truncate';
  /** The name of the error; empty for a success. */
  error: string;
  request_id: string;
  duration_us: number;
  scheme: 'http' | 'https';
  method: string;
  target: string;
  /** What nearly matched, what was wrong, what to do. */
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
  /** What it shows, and how it runs. */
  read(): Promise<ClockReading>;
  /** Stops it, at a moment or where it is. */
  freeze(time?: string | Date): Promise<ClockReading>;
  /** Moves it on, or back. */
  advance(by: Duration): Promise<ClockReading>;
  /** Lets it run that far from the real time. */
  offset(by: Duration): Promise<ClockReading>;
  /** Lets it show the real time. */
  real(): Promise<ClockReading>;
}

export interface Settings {
  auth?: Auth | { [provider in Provider | '*']?: Auth };
  quirks?: Record<string, string>;
  regions?: { [provider in Provider]?: string };
  async_polls?: number;
  skew?: string;
}

/** A world of its own on a server: data, faults, journal, settings, clock. */
export declare class Namespace implements AsyncDisposable {
  /** A namespace that is there already, or that its first call makes. Default: `default`. */
  constructor(url: string, name?: string);
  /** A fresh namespace on that server. */
  static create(url: string, options?: NamespaceOptions): Promise<Namespace>;

  /** Where the server is, as `http://127.0.0.1:4700`. */
  readonly url: string;
  readonly name: string;
  /** With `~` and the name of the namespace, which is how calls find it. */
  readonly accessKey: string;
  readonly secretKey: string;
  /** Finds the namespace without an access key, for the calls of a page. */
  readonly headers: { 'X-Rollcall-Namespace': string };
  readonly clock: Clock;

  /** Makes calls fail: those of an operation, `'*'` for all. */
  fail(provider: Provider | '*', operation: string, options: FaultOptions): Promise<Fault>;
  /** Makes sure that so many calls were made, and throws with the nearest ones when they were not. Resolves to how many. */
  expectCalls(provider: Provider | '*', operation: string, count: Count, options?: ExpectOptions): Promise<number>;
  /** The calls so far, oldest first. */
  calls(provider?: Provider | '*', operation?: string, options?: CallsOptions): Promise<Call[]>;
  /** Merges a seed document, or the file of one: all of it or nothing. */
  seed(document: string | URL | Record<string, unknown>): Promise<unknown>;
  /** Back to the seed, or to nothing: data, faults, settings, clock. */
  reset(to?: 'template' | 'empty'): Promise<unknown>;
  /** The settings, after these changes. */
  settings(changes?: Settings): Promise<Settings>;
  /** Drops the namespace with all that is in it. */
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
  /** For clients of your own; QingCloud has no SDK for JavaScript. */
  readonly qingcloud: {
    host: string;
    port: number;
    protocol: string;
    zone: string;
    accessKeyId: string;
    secretAccessKey: string;
  };
}

/** A namespace of its own on a server, and more of them at will. */
export interface Rollcall extends Namespace {
  /** Another fresh namespace of the same server. */
  namespace(options?: NamespaceOptions): Promise<Namespace>;
  /** Stops the server that was started; of one that was there before, drops this namespace. */
  stop(): Promise<void>;
}

/** What is thrown: a sentence that says what to do. Its `name` is `RollcallError`. */
export interface RollcallError extends Error {
  name: 'RollcallError';
  /** The status of the server's answer, where there was one. */
  status?: number;
  /** Where in what was sent it is wrong. */
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
