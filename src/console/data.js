// What a namespace holds, looked at and changed through the providers' own operations; seeds, exports, snapshots and differences.
import { html, useEffect, useMemo, useState } from './preact.js';
import { address, adjust, api, attempt, go, notice, own, plain, pretty, provider, request, save, suggestions, t, useAnswer } from './core.js';
import { Choice, Dialog, Failure, OperationForm, Risky, Text, composed, isOwn, options, preset } from './parts.js';

// Kinds of records: the operations that list, create, edit and delete them, and what a parameter is called in a row where the
// names do not tell.
const KINDS = {
  'qingcloud-ehpc': [
    { kind: 'users', list: 'HpcUserListUsers', under: ['cluster_id'], create: 'HpcUserAddUser', edit: 'HpcUserModifyUser', remove: 'HpcUserDeleteUser' },
    { kind: 'clusters', list: 'HpcClusterListCluster' },
    { kind: 'jobs', list: 'HpcOperationListOperation' },
  ],
  'volcengine-bytehouse': [
    { kind: 'users', list: 'ListUsers', edit: 'UpdateUser', remove: 'DeleteUser', take: (row) => ({ userid: row.ID, email: row.Emaill ?? row.Email }) },
    { kind: 'roles', list: 'ListRoles', create: 'CreateRole', remove: 'DeleteRole', take: (row) => ({ roleid: row.ID }) },
  ],
  'huawei-workspace': [
    { kind: 'users', list: 'ListUsers', create: 'CreateDesktopUser', edit: 'UpdateUserInfo', remove: 'DeleteUser', take: (row) => ({ userid: row.id }) },
    { kind: 'groups', list: 'ListUserGroups', create: 'CreateUserGroup', edit: 'UpdateUserGroup', remove: 'DeleteUserGroup', take: (row) => ({ groupid: row.id, groupname: row.name }) },
  ],
  'huawei-rocketmq': [
    { kind: 'users', list: 'ListUser', create: 'CreateUser', edit: 'UpdateUser', remove: 'DeleteUser', take: (row) => ({ username: row.access_key }) },
    { kind: 'instances', list: 'ListInstances' },
  ],
  'huawei-iam': [{ kind: 'projects', list: 'KeystoneListProjects' }, { kind: 'domains', list: 'KeystoneListAuthDomains' }],
  'aliyun-ehpc': [
    { kind: 'users', version: '2018-04-12', list: 'ListUsers', create: 'AddUsers', edit: 'ModifyUserGroups', remove: 'DeleteUsers', take: (row) => ({ username: row.Name, usergroup: row.Group }) },
    { kind: 'clusters', version: '2018-04-12', list: 'ListClusters' },
    { kind: 'users', version: '2024-07-30', list: 'ListUsers', create: 'CreateUsers', edit: 'UpdateUser', remove: 'DeleteUsers', take: (row) => ({ user: JSON.stringify([{ UserName: row.UserName }]) }) },
    { kind: 'clusters', version: '2024-07-30', list: 'ListClusters' },
  ],
};

const PAGING = /^(offset|limit|pagenumber|pagesize)$/i;
const COLUMNS = 7;

// The first list of objects in an answer, and the first count.
function records(body) {
  let data;
  try { data = JSON.parse(body); } catch { return { rows: [] }; }
  let rows = null;
  let total = null;
  const look = (value, depth) => {
    if (!value || typeof value !== 'object' || depth > 5) return;
    for (const [key, inner] of Object.entries(value)) {
      if (!rows && Array.isArray(inner) && (!inner.length || typeof inner[0] === 'object')) rows = inner;
      if (total === null && /^(total|count|total_?count)$/i.test(key) && Number.isFinite(Number(inner))) total = Number(inner);
    }
    for (const inner of Object.values(value)) if (!Array.isArray(inner)) look(inner, depth + 1);
  };
  look(data, 0);
  return { rows: rows || [], total };
}

const cell = (value) => (value === null || value === undefined ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value));

