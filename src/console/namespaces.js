// Namespaces: what they hold, their clock, authentication and quirks.
import { html, useState } from './preact.js';
import { address, api, attempt, go, notice, own, t, useAnswer } from './core.js';
import { Choice, Failure, Risky, Text } from './parts.js';

const sum = (counts) => Object.values(counts || {}).flatMap(Object.values).reduce((all, one) => all + one, 0);
const day = (instant) => (instant ? instant.replace('T', ' ').slice(0, 19) : '—');

export function Namespaces({ route, spaces: list, refresh }) {
  const [name, setName] = useState('');
  const [from, setFrom] = useState('template');
  const make = attempt(async (event) => {
    event.preventDefault();
    await api(own(name), { method: 'PUT', json: { from } });
    notice(t('made', name));
    setName('');
    refresh();
    go('namespaces', [], { namespace: name });
  });
  const chosen = list.find((one) => one.name === route.namespace);
  return html`<div class="content"><header class="bar"><h1>${t('namespaces')}</h1></header>
    <form class="bar" onSubmit=${make}><${Text} label=${t('name')} value=${name} onText=${setName} placeholder="suite7"/>
      <${Choice} label=${t('from')} value=${from} onPick=${setFrom} options=${[['template', t('template')], ['empty', t('empty')], ...list.map((one) => [one.name, t('copyOf', one.name)])]}/><button class="primary" disabled=${!name}>${t('make')}</button></form>
    <table><caption class="unseen">${t('namespaces')}</caption><thead><tr><th>${t('name')}</th><th class="number">${t('records')}</th><th>${t('lastUse')}</th><th><span class="unseen">${t('actions')}</span></th></tr></thead><tbody>
      ${list.map((one) => html`<tr key=${one.name} class=${one === chosen ? 'open' : ''}><td><a href=${address('namespaces', [], { namespace: one.name })} aria-current=${one === chosen ? 'true' : undefined}>${one.name}</a>${one.error && html`<small class="failure">${one.error}</small>`}${one.seed && html`<small>${one.seed}</small>`}</td>
        <td class="number">${one.counts ? sum(one.counts) : '—'}</td><td class="mono">${day(one.last_use)}</td>
        <td class="acts"><a class="button" href=${address('calls', [], { namespace: one.name })}>${t('calls')}</a><a class="button" href=${address('data', [], { namespace: one.name })}>${t('data')}</a>
          <${Risky} label=${t('reset')} onClick=${attempt(async () => { await api(own(one.name, '/reset'), { method: 'POST', json: {} }); notice(t('wasReset', one.name)); refresh(); })}/>
          <${Risky} label=${t('drop')} onClick=${attempt(async () => { await api(own(one.name), { method: 'DELETE' }); notice(t('wasDropped', one.name)); refresh(); })}/></td></tr>`)}</tbody></table>
    ${chosen && html`<${One} key=${chosen.name} space=${chosen}/>`}</div>`;
}

function One({ space: { name, counts } }) {
  const { value: settings, error, again } = useAnswer((signal) => api(own(name, '/settings'), { signal }), [name]);
  const { value: time, again: look } = useAnswer((signal) => api('clock', { query: { namespace: name }, signal }), [name]);
  const { value: quirks = [] } = useAnswer(async () => (await Promise.all((await api('providers')).map(({ id }) => api(`providers/${id}`)))).flatMap((table) => table.quirks.map((quirk) => ({ ...quirk, id: `${table.id}.${quirk.name}` }))), []);
  const [by, setBy] = useState('1h');
  const [fixed, setFixed] = useState('');
  const patch = (change) => attempt(async () => { await api(own(name, '/settings'), { method: 'PATCH', json: change }); notice(t('changed')); again(); })();
  const setClock = (json) => attempt(async () => { await api('clock', { method: 'PUT', query: { namespace: name }, json }); look(); })();
  return html`<section class="one"><h2>${name}</h2><${Failure} error=${error}/>
    <div class="cards"><section><h3>${t('records')}</h3><table><tbody>${Object.entries(counts || {}).map(([id, kinds]) => html`<tr><th scope="row">${id}</th><td>${Object.entries(kinds).map(([kind, many]) => `${many} ${kind}`).join(', ')}</td></tr>`)}</tbody></table></section>
    <section><h3>${t('clock')}</h3>${time && html`<p><span class="mono">${day(time.now)}</span> <span class="quiet">${t(`clock_${time.mode}`)} ${time.by || ''}</span></p>
      <div class="bar"><${Text} label=${t('advanceBy')} value=${by} onText=${setBy}/><button type="button" onClick=${attempt(async () => { await api('clock/advance', { method: 'POST', query: { namespace: name }, json: { by } }); look(); })}>${t('advance')}</button></div>
      <div class="bar"><${Text} label=${t('fixedAt')} placeholder=${time.now} value=${fixed} onText=${setFixed}/><button type="button" onClick=${() => setClock({ mode: 'fixed', ...(fixed && { time: fixed }) })}>${t('freeze')}</button><button type="button" onClick=${() => setClock({ mode: 'real' })}>${t('realTime')}</button></div>`}</section>
    ${settings && html`<section><h3>${t('authentication')}</h3>${Object.entries(settings.auth).map(([id, mode]) => html`<${Choice} label=${id} value=${mode} onPick=${(to) => patch({ auth: { [id]: to } })} options=${['off', 'lenient', 'strict']}/>`)}</section>
    <section class="wide"><h3>${t('quirks')}</h3>${quirks.map((quirk) => html`<div class="quirk"><${Choice} label=${quirk.id} value=${settings.quirks[quirk.id]} onPick=${(to) => patch({ quirks: { [quirk.id]: to } })} options=${quirk.values}/><p class="hint">${quirk.about}</p></div>`)}</section>`}</div></section>`;
}
