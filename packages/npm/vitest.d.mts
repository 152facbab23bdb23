import type { TestAPI } from 'vitest';
import type { Namespace, NamespaceOptions } from './index.cjs';

export * from 'vitest';

export interface RollcallFixtures {
  /** A fresh namespace for this test. */
  rollcall: Namespace;
  /** A namespace that the tests of a worker share (vitest 3.2 and later). */
  rollcallWorker: Namespace;
}

export declare const test: TestAPI<RollcallFixtures>;
export declare const it: TestAPI<RollcallFixtures>;
/** `test` whose namespaces start as these options say. */
export declare function testWith(options: NamespaceOptions): TestAPI<RollcallFixtures>;

declare module 'vitest' {
  export interface ProvidedContext {
    rollcall: { url: string };
  }
}
