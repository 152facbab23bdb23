// What a test costs: the time between the first and the last of many, for each. The best of three rounds, because what else runs on
// the machine is not the fixture's.
const fs = require('node:fs');

const TESTS = 100;

function measure(name, declare) {
  const rounds = [];
  for (const round of [1, 2, 3]) {
    describe(`round ${round}`, () => {
      let begin;
      beforeAll(() => {
        begin = performance.now();
      });
      const one = declare();
      for (let number = 0; number < TESTS; number += 1) test(`test ${number}`, one);
      afterAll(() => {
        rounds.push((performance.now() - begin) / TESTS);
      });
    });
  }
  afterAll(() => fs.writeFileSync(`${process.env.COST}/jest-${name}`, String(Math.min(...rounds))));
}

module.exports = { measure };
