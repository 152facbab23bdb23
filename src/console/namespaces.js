// Namespaces: what they hold, their clock, authentication and quirks.
import { address, api, attempt, go, html, notice, own, post, t, useAnswer, useGet, useState, Button, Choice, Failure, Risky, Submit, Table, Text } from './parts.js';

const sum = (counts) => Object.values(counts).flatMap(Object.values).reduce((all, one) => all + one, 0);
const day = (instant) => (instant ? instant.replace('T', ' ').slice(0, 19) : '—');
const CLOCKS = { real: 'runs with the machine', fixed: 'stands still', offset: 'runs at an offset' };

export function Namespaces({ route, spaces, providers, refresh }) {
  const [name, setName] = useState('');
  const [from, setFrom] = useState('template');
  const then = (say, one, work) => async () => { await work(); notice(`${t(say)}: ${one}`); refresh(); };
  const make = attempt(then('Make', name, async () => {
    await api(own(name), { method: 'PUT', json: { from } });
    setName('');
    go('namespaces', [], { namespace: name });
  }));
  const chosen = spaces.find((one) => one.name === route.namespace);
  const row = ({ name: one, error, seed, counts, last_use: used }) => {
    const link = (page, say, rest) => html`<a href=${address(page, [], { namespace: one })} ...${rest}>${say}</a>`;
    return html`<tr key=${one} class=${one === chosen?.name && 'open'}><td>${link('namespaces', one)}<small class=${error && 'failure'}>${error || seed}</small></td>
      <td class="number">${counts ? sum(counts) : '—'}</td><td class="mono">${day(used)}</td>
      <td class="acts">${link('calls', t('Calls'), { class: 'button' })}${link('data', t('Data'), { class: 'button' })}
        <${Risky} say="Reset" run=${then('Reset', one, () => post(own(one, '/reset')))}/>
        <${Risky} say="Drop" run=${then('Drop', one, () => api(own(one), { method: 'DELETE' }))}/></td></tr>`;
  };
  return html`<div class="content"><h1>${t('Namespaces')}</h1>
    <form class="bar" onSubmit=${make}><${Text} say="Name" value=${name} onText=${setName} placeholder="suite7"/>
      <${Choice} say="From" value=${from} onPick=${setFrom} options=${[['template', t('the seed')], ['empty', t('empty')], ...spaces.map((one) => [one.name, t('copy of {0}', one.name)])]}/><${Submit} say="Make" disabled=${!name}/></form>
    <${Table} name=${t('Namespaces')} say="Name|Records#|Last use|">${spaces.map(row)}<//>
    ${chosen && html`<${One} key=${chosen.name} space=${chosen} providers=${providers}/>`}</div>`;
}

function One({ space: { name, counts }, providers }) {
  const { value: settings, error, again } = useGet(own(name, '/settings'));
  const { value: time, again: look } = useGet('clock', { namespace: name });
  const { value: tables = [] } = useAnswer(() => Promise.all(providers.map(({ id }) => api(`providers/${id}`))), []);
  const [by, setBy] = useState('1h');
  const change = (json) => attempt(async () => { await api(own(name, '/settings'), { method: 'PATCH', json }); notice(t('Done')); again(); })();
  const tick = (method, path, json) => attempt(async () => { await api(path, { method, query: { namespace: name }, json }); look(); });
  const quirks = tables.flatMap((table) => table.quirks.map((quirk) => ({ ...quirk, id: `${table.id}.${quirk.name}` })));
  return html`<h2>${name}</h2><${Failure} error=${error}/><div class="cards">
    <section><h3>${t('Records')}</h3><${Table} name=${t('Records')} rows=${Object.entries(counts || {}).map(([id, kinds]) => [id, Object.entries(kinds).map(([kind, many]) => `${many} ${kind}`).join(', ')])}/></section>
    ${time && html`<section><h3>${t('Clock')}</h3><p class="mono">${day(time.now)}</p><div class="bar">
      <${Choice} hidden say="Clock" value=${time.mode} onPick=${(mode) => tick('PUT', 'clock', mode === 'offset' ? { mode, by } : { mode })()} options=${Object.entries(CLOCKS).map(([mode, say]) => [mode, t(say)])}/>
      <${Text} say="By (90s, 1h, -15m)" value=${by} onText=${setBy}/><${Button} say="Advance" run=${tick('POST', 'clock/advance', { by })}/></div></section>`}
    ${settings && html`<section><h3>${t('Authentication')}</h3>${Object.entries(settings.auth).map(([id, mode]) => html`<${Choice} label=${id} value=${mode} onPick=${(to) => change({ auth: { [id]: to } })} options=${['off', 'lenient', 'strict']}/>`)}</section>
    <section class="wide"><h3>${t('Quirks')}</h3>${quirks.map(({ id, values, about }) => html`<div class="quirk"><${Choice} label=${id} value=${settings.quirks[id]} onPick=${(to) => change({ quirks: { [id]: to } })} options=${values}/><p class="hint">${about}</p></div>`)}</section>`}</div>`;
}
