// Servers, a browser and a count, for the journeys. All of it talks to 127.0.0.1 only.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import { createInterface } from 'node:readline';
import { createRequire } from 'node:module';
import http from 'node:http';

const required = createRequire(process.env.CONSOLE_MODULES);
const { chromium } = required('playwright-core');
const axe = required('axe-core');

export const OUT = process.env.CONSOLE_OUT;
export const MARKUP = '<img src=x onerror="window.pwned=1"><script>window.pwned=2</script>';

let passed = 0;
let failed = 0;
export const say = (line) => process.stdout.write(`${line}\n`);
export function check(name, holds, why = '') {
  if (holds) { passed += 1; say(`ok    ${name}`); } else { failed += 1; say(`FAIL  ${name}${why ? `: ${why}` : ''}`); }
}

// A journey's first error ends it, and no other.
export async function journey(name, walk) {
  const wanted = process.argv.slice(2);
  if (wanted.length && !wanted.some((word) => name.includes(word))) return;
  const closing = [];
  const began = Date.now();
  try {
    await walk((thing) => { closing.push(thing); return thing; });
    check(`${name} (${((Date.now() - began) / 1000).toFixed(1)} s)`, true);
  } catch (error) {
    check(name, false, (error.stack || String(error)).slice(0, 1200));
    for (const thing of closing) await thing.screenshot?.(name);
  }
  for (const thing of closing.reverse()) await thing.stop();
}

export function close() {
  say(`${passed} passed, ${failed} failed`);
  process.exit(failed ? 1 : 0);
}

// A server of its own, which ends when its standard input does.
export async function serve(...flags) {
  const child = spawn(process.env.ROLLCALL_BIN, ['--listen', '127.0.0.1:0', '--until-stdin-closes', ...flags], { stdio: ['pipe', 'pipe', 'ignore'] });
  const [first] = await new Promise((resolve, reject) => {
    createInterface({ input: child.stdout }).once('line', (line) => resolve([line]));
    child.once('exit', (code) => reject(new Error(`the server ended with ${code}`)));
  });
  const url = first.split(' ')[2];
  const gone = new Promise((resolve) => { child.once('exit', resolve); });
  const get = async (path, options = {}) => fetch(url + path, options);
  return {
    url, get,
    json: async (path, options) => (await get(path, options)).json(),
    control: async (path, body, method = 'POST') => (await get(`/_rollcall/${path}`, { method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })).json(),
    stop: async () => { child.stdin.end(); await Promise.race([gone, new Promise((resolve) => { setTimeout(resolve, 5000).unref(); })]); child.kill(); },
  };
}

// A proxy that serves a server below a path, as a team's gateway does.
export async function below(prefix, server) {
  const to = new URL(server.url);
  const proxy = http.createServer((question, answer) => {
    if (!question.url.startsWith(`${prefix}/`)) { answer.writeHead(404).end(); return; }
    const on = http.request({ host: to.hostname, port: to.port, path: question.url.slice(prefix.length), method: question.method, headers: question.headers }, (got) => {
      answer.writeHead(got.statusCode, got.headers);
      got.pipe(answer);
    });
    on.on('error', () => answer.destroy());
    question.pipe(on);
  });
  await new Promise((resolve) => { proxy.listen(0, '127.0.0.1', resolve); });
  return { url: `http://127.0.0.1:${proxy.address().port}${prefix}`, stop: async () => { proxy.closeAllConnections(); proxy.close(); } };
}

let shared = null;
async function browser() {
  shared ||= chromium.launch({ executablePath: process.env.CHROMIUM, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
  return shared;
}
export const closeBrowser = async () => shared && (await shared).close();

// A page of the console. What goes wrong inside of it, or leaves 127.0.0.1, is a failure.
export async function open(server, hash = '', { scheme = 'light', locale = 'en-US', width = 1360, quiet = [401, 404, 409, 400] } = {}) {
  const context = await (await browser()).newContext({ colorScheme: scheme, locale, viewport: { width, height: 860 }, acceptDownloads: true });
  await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: new URL(server.url).origin });
  // CONSOLE_LIVE=1: the files as they lie in src/console, for who works on them; their headers are the server's.
  if (process.env.CONSOLE_LIVE) {
    await context.route(/\/_rollcall\/console\/[^/]*$/, async (route) => {
      const name = new URL(route.request().url()).pathname.split('/').at(-1) || 'index.html';
      if (!fs.existsSync(`${process.env.CONSOLE_FILES}/${name}`)) return route.continue();
      const type = { html: 'text/html; charset=utf-8', js: 'text/javascript; charset=utf-8', css: 'text/css; charset=utf-8', svg: 'image/svg+xml' }[name.split('.')[1]];
      const headers = { ...(await route.fetch()).headers(), 'content-type': type };
      return route.fulfill({ status: 200, headers, body: fs.readFileSync(`${process.env.CONSOLE_FILES}/${name}`) });
    });
  }
  const page = await context.newPage();
  page.setDefaultTimeout(15000);
  const wrong = [];
  page.on('pageerror', (error) => wrong.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' && !quiet.some((status) => message.text().includes(`status of ${status}`))) wrong.push(message.text());
  });
  page.on('request', (request) => { if (!/^(blob:)?http:\/\/127\.0\.0\.1:/.test(request.url())) wrong.push(`it asked for ${request.url()}`); });
  const home = `${server.url}/_rollcall/console/`;
  const visit = async (to) => { await page.goto(`${home}${to}`); await page.locator('main h1').first().waitFor({ state: 'attached' }); };
  await page.goto(home + hash);
  return {
    page, visit, wrong,
    see: (what, scope = page) => scope.getByText(what).first().waitFor(),
    button: (name, scope = page) => scope.getByRole('button', { name, exact: true }).first(),
    choice: (name, scope = page) => scope.getByRole('combobox', { name, exact: true }).first(),
    field: (name, scope = page) => scope.getByLabel(name, { exact: true }).first(),
    async barriers() {
      await page.evaluate(axe.source);
      const { violations } = await page.evaluate('axe.run(document, { resultTypes: ["violations"] })');
      return violations.filter(({ impact }) => impact === 'serious' || impact === 'critical').map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map((node) => node.html.slice(0, 140)).join(' | ')}`);
    },
    picture: (name) => page.screenshot({ path: `${OUT}/${name}.png` }),
    screenshot: (name) => page.screenshot({ path: `${OUT}/failed-${name.replace(/\W+/g, '-')}.png` }).catch(() => {}),
    async stop() {
      check('nothing went wrong inside of the page', wrong.length === 0, wrong.slice(0, 3).join('; '));
      await context.close();
    },
  };
}

// Runs a program for at most so many seconds.
export function run(command, args, { input, env, seconds = 60, cwd } = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { env: { ...process.env, ...env }, cwd, timeout: seconds * 1000 });
    let told = '';
    child.stdout.on('data', (text) => { told += text; });
    child.stderr.on('data', (text) => { told += text; });
    child.on('error', (error) => resolve({ code: 127, told: String(error) }));
    child.on('close', (code) => resolve({ code, told }));
    child.stdin.end(input || '');
  });
}
