module.exports = {
  globalSetup: 'rollcall-mock/jest-setup',
  globalTeardown: 'rollcall-mock/jest-teardown',
  testMatch: ['**/*.cost.cjs'],
  transform: {},
  maxWorkers: 1,
};
