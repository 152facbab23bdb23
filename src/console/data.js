// What a namespace holds, looked at and changed through the providers' own operations; seeds, exports, snapshots and differences.
import { address, api, attempt, go, html, notice, own, plain, request, save, t, useAnswer, useGet, useMemo, useRef, useState, Button, CallLink, Choice, Columns, Dialog, Failure, Item, Risky, Table, Text } from './parts.js';
import { OperationForm, call, parameters, preset, useKnown } from './try.js';

const PAGING = /^(offset|limit|pagenumber|pagesize)$/i;
const UNASKED = /^(timestamp|zone|X-|AsyncId)/;
const SIZE = 10;

export function Data({ route: { args, namespace }, providers, namespaces }) {
  const { id, records } = providers.find((one) => one.id === args[0]) || providers[0];
  const whole = args[1] === 'space';
  const at = Math.max(0, Math.min(records.length - 1, Number(args[1]) || 0));
  const { value: table, error } = useGet(`providers/${id}`);
  const { value: space, again } = useGet(own(namespace));
  const menu = html`<nav aria-label=${t('Records')}>${providers.map((one) => html`<h2>${one.title}</h2><ul>${one.records.map(({ kind, version }, index) => html`
      <${Item} to=${address('data', [one.id, index])} here=${one.id === id && at === index && !whole}>${kind}<small>${version} <span class="end">${version ? '' : space?.counts?.[one.id]?.[kind]}</span></small><//>`)}</ul>`)}
    <h2>${t('Whole namespace')}</h2><ul><${Item} to=${address('data', [id, 'space'])} here=${whole}>${t('Seed, export, compare')}<//></ul></nav>`;
  return html`<${Columns} title=${t('Data')} menu=${menu}><${Failure} error=${error}/>
    ${whole ? html`<${Space} key=${namespace} namespace=${namespace} namespaces=${namespaces} changed=${again}/>`
    : table && html`<${Records} key=${`${id} ${at} ${namespace}`} namespace=${namespace} table=${table} kind=${records[at]} changed=${again}/>`}<//>`;
}

// The first list of objects in an answer, and the first count.
function listed(body) {
  let [rows, total, level] = [null, null, []];
  try { level = [JSON.parse(body)]; } catch { /* there is none */ }
  while (level.length) {
    for (const [key, value] of level.flatMap(Object.entries)) {
      if (Array.isArray(value) && (!value.length || typeof value[0] === 'object')) rows ??= value;
      if (/^(total|count|total_?count)$/i.test(key) && value !== null) total ??= Number(value);
    }
    level = level.flatMap(Object.values).filter((value) => value && typeof value === 'object' && !Array.isArray(value));
  }
  return { rows: rows || [], total };
}

const cell = (value) => (value && typeof value === 'object' ? JSON.stringify(value) : String(value ?? ''));

const isRefused = ({ response: { status, body } }) => status >= 300 || /"ret_code":\s*[1-9]/.test(body);

