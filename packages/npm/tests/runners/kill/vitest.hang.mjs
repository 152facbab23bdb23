import fs from 'node:fs';
import { test } from 'rollcall-mock/vitest';

test('says that it is up, and never ends', async ({ rollcall }) => {
  fs.writeFileSync(process.env.UP, rollcall.url);
  await new Promise(() => {});
});
