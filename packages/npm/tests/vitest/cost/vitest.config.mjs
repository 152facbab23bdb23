import { defineConfig } from 'vitest/config';

// One after the other, so that nothing else is measured.
export default defineConfig({ test: { globalSetup: ['rollcall-mock/vitest-setup'], include: ['*.cost.mjs'], fileParallelism: false } });
