import type { TestAPI } from 'vitest';
import type { Namespace, NamespaceOptions } from './index.cjs';

export * from 'vitest';

export interface RollcallFixtures {
  /** A new namespace for this test. */
  rollcall: Namespace;
  /** A namespace shared by the tests of a worker (vitest 3.2 and later). */
  rollcallWorker: Namespace;
}

export declare const test: TestAPI<RollcallFixtures>;
export declare const it: TestAPI<RollcallFixtures>;
/** A `test` whose namespaces start with these options. */
export declare function testWith(options: NamespaceOptions): TestAPI<RollcallFixtures>;

declare module 'vitest' {
  export interface ProvidedContext {
    rollcall: { url: string };
  }
}