export function Data(props) {
  const { route, providers } = props;
  const id = KINDS[route.args[0]] ? route.args[0] : providers[0].id;
  const { value: table, error } = useAnswer(() => provider(id), [id]);
  const { value: space, again } = useAnswer((signal) => api(own(route.namespace), { signal }).catch((wrong) => { if (wrong.status === 404) return {}; throw wrong; }), [route.namespace]);
  const at = Math.max(0, Math.min(KINDS[id].length - 1, Number(route.args[1]) || 0));
  return html`<div class="columns"><aside class="menu"><h1>${t('data')}</h1>
      <nav aria-label=${t('records')}>${providers.filter((one) => KINDS[one.id]).map((one) => html`<h2 class="group">${one.title}</h2><ul>${KINDS[one.id].map((kind, index) => html`<li><a href=${address('data', [one.id, String(index)])} aria-current=${one.id === id && at === index && route.args[1] !== 'space' ? 'page' : undefined}>${kind.kind}<small>${kind.version || ''} <span class="end">${kind.version ? '' : space?.counts?.[one.id]?.[kind.kind] ?? ''}</span></small></a></li>`)}</ul>`)}
      <h2 class="group">${t('whole')}</h2><ul><li><a href=${address('data', [id, 'space'])} aria-current=${route.args[1] === 'space' ? 'page' : undefined}>${t('seeds')}</a></li></ul></nav></aside>
    <div class="content"><${Failure} error=${error}/>
    ${route.args[1] === 'space' ? html`<${Space} key=${route.namespace} ...${props} again=${again}/>`
      : table?.id === id && html`<${Records} key=${`${id} ${at} ${route.namespace}`} route=${route} table=${table} kind=${KINDS[id][at]} changed=${again}/>`}</div></div>`;
}

