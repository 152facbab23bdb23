// For tests with jest: a namespace for each.
'use strict';

const { RollcallError } = require('./lib/error.cjs');
const { Namespace } = require('./lib/namespace.cjs');
const { connect } = require('./lib/server.cjs');

/** The namespace of the running test; call it at the top of a file or of a `describe`. */
function useRollcall(options) {
  const { afterAll, beforeAll, beforeEach } = hooks();
  let server;
  let namespace;

  beforeAll(async () => {
    server = await connect();
  });
  beforeEach(async () => {
    // The last test's is dropped only now, so that every afterEach of its file could still ask it.
    [namespace] = await Promise.all([Namespace.create(server.control, options), namespace?.drop()]);
  });
  afterAll(async () => {
    await namespace?.drop();
    namespace = undefined;
    await server?.stop();
  });

  return new Proxy(Object.create(Namespace.prototype), {
    get(_, key) {
      if (!namespace) {
        if (typeof key === 'symbol' || ['then', 'toJSON', 'asymmetricMatch', 'nodeType', 'tagName'].includes(key)) return undefined;
        throw new RollcallError(`there is no namespace yet: each test gets its own, so use rollcall.${key} inside of a test or hook (test.concurrent has no hooks in jest)`);
      }
      const value = Reflect.get(namespace, key, namespace);
      return typeof value === 'function' ? value.bind(namespace) : value;
    },
    has: (_, key) => namespace !== undefined && key in namespace,
    set(_, key) {
      throw new RollcallError(`rollcall.${String(key)} cannot be set; a namespace is changed by its methods`);
    },
  });
}

/** These are globals only if `injectGlobals` is on; the module exists in every sandbox of jest. */
function hooks() {
  try {
    return require('@jest/globals');
  } catch (cause) {
    throw new RollcallError('rollcall-mock/jest works inside of jest only; elsewhere use start() of rollcall-mock', { cause });
  }
}

module.exports = { useRollcall };
