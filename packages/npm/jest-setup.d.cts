/** One server for the run: `globalSetup: 'rollcall-mock/jest-setup'`. */
declare function setup(): Promise<void>;
export = setup;
