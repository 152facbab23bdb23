// jest's globalTeardown: stops what jest-setup.cjs started. If jest is interrupted, it skips this; then the server ends with it.
'use strict';

const SERVER = Symbol.for('rollcall-mock.server');

module.exports = async function teardown() {
  const server = globalThis[SERVER];
  if (!server) return;
  delete globalThis[SERVER];
  // In watch mode the next run starts a server of its own.
  delete process.env.ROLLCALL_URL;
  await server.stop();
};
