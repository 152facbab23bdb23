// The declarations, with everything strict, as each kind of project resolves them.
import assert from 'node:assert/strict';
import path from 'node:path';
import test from 'node:test';

import { run } from '../node/support.mjs';

const TSC = path.resolve('node_modules/typescript/bin/tsc');
const COMMON = ['--noEmit', '--strict', '--exactOptionalPropertyTypes', '--noUncheckedIndexedAccess', '--target', 'es2022', '--pretty', 'false', '--types', 'node'];

// vitest's own declarations, and Vite's, do not pass a check of libraries; ours do.
const kinds = {
  'node16, libraries included': ['--module', 'node16', '--moduleResolution', 'node16', 'types/sample.mts', 'types/sample.cts'],
  'node16 with vitest': ['--module', 'node16', '--moduleResolution', 'node16', '--skipLibCheck', 'types/vitest.mts'],
  'bundler': ['--module', 'esnext', '--moduleResolution', 'bundler', '--skipLibCheck', 'types/sample.mts', 'types/vitest.mts'],
};

for (const [kind, args] of Object.entries(kinds)) {
  test(kind, async () => {
    const { code, stdout } = await run(process.execPath, [TSC, ...COMMON, ...args]);
    assert.deepEqual([code, stdout], [0, '']);
  });
}
