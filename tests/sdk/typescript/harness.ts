// A small frame for programs that drive a server through an official SDK with its types; the twin of ../node/harness.js.
//
//     node huawei_rocketmq.js http://127.0.0.1:4700            every case
//     node huawei_rocketmq.js http://127.0.0.1:4700 limit      the cases with "limit" in their names
//
// It prints one line per case, then `N passed, N failed`, and exits with 0 or 1. Its cases are claims:
//
//     import { cases, raises } from './harness.js';
//
//     cases({
//         async 'an unknown instance is 404 with DMS.00404022'() {
//             await raises(ClientRequestException, usersOf(UNKNOWN), { httpStatusCode: 404, errorCode: 'DMS.00404022' });
//         },
//     });
//
// What belongs to an account comes from the environment: SDK_ACCESS_KEY, SDK_SECRET_KEY, and SDK_<NAME> for every `setting`.

import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { inspect, isDeepStrictEqual } from 'node:util';

// A program that has not ended by then is stopped, and says which case it was in.
const SECONDS_PER_PROGRAM = Number(process.env['SDK_SECONDS'] ?? 120);

const [, program = '', baseUrl = '', ...wanted] = process.argv;
if (!/^https?:/.test(baseUrl)) {
    console.error(`usage: node ${path.basename(program)} BASE_URL [WORD ...]`);
    process.exit(1);
}
const url = new URL(baseUrl);

// Some SDKs print every error that they throw, requests included, while the report is one line per case.
export const say = (line: string): number => fs.writeSync(1, `${line}\n`);
process.stdout.write = process.stderr.write = () => true;

// A proxy set for the machine is not for the server under test.
process.env['NO_PROXY'] = process.env['no_proxy'] = url.hostname;

/** A value that differs between accounts: the environment's SDK_<NAME>, else the one of rollcall's demo data. */
export function setting(name: string, byDefault: string): string {
    return process.env[`SDK_${name.toUpperCase()}`] ?? byDefault;
}

/** Where the program's requests go, and with which keys. */
export const server = {
    baseUrl: baseUrl.replace(/\/+$/, ''),
    scheme: url.protocol === 'https:' ? ('https' as const) : ('http' as const),
    address: url.host,
    accessKey: setting('access_key', 'test-ak'),
    secretKey: setting('secret_key', 'test-sk'),
};

class Unmet extends Error {}

/** Ends the case. */
export function fail(reason: string): never {
    throw new Unmet(reason);
}

/** Both are the same, and of the same type, members and their order in arrays included. */
export function equal<T>(actual: T, expected: NoInfer<T>, what = 'value'): void {
    if (!isDeepStrictEqual(actual, expected)) fail(`${what} is ${inspect(actual, { depth: 6 })}, expected ${inspect(expected, { depth: 6 })}`);
}

/** What SDKs declare as possibly undefined and an answer has to hold. */
export function present<T>(value: T | undefined | null, what = 'a value of the answer'): T {
    return value ?? fail(`${what} is ${value}`);
}

/** The promise is rejected with an error of this class, which holds these attributes. Resolves to the error. */
export async function raises<E extends Error>(
    expected: new (...given: never[]) => E,
    promise: Promise<unknown>,
    attributes: Partial<E> = {},
): Promise<E> {
    let answer: unknown;
    try {
        answer = await promise;
    } catch (error) {
        if (!(error instanceof expected)) throw error;
        for (const key of Object.keys(attributes) as (keyof E)[]) equal<unknown>(error[key], attributes[key], `${expected.name}.${String(key)}`);
        return error;
    }
    return fail(`no ${expected.name}, but the answer ${inspect(answer).slice(0, 200)}`);
}

/** A walk: `page(n)` is asked with the number of elements met so far, until one is empty. */
export async function walk<T>(page: (met: number) => Promise<T[]>): Promise<T[]> {
    const met: T[] = [];
    for (let pages = 0; pages < 1000; pages += 1) {
        const found = await page(met.length);
        if (found.length === 0) return met;
        met.push(...found);
    }
    return fail('the walk does not end');
}