function Records({ route, table, kind, changed }) {
  const { namespace } = route;
  const row = (name) => table.operations.find((one) => one.name === name && (!kind.version || one.version === kind.version));
  const list = row(kind.list);
  const { value: found, error: unread } = useAnswer((signal) => suggestions(namespace, signal), [namespace]);
  const [values, setValues] = useState({});
  const [page, setPage] = useState(0);
  const [form, setForm] = useState(null);
  const size = 10;
  const under = list.parameters.filter((one) => !isOwn(one) && ((one.required && !/^(timestamp|zone)$/.test(one.name)) || kind.under?.includes(one.name)));
  const pages = list.parameters.filter((one) => PAGING.test(one.name));
  const filters = list.parameters.filter((one) => !isOwn(one) && !under.includes(one) && !pages.includes(one) && !/^(timestamp|zone|X-|AsyncId)/.test(one.name));
  const value = (one) => {
    if (/^offset$/i.test(one.name)) return String(page * size);
    if (/^pagenumber$/i.test(one.name)) return String(page + 1);
    if (PAGING.test(one.name)) return String(size);
    return values[one.name] ?? (under.includes(one) ? options(found, table, list, one.name).keys().next().value : undefined) ?? preset(found, table, list, one);
  };
  const given = list.parameters.filter((one) => !isOwn(one)).map((one) => ({ row: one, name: one.name, text: value(one) }));
  const asked = JSON.stringify(given.filter(({ row: one }) => one.name !== 'timestamp').map(({ text }) => text));
  const { value: answer, error, again } = useAnswer(async () => found && api('try', { method: 'POST', json: { ...composed(table, list, given), namespace } }), [asked, Boolean(found)]);
  const refused = answer && answer.response.status >= 400;
  const { rows, total } = useMemo(() => records(answer?.response.body || ''), [answer]);
  const columns = [...new Set(rows.flatMap((one) => Object.keys(one)))].sort((a, b) => rank(a) - rank(b)).slice(0, COLUMNS);
  const own_ = (one) => ({
    ...Object.fromEntries(Object.entries(one).filter(([, inner]) => inner !== null && typeof inner !== 'object').map(([key, inner]) => [plain(key), String(inner)])),
    ...above(), ...Object.fromEntries(Object.entries(kind.take?.(one) || {}).map(([key, inner]) => [key, String(inner ?? '')])),
  });
  const above = () => Object.fromEntries(under.map((one) => [plain(one.name), value(one)]));
  const after = (sent) => {
    again();
    changed();
    if (sent.response.status < 300 && !/"ret_code":\s*[1-9]/.test(sent.response.body)) { setForm(null); notice(`${sent.operation}: ${sent.response.status}`); }
  };
  const remove = (one) => attempt(async () => {
    const operation = row(kind.remove);
    const start = own_(one);
    const filled = operation.parameters.filter((p) => !isOwn(p)).map((p) => ({ row: p, name: p.name.replace('.N', '.1'), text: p.required ? start[plain(p.name)] ?? preset(found, table, operation, p) : '' }));
    const sent = await api('try', { method: 'POST', json: { ...composed(table, operation, filled), namespace } });
    if (sent.response.status >= 300 || /"ret_code":\s*[1-9]/.test(sent.response.body)) setForm({ operation, start, sent });
    after(sent);
  });
  return html`<header class="bar"><h2>${table.title} · ${kind.kind} <small>${kind.version || ''}</small></h2><span class="end"></span>
      ${kind.create && html`<button type="button" class="primary" onClick=${() => setForm({ operation: row(kind.create), start: above() })}>${t('create')}</button>`}
      <button type="button" onClick=${again}>${t('reload')}</button></header>
    <div class="bar">${under.map((one) => html`<${Choice} label=${one.name} value=${value(one)} onPick=${(text) => { setPage(0); setValues({ ...values, [one.name]: text }); }} options=${[...options(found, table, list, one.name)].map(([id, label]) => [id, label ? `${label} · ${id}` : id])}/>`)}</div>
    ${filters.length > 0 && html`<details class="filters"><summary>${t('filters')}</summary><div class="bar">${filters.map((one) => html`<${Text} label=${one.name} value=${values[one.name] || ''} onText=${(text) => { setPage(0); setValues({ ...values, [one.name]: text }); }}/>`)}</div></details>`}
    <${Failure} error=${error || unread}/>
    ${refused && html`<div class="failure" role="alert"><b>${answer.response.status}</b> <a href="#/calls/${answer.journal_id}?namespace=${namespace}">${t('whyNot')}</a><pre>${pretty(answer.response.body) || answer.response.body}</pre></div>`}
    <div class="scroll"><table class="records"><caption class="unseen">${kind.kind}</caption><thead><tr>${columns.map((name) => html`<th>${name}</th>`)}<th><span class="unseen">${t('actions')}</span></th></tr></thead>
      <tbody>${rows.map((one) => html`<tr>${columns.map((name) => html`<td title=${cell(one[name])}>${cell(one[name])}</td>`)}
        <td class="acts">${kind.edit && html`<button type="button" onClick=${() => setForm({ operation: row(kind.edit), start: own_(one) })}>${t('edit')}</button>`}
        ${kind.remove && html`<${Risky} label=${t('delete')} onClick=${remove(one)}/>`}</td></tr>`)}</tbody></table></div>
    ${answer && !rows.length && !refused && html`<p class="quiet">${t('noRecords')}</p>`}
    <p class="bar">${pages.length > 0 && html`<button type="button" disabled=${!page} onClick=${() => setPage(page - 1)}>${t('before')}</button><span class="quiet">${t('page', page + 1)}${total === null ? '' : ` · ${t('ofTotal', total)}`}</span><button type="button" disabled=${rows.length < size || (total !== null && total <= (page + 1) * size)} onClick=${() => setPage(page + 1)}>${t('next')}</button>`}
      ${answer?.journal_id && html`<a class="end" href="#/calls/${answer.journal_id}?namespace=${namespace}">${answer.operation} · ${t('inCalls', answer.journal_id)}</a>`}</p>
    ${form && html`<${Dialog} title=${form.operation.name} onClose=${() => setForm(null)}><p class="quiet">${form.operation.summary}</p>
      ${form.sent && html`<div class="failure" role="alert"><b>${form.sent.response.status}</b><pre>${pretty(form.sent.response.body) || form.sent.response.body}</pre></div>`}
      <${OperationForm} provider=${table} operation=${form.operation} namespace=${namespace} start=${form.start} onSent=${after}/><//>`}`;
}

