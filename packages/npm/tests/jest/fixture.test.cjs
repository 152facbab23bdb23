// What useRollcall promises: a namespace for each test, there in every hook, on the server of the run.
'use strict';

const { Namespace } = require('rollcall-mock');
const { useRollcall } = require('rollcall-mock/jest');

const USERS = '/v2/0bec5db98280d2d02fd6c00c2de791ce/instances/68fdc9a8-805e-439d-8dd9-25adc1c58bf6/users';
const list = (rollcall) => fetch(rollcall.url + USERS, { headers: rollcall.headers });
const names = async () => (await (await fetch(`${process.env.ROLLCALL_URL}/_rollcall/namespaces`)).json()).map(({ name }) => name);

// Asked for here, so that its afterAll comes after the one of useRollcall.
const seen = [];
const rollcall = useRollcall();

beforeEach(() => {
  seen.push(rollcall.name);
});

afterEach(async () => {
  expect((await rollcall.calls()).length).toBeLessThan(4);
});

afterAll(async () => {
  const left = await names();
  expect(seen.length).toBe(8);
  expect(new Set(seen).size).toBe(seen.length);
  expect(seen.filter((name) => left.includes(name))).toEqual([]);
});

test.each([1, 2, 3])('a test has its own %d calls only', async (number) => {
  for (let call = 0; call < number; call += 1) await list(rollcall);
  expect((await rollcall.calls()).length).toBe(number);
});

test('it is a namespace of the server of the run', async () => {
  expect(rollcall).toBeInstanceOf(Namespace);
  expect(rollcall.url).toBe(process.env.ROLLCALL_URL);
  expect('fail' in rollcall).toBe(true);
  expect(await names()).toContain(rollcall.name);
});

test('it cannot be changed by hand', () => {
  expect(() => {
    rollcall.name = 'other';
  }).toThrow('rollcall.name cannot be set');
});

test('fake timers do not stop it', async () => {
  jest.useFakeTimers();
  try {
    await rollcall.clock.advance('1h');
    expect((await rollcall.clock.read()).mode).toBe('offset');
  } finally {
    jest.useRealTimers();
  }
});

describe('with options', () => {
  const empty = useRollcall({ seed: 'empty', clock: '2026-01-02T03:04:05Z' });

  test('a test starts as it says', async () => {
    expect((await list(empty)).status).toBe(404);
    expect((await empty.clock.read()).now).toBe('2026-01-02T03:04:05.000Z');
    expect(empty.name).not.toBe(rollcall.name);
  });
});

let early;
try {
  early = rollcall.name;
} catch (error) {
  early = error.message;
}

test('outside of a test there is a sentence and no namespace', () => {
  expect(early).toMatch(/^there is no namespace yet: each test gets its own, so use rollcall.name inside of a test/);
});
