// What every page needs: the address, the control plane, the language, and how text is shown.
import { useEffect, useState } from './preact.js';
import { chinese } from './chinese.js';

// Storage may be forbidden; then nothing is remembered.
function remembered(storage, name, value) {
  try {
    if (value === undefined) return window[storage].getItem(`rollcall-${name}`);
    window[storage].setItem(`rollcall-${name}`, value);
  } catch { /* not remembered */ }
  return null;
}

export let language = remembered('localStorage', 'language') || (/^zh/i.test(navigator.language) ? 'zh' : 'en');

export function setLanguage(to) {
  language = to;
  remembered('localStorage', 'language', to);
  document.documentElement.lang = to === 'zh' ? 'zh-CN' : 'en';
}
setLanguage(language);

// A text in the chosen language; {0} and {1} are filled in.
export function t(english, ...values) {
  const text = (language === 'zh' && chinese[english]) || english;
  return text.replace(/\{(\d)\}/g, (_, at) => values[at]);
}

// The address: #/page/argument?namespace=NAME&filter=…

const decoded = (text) => {
  try { return decodeURIComponent(text); } catch { return text; }
};

export function readRoute() {
  const [path, ...query] = location.hash.replace(/^#\/?/, '').split('?');
  const [page, ...args] = path.split('/').map(decoded);
  const params = Object.fromEntries(new URLSearchParams(query.join('?')));
  return { page, args, params, namespace: params.namespace || 'default' };
}

export function address(page, args = [], params = {}) {
  const given = { namespace: readRoute().params.namespace, ...params };
  const query = new URLSearchParams(Object.entries(given).filter(([, value]) => value)).toString();
  return `#/${[page, ...args].map(encodeURIComponent).join('/')}${query && `?${query}`}`;
}

export function go(page, args, params) {
  location.hash = address(page, args, params);
}

// Changes parameters of this page's address, without a step in the history.
export function adjust(params) {
  const route = readRoute();
  history.replaceState(null, '', address(route.page || 'calls', route.args, { ...route.params, ...params }));
  window.dispatchEvent(new HashChangeEvent('hashchange'));
}

// The control plane

let token = remembered('sessionStorage', 'token') || '';
let asking = null;
export const tokenDialog = { show: null };

// Asks for the admin token, once for all calls that wait for it.
function askToken(refused) {
  asking ||= new Promise((resolve) => tokenDialog.show(refused, (given) => {
    token = given;
    remembered('sessionStorage', 'token', given);
    asking = null;
    resolve();
  }));
  return asking;
}

export async function request(path, { method = 'GET', query = {}, json, body, type, signal } = {}) {
  const search = new URLSearchParams(Object.entries(query).filter(([, value]) => value !== undefined && value !== ''));
  for (;;) {
    const sent = token;
    const headers = { ...(sent && { authorization: `Bearer ${sent}` }), ...((type || json) && { 'content-type': type || 'application/json' }) };
    const answer = await fetch(`../${path}?${search}`, { method, headers, body: json ? JSON.stringify(json) : body, signal });
    if (answer.status === 401) {
      // Another call may have asked meanwhile.
      if (token === sent) await askToken(Boolean(sent));
    } else if (answer.ok) {
      return answer;
    } else {
      const problem = await answer.json().catch(() => ({}));
      throw Object.assign(new Error(problem.detail || `HTTP ${answer.status}`), problem);
    }
  }
}

export const api = async (path, options) => (await request(path, options)).json();
export const post = (path, json = {}, query = {}) => api(path, { method: 'POST', json, query });
export const own = (namespace, rest = '') => `namespaces/${encodeURIComponent(namespace)}${rest}`;

// What `ask` answers; asked again when one of the texts `on` changes, or by `again`.
export function useAnswer(ask, on) {
  const key = on.join('\n');
  const [state, setState] = useState({});
  const [round, setRound] = useState(0);
  useEffect(() => {
    const stop = new AbortController();
    const told = (change) => stop.signal.aborted || setState(change);
    const wrong = (error) => told((old) => ({ ...(old.key === key && old), key, error }));
    (async () => ask(stop.signal))().then((value) => told({ key, value }), wrong);
    return () => stop.abort();
  }, [key, round]);
  return { ...(state.key === key && state), again: () => setRound((n) => n + 1) };
}

// What the control plane answers; nothing is asked without a path.
export const useGet = (path, query = {}) => useAnswer((signal) => path && api(path, { query, signal }), [path, JSON.stringify(query)]);

export function useEvent(name, heard) {
  useEffect(() => {
    window.addEventListener(name, heard);
    return () => window.removeEventListener(name, heard);
  });
}

// Does something now and then, while the page is seen.
export function useEvery(ms, run) {
  useEffect(() => {
    const timer = setInterval(() => document.visibilityState === 'visible' && run(), ms);
    return () => clearInterval(timer);
  }, []);
}

export const plain = (name) => name.replace(/\.N\b/, '').replace(/[^a-z0-9]/gi, '').toLowerCase();

// Text

export const contains = (words, ...texts) => texts.some((text) => String(text ?? '').toLowerCase().includes(words.toLowerCase()));

export const milliseconds = (us) => (us / 1000).toFixed(us < 1000 ? 2 : us < 1e5 ? 1 : 0);

export function clock(instant) {
  const time = new Date(instant);
  return Number.isNaN(time.getTime()) ? instant : `${time.toTimeString().slice(0, 8)}.${String(time.getMilliseconds()).padStart(3, '0')}`;
}

export const now = () => new Date().toISOString().replace(/\.\d+/, '');

export function outcome({ status, error, stage, provider: id = 'any' }) {
  if (!status || status >= 500 || stage === 'broken') return 'broken';
  if (!id || stage === 'recognise') return 'unknown';
  return status >= 400 || error ? 'refused' : 'fine';
}

// JSON indented as text: numbers of any length and the order of keys stay as they are. Null where it is none.
export function pretty(text) {
  try { JSON.parse(text); } catch { return null; }
  let line = '\n';
  return text.replace(/"(?:[^"\\]|\\.)*"|\s+|[[{]\s*[\]}]|[[{\]},:]/g, (token) => {
    if (token[0] === '"') return token;
    if (token.trim().length !== 1) return token.replace(/\s/g, '');
    if (token === ':') return ': ';
    if (token === ',') return token + line;
    const opens = token === '[' || token === '{';
    line = opens ? `${line}  ` : line.slice(0, -2);
    return opens ? token + line : line + token;
  });
}

export function save(name, content) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(content);
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
  notice(t('Copied'));
}

export const notices = { show: null };
export const notice = (text, wrong = false) => notices.show({ text, wrong });

// Runs what a button or a form does; a refusal is shown.
export const attempt = (work) => async (event) => {
  event?.preventDefault();
  try { await work(event); } catch (error) { notice(error.message, true); }
};
