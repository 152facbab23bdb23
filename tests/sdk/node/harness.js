// A small frame for programs that drive a server through an official SDK; the twin of ../python/harness.py.
//
//     node huawei_rocketmq.js http://127.0.0.1:4700            every case
//     node huawei_rocketmq.js http://127.0.0.1:4700 limit      the cases with "limit" in their names
//
// It prints one line per case, then `N passed, N failed`, and exits with 0 or 1. Its cases are claims:
//
//     const { cases, equal, raises, server } = require('./harness');
//
//     cases({
//         async 'an unknown instance is 404 with DMS.00404022'() {
//             await raises('ClientRequestException', usersOf(UNKNOWN), { httpStatusCode: 404, errorCode: 'DMS.00404022' });
//         },
//     });
//
// What belongs to an account comes from the environment: SDK_ACCESS_KEY, SDK_SECRET_KEY, and SDK_<NAME> for every `setting`.
'use strict';

const fs = require('node:fs');
const { isDeepStrictEqual, inspect } = require('node:util');
const path = require('node:path');

// A program that has not ended by then is stopped, and says which case it was in.
const SECONDS_PER_PROGRAM = Number(process.env.SDK_SECONDS ?? 120);

const [, program, baseUrl, ...wanted] = process.argv;
if (!baseUrl || ['-h', '--help'].includes(baseUrl)) {
    console.error(`usage: node ${path.basename(program)} BASE_URL [WORD ...]`);
    process.exit(1);
}
const url = new URL(baseUrl);

// Some SDKs print every error that they throw, requests included, while the report is one line per case.
// So they write into the void; what a case wants to show, it shows with `say`.
const say = (line) => fs.writeSync(1, `${line}\n`);
process.stdout.write = process.stderr.write = () => true;

// A proxy set for the machine is not for the server under test.
process.env.NO_PROXY = process.env.no_proxy = url.hostname;

// A value that differs between accounts: the environment's SDK_<NAME>, else the one of rollcall's demo data.
function setting(name, byDefault) {
    return process.env[`SDK_${name.toUpperCase()}`] ?? byDefault;
}

// Where the program's requests go, and with which keys.
const server = {
    baseUrl: baseUrl.replace(/\/+$/, ''),
    protocol: url.protocol, // with its colon, as the SDKs want it
    host: url.hostname,
    port: Number(url.port || (url.protocol === 'https:' ? 443 : 80)),
    address: url.host,
    accessKey: setting('access_key', 'test-ak'),
    secretKey: setting('secret_key', 'test-sk'),
};

class Unmet extends Error {}

// Both are the same, and of the same type, members and their order in arrays included.
function equal(actual, expected, what = 'value') {
    if (!isDeepStrictEqual(actual, expected)) {
        throw new Unmet(`${what} is ${inspect(actual)}, expected ${inspect(expected)}`);
    }
}

// The promise is rejected with an error of this class or name, which holds these attributes. Resolves to the error.
async function raises(expected, promise, attributes = {}) {
    let answer;
    try {
        answer = await promise;
    } catch (error) {
        const name = typeof expected === 'string' ? expected : expected.name;
        const fits = typeof expected === 'string' ? [error.name, error.constructor?.name].includes(expected) : error instanceof expected;
        if (!fits) throw error;
        for (const [key, value] of Object.entries(attributes)) equal(error[key], value, `${name}.${key}`);
        return error;
    }
    throw new Unmet(`no ${typeof expected === 'string' ? expected : expected.name}, but the answer ${inspect(answer).slice(0, 200)}`);
}

// Calls rollcall's own `/_rollcall/<path>` and resolves to the parsed answer: `control('POST', 'namespaces/default/reset')`.
async function control(method, route, json) {
    const answer = await fetch(`${server.baseUrl}/_rollcall/${route}`, {
        method,
        body: json === undefined ? undefined : JSON.stringify(json),
        headers: json === undefined ? {} : { 'Content-Type': 'application/json' },
        signal: AbortSignal.timeout(10_000),
    });
    const body = await answer.text();
    if (!answer.ok) throw new Error(`${method} /_rollcall/${route}: ${answer.status} ${body.slice(0, 300)}`);
    return body ? JSON.parse(body) : undefined;
}

// Runs the program's cases in the order in which they are written, says how each went, and exits.
async function cases(all) {
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
            const line = error?.stack?.split('\n').find((frame) => frame.includes(program))?.match(/:(\d+):\d+\)?$/)?.[1];
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

module.exports = { cases, control, equal, raises, say, server, setting };
