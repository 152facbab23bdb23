// Parts that several pages share.
import { html, useEffect, useMemo, useRef, useState } from './preact.js';
import { api, attempt, copy, own, plain, pretty, suggestions, t, useAnswer } from './core.js';

export const Status = ({ entry }) => {
  const kind = entry.status >= 500 || !entry.status ? 'broken' : entry.status >= 400 || entry.error ? 'refused' : entry.status >= 300 ? 'unknown' : 'fine';
  return html`<span class="status ${kind}">${entry.status || '—'}</span>`;
};

export const Failure = ({ error }) => error && html`<p class="failure" role="alert">${error.message}</p>`;

export const Copy = ({ text, label = t('copy') }) => html`<button type="button" onClick=${attempt(async () => copy(typeof text === 'function' ? await text() : text))}>${label}</button>`;

export const Source = ({ of: { kind, detail } }) => html`<span class="source" title=${detail}>${kind}: ${detail}</span>`;

export const Choice = ({ label, value, options, onPick, hidden, ...rest }) => html`<label class="choice"><span class=${hidden ? 'unseen' : ''}>${label}</span>
  <select ...${rest} value=${value} onChange=${(event) => onPick(event.target.value)}>
    ${options.map((option) => { const [own, shown] = Array.isArray(option) ? option : [option, option]; return html`<option value=${own} selected=${own === value}>${shown}</option>`; })}
  </select></label>`;

export const Text = ({ label, value, onText, hidden, area, ...rest }) => html`<label class="choice"><span class=${hidden ? 'unseen' : ''}>${label}</span>
  <${area ? 'textarea' : 'input'} spellcheck=${false} autocomplete="off" ...${rest} value=${value} onInput=${(event) => onText(event.target.value)}/></label>`;

// A dialogue that asks for something, or shows it.
export function Dialog({ title, onClose, children }) {
  const own = useRef();
  useEffect(() => {
    own.current.showModal();
    own.current.querySelector('form :is(input, select, textarea)')?.focus();
    return () => own.current?.close();
  }, []);
  return html`<dialog ref=${own} aria-label=${title} onCancel=${(event) => { event.preventDefault(); onClose(); }}>
    <header><h2>${title}</h2><button type="button" class="plain" aria-label=${t('close')} onClick=${onClose}>✕</button></header>${children}</dialog>`;
}

// A button that asks once more before it does what cannot be taken back.
export function Risky({ label, sure, onClick }) {
  const [asked, setAsked] = useState(false);
  return html`<button type="button" class=${asked ? 'danger' : ''} onBlur=${() => setAsked(false)}
    onClick=${() => { if (asked) onClick(); setAsked(!asked); }}>${asked ? sure || t('sure') : label}</button>`;
}

// A body, indented or as it is.
const TOKEN = /("(?:[^"\\]|\\.)*")(\s*:)?|\b(true|false|null)\b|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
const COLOURED = 60000;

function coloured(text) {
  const parts = [];
  let at = 0;
  for (const match of text.matchAll(TOKEN)) {
    if (match.index > at) parts.push(text.slice(at, match.index));
    const kind = match[2] ? 'key' : match[1] ? 'string' : match[3] ? 'word' : 'number';
    parts.push(html`<i class=${kind}>${match[1] || match[0]}</i>`);
    if (match[2]) parts.push(match[2]);
    at = match.index + match[0].length;
  }
  parts.push(text.slice(at));
  return parts;
}

export function Body({ text, cut, raw, label }) {
  const shown = useMemo(() => {
    const indented = raw || text.length > 400000 ? null : pretty(text);
    if (indented === null) return text;
    return indented.length > COLOURED ? indented : coloured(indented);
  }, [text, raw]);
  if (!text) return html`<p class="quiet">${t('noBody')}</p>`;
  return html`<pre tabindex="0" aria-label=${label}>${shown}</pre>${cut && html`<p class="quiet">${t('cut')}</p>`}`;
}

export const Headers = ({ of }) => html`<dl class="headers">${Object.entries(of).map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>`;

// What was sent and what came back, next to each other.
export function Exchange({ request, response, status, first }) {
  const [raw, setRaw] = useState(false);
  return html`<div class="bar"><button type="button" aria-pressed=${!raw} onClick=${() => setRaw(false)}>${t('pretty')}</button>
      <button type="button" aria-pressed=${raw} onClick=${() => setRaw(true)}>${t('raw')}</button></div>
    <div class="pair"><section aria-label=${t('request')}><h3>${t('request')}</h3><p class="mono wrap">${first}</p>
      <${Headers} of=${request.headers}/><${Body} text=${request.body} cut=${request.cut} raw=${raw} label=${t('requestBody')}/></section>
    ${response && html`<section aria-label=${t('response')}><h3>${t('response')}</h3><p class="mono">${status || t('noAnswer')}${response.delivery && response.delivery !== 'whole' ? ` · ${response.delivery}` : ''}</p>
      <${Headers} of=${response.headers}/><${Body} text=${response.body} cut=${response.cut} raw=${raw} label=${t('responseBody')}/></section>`}</div>`;
}

