'use strict';

/** Thrown by rollcall-mock: the message says what to do, and what the server said, if anything. */
class RollcallError extends Error {
  constructor(message, details = {}) {
    super(message, 'cause' in details ? { cause: details.cause } : undefined);
    this.name = 'RollcallError';
    for (const key of ['status', 'pointer', 'nearest']) {
      if (details[key] !== undefined) this[key] = details[key];
    }
  }
}

/** A misspelt option would otherwise be silently ignored. */
function checkOptions(caller, options, known) {
  if (options === null || typeof options !== 'object' || Array.isArray(options)) {
    throw new RollcallError(`${caller} takes an object of options, not ${JSON.stringify(options)}`);
  }
  for (const name of Object.keys(options)) {
    if (!known.includes(name)) {
      throw new RollcallError(`${caller} has no option "${name}"; it takes ${known.join(', ')}`);
    }
  }
}

module.exports = { RollcallError, checkOptions };
