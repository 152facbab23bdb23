// What every page needs: the address, the control plane, the language, and how text is shown.
import { useEffect, useState } from './preact.js';
import { texts } from './texts.js';

// Storage may be forbidden; then nothing is remembered.
const remembered = (storage, name, value) => {
  try {
    if (value === undefined) return window[storage].getItem(name);
    if (value === null) window[storage].removeItem(name);
    else window[storage].setItem(name, value);
  } catch { /* not remembered */ }
  return null;
};

// Language

export let language = remembered('localStorage', 'rollcall-language') || (/^zh/i.test(navigator.language) ? 'zh' : 'en');

export function setLanguage(to) {
  language = to;
  remembered('localStorage', 'rollcall-language', to);
  document.documentElement.lang = to === 'zh' ? 'zh-CN' : 'en';
}
setLanguage(language);

export function t(key, ...values) {
  const row = texts[key];
  if (!row) throw new Error(`there is no text ${key}`);
  return row[language === 'zh' ? 1 : 0].replace(/\{(\d)\}/g, (_, at) => values[at]);
}

export function setTheme(to) {
  document.documentElement.dataset.theme = to;
  remembered('localStorage', 'rollcall-theme', to);
}
export const theme = () => document.documentElement.dataset.theme || 'auto';
setTheme(remembered('localStorage', 'rollcall-theme') || 'auto');

// The address: #/page/argument?namespace=NAME&filter=…

const decoded = (text) => {
  try { return decodeURIComponent(text); } catch { return text; }
};