// Two texts with what differs marked: lines that both have stay plain, in lines that differ the differing middle is marked.
export function Difference({ left, right, names }) {
  const rows = useMemo(() => compared(left.split('\n'), right.split('\n')), [left, right]);
  const side = (parts, kind) => html`<pre tabindex="0" aria-label=${names[kind === 'del' ? 0 : 1]}>${parts.map((row) => {
    if (!row.length) return '\n';
    const [before, middle, after] = row;
    return html`${before}${middle && (kind === 'del' ? html`<del>${middle}</del>` : html`<ins>${middle}</ins>`)}${after}${'\n'}`;
  })}</pre>`;
  return html`<div class="pair difference"><section><h3>${names[0]}</h3>${side(rows.map((row) => row[0]), 'del')}</section>
    <section><h3>${names[1]}</h3>${side(rows.map((row) => row[1]), 'ins')}</section></div>`;
}

function compared(left, right) {
  const rows = [];
  let [i, j] = [0, 0];
  while (i < left.length || j < right.length) {
    if (left[i] === right[j]) {
      rows.push([[left[i], '', ''], [right[j], '', '']]);
      i += 1; j += 1;
      continue;
    }
    // A line that only one side has: the other goes on with it within a few lines.
    const skip = right.slice(j, j + 12).indexOf(left[i]);
    const drop = left.slice(i, i + 12).indexOf(right[j]);
    if (i >= left.length || (skip > 0 && (drop < 0 || skip <= drop))) { rows.push([[], ['', right[j] || '↵', '']]); j += 1; continue; }
    if (j >= right.length || drop > 0) { rows.push([['', left[i] || '↵', ''], []]); i += 1; continue; }
    const [a, b] = [left[i], right[j]];
    let head = 0;
    while (head < a.length && a[head] === b[head]) head += 1;
    let tail = 0;
    while (tail < Math.min(a.length, b.length) - head && a.at(-1 - tail) === b.at(-1 - tail)) tail += 1;
    const cutUp = (text) => [text.slice(0, head), text.slice(head, text.length - tail), text.slice(text.length - tail)];
    rows.push([cutUp(a), cutUp(b)]);
    i += 1; j += 1;
  }
  return rows;
}

// Forms of operations

export const isOwn = ({ name }) => name === 'Action' || name === 'Version';
const isMany = ({ type }) => /^(JSON|array|object)/.test(type);
const EARLY = /^(project_?id|instance_?id|cluster_?id|engine)$/i;

export const isForm = (provider) => !provider.id.startsWith('huawei');

export const options = (found, provider, operation, name) => found?.get(`${provider.id}/${operation.version} ${plain(name)}`) || found?.get(`${provider.id} ${plain(name)}`) || new Map();

export function preset(found, provider, operation, parameter) {
  const { name } = parameter;
  if (name === 'timestamp') return new Date().toISOString().replace(/\.\d+/, '');
  if (name === 'zone' || name === 'RegionId') return provider.region;
  if (name === 'engine') return 'reliability';
  if (parameter.required && EARLY.test(name)) return options(found, provider, operation, name).keys().next().value || '';
  return '';
}

function typed(parameter, text) {
  if (text === '""') return '';
  if (/^integer/.test(parameter.type) && /^-?\d{1,15}$/.test(text)) return Number(text);
  if (parameter.type === 'boolean' && /^(true|false)$/.test(text)) return text === 'true';
  if (/^(array|object)/.test(parameter.type)) { try { return JSON.parse(text); } catch { return text; } }
  return text;
}

// The body of POST try, from what stands in a form.
export function composed(provider, operation, given) {
  const out = {};
  const put = (place, name, value) => { (out[place] ||= {})[name] = value; };
  const inJson = operation.parameters.some((row) => /^(array|object)/.test(row.type) && /query or body/.test(row.in) && given.some((own) => own.row === row && own.text));
  for (const { row, name, text } of given) {
    if (text === '') continue;
    const value = typed(row, text);
    if (row.in === 'path' || row.in === 'header') put(row.in, name, value);
    else if (row.in === 'body') put(isForm(provider) ? 'form' : 'body', name, value);
    else if (row.in === 'query or body' && inJson) put('body', name, value);
    else put('query', name, row.in === 'query or body' && typeof value === 'object' ? text : value);
  }
  const method = inJson && operation.methods.includes('POST') ? 'POST' : undefined;
  return { provider: provider.id, operation: operation.name, version: operation.version || undefined, method, parameters: out };
}

const bound = ({ bounds }) => bounds && `${bounds.min}–${bounds.max} ${t(`of_${bounds.of}`)}`;

