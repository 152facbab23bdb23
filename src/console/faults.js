// The catalogue of errors, and rules that make calls fail.
import { html, useEffect, useState } from './preact.js';
import { adjust, api, attempt, notice, provider, t, useAnswer } from './core.js';
import { Choice, Dialog, Failure, Risky, Source, Text } from './parts.js';

const EFFECTS = ['error', 'status', 'delay', 'throttle', 'hang', 'reset', 'truncate'];

const told = (effect) => (typeof effect === 'string' ? effect : effect.error ? effect.error : Object.entries(effect).filter(([key]) => key !== 'content_type' && key !== 'body').map(([key, value]) => `${key} ${Array.isArray(value) ? value.join('–') : value}`).join(', '));
const matched = (match) => [match.provider || t('anyProvider'), match.operation, match.access_key, ...Object.entries(match.params || {}).map(([key, value]) => `${key}=${value}`)].filter(Boolean).join(' · ');

export function Faults({ route, providers, namespaces }) {
  const { params } = route;
  const { value: rules, error, again } = useAnswer((signal) => api('faults', { query: { namespace: params.namespace }, signal }), [params.namespace]);
  const { value: rows = [], error: unread } = useAnswer((signal) => api('errors', { query: { provider: params.of }, signal }), [params.of]);
  const [words, setWords] = useState('');
  const arm = (row) => adjust({ arm: '1', provider: row?.provider || '', error: row?.name || '', operation: '' });
  useEffect(() => {
    const timer = setInterval(() => document.visibilityState === 'visible' && again(), 2000);
    return () => clearInterval(timer);
  }, []);
  const remove = (id) => attempt(async () => { await api(id ? `faults/${id}` : 'faults', { method: 'DELETE', query: id ? {} : { namespace: params.namespace } }); again(); });
  const lower = words.toLowerCase();
  const shown = rows.filter((row) => [row.name, row.code, row.message, row.when, row.provider, String(row.status)].some((text) => text.toLowerCase().includes(lower)));
  return html`<div class="content"><header class="bar"><h1>${t('faults')}</h1><span class="end"></span><button type="button" class="primary" onClick=${() => arm()}>${t('arm')}</button>${rules?.length > 0 && html`<${Risky} label=${t('removeAll')} onClick=${remove(0)}/>`}</header>
    <${Failure} error=${error || unread}/>
    <h2>${t('activeRules')}</h2>
    ${rules && !rules.length && html`<p class="quiet">${t('noRules')}</p>`}
    ${rules?.length > 0 && html`<table class="rules"><caption class="unseen">${t('activeRules')}</caption><thead><tr><th>${t('effect')}</th><th>${t('calls')}</th><th>${t('namespace')}</th><th class="number">${t('happened')}</th><th class="number">${t('left')}</th><th><span class="unseen">${t('actions')}</span></th></tr></thead>
      <tbody>${rules.map((rule) => html`<tr><td class="mono">${told(rule.effect)}</td><td>${matched(rule.match)}</td><td>${rule.match.namespace === '*' ? t('allNamespaces') : rule.match.namespace}</td><td class="number">${rule.happened}</td>
        <td class="number">${rule.times ? Math.max(0, rule.times - rule.happened) : '∞'}${rule.after > rule.matched ? ` · ${t('passFirst', rule.after - rule.matched)}` : ''}${rule.probability !== undefined ? ` · ${Math.round(rule.probability * 100)} %` : ''}</td><td class="acts"><button type="button" onClick=${remove(rule.id)}>${t('remove')}</button></td></tr>`)}</tbody></table>`}
    <h2>${t('catalogue')}</h2>
    <div class="bar"><${Text} hidden label=${t('filter')} placeholder="${t('filter')}  /" data-search="" type="search" value=${words} onText=${setWords}/>
      <${Choice} hidden label=${t('provider')} value=${params.of || ''} onPick=${(of) => adjust({ of })} options=${[['', t('anyProvider')], ...providers.map(({ id }) => id)]}/><span class="end quiet">${t('errorsCounted', shown.length)}</span></div>
    <table class="catalogue"><caption class="unseen">${t('catalogue')}</caption><thead><tr><th>${t('status')}</th><th>${t('error')}</th><th>${t('message')}</th><th>${t('raised')}</th><th><span class="unseen">${t('actions')}</span></th></tr></thead>
      <tbody>${shown.slice(0, 300).map((row) => html`<tr key=${`${row.provider} ${row.name}`}><td><span class="status ${row.status >= 500 ? 'broken' : 'refused'}">${row.status}</span></td><td><b>${row.name}</b><small>${row.provider}${row.code !== row.name ? ` · ${row.code}` : ''}${row.number === null ? '' : ` · ${row.number}`}</small></td>
        <td>${row.message}<small><${Source} of=${row.source}/></small></td><td>${row.when || t(`raised_${row.raised}`)}</td><td class="acts"><button type="button" onClick=${() => arm(row)} aria-label="${t('armThis')} ${row.name}">${t('armThis')}</button></td></tr>`)}</tbody></table>
    ${params.arm && html`<${Arm} params=${params} providers=${providers} namespaces=${namespaces} done=${() => { adjust({ arm: '', error: '', provider: '', operation: '' }); again(); }}/>`}</div>`;
}