/** No element comes twice. */
export function unique<T>(elements: T[]): void {
    equal(new Set(elements).size, elements.length, 'the number of different elements');
}

/** A name that nothing has yet: the word and twelve hexadecimal digits. */
export const fresh = (word: string): string => word + randomBytes(6).toString('hex');

/** Calls rollcall's own `/_rollcall/<path>` and resolves to the parsed answer. */
export async function control<T = unknown>(method: string, route: string, json?: unknown): Promise<T> {
    const answer = await fetch(`${server.baseUrl}/_rollcall/${route}`, {
        method,
        headers: json === undefined ? {} : { 'Content-Type': 'application/json' },
        ...(json === undefined ? {} : { body: JSON.stringify(json) }),
        signal: AbortSignal.timeout(10_000),
    });
    const body = await answer.text();
    if (!answer.ok) throw new Error(`${method} /_rollcall/${route}: ${answer.status} ${body.slice(0, 300)}`);
    return (body ? JSON.parse(body) : undefined) as T;
}

/** Has calls of this operation in this namespace fail so many times: with an error's name, or `{ effect }` of any kind. */
export async function fault(namespace: string, provider: string, operation: string, effect: unknown, times: number): Promise<void> {
    const rule = { match: { provider, operation }, effect: typeof effect === 'string' && !['reset', 'truncate', 'hang'].includes(effect) ? { error: effect } : effect, times };
    await control('POST', `faults?namespace=${namespace}`, rule);
}

/** The statuses of the calls of this operation in this namespace, oldest first. */
export async function calls(namespace: string, operation: string): Promise<number[]> {
    const { entries } = await control<{ entries: { status: number }[] }>('GET', `journal?namespace=${namespace}&operation=${operation}`);
    return entries.map((entry) => entry.status).reverse();
}

/** Puts a key that goes with a token into the default namespace. */
export async function temporaryKey(): Promise<{ accessKey: string; secretKey: string; token: string }> {
    const key = { accessKey: fresh('temporary-ak-'), secretKey: fresh('temporary-sk-'), token: fresh('temporary-token-') };
    const credentials = [{ access_key: key.accessKey, secret_key: key.secretKey, token: key.token }];
    await control('POST', 'namespaces/default/seed', { credentials });
    return key;
}

/** Does this server verify the signatures of this provider? */
export async function strict(provider: string): Promise<boolean> {
    const { auth } = await control<{ auth: Record<string, string> }>('GET', 'namespaces/default/settings');
    return auth[provider] === 'strict';
}

/** Runs the program's cases in the order in which they are written, says how each went, and exits. */
export async function cases(all: Record<string, () => Promise<void>>): Promise<never> {
    let passed = 0;
    let failed = 0;
    let title = 'starting';
    const alarm = setTimeout(() => {
        say(`FAIL  ${title}: the program ran longer than ${SECONDS_PER_PROGRAM} s`);
        say(`${passed} passed, ${failed + 1} failed`);
        process.exit(1);
    }, SECONDS_PER_PROGRAM * 1000);

    for (const [name, run] of Object.entries(all)) {
        if (wanted.length > 0 && !wanted.some((word) => name.includes(word))) continue;
        title = name;
        try {
            await run();
            passed += 1;
            say(`ok    ${name}`);
        } catch (error) {
            failed += 1;
            const reason = error instanceof Unmet ? error.message : error instanceof Error ? `${error.name}: ${error.message}` : inspect(error);
            const source = path.basename(program, '.js');
            const line = error instanceof Error && error.stack?.split('\n').find((frame) => frame.includes(`${source}.ts`))?.match(/:(\d+):\d+\)?$/)?.[1];
            say(`FAIL  ${name}: ${reason.replace(/\s+/g, ' ').slice(0, 600)}${line ? ` (line ${line})` : ''}`);
        }
    }
    clearTimeout(alarm);
    if (passed + failed === 0) {
        failed = 1;
        say(`FAIL  no case matches ${inspect(wanted.join(' '))}`);
    }
    say(`${passed} passed, ${failed} failed`);
    process.exit(failed ? 1 : 0); // at once: kept-alive connections would hold the process open
}
