/** Stops the server of the run: `globalTeardown: 'rollcall-mock/jest-teardown'`. */
declare function teardown(): Promise<void>;
export = teardown;