function Records({ namespace, table, kind, changed }) {
  const operation = (name) => table.operations.find((one) => one.name === name && (!kind.version || one.version === kind.version));
  const list = operation(kind.list);
  const { value: known, error: unread } = useKnown(namespace, table, list);
  const [values, setValues] = useState({});
  const [page, setPage] = useState(0);
  const [form, setForm] = useState(null);
  const asked = parameters(list).filter(({ name }) => !UNASKED.test(name) && !PAGING.test(name));
  const [parents, filters] = [true, false].map((wanted) => asked.filter(({ name, required }) => wanted === (required || kind.under === name)));
  const valueOf = (row) => {
    if (/^offset$/i.test(row.name)) return String(page * SIZE);
    if (/^pagenumber$/i.test(row.name)) return String(page + 1);
    if (PAGING.test(row.name)) return String(SIZE);
    return values[row.name] ?? ((parents.includes(row) && Object.keys(known?.[row.name] || {})[0]) || preset(known || {}, table, row));
  };
  const set = (row) => (text) => { setPage(0); setValues({ ...values, [row.name]: text }); };
  const asks = Object.fromEntries(parameters(list).map((row) => [row.name, valueOf(row)]));
  const { value: sent, error, again } = useAnswer(() => known && call(table, list, asks, { namespace }), [JSON.stringify([values, page]), !known]);
  const { rows, total } = useMemo(() => listed(sent?.response.body), [sent]);
  const refused = sent && isRefused(sent);
  const columns = [...new Set(rows.flatMap(Object.keys))];
  const above = () => Object.fromEntries(parents.map((row) => [plain(row.name), valueOf(row)]));
  // What a form about a record begins with.
  const about = (record) => {
    const start = {};
    for (const [key, value] of Object.entries(record)) if (value !== null && typeof value !== 'object') start[plain(key)] = String(value);
    Object.assign(start, above());
    for (const [name, text] of Object.entries(kind.parameters)) start[plain(name)] = text.replace(/\{(\w+)\}/g, (_, key) => record[key] ?? '');
    return start;
  };
  const after = (done) => {
    again();
    changed();
    if (isRefused(done)) return;
    setForm(null);
    notice(`${done.operation}: ${done.response.status}`);
  };
  const remove = (record) => async () => {
    const deleting = operation(kind.delete);
    const start = about(record);
    const given = parameters(deleting).filter((row) => row.required).map((row) => [row.name.replace('.N', '.1'), start[plain(row.name)] ?? preset(known, table, row)]);
    const done = await call(table, deleting, Object.fromEntries(given), { namespace });
    // The call says why.
    if (isRefused(done)) go('calls', [done.journal_id]);
    else after(done);
  };
  const open = (say, name, start, rest) => name && html`<${Button} say=${say} run=${() => setForm({ operation: operation(name), start: start() })} ...${rest}/>`;
  return html`<header class="bar"><h2>${table.title} · ${kind.kind} <small>${kind.version}</small></h2><span class="end"></span>
      ${open('Create', kind.create, above, { class: 'primary' })}<${Button} say="Reload" run=${again}/></header>
    <div class="bar">${parents.map((row) => html`<${Choice} label=${row.name} value=${valueOf(row)} onPick=${set(row)} options=${Object.entries(known?.[row.name] || {}).map(([id, label]) => [id, label ? `${label} · ${id}` : id])}/>`)}</div>
    ${filters.length > 0 && html`<details><summary>${t('Filters of the API')}</summary><div class="bar">${filters.map((row) => html`<${Text} label=${row.name} value=${values[row.name] || ''} onText=${set(row)}/>`)}</div></details>`}
    <${Failure} error=${error || unread}/>${refused && html`<div class="failure" role="alert"><b>${sent.response.status}</b><pre>${sent.response.body}</pre></div>`}
    <${Table} class="records" name=${kind.kind} heads=${[...columns, '']} rows=${rows.map((record) => [
      ...columns.map((name) => cell(record[name])), html`${open('Edit', kind.update, () => about(record))}${kind.delete && html`<${Risky} say="Delete" run=${remove(record)}/>`}`,
    ])}/>
    ${sent && !rows.length && !refused && html`<p class="quiet">${t('No records.')}</p>`}
    <p class="bar"><${Button} say="Previous" disabled=${!page} run=${() => setPage(page - 1)}/><span class="quiet">${t('Page {0}', page + 1)}${total !== null && ` · ${t('{0} in total', total)}`}</span>
      <${Button} say="Next" disabled=${rows.length < SIZE || (total !== null && total <= (page + 1) * SIZE)} run=${() => setPage(page + 1)}/>
      <span class="end">${sent && html`<${CallLink} id=${sent.journal_id} namespace=${namespace}/>`}</span></p>
    ${form && html`<${Dialog} title=${form.operation.name} onClose=${() => setForm(null)}><p class="quiet">${form.operation.summary}</p>
      <${OperationForm} provider=${table} operation=${form.operation} namespace=${namespace} start=${form.start} onSent=${after}/><//>`}`;
}

