module.exports = {
  globalSetup: 'rollcall-mock/jest-setup',
  globalTeardown: 'rollcall-mock/jest-teardown',
  testMatch: ['**/*.test.cjs', '**/*.test.mjs'],
  moduleFileExtensions: ['js', 'cjs', 'mjs', 'json'],
  transform: {},
  maxWorkers: 2,
};
