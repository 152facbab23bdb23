// What a test costs: the time between the first and the last of many, for each. The best of three rounds, because what else runs on
// the machine is not the fixture's.
import fs from 'node:fs';
import { afterAll, beforeAll, describe } from 'vitest';

const TESTS = 100;

export function measure(name, declare) {
  const rounds = [];
  for (const round of [1, 2, 3]) {
    describe(`round ${round}`, () => {
      let begin;
      beforeAll(() => {
        begin = performance.now();
      });
      for (let number = 0; number < TESTS; number += 1) declare(`test ${number}`);
      afterAll(() => {
        rounds.push((performance.now() - begin) / TESTS);
      });
    });
  }
  afterAll(() => fs.writeFileSync(`${process.env.COST}/vitest-${name}`, String(Math.min(...rounds))));
}