function Arm({ params, providers, namespaces, done }) {
  const [form, setForm] = useState({ effect: 'error', times: '1', after: '', provider: params.provider || '', operation: params.operation || '', error: params.error || '', namespace: params.namespace || 'default', detail: '', status: '503', body: '', delay: '2s', throttle: '5', probability: '' });
  const set = (name) => (value) => setForm((old) => ({ ...old, [name]: value }));
  const [error, setError] = useState(null);
  const { value: table } = useAnswer(async () => (form.provider ? provider(form.provider) : null), [form.provider]);
  const errors = (table?.errors || []).map(({ name, status }) => [name, `${name} · ${status}`]);
  const chosen = form.error || (errors.find(([name]) => /unavailable|internal|throttl|flow/i.test(name)) || errors[0] || [''])[0];
  const submit = async (event) => {
    event.preventDefault();
    const { effect } = form;
    const effects = { error: { error: chosen, ...(form.detail && { detail: form.detail }) }, status: { status: Number(form.status), ...(form.body && { body: form.body }) }, delay: { delay: form.delay.includes('–') || form.delay.includes('..') ? form.delay.split(/–|\.\./).map((part) => part.trim()) : form.delay }, throttle: { throttle: Number(form.throttle) } };
    const match = Object.fromEntries(['provider', 'operation', 'namespace'].map((name) => [name, form[name]]).filter(([, value]) => value));
    try {
      await api('faults', { method: 'POST', json: { match, effect: effects[effect] || effect, ...(form.times && { times: Number(form.times) }), ...(form.after && { after: Number(form.after) }), ...(form.probability && { probability: Number(form.probability) / 100 }) } });
      notice(t('armed'));
      done();
    } catch (wrong) { setError(wrong); }
  };
  return html`<${Dialog} title=${t('arm')} onClose=${done}><form onSubmit=${submit} class="arm"><div class="bar">
      <${Choice} label=${t('provider')} value=${form.provider} onPick=${(to) => setForm({ ...form, provider: to, operation: '', error: '' })} options=${[['', t('anyProvider')], ...providers.map(({ id }) => id)]}/>
      <${Choice} label=${t('operation')} value=${form.operation} onPick=${set('operation')} options=${[['', t('anyOperation')], ...new Set(table ? table.operations.map(({ name }) => name) : [])]}/>
      <${Choice} label=${t('namespace')} value=${form.namespace} onPick=${set('namespace')} options=${[['*', t('allNamespaces')], ...namespaces]}/></div>
    <div class="bar"><${Choice} label=${t('effect')} value=${form.effect} onPick=${set('effect')} options=${EFFECTS.map((name) => [name, t(`effect_${name}`)])}/>
      ${form.effect === 'error' && html`<${Choice} label=${t('error')} value=${chosen} onPick=${set('error')} options=${errors.length ? errors : [['', t('providerFirst')]]}/><${Text} label=${t('detail')} placeholder=${t('asUsual')} value=${form.detail} onText=${set('detail')}/>`}
      ${form.effect === 'status' && html`<${Text} label=${t('status')} inputmode="numeric" value=${form.status} onText=${set('status')}/><${Text} label=${t('responseBody')} value=${form.body} onText=${set('body')}/>`}
      ${form.effect === 'delay' && html`<${Text} label=${t('delay')} value=${form.delay} onText=${set('delay')}/>`}
      ${form.effect === 'throttle' && html`<${Text} label=${t('throttle')} inputmode="numeric" value=${form.throttle} onText=${set('throttle')}/>`}</div>
    <div class="bar"><${Text} label=${t('times')} inputmode="numeric" placeholder="∞" value=${form.times} onText=${set('times')}/><${Text} label=${t('after')} inputmode="numeric" placeholder="0" value=${form.after} onText=${set('after')}/><${Text} label=${t('probability')} inputmode="numeric" placeholder="100" value=${form.probability} onText=${set('probability')}/></div>
    <${Failure} error=${error}/><p class="bar"><button class="primary">${t('arm')}</button></p></form><//>`;
}
