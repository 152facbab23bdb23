'use strict';

const { Namespace } = require('./lib/namespace.cjs');
const { start } = require('./lib/server.cjs');

module.exports = { Namespace, start };
