import type { Namespace, NamespaceOptions } from './index.cjs';

/** The namespace of the running test, a new one for each; call it at the top of a file or of a `describe`. */
export declare function useRollcall(options?: NamespaceOptions): Namespace;