function Field({ id, row, name, text, values, onText }) {
  const hint = [row.type, bound(row), row.default && t('byDefault', row.default)].filter(Boolean).join(' · ');
  const common = { id, 'aria-describedby': `${id}-hint`, 'aria-required': row.required, value: text, spellcheck: false, autocomplete: 'off', onInput: (event) => onText(event.target.value) };
  return html`<div class="field"><label for=${id}>${name}${row.required && html`<b class="must" title=${t('required')}> *</b>`}</label><div>
    ${row.type === 'boolean' ? html`<select ...${common}>${['', 'true', 'false'].map((word) => html`<option selected=${word === text} value=${word}>${word}</option>`)}</select>`
    : isMany(row) ? html`<textarea rows="2" ...${common}/>`
    : html`<input ...${common} list=${values.size ? `${id}-list` : undefined}/>`}
    ${values.size > 0 && !isMany(row) && html`<datalist id="${id}-list">${[...values].map(([value, label]) => html`<option value=${value}>${label}</option>`)}</datalist>`}
    <p id="${id}-hint" class="hint">${hint}${row.rule && html`<br/>${row.rule}`} <${Source} of=${row.source}/></p></div></div>`;
}

let forms = 0;

// A form made from an operation's table. `start` holds values by plain name. `onSent` hears of what came back.
export function OperationForm({ provider, operation, namespace, start = {}, onSent, brief }) {
  const [values, setValues] = useState({});
  const [count, setCount] = useState(1);
  const [how, setHow] = useState({});
  const [result, setResult] = useState(null);
  const [error, setError] = useState(null);
  const [busy, setBusy] = useState(false);
  const id = useMemo(() => `f${forms += 1}`, []);
  const { value: found } = useAnswer((signal) => suggestions(namespace, signal), [namespace]);
  const rows = operation.parameters.filter((row) => !isOwn(row));
  const fields = [...rows.filter((row) => row.required), ...rows.filter((row) => !row.required)].flatMap((row) => (/\.N\b/.test(row.name)
    ? Array.from({ length: count }, (_, at) => ({ row, name: row.name.replace(/\.N\b/, `.${at + 1}`) }))
    : [{ row, name: row.name }]));
  const filled = fields.map(({ row, name }) => ({ row, name, text: values[name] ?? (/\.[2-9]/.test(name) ? '' : start[plain(row.name)]) ?? preset(found, provider, operation, row) }));
  const make = async (send) => api('try', { method: 'POST', json: { ...composed(provider, operation, filled), namespace, send, ...Object.fromEntries(Object.entries(how).filter(([, value]) => value)) } });
  const submit = async (event) => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      const sent = await make(true);
      setResult(sent);
      onSent?.(sent);
    } catch (wrong) { setError(wrong); }
    setBusy(false);
  };
  const field = (own) => html`<${Field} key=${own.name} ...${own} id="${id}-${plain(own.name)}" values=${options(found, provider, operation, own.row.name)} onText=${(text) => setValues({ ...values, [own.name]: text })}/>`;
  const optional = filled.filter(({ row }) => !row.required);
  return html`<form class="operation" onSubmit=${submit} noValidate>
    ${filled.filter(({ row }) => row.required).map(field)}
    ${rows.some((row) => /\.N\b/.test(row.name)) && html`<p><button type="button" onClick=${() => setCount(count + 1)}>${t('another')}</button></p>`}
    ${optional.length > 0 && html`<details open=${brief || !filled.some(({ row }) => row.required) || undefined}><summary>${t('optional', optional.length)}</summary>${optional.map(field)}</details>`}
    <details><summary>${t('signing')}</summary><div class="bar">
      <${Choice} label=${t('scheme')} value=${how.scheme || ''} onPick=${(scheme) => setHow({ ...how, scheme })} options=${[['', t('schemeFirst')], ...(provider.schemes || []), ['none', t('schemeNone')]]}/>
      ${['access_key', 'region', 'service'].map((name) => html`<${Text} label=${t(name)} placeholder=${t('asUsual')} value=${how[name] || ''} onText=${(text) => setHow({ ...how, [name]: text })}/>`)}
    </div></details>
    <p class="quiet">${t('emptyHint')}</p>
    <div class="bar"><button class="primary" disabled=${busy}>${t('send')}</button><${Copy} label=${t('copyCurl')} text=${async () => (await make(false)).curl}/></div>
    <${Failure} error=${error}/>
    ${result && html`<${Result} result=${result}/>`}</form>`;
}

export function Result({ result }) {
  const { request, response } = result;
  return html`<section class="result" aria-live="polite"><p class="bar"><${Status} entry=${{ status: response?.status }}/> <b>${result.operation}</b>
      ${result.journal_id && html`<a href="#/calls/${result.journal_id}?namespace=${result.namespace}">${t('inCalls', result.journal_id)}</a>`}
      <${Copy} label=${t('copyCurl')} text=${result.curl}/></p>
    <${Exchange} request=${request} response=${response} status=${response?.status} first=${`${request.method} ${request.target}`}/></section>`;
}

export const Namespaces = (signal) => api('namespaces', { signal });
export { own };
