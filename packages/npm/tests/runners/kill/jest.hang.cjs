const fs = require('node:fs');
const { useRollcall } = require('rollcall-mock/jest');

const rollcall = useRollcall();

test('says that it is up, and never ends', async () => {
  fs.writeFileSync(process.env.UP, rollcall.url);
  await new Promise(() => {});
});