// Selects what a refusal names by its line and column.
function select(area, message) {
  const [, line, column = 1] = message.match(/^line (\d+)(?: column (\d+))?:/) || message.match(/line (\d+) column (\d+)/) || [];
  if (!line) return;
  const from = area.value.split('\n').slice(0, line - 1).join('\n').length + (line > 1) + Number(column) - 1;
  const [value] = area.value.slice(from).match(/^("(?:[^"\\]|\\.)*"|[^\s,\]}]*)/);
  area.focus();
  area.setSelectionRange(from, from + value.length);
  area.scrollTop = (line - 4) * 18;
}

function Space({ namespace, namespaces, changed }) {
  const [text, setText] = useState('');
  const [other, setOther] = useState('');
  const [lines, setLines] = useState(null);
  const area = useRef();
  // Checks the seed, or merges it: either leaves nothing of a wrong one.
  const seed = async (check) => {
    const isStream = /^\s*\{[\s\S]*\}\s*\n\s*\{/.test(text);
    try {
      const { records } = await api(own(namespace, '/seed'), { method: 'POST', query: { check }, body: text, type: isStream ? 'application/x-ndjson' : 'application/json' });
      notice(t(check ? 'Fine: {0} records.' : '{0} records merged', records));
      changed();
    } catch (error) {
      select(area.current, error.message);
      throw error;
    }
  };
  const read = async (event) => {
    event.preventDefault();
    const [file] = (event.dataTransfer || event.target).files;
    if (file) setText(await file.text());
  };
  const take = (path, name) => async () => save(name, await (await request(own(namespace, path))).blob());
  const file = (say, onChange, accept) => html`<label class="button file">${t(say)}<input type="file" accept=${accept} onChange=${onChange}/></label>`;
  const put = (path, type_) => attempt(async ({ target: { files: [body] } }) => {
    if (!body) return;
    await request(own(namespace, path), { method: 'PUT', body, type: type_ });
    notice(t('Done'));
    changed();
  });
  const compare = async () => setLines((await (await request(own(namespace, '/diff'), { query: { with: other } })).text()).split('\n').filter(Boolean).map(JSON.parse));
  return html`<h2>${t('Seed, export, compare')} <small>${namespace}</small></h2>
    <textarea id="seed" ref=${area} aria-label=${t('Seed document')} rows="14" spellcheck=${false} value=${text} onInput=${(event) => setText(event.target.value)} onDragOver=${(event) => event.preventDefault()} onDrop=${read}
      placeholder=${'{"volcengine-bytehouse": {"Users": [{"Username": "…"}]}}'}></textarea>
    <p class="bar"><${Button} say="Check" disabled=${!text} run=${() => seed(true)}/><${Button} say="Merge" class="primary" disabled=${!text} run=${() => seed('')}/>${file('Open a file', read, '.json,.ndjson')}</p>
    <h3>${t('Export, or restore in place of the data')}</h3>
    <p class="bar"><${Button} say="Export" run=${take('/export', `${namespace}.ndjson`)}/><${Button} say="Snapshot" run=${take('/snapshot', `${namespace}.sqlite3`)}/>
      ${file('Restore a snapshot', put('/snapshot', 'application/vnd.sqlite3'))}${file('Restore an export', put('/export', 'application/x-ndjson'), '.ndjson')}</p>
    <h3>${t('Compare')}</h3><div class="bar"><${Choice} say="With" value=${other} onPick=${(to) => { setOther(to); setLines(null); }} options=${[['', '—'], ...namespaces.filter((name) => name !== namespace)]}/>
      <${Button} say="Compare" disabled=${!other} run=${compare}/></div>
    ${lines && !lines.length && html`<p class="note">${t('Both have the same records.')}</p>`}
    ${lines?.length > 0 && html`<${Table} name=${t('Compare')} say="Only in|Record" rows=${lines.slice(0, 500).map((line) => [line.only_in, html`<code>${JSON.stringify(line.record)}</code>`])}/>`}
    ${lines?.length > 500 && html`<p class="quiet">${t('Only the first {0} are shown.', 500)}</p>`}`;
}
