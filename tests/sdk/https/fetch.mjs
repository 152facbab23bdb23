// Node's own fetch, on a Node that honours the variables of proxies (24, 22.21).
//
//     rollcall run --tls auto --proxy -- node fetch.mjs
const cases = {
  async 'fetch is led here'() {
    const answer = await fetch('https://ehpc.cn-hangzhou.aliyuncs.com/?Action=ListUsersAsync&Version=2018-04-12&ClusterId=ehpc-hz-vu7c2WkVGx');
    const { Users } = await answer.json();
    if (Users.UserInfo[0].Name !== 'testuser') throw new Error(JSON.stringify(Users).slice(0, 200));
  },
  async 'fetch is led nowhere else'() {
    const answer = await fetch('https://example.com/').catch(() => undefined);
    if (answer) throw new Error(`example.com answers ${answer.status}`);
    // What fetch says differs between versions; the journal has what it was told.
    const journal = await fetch(`${process.env.ROLLCALL_URL}/_rollcall/journal?limit=1`);
    const [{ target, status }] = (await journal.json()).entries;
    if (target !== 'example.com:443' || status !== 403) throw new Error(`${target} ${status}`);
  },
  async 'its own address goes past the proxy'() {
    const answer = await fetch(`${process.env.ROLLCALL_URL}/_rollcall/health`);
    if (answer.status !== 200) throw new Error(`${answer.status}`);
  },
};
let failed = 0;
for (const [name, run] of Object.entries(cases)) {
  try {
    await run();
  } catch (error) {
    failed += 1;
    console.log(`FAIL  ${name}: ${error.message} ${error.cause?.message ?? ''}`);
  }
}
console.log(`${Object.keys(cases).length - failed} passed, ${failed} failed`);
process.exitCode = failed ? 1 : 0;
