// jest's globalSetup: one server for the whole run, which the workers find through ROLLCALL_URL.
'use strict';

const { connect } = require('./lib/server.cjs');

/** Where jest-teardown.cjs finds the server: jest may load the two files separately. */
const SERVER = Symbol.for('rollcall-mock.server');

module.exports = async function setup() {
  const server = await connect();
  if (!server.isOwn) return;
  globalThis[SERVER] = server;
  process.env.ROLLCALL_URL = server.control.url;
};
