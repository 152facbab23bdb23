import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: { globalSetup: ['rollcall-mock/vitest-setup'], include: ['*.test.mjs'], minWorkers: 2, maxWorkers: 2 },
});