export function readRoute() {
  const [path, ...query] = location.hash.replace(/^#\/?/, '').split('?');
  const [page, ...args] = path.split('/').map(decoded);
  const params = Object.fromEntries(new URLSearchParams(query.join('?')));
  return { page: page || 'calls', args, params, all: !params.namespace, namespace: params.namespace || 'default' };
}

export function address(page, args = [], params = {}) {
  const given = { namespace: readRoute().params.namespace, ...params };
  const query = new URLSearchParams(Object.entries(given).filter(([, value]) => value)).toString();
  return `#/${[page, ...args].map(encodeURIComponent).join('/')}${query ? `?${query}` : ''}`;
}

export function go(page, args, params) {
  location.hash = address(page, args, params);
}

// Changes parameters of this page's address, without a step in the history.
export function adjust(params, args) {
  const route = readRoute();
  const to = address(route.page, args || route.args, { ...route.params, ...params });
  history.replaceState(null, '', to);
  window.dispatchEvent(new HashChangeEvent('hashchange'));
}

// The control plane

export class Problem extends Error {
  constructor(status, body) {
    super(body.detail || `HTTP ${status}`);
    this.status = status;
    this.pointer = body.pointer;
  }
}

let asking = null;
let token = remembered('sessionStorage', 'rollcall-token') || '';
export const tokenDialog = { show: null };

// Asks for the admin token, once for all calls that wait for it.
function askToken(refused) {
  asking ||= new Promise((resolve) => tokenDialog.show(refused, (given) => {
    token = given;
    remembered('sessionStorage', 'rollcall-token', given);
    asking = null;
    resolve();
  }));
  return asking;
}

export async function request(path, { method = 'GET', query, json, body, type, signal } = {}) {
  const search = new URLSearchParams(Object.entries(query || {}).filter(([, value]) => value !== undefined && value !== ''));
  const url = `../${path}${search.size ? `?${search}` : ''}`;
  for (;;) {
    const sent = token;
    const headers = {};
    if (json !== undefined) headers['content-type'] = 'application/json';
    if (type) headers['content-type'] = type;
    if (sent) headers.authorization = `Bearer ${sent}`;
    const answer = await fetch(url, { method, headers, body: json === undefined ? body : JSON.stringify(json), signal });
    if (answer.status === 401) {
      // Another call may have asked meanwhile.
      if (token === sent) await askToken(Boolean(sent));
      continue;
    }
    if (!answer.ok) throw new Problem(answer.status, await answer.json().catch(() => ({})));
    return answer;
  }
}

export const api = async (path, options) => (await request(path, options)).json();
export const own = (namespace, rest = '') => `namespaces/${encodeURIComponent(namespace)}${rest}`;

// The answer of the control plane; again when one of `on` changes. `again` asks anew.
export function useAnswer(ask, on) {
  const [state, setState] = useState({});
  const [round, setRound] = useState(0);
  useEffect(() => {
    const stop = new AbortController();
    ask(stop.signal).then(
      (value) => stop.signal.aborted || setState({ value }),
      (error) => stop.signal.aborted || setState((old) => ({ ...old, error })),
    );
    return () => stop.abort();
  }, [...on, round]);
  return { ...state, again: () => setRound((n) => n + 1) };
}

const known = new Map();
export function provider(id) {
  if (!known.has(id)) {
    const asked = api(`providers/${encodeURIComponent(id)}`);
    asked.catch(() => known.delete(id));
    known.set(id, asked);
  }
  return known.get(id);
}

// What a namespace has, by the place where its ids would be asked for: values of keys, read from the export and no further
// than a bound.
export async function suggestions(namespace, signal) {
  const found = new Map();
  const answer = await request(own(namespace, '/export'), { signal });
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (let read = 0; read < 4e6;) {
    const { done, value } = await reader.read();
    if (done) return found;
    read += value.length;
    const lines = (rest + value).split('\n');
    rest = lines.pop();
    for (const line of lines) if (line) collect(found, JSON.parse(line));
  }
  reader.cancel();
  return found;
}

export const plain = (name) => name.replace(/\.N\b/g, '').replace(/[^a-z0-9]/gi, '').toLowerCase();
export const singular = (name) => plain(name.replace(/(_set|Info|Simple)+$/i, '')).replace(/s$/, '');

function collect(found, document) {
  for (const [id, content] of Object.entries(document)) {
    for (const [key, value] of Object.entries(content)) {
      const versioned = /^\d{4}-/.test(key);
      walk(found, versioned ? `${id}/${key}` : id, '', versioned ? value : { [key]: value });
    }
  }
}

function walk(found, scope, kind, value) {
  if (Array.isArray(value)) return value.forEach((item) => walk(found, scope, kind, item));
  if (!value || typeof value !== 'object') return undefined;
  const label = value[Object.keys(value).find((key) => /name$/i.test(key) && typeof value[key] === 'string')];
  for (const [key, inner] of Object.entries(value)) {
    if (inner && typeof inner === 'object') {
      walk(found, scope, Array.isArray(inner) || /^(Clusters|Users)$/.test(key) ? singular(key) : kind, inner);
    } else if (inner !== null && inner !== '') {
      add(found, `${scope} ${plain(key)}`, inner, label);
      if (/^(id|name)$/i.test(key)) {
        add(found, `${scope} ${kind}${plain(key)}`, inner, label);
        if (kind === 'usergroup') add(found, `${scope} group${plain(key)}`, inner, label);
      }
    }
  }
  return undefined;
}

function add(found, key, value, label) {
  if (!found.has(key)) found.set(key, new Map());
  const values = found.get(key);
  if (values.size < 200 && !values.has(String(value))) values.set(String(value), label === String(value) ? '' : label || '');
}

// Text

export const milliseconds = (us) => (us < 1000 ? `${(us / 1000).toFixed(2)}` : us < 1e5 ? (us / 1000).toFixed(1) : String(Math.round(us / 1000)));

export function clock(instant) {
  const time = new Date(instant);
  return Number.isNaN(time.getTime()) ? instant : `${time.toTimeString().slice(0, 8)}.${String(time.getMilliseconds()).padStart(3, '0')}`;
}

export function outcome({ status, error, stage, provider: id }) {
  if (stage === 'broken' || status >= 500 || status === 0) return 'broken';
  if (!id || stage === 'recognise') return 'unknown';
  return status >= 400 || error ? 'refused' : 'fine';
}

// JSON indented as text: numbers of any length and the order of keys stay as they are. Null where it is none.
export function pretty(text) {
  try { JSON.parse(text); } catch { return null; }
  let depth = 0;
  const line = () => `\n${'  '.repeat(depth)}`;
  return text.replace(/"(?:[^"\\]|\\.)*"|[[{]\s*[\]}]|[[{\]},:]|\s+/g, (token) => {
    if (token[0] === '"') return token;
    if (/^\s/.test(token)) return '';
    if (token === ':') return ': ';
    if (token === ',') return `,${line()}`;
    if (token.length > 1) return token[0] + token.at(-1);
    if (token === '[' || token === '{') { depth += 1; return token + line(); }
    depth -= 1;
    return line() + token;
  });
}

export function save(name, content, type) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(content instanceof Blob ? content : new Blob([content], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Not a secure context: the older way.
    const area = document.createElement('textarea');
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand('copy');
    area.remove();
  }
  notice(t('copied'));
}

export const notices = { show: () => {} };
export const notice = (text, wrong = false) => notices.show({ text, wrong });

// Runs what a button does; a refusal is shown.
export const attempt = (work) => async (event) => {
  event?.preventDefault?.();
  try { await work(event); } catch (error) { notice(error.message, true); }
};