// Names first, then ids, states and what people wrote; times last.
const rank = (name) => [/^(user_?name|name|access_key|cluster_?name|job_id)$/i, /^(id|.*user_?id|cluster_?id|instance_id|role_?id)$/i, /status|state|role|type|perm|admin|group/i, /mail|phone|desc/i, /./].findIndex((rule) => rule.test(name)) + (/(time|_at|At)$/i.test(name) ? 9 : 0);

// Seeds, exports, snapshots, differences

function Space({ route, namespaces, again }) {
  const { namespace } = route;
  const [text, setText] = useState('');
  const [verdict, setVerdict] = useState(null);
  const [other, setOther] = useState('');
  const [lines, setLines] = useState(null);
  const type = () => (/^\s*\{[\s\S]*\}\s*\n\s*\{/.test(text) ? 'application/x-ndjson' : 'application/json');
  const check = async (event) => {
    event?.preventDefault();
    try {
      const { records: many } = await (await request(own(namespace, '/seed'), { method: 'POST', query: { check: 'true' }, body: text, type: type() })).json();
      setVerdict({ many });
      return true;
    } catch (error) {
      const place = located(text, error);
      setVerdict({ error, place });
      if (place) {
        const area = document.getElementById('seed');
        area.focus();
        area.setSelectionRange(place.from, place.to);
        area.scrollTop = (place.line - 4) * 18;
      }
      return false;
    }
  };
  const merge = attempt(async () => {
    if (!await check()) return;
    const { records: many } = await (await request(own(namespace, '/seed'), { method: 'POST', body: text, type: type() })).json();
    notice(t('merged', many));
    again();
  });
  const drop = attempt(async (event) => {
    event.preventDefault();
    const [file] = event.dataTransfer ? event.dataTransfer.files : event.target.files;
    if (file) { setText(await file.text()); setVerdict(null); }
  });
  const take = (path, name) => attempt(async () => save(name, await (await request(own(namespace, path))).blob()));
  const put = (path, type_) => attempt(async (event) => {
    const [file] = event.target.files;
    if (!file) return;
    await request(own(namespace, path), { method: 'PUT', body: file, type: type_ });
    notice(t('restored'));
    again();
  });
  const differ = attempt(async () => setLines((await (await request(own(namespace, '/diff'), { query: { with: other } })).text()).split('\n').filter(Boolean).map(JSON.parse)));
  return html`<h2>${t('seeds')} <small>${namespace}</small></h2>
    <form onSubmit=${check}><p class="quiet">${t('seedHint')}</p>
      <label for="seed" class="unseen">${t('seed')}</label>
      <textarea id="seed" class="mono" rows="14" spellcheck=${false} value=${text} onInput=${(event) => { setText(event.target.value); setVerdict(null); }} onDragOver=${(event) => event.preventDefault()} onDrop=${drop} placeholder=${'{"volcengine-bytehouse": {"Users": [{"Username": "…"}]}}'}></textarea>
      ${verdict && (verdict.error ? html`<p class="failure" role="alert">${verdict.place ? `${t('lineColumn', verdict.place.line, verdict.place.column)}: ` : ''}${verdict.error.message}${verdict.error.pointer ? html`<br/><code>${verdict.error.pointer}</code>` : ''}</p>` : html`<p class="note" role="status">${t('seedFine', verdict.many)}</p>`)}
      <p class="bar"><button disabled=${!text}>${t('check')}</button><button type="button" class="primary" disabled=${!text} onClick=${merge}>${t('merge')}</button>
        <label class="button file">${t('openFile')}<input type="file" accept=".json,.ndjson" onChange=${drop}/></label></p></form>
    <h3>${t('exports')}</h3><p class="quiet">${t('exportsHint')}</p>
    <p class="bar"><button type="button" onClick=${take('/export', `${namespace}.ndjson`)}>${t('export')}</button><button type="button" onClick=${take('/snapshot', `${namespace}.sqlite3`)}>${t('snapshot')}</button>
      <label class="button file">${t('restore')}<input type="file" onChange=${put('/snapshot', 'application/vnd.sqlite3')}/></label><label class="button file">${t('import')}<input type="file" accept=".ndjson" onChange=${put('/export', 'application/x-ndjson')}/></label></p>
    <h3>${t('diff')}</h3><div class="bar"><${Choice} label=${t('diffWith')} value=${other} onPick=${(to) => { setOther(to); setLines(null); }} options=${[['', '—'], ...namespaces.filter((name) => name !== namespace)]}/><button type="button" disabled=${!other} onClick=${differ}>${t('compare')}</button></div>
    ${lines && (lines.length ? html`<div class="scroll"><table><caption class="unseen">${t('diff')}</caption><thead><tr><th>${t('onlyIn')}</th><th>${t('record')}</th></tr></thead><tbody>${lines.slice(0, 500).map((line) => html`<tr><td><span class="status ${line.only_in === namespace ? 'fine' : 'unknown'}">${line.only_in}</span></td><td class="mono wrap">${JSON.stringify(line.record)}</td></tr>`)}</tbody></table></div>${lines.length > 500 && html`<p class="quiet">${t('capped', 500)}</p>`}` : html`<p class="note">${t('same')}</p>`)}`;
}

// Where in a seed a mistake is: by the line and column that a parser told, or by the pointer of a check.
export function located(text, { message, pointer }) {
  const said = message.match(/line (\d+) column (\d+)/) || message.match(/line (\d+):/);
  let from = -1;
  let to = -1;
  if (said) {
    const before = text.split('\n').slice(0, said[1] - 1).join('\n');
    from = before.length + (said[1] > 1 ? 1 : 0) + (said[2] ? Math.max(0, said[2] - 1) : 0);
    to = said[2] ? from + 1 : text.indexOf('\n', from) < 0 ? text.length : text.indexOf('\n', from);
  } else if (pointer) {
    [from, to] = span(text, pointer.split('/').slice(1).map((part) => part.replace(/~1/g, '/').replace(/~0/g, '~'))) || [-1, -1];
  }
  if (from < 0) return null;
  const above = text.slice(0, from).split('\n');
  return { from, to, line: above.length, column: above.at(-1).length + 1 };
}

// The place of a value in JSON text, by its path; of the deepest part of it that there is.
function span(text, path) {
  const tokens = [...text.matchAll(/"(?:[^"\\]|\\.)*"|[[\]{}:,]|[^\s[\]{}:,"]+/g)];
  let at = 0;
  const skip = () => {
    const [from] = [tokens[at].index];
    let depth = 0;
    do {
      const [token] = tokens[at];
      if (token === '{' || token === '[') depth += 1;
      if (token === '}' || token === ']') depth -= 1;
      at += 1;
    } while (depth && at < tokens.length);
    const last = tokens[at - 1];
    return [from, last.index + last[0].length];
  };
  const find = (rest) => {
    const began = at;
    const [open] = tokens[at] || [''];
    if (rest.length && (open === '{' || open === '[')) {
      at += 1;
      for (let index = 0; at < tokens.length && !/^[\]}]$/.test(tokens[at][0]); index += 1) {
        const key = open === '{' ? JSON.parse(tokens[at][0]) : String(index);
        if (open === '{') at += 2;
        if (key === rest[0]) return find(rest.slice(1));
        skip();
        if (tokens[at]?.[0] === ',') at += 1;
      }
      at = began;
    }
    return at < tokens.length ? skip() : null;
  };
  try { return find(path); } catch { return null; }
}
