// Calls made from an operation's table, by a form or by a button, and signed by the server.
import { address, contains, html, now, own, plain, post, t, useGet, useMemo, useState, Button, CallLink, Choice, Columns, Copy, Exchange, Failure, Item, Search, Source, Status, Submit, Text } from './parts.js';

// Action and Version are the server's to add.
export const parameters = (operation) => operation.parameters.filter(({ name }) => name !== 'Action' && name !== 'Version');
const isList = ({ name }) => /\.N\b/.test(name);

// The values of parameters that a namespace has.
export const useKnown = (namespace, provider, { version }) => useGet(own(namespace, '/values'), { provider: provider.id, version });

export function preset(known, provider, { name, required }) {
  if (name === 'timestamp') return now();
  if (name === 'zone' || name === 'RegionId') return provider.region;
  if (name === 'engine') return 'reliability';
  return (required && /^(project|instance|cluster)_?id$/i.test(name) && Object.keys(known[name] || {})[0]) || '';
}

// Makes a call of texts by their names.
export function call(provider, { name, version }, texts, more) {
  const values = Object.fromEntries(Object.entries(texts).filter(([, text]) => text).map(([key, text]) => [key, text === '""' ? '' : text]));
  return post('try', { provider: provider.id, operation: name, ...(version && { version }), values, ...more });
}

function Field({ id, row: { type, required, rule, source, ...row }, name, text, values = type === 'boolean' ? { true: '', false: '' } : {}, onText }) {
  const common = { id, 'aria-describedby': `${id}-hint`, 'aria-required': required, value: text, spellcheck: false, autocomplete: 'off', onInput: (event) => onText(event.target.value) };
  return html`<div class="field"><label for=${id}>${name}${required && html`<b class="must" title=${t('required')}> *</b>`}</label><div>
    ${/^(JSON|array|object)/.test(type) ? html`<textarea rows="2" ...${common}/>`
    : html`<input ...${common} list="${id}-list"/><datalist id="${id}-list">${Object.entries(values).map(([value, label]) => html`<option value=${value}>${label}</option>`)}</datalist>`}
    <p id="${id}-hint" class="hint">${type}${row.default && ` · ${t('default {0}', row.default)}`}${rule && ` · ${rule}`} <${Source} of=${source}/></p></div></div>`;
}

let forms = 0;

// `start` holds texts by plain name. `onSent` hears of what came back.
export function OperationForm({ provider, operation, namespace, start = {}, onSent }) {
  const [values, setValues] = useState({});
  const [count, setCount] = useState(1);
  const [how, setHow] = useState({});
  const [{ result, error, busy }, setState] = useState({});
  const id = useMemo(() => `f${forms += 1}`, []);
  const { value: known = {} } = useKnown(namespace, provider, operation);
  const rows = parameters(operation);
  const fields = rows.flatMap((row) => Array.from({ length: isList(row) ? count : 1 }, (_, at) => {
    const name = row.name.replace(/\.N\b/, `.${at + 1}`);
    return { row, name, text: values[name] ?? (at ? '' : start[plain(row.name)] ?? preset(known, provider, row)) };
  }));
  const make = (send) => call(provider, operation, Object.fromEntries(fields.map(({ name, text }) => [name, text])), { namespace, send, ...how });
  const submit = async (event) => {
    event.preventDefault();
    setState({ result, busy: true });
    try {
      const sent = await make(true);
      setState({ result: sent });
      onSent?.(sent);
    } catch (wrong) { setState({ result, error: wrong }); }
  };
  const field = ({ row, name, text }) => html`<${Field} key=${name} id="${id}-${plain(name)}" row=${row} name=${name} text=${text} values=${known[row.name]} onText=${(to) => setValues({ ...values, [name]: to })}/>`;
  const set = (name) => (text) => setHow({ ...how, [name]: text || undefined });
  const required = fields.filter(({ row }) => row.required);
  const optional = fields.filter(({ row }) => !row.required);
  return html`<form onSubmit=${submit} noValidate>${required.map(field)}
    ${rows.some(isList) && html`<p><${Button} say="Add another" run=${() => setCount(count + 1)}/></p>`}
    ${optional.length > 0 && html`<details open=${!required.length || undefined}><summary>${t('Optional parameters ({0})', optional.length)}</summary>${optional.map(field)}</details>`}
    <div class="bar"><${Choice} say="Scheme" value=${how.scheme || ''} onPick=${set('scheme')} options=${[['', t('usual')], ...provider.schemes, ['none', t('none (unsigned)')]]}/>
      <${Text} say="Access key" placeholder=${t('usual')} value=${how.access_key || ''} onText=${set('access_key')}/></div>
    <p class="quiet">${t('An empty field is left out; "" sends an empty value.')}</p>
    <div class="bar"><${Submit} say="Send" disabled=${busy}/><${Copy} say="Copy as curl" text=${async () => (await make(false)).curl}/></div>
    <${Failure} error=${error}/>${result && html`<${Result} result=${result}/>`}</form>`;
}

const Result = ({ result: { request, response, operation, namespace, journal_id: id } }) => html`<section class="result" aria-live="polite">
  <p class="bar"><${Status} entry=${response}/> <b>${operation}</b>${id && html`<${CallLink} id=${id} namespace=${namespace}/>`}</p>
  <${Exchange} request=${request} response=${response} status=${response.status} first="${request.method} ${request.target}"/></section>`;

export function Try({ route: { args: [id, name, version], namespace }, providers }) {
  const [words, setWords] = useState('');
  const { value: table, error } = useGet(providers.some((one) => one.id === id) && `providers/${id}`);
  const same = table ? table.operations.filter((row) => row.name === name) : [];
  const operation = same.findLast((row) => !version || row.version === version);
  const menu = html`<${Search} value=${words} onText=${setWords}/><nav aria-label=${t('Operations')}>${providers.map((one) => html`<h2>${one.title}</h2>
    <ul>${[...new Set(one.operations)].filter((row) => contains(words, `${one.id} ${row}`)).map((row) => html`<${Item} to=${address('try', [one.id, row])} here=${one.id === id && row === name}>${row}<//>`)}</ul>`)}</nav>`;
  return html`<${Columns} title=${t('Try')} menu=${menu}><${Failure} error=${error}/>
    ${operation ? html`<h2>${name} <small>${operation.version}</small></h2><p>${operation.summary}</p>
      <p class="mono quiet">${operation.methods.join(', ')} ${operation.path} <${Source} of=${operation.source}/></p>
      ${same.length > 1 && html`<p class="bar">${same.map((row) => html`<a class="button" href=${address('try', [id, name, row.version])} aria-current=${row === operation || undefined}>${row.version}</a>`)}</p>`}
      <${OperationForm} key=${`${id} ${name} ${operation.version} ${namespace}`} provider=${table} operation=${operation} namespace=${namespace}/>`
    : html`<p class="quiet">${t('Choose an operation')}</p>`}<//>`;
}
