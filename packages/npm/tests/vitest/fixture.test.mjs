// What the fixture promises: a namespace for each test, found by its headers and keys, gone afterwards.
import { afterAll, describe, expect, inject, it, test, testWith } from 'rollcall-mock/vitest';
import { Namespace } from 'rollcall-mock';

const USERS = '/v2/0bec5db98280d2d02fd6c00c2de791ce/instances/68fdc9a8-805e-439d-8dd9-25adc1c58bf6/users';
const list = (rollcall) => fetch(rollcall.url + USERS, { headers: rollcall.headers });
const names = async () => (await (await fetch(`${inject('rollcall').url}/_rollcall/namespaces`)).json()).map(({ name }) => name);
const seen = [];

afterAll(async () => {
  const left = await names();
  expect(seen.length).toBeGreaterThan(10);
  expect(new Set(seen).size).toBe(seen.length);
  expect(seen.filter((name) => left.includes(name))).toEqual([]);
});

for (let number = 0; number < 10; number += 1) {
  test.concurrent(`namespace ${number} has the calls of its own test only`, async ({ rollcall }) => {
    seen.push(rollcall.name);
    for (let call = 0; call <= number; call += 1) await list(rollcall);
    expect((await rollcall.calls()).length).toBe(number + 1);
    expect(await names()).toContain(rollcall.name);
  });
}

it('has the server that the setup provides', async ({ rollcall }) => {
  seen.push(rollcall.name);
  expect(rollcall.url).toBe(inject('rollcall').url);
  expect(rollcall).toBeInstanceOf(Namespace);
});

describe('with options', () => {
  const empty = testWith({ seed: 'empty', clock: '2026-01-02T03:04:05Z' });

  empty('a test starts as it says', async ({ rollcall }) => {
    seen.push(rollcall.name);
    expect((await list(rollcall)).status).toBe(404);
    expect((await rollcall.clock.read()).now).toBe('2026-01-02T03:04:05.000Z');
  });
});

describe('for the worker', () => {
  let first;

  test('one namespace is there', async ({ rollcallWorker }) => {
    first = rollcallWorker.name;
    await list(rollcallWorker);
  });

  test('and the next test has the same, with its calls', async ({ rollcallWorker, rollcall }) => {
    expect(rollcallWorker.name).toBe(first);
    expect(rollcall.name).not.toBe(first);
    expect((await rollcallWorker.calls()).length).toBe(1);
  });
});
