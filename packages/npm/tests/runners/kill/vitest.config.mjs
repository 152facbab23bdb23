import { defineConfig } from 'vitest/config';

export default defineConfig({ test: { globalSetup: ['rollcall-mock/vitest-setup'], include: ['*.hang.mjs'], testTimeout: 60_000 } });
