// The console as people use it, in a real browser. Each journey has a server of its own.
import { createHmac } from 'node:crypto';
import fs from 'node:fs';
import { MARKUP, below, check, close, closeBrowser, journey, open, run, say, serve, OUT } from './harness.mjs';

fs.mkdirSync(OUT, { recursive: true });
const FILES = process.env.CONSOLE_FILES;
const ALIYUN = '/?Action=ListUsersAsync&Version=2018-04-12&ClusterId=ehpc-hz-vu7c2WkVGx';
const is = (holds, what) => { if (!holds) throw new Error(`it does not hold: ${what}`); };
const rows = (page) => page.locator('.list tbody tr');
const json = (text) => ({ method: 'POST', headers: { 'content-type': 'application/json' }, body: text });
const wait = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });

// What needs no browser

await journey('assets', async () => {
  const names = fs.readdirSync(FILES);
  for (const name of names) {
    const text = fs.readFileSync(`${FILES}/${name}`, 'utf8');
    const addresses = (text.match(/(?:https?:|\/\/)[\w.-]+\.[a-z]{2,}[^\s'"`)]*/g) || []).filter((url) => !/^(http:)?\/\/www\.w3\.org\/2000\/svg/.test(url) && !/^(https?:)?\/\/(127\.0\.0\.1|rollcall)/.test(url));
    is(!addresses.length, `${name} names no host: ${addresses}`);
    is(!/(?:src|href)="\//.test(text), `${name} has relative addresses only`);
    is(!/innerHTML|InnerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function/.test(text) || name === 'preact.js', `${name} makes no markup of text`);
    is(!/<[a-z][^>]*\s(on[a-z]+|style)="/.test(text), `${name} has no inline handler and no style attribute`);
  }
  // Texts stand in the code in English; chinese.js has the others.
  const { chinese } = await import(`${FILES}/chinese.js`);
  const code = names.filter((name) => name.endsWith('.js') && name !== 'chinese.js' && name !== 'preact.js').map((name) => fs.readFileSync(`${FILES}/${name}`, 'utf8')).join('\n');
  const literals = new Set([...code.matchAll(/'((?:[^'\\\n]|\\.)*)'|"([^"\n]*)"/g)].flatMap(([, one, other]) => (one ?? other).split('|').map((text) => text.replace(/#$/, ''))));
  for (const [english, text] of Object.entries(chinese)) {
    is(text && literals.has(english), `"${english}" has a text and is used`);
    is(String(english.match(/\{\d\}/g)?.sort()) === String(text.match(/\{\d\}/g)?.sort()), `"${english}" has the same gaps in both languages`);
  }
  const shown = [...code.matchAll(/\bt\('((?:[^'\\]|\\.)*)'|\bsay="([^"$]*)"/g)].flatMap(([, one, other]) => one ?? other.split('|').map((text) => text.replace(/#$/, '')));
  for (const text of shown) is(chinese[text] || !/[a-z]{3}/i.test(text), `"${text}" is there in Chinese`);
  say(`      ${names.length} files, ${names.reduce((sum, name) => sum + fs.statSync(`${FILES}/${name}`).size, 0)} bytes`);
});

await journey('headers', async (using) => {
  const server = using(await serve('--admin-token', 'secret-of-the-team'));
  for (const name of ['', ...fs.readdirSync(FILES), 'nothing.js']) {
    const answer = await server.get(`/_rollcall/console/${name}`);
    is(answer.status === (name === 'nothing.js' ? 404 : 200), `${name} is served without a token, if it is there: ${answer.status}`);
    const policy = answer.headers.get('content-security-policy') || '';
    is(policy.includes("default-src 'self'") && policy.includes("frame-ancestors 'none'") && !policy.includes('unsafe'), `${name} has the policy`);
    is(answer.headers.get('x-content-type-options') === 'nosniff', `${name} is not sniffed`);
  }
  is((await server.get('/_rollcall/journal')).status === 401, 'calls need the token');
});

// Nine journeys

await journey('1 see a call arrive', async (using) => {
  const server = using(await serve());
  const at = using(await open(server));
  await at.see('No calls yet');
  await server.get(ALIYUN);
  await rows(at.page).first().waitFor();
  is((await rows(at.page).first().textContent()).includes('ListUsersAsync'), 'the operation is in the row');
  is(/answered 1/.test(await at.page.getByRole('img').first().getAttribute('aria-label')), 'the picture counts it');
  for (let n = 0; n < 3; n += 1) await server.get('/?Action=ListUsers&Version=2024-08-31');
  await server.get('/?Action=ListUser&Version=2024-08-31');
  await server.get('/nothing/here');
  await rows(at.page).nth(5).waitFor();
  await at.page.keyboard.press('j');
  await at.page.keyboard.press('j');
  await at.see('InvalidActionOrVersion', at.page.locator('.call'));
  await at.page.keyboard.press('k');
  await at.page.locator('.call h2', { hasText: /GET|recognised/ }).waitFor();
  await at.page.keyboard.press('?');
  await at.page.getByRole('dialog').waitFor();
  await at.page.keyboard.press('Escape');
  await at.page.keyboard.press('Escape');
  await at.page.keyboard.press('/');
  await at.page.keyboard.type('asyn');
  await at.page.locator('.list tbody tr:nth-child(1):last-child').waitFor();
  await at.page.keyboard.press('Escape');
  const [saved] = await Promise.all([at.page.waitForEvent('download'), at.button('HAR').click()]);
  const { log } = JSON.parse(fs.readFileSync(await saved.path(), 'utf8'));
  is(log.version === '1.2' && log.entries.length === 1 && log.entries[0].response.content.text.includes('testuser'), 'the archive has the call');
  await rows(at.page).first().click();
  await at.button('Copy as curl').click();
  await at.see('Copied');
  is((await at.page.evaluate('navigator.clipboard.readText()')).startsWith('curl '), 'the command is in the clipboard');
  await at.page.keyboard.press('r');
  await at.see(/Replayed: 200/);
  await at.field('Filter').fill('');
  await at.field('Failed only').check();
  await at.page.locator('.list tbody tr:nth-child(2):last-child').waitFor();
});

await journey('2 understand a wrong signature', async (using) => {
  const server = using(await serve('--auth', 'strict'));
  const at = using(await open(server));
  const answer = await server.get(`${ALIYUN}&AccessKeyId=test-ak&SignatureMethod=HMAC-SHA1&SignatureVersion=1.0&SignatureNonce=n&Format=JSON&Timestamp=${encodeURIComponent(new Date().toISOString().replace(/\.\d+/, ''))}&Signature=wrong`);
  is(answer.status === 400, 'it is refused');
  await rows(at.page).first().click();
  const doctor = at.page.locator('.doctor');
  await at.see(/known mistake|compare/, doctor);
  const ours = await doctor.locator('pre').last().textContent();
  is(ours.startsWith('GET&%2F&AccessKeyId'), 'the string to sign is shown');
  await at.field('Paste what your client signed, to compare').fill(ours.replace('ListUsersAsync', 'ListUsers'));
  await doctor.locator('ins').waitFor();
  is((await doctor.locator('ins').textContent()) === 'Async', 'what differs is marked');
  // A known mistake: a space signed as +. The doctor has the client's string, too.
  const signed = { AccessKeyId: 'test-ak', Action: 'ListUsers', ClusterId: 'a b', Format: 'JSON', SignatureMethod: 'HMAC-SHA1', SignatureNonce: 'n2', SignatureVersion: '1.0', Timestamp: new Date().toISOString().replace(/\.\d+/, ''), Version: '2018-04-12' };
  const query = Object.entries(signed).map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&');
  const mistaken = `GET&%2F&${encodeURIComponent(query.replaceAll('%20', '+'))}`;
  const signature = createHmac('sha1', 'test-sk&').update(mistaken).digest('base64');
  await server.get(`/?${query}&Signature=${encodeURIComponent(signature)}`);
  await rows(at.page).nth(1).waitFor();
  await rows(at.page).first().click();
  await at.see(/\+ instead of %20/, doctor);
  is((await doctor.locator('del').textContent()) === '%2B' || (await doctor.locator('del').textContent()) === 'B', 'the plus is marked');
  await at.picture('doctor');
});

const USERS = [
  ['qingcloud-ehpc', 0, { username: 'browser1', password: 'kUISjs@kkkkkk!11' }],
  ['volcengine-bytehouse', 1, { Name: 'browser1', ClusterID: '137' }],
  ['huawei-workspace', 0, { user_name: 'browser1', user_email: 'b@example.com' }],
  ['huawei-rocketmq', 0, { access_key: 'browser1', secret_key: 'Secret-2026' }],
  ['aliyun-ehpc', 0, { 'User.1.Name': 'browser1', 'User.1.Group': 'users', 'User.1.Password': 'Secret-2026' }],
  ['aliyun-ehpc', 2, { User: '[{"UserName": "browser1", "Group": "users", "Password": "Secret-2026"}]' }],
];

async function create(at, provider, kind, values) {
  await at.visit(`#/data/${provider}/${kind}`);
  await at.page.locator('.records tbody tr').first().waitFor();
  await at.button('Create').click();
  const dialog = at.page.getByRole('dialog');
  await at.button('Send', dialog).waitFor(); // all of the form is there
  for (const [name, value] of Object.entries(values)) {
    const field = dialog.getByLabel(new RegExp(`^${name.replace(/\./g, '\\.')}( \\*)?$`)).first();
    if (!await field.isVisible()) await dialog.locator('summary').first().click();
    await field.fill(value);
  }
  await at.button('Send', dialog).click();
  return dialog;
}

async function listed(at, text) {
  for (let page = 0; page < 8; page += 1) {
    await at.page.locator('.records tbody tr').first().waitFor();
    await wait(250);
    if (await at.page.locator('.records td', { hasText: text }).count()) return true;
    if (await at.button('Next').isDisabled().catch(() => true)) return false;
    await at.button('Next').click();
  }
  return false;
}

await journey('3 make a user in each provider', async (using) => {
  const server = using(await serve());
  const at = using(await open(server, '#/data'));
  for (const [provider, kind, values] of USERS) {
    const dialog = await create(at, provider, kind, values);
    await dialog.waitFor({ state: 'detached' });
    is(await listed(at, 'browser1'), `${provider} lists browser1`);
  }
  // ByteHouse has no call that makes a user: there a seed does.
  await at.visit('#/data/volcengine-bytehouse/space');
  await at.field('Seed document').fill('{"volcengine-bytehouse": {"Users": [{"Username": "browser1"}]}}');
  await at.button('Merge').click();
  await at.see('1 records merged');
  await at.visit('#/data/volcengine-bytehouse/0');
  is(await listed(at, 'browser1'), 'ByteHouse lists browser1');
  await at.visit('#/data/huawei-rocketmq/0');
  is(await listed(at, 'browser1'), 'RocketMQ lists browser1');
  const row = at.page.locator('.records tr', { hasText: 'browser1' });
  await at.button('Edit', row).click();
  is(await at.page.getByRole('dialog').getByLabel(/^user_name/).inputValue() === 'browser1', 'the form knows whom it edits');
  await at.page.keyboard.press('Escape');
  await at.button('Delete', row).click();
  await at.button('Sure?', row).click();
  await row.waitFor({ state: 'detached' });
  await at.visit('#/calls');
  await at.page.locator('.list', { hasText: 'DeleteUser' }).waitFor();
});

await journey('4 be refused by a rule and read why', async (using) => {
  const server = using(await serve());
  const at = using(await open(server, '#/data'));
  const dialog = await create(at, 'huawei-rocketmq', 0, { access_key: 'x', secret_key: 'Secret-2026' });
  await at.see('DMS.00500960', dialog);
  await dialog.getByRole('link', { name: /call \d+/ }).click();
  await at.page.locator('.why').waitFor();
  is(/access_key/.test(await at.page.locator('.why').textContent()), 'it says which value');
});

await journey('5 arm a fault and see an SDK retry', async (using) => {
  const server = using(await serve());
  await server.get('/?Action=ListUsers&Version=2024-08-31');
  const at = using(await open(server));
  await rows(at.page).first().click();
  await at.page.getByRole('link', { name: 'Make this fail next time' }).click();
  const dialog = at.page.getByRole('dialog');
  await at.choice('Error', dialog).selectOption('FlowLimitExceeded');
  await at.field('For the next N calls', dialog).fill('2');
  await at.button('Arm a fault', dialog).click();
  await at.page.locator('.rules', { hasText: 'FlowLimitExceeded' }).waitFor();
  const { code, told } = await run(process.env.SDK_PYTHON, ['-W', 'ignore', '-'], { input: `
import volcenginesdkcore
from volcenginesdkbytehousece20240831 import BYTEHOUSECE20240831Api, ListUsersRequest
configuration = volcenginesdkcore.Configuration()
configuration.ak, configuration.sk, configuration.region = "test-ak", "test-sk", "cn-beijing"
configuration.host, configuration.scheme = "${new URL(server.url).host}", "http"
print(BYTEHOUSECE20240831Api(volcenginesdkcore.ApiClient(configuration)).list_users(ListUsersRequest(limit=1)).data.users)
` });
  is(code === 0 && told.includes('user1'), `the SDK gets there in the end: ${told.slice(-400)}`);
  await at.page.locator('.rules td', { hasText: /^0$/ }).first().waitFor();
  await at.visit('#/calls');
  await rows(at.page).nth(3).waitFor();
  const statuses = await at.page.locator('.list tbody .status').allTextContents();
  is(/^200,(4|5)\d\d,(4|5)\d\d$/.test(statuses.slice(0, 3).join()), `two failures, then an answer: ${statuses}`);
});

await journey('6 reset', async (using) => {
  const server = using(await serve());
  const at = using(await open(server, '#/namespaces?namespace=suite7'));
  await at.field('Name').fill('suite7');
  await at.button('Make').click();
  await at.see('Make: suite7');
  await server.get('/api/user/addUser?zone=jn1a&timestamp=2026-01-02T03:04:05Z', { method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded', 'x-rollcall-namespace': 'suite7' }, body: 'cluster_id=ehpc-8jqdq0mz&username=gone&password=kUISjs%40kkkkkk%211' });
  await at.visit('#/data?namespace=suite7');
  const users = async () => Number(await at.page.locator('.menu small .end').first().textContent());
  await at.see('60', at.page.locator('.menu'));
  await at.visit('#/namespaces?namespace=suite7');
  const row = at.page.locator('tr', { hasText: 'suite7' });
  await at.button('Reset', row).click();
  await at.button('Sure?', row).click();
  await at.see('Reset: suite7');
  await at.visit('#/data?namespace=suite7');
  await at.see('59', at.page.locator('.menu'));
  is(await users() === 59, 'the user is gone');
});

await journey('7 paste a bad and a good seed', async (using) => {
  const server = using(await serve());
  const at = using(await open(server, '#/data/aliyun-ehpc/space'));
  await at.field('Seed document').fill('{"volcengine-bytehouse": {\n  "Users": [\n    {"Username": "first"},\n    {"Username": 7}\n  ]\n}}');
  await at.button('Check').click();
  await at.see(/line 4 column 18/);
  is(await at.page.locator('#seed').evaluate((area) => area.value.slice(area.selectionStart, area.selectionEnd)) === '7', 'the mistake is selected');
  await at.field('Seed document').fill('{"volcengine-bytehouse": {\n  "Users": [{"Username": ]}}');
  await at.button('Check').click();
  await at.see(/line 2 column/);
  await at.field('Seed document').fill('{"volcengine-bytehouse": {"Users": [{"Username": "seeded1"}, {"Username": "seeded2"}]}}');
  await at.button('Check').click();
  await at.see('Fine: 2 records.');
  await at.button('Merge').click();
  await at.see('2 records merged');
  is((await (await server.get('/?Action=GetUserDetail&Version=2024-08-31&Username=seeded2')).status) === 200, 'it is served');
  const [saved] = await Promise.all([at.page.waitForEvent('download'), at.button('Export').click()]);
  is(fs.readFileSync(await saved.path(), 'utf8').includes('seeded2'), 'the export has it');
  await server.control('namespaces/other', {}, 'PUT');
  await at.visit('#/data/aliyun-ehpc/space');
  await at.choice('With').selectOption('other');
  await at.button('Compare').click();
  await at.see('seeded1', at.page.locator('table'));
});

// How a snippet is run. What is absent is told.
const program = {
  Python: (text) => run(process.env.SDK_PYTHON, ['-W', 'ignore', '-'], { input: text, seconds: 240 }),
  Node: (text) => {
    fs.writeFileSync(`${OUT}/snippet.cjs`, text);
    return run('node', [`${OUT}/snippet.cjs`], { env: { NODE_PATH: process.env.SDK_NODE } });
  },
  // With the modules that tests/sdk/go pins.
  Go: (text) => {
    fs.mkdirSync(`${OUT}/go`, { recursive: true });
    for (const name of ['go.mod', 'go.sum']) fs.copyFileSync(`${process.env.SDK_GO}/${name}`, `${OUT}/go/${name}`);
    fs.writeFileSync(`${OUT}/go/main.go`, text);
    return run('go', ['run', '.'], { cwd: `${OUT}/go`, seconds: 400, env: { GOTOOLCHAIN: 'local', GOFLAGS: '-mod=readonly -buildvcs=false' } });
  },
  Java: (text) => {
    fs.mkdirSync(`${OUT}/java`, { recursive: true });
    fs.writeFileSync(`${OUT}/java/Main.java`, text);
    return run('java', ['-XX:TieredStopAtLevel=1', '-cp', fs.readFileSync(process.env.SDK_JAVA, 'utf8').trim(), `${OUT}/java/Main.java`], { seconds: 120 });
  },
};
const compiled = [];
if ((await run('go', ['version'])).code === 0) compiled.push(['volcengine-bytehouse', 'Go'], ['huawei-workspace', 'Go'], ['aliyun-ehpc', 'Go']);
else say('note: Go is absent: no snippet in Go was run');
if (fs.existsSync(process.env.SDK_JAVA) && (await run('java', ['--version'])).code === 0) compiled.push(['huawei-workspace', 'Java']);
else say('note: the Java SDKs are not installed (42-sdk-java): no snippet in Java was run');

await journey('8 copy a snippet and run it with the real SDK', async (using) => {
  const server = using(await serve());
  await server.control('namespaces/suite8', {}, 'PUT');
  const at = using(await open(server, '#/connect?namespace=suite8'));
  for (const [provider, language] of [['aliyun-ehpc', 'Python'], ['aliyun-ehpc', 'Node'], ['volcengine-bytehouse', 'Node'], ['huawei-workspace', 'Node'], ['huawei-workspace', 'Python'], ['huawei-rocketmq', 'Python'], ['qingcloud-ehpc', 'Python'], ['volcengine-bytehouse', 'Python'], ...compiled]) {
    await at.choice('Provider').selectOption(provider);
    const block = at.page.locator('.snippets section', { has: at.page.getByRole('heading', { name: language, exact: true }) });
    await at.button('Copy', block).click();
    await wait(100);
    const text = await at.page.evaluate('navigator.clipboard.readText()');
    const { code, told } = await program[language](text);
    is(code === 0 && told.length > 40, `${provider} with ${language}: ${told.slice(-300)}`);
    const { entries: [entry] } = await server.json('/_rollcall/journal?limit=1');
    is(entry.namespace === 'suite8' && entry.provider === provider && entry.status === 200, `${provider} with ${language} is called in the namespace: ${entry.namespace} ${entry.status}`);
  }
  const block = at.page.locator('.snippets section', { has: at.page.getByRole('heading', { name: 'Environment', exact: true }) });
  await at.button('Copy', block).click();
  await wait(100);
  const copied = (await at.page.evaluate('navigator.clipboard.readText()')).trim().split('\n');
  const printed = JSON.parse((await run(process.env.ROLLCALL_BIN, ['env', '--format', 'json', '--url', server.url, '--namespace', 'suite8'])).told);
  for (const line of copied.filter((line) => !line.startsWith('#'))) is(printed[line.split('=')[0]] === line.slice(line.indexOf('=') + 1), `rollcall env prints ${line}`);
});

await journey('9 with a token, below a path, in Chinese and in the dark', async (using) => {
  const server = using(await serve('--admin-token', 'secret-of-the-team'));
  const proxy = using(await below('/team/mock', server));
  const at = using(await open(proxy, '', { scheme: 'dark', locale: 'zh-CN' }));
  const dialog = at.page.getByRole('dialog');
  await dialog.getByLabel('管理令牌', { exact: true }).last().fill('wrong');
  await at.button('继续', dialog).click();
  await at.see('服务器不接受此令牌。', dialog);
  await dialog.getByLabel('管理令牌', { exact: true }).last().fill('secret-of-the-team');
  await at.button('继续', dialog).click();
  await at.see('还没有调用');
  is(await at.page.evaluate('document.documentElement.lang') === 'zh-CN', 'the page says its language');
  const [red] = (await at.page.evaluate('getComputedStyle(document.body).backgroundColor')).match(/\d+/g).map(Number);
  is(red < 60, 'it is dark');
  await server.get(ALIYUN);
  await rows(at.page).first().waitFor();
  await at.visit('#/try/volcengine-bytehouse/ListUsers');
  await at.button('发送').click();
  await at.page.locator('.result .status.fine').first().waitFor();
  await at.visit('#/connect');
  await at.see(proxy.url);
  is(await at.page.evaluate('sessionStorage.getItem("rollcall-token")') === 'secret-of-the-team' && await at.page.evaluate('localStorage.getItem("rollcall-token")') === null, 'the token is in this tab only');
});

await journey('a damaged namespace', async (using) => {
  const data = fs.mkdtempSync(`${OUT}/data-`);
  using({ stop: async () => fs.rmSync(data, { recursive: true, force: true }) });
  const before = await serve('--data', data);
  await before.control('namespaces/hurt', {}, 'PUT');
  await before.stop();
  fs.writeFileSync(`${data}/hurt/live`, '');
  const server = using(await serve('--data', data));
  const at = using(await open(server, '#/namespaces?namespace=hurt', { quiet: [500] }));
  await at.see('cannot be found');
  await at.page.getByRole('heading', { name: 'hurt', exact: true }).waitFor();
  const row = at.page.locator('tr', { hasText: 'hurt' });
  await at.button('Reset', row).click();
  await at.button('Sure?', row).click();
  await at.see('Reset: hurt');
  await at.see('12 clusters', at.page.locator('.cards'));
  is(!(await row.textContent()).includes('cannot be found'), 'a reset heals it');
});

// What holds on every page

const PAGES = { calls: '#/calls', call: '#/calls/ID', data: '#/data/huawei-workspace/0', seeds: '#/data/huawei-workspace/space', try: '#/try/huawei-rocketmq/CreateUser', faults: '#/faults', arm: '#/faults?arm=1&provider=aliyun-ehpc', namespaces: '#/namespaces?namespace=default', connect: '#/connect', reference: '#/reference/huawei-workspace' };

await journey('every page: no barrier, pictures', async (using) => {
  const server = using(await serve());
  for (let n = 0; n < 12; n += 1) await server.get(ALIYUN);
  await server.get('/nothing/here');
  await server.get(ALIYUN.replace('ehpc-hz', 'none'));
  await server.control('faults?namespace=default', { match: { provider: 'huawei-workspace' }, effect: { delay: '1ms' }, times: 3 });
  for (const [scheme, locale] of [['light', 'en-US'], ['dark', 'en-US'], ['light', 'zh-CN']]) {
    const at = using(await open(server, '', { scheme, locale }));
    for (const [name, hash] of Object.entries(PAGES)) {
      const { entries } = await server.json('/_rollcall/journal?limit=1&failed=true');
      await at.visit(hash.replace('ID', entries[0].id));
      await wait(500);
      if (locale === 'en-US') {
        const barriers = await at.barriers();
        check(`${name}, ${scheme}: axe finds no serious violation`, !barriers.length, barriers.join('\n      '));
      }
      await at.picture(`${name}-${scheme}-${locale}`);
    }
  }
});

await journey('every page on a telephone: nothing is wider than it', async (using) => {
  const server = using(await serve());
  for (let n = 0; n < 3; n += 1) await server.get(ALIYUN);
  await server.get(`/a/path/that/is/${'long'.repeat(40)}`);
  await server.get(ALIYUN.replace('ehpc-hz', 'none'));
  await server.control('faults?namespace=default', { match: { provider: 'huawei-workspace', params: { user_name: 'long'.repeat(20) } }, effect: { delay: '1ms' } });
  for (const locale of ['en-US', 'zh-CN']) {
    const at = using(await open(server, '', { locale, width: 390 }));
    for (const [name, hash] of Object.entries(PAGES)) {
      const { entries } = await server.json('/_rollcall/journal?limit=1&failed=true');
      await at.visit(hash.replace('ID', entries[0].id));
      await wait(500);
      // Wide tables, code and the pages' names scroll by themselves.
      const wide = await at.page.evaluate(() => [...document.querySelectorAll('*')]
        .filter((one) => one.clientWidth && one.scrollWidth > one.clientWidth + 1 && getComputedStyle(one).overflowX !== 'hidden' && !one.closest('.scroll, pre, nav, option, svg, .unseen, [type=file]'))
        .map((one) => `${one.tagName}.${one.className} ${one.scrollWidth} > ${one.clientWidth}`));
      check(`${name}, ${locale}, 390 pixels wide`, !wide.length, wide.slice(0, 5).join('; '));
      await at.picture(`${name}-narrow-${locale}`);
    }
  }
});

await journey('hostile markup is seen inert', async (using) => {
  const server = using(await serve());
  const at = using(await open(server));
  const mark = encodeURIComponent(MARKUP);
  await server.get(`/?Action=${mark}&Version=2024-08-31&AccessKeyId=${mark}`);
  await server.get(`/${mark}/users`);
  await server.get('/?Action=ListUsers&Version=2024-08-31', { headers: { 'user-agent': MARKUP, 'x-evil': MARKUP, 'x-rollcall-namespace': 'evil' } });
  await server.get('/?Action=CreateRole&Version=2024-08-31', json(JSON.stringify({ Name: MARKUP, ClusterID: 137, Description: MARKUP })));
  await server.get('/?Action=CreateRole&Version=2024-08-31', json(`{"${MARKUP.replaceAll('"', '\\"')}": ${MARKUP}`));
  const { records } = await server.control('namespaces/default/seed', { 'volcengine-bytehouse': { Users: [{ Username: '<img src=x onerror=pwned=1>', Description: MARKUP }] } });
  is(records === 1, 'the data takes it');
  await server.control('faults', { match: { provider: 'volcengine-bytehouse', operation: 'ListRoles', params: { Name: MARKUP } }, effect: { status: 500, body: MARKUP, content_type: 'text/html' } });
  await server.get(`/?Action=ListRoles&Version=2024-08-31&Name=${mark}`);
  await rows(at.page).nth(5).waitFor();
  const { entries } = await server.json('/_rollcall/journal?limit=20');
  const inert = async (where) => {
    is(await at.page.evaluate('window.pwned') === undefined, `${where}: nothing ran`);
    is(await at.page.evaluate('document.querySelectorAll("#app img, #app script, #app iframe").length') === 0, `${where}: no element was made of text`);
  };
  let seen = 0;
  for (const { id } of entries) {
    await at.visit(`#/calls/${id}`);
    await at.page.locator('.call').waitFor();
    for (const name of ['Raw', 'Pretty']) { await at.button(name).click(); await inert(`call ${id} ${name}`); }
    seen += (await at.page.locator('.call').textContent()).includes('<img src=x') ? 1 : 0;
  }
  is(seen >= 4, `the markup is seen as text in ${seen} calls`);
  for (const hash of ['#/data/volcengine-bytehouse/0', '#/data/volcengine-bytehouse/1', '#/data/huawei-rocketmq/1', '#/data/huawei-rocketmq/0', '#/faults', `#/${mark}`, `#/calls/${mark}?text=${mark}&provider=${mark}`, `#/data/${mark}/${mark}`, `#/try/${mark}/${mark}`, `#/faults?arm=1&provider=${mark}&error=${mark}`, `#/connect?provider=${mark}`, `#/reference/${mark}`, `#/namespaces?namespace=${mark}`, `#/calls?namespace=${mark}`]) {
    await at.page.goto('about:blank');
    await at.page.goto(`${server.url}/_rollcall/console/${hash}`);
    await wait(500);
    await inert(hash.slice(0, 40));
  }
  await at.visit('#/data/volcengine-bytehouse/0');
  is(await listed(at, '<img src=x'), 'a name is shown as it is');
  await at.visit('#/try/volcengine-bytehouse/GetUserDetail');
  await at.page.getByLabel(/^Username/).fill(MARKUP);
  await at.button('Send').click();
  await at.page.locator('.result').waitFor();
  await inert('try');
  await at.visit('#/data/volcengine-bytehouse/space');
  await at.field('Seed document').fill(MARKUP);
  await at.button('Check').click();
  await at.page.locator('.failure').first().waitFor();
  await inert('seed');
});

await journey('a thousand calls a second', async (using) => {
  const server = using(await serve());
  const at = using(await open(server));
  // The machine may be busy with other things: the bounds are wide, the figures are told.
  const load = run('node', ['-e', `
    const http = require('http'); const agent = new http.Agent({ keepAlive: true, maxSockets: 16 });
    const until = Date.now() + 12000; let sent = 0; const began = Date.now();
    const paths = ['${ALIYUN}', '/?Action=ListUsers&Version=2024-08-31', '/?Action=ListUser&Version=2024-08-31'];
    const one = () => { const at = Date.now(); if (at > until) return; if (sent >= (at - began)) return setTimeout(one, 1);
      http.get('${server.url}' + paths[sent++ % 3], { agent }, (a) => { a.resume(); a.on('end', one); }).on('error', one); };
    for (let i = 0; i < 16; i += 1) one(); setTimeout(() => { console.log(sent / 12); process.exit(); }, 12500);`], { seconds: 30 });
  await at.page.evaluate(`window.took = []; new PerformanceObserver((list) => window.took.push(...list.getEntries().filter((entry) => entry.name === 'click' || entry.name === 'keydown').map((entry) => entry.duration))).observe({ type: 'event', durationThreshold: 16 })`);
  await wait(4000); // until the journal is at its cap of 1,000 calls
  for (let n = 0; n < 6; n += 1) {
    await at.page.keyboard.press('j');
    await wait(350);
    await at.page.locator('.filters input[type=checkbox]').click();
    await wait(350);
  }
  const rate = Number((await load).told);
  const took = (await at.page.evaluate('window.took')).sort((a, b) => a - b);
  const count = await rows(at.page).count();
  const worst = took.at(-1) ?? 16;
  say(`      ${Math.round(rate)} calls a second arrived; a click or key was painted after ${took.length ? `${took[took.length >> 1]} ms in the middle, ${worst} ms at worst` : 'less than 16 ms'} (${took.length} longer than 16 ms)`);
  is(count <= 500, `at most 500 rows are in the document: ${count}`);
  is(rate > 20, `there was a load: ${rate}`);
  is(worst < 3000, `a click is answered: ${worst} ms`);
  await at.see(/of \d/, at.page.locator('.filters'));
  await at.picture('burst');
});

await closeBrowser();
close();
