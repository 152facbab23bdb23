module.exports = {
  globalSetup: 'rollcall-mock/jest-setup',
  globalTeardown: 'rollcall-mock/jest-teardown',
  testMatch: ['**/*.hang.cjs'],
  testTimeout: 60_000,
  transform: {},
};
