// The catalogue of errors, and rules that make calls fail.
import { adjust, api, contains, html, post, t, useEvery, useGet, useState, Button, Choice, Dialog, Errors, Failure, ProviderChoice, Risky, Search, Submit, Table, Text } from './parts.js';

const EFFECTS = { error: 'Error', status: 'Status', delay: 'Delay', throttle: 'Throttle', hang: 'Hang', reset: 'Reset', truncate: 'Truncate' };

function cells({ effect, match, happened, times }) {
  const told = effect.error || (typeof effect === 'string' ? effect : ['status', 'delay', 'throttle'].filter((name) => name in effect).map((name) => `${name} ${[effect[name]].flat().join('–')}`).join(', '));
  const calls = [match.provider || t('any'), match.operation, match.access_key, ...Object.entries(match.params || {}).map((pair) => pair.join('='))];
  return [told, calls.filter(Boolean).join(' · '), match.namespace === '*' ? t('All namespaces') : match.namespace, happened, times ? Math.max(0, times - happened) : '∞'];
}

export function Faults({ route: { params }, providers, namespaces }) {
  const { namespace, of = '' } = params;
  const { value: rules = [], error, again } = useGet('faults', { namespace });
  const { value: rows = [], error: unread } = useGet('errors', { provider: of });
  const [words, setWords] = useState('');
  useEvery(2000, again);
  const arm = (row) => adjust({ arm: '1', provider: row.provider, error: row.name, operation: '' });
  const remove = (path, query) => async () => { await api(path, { method: 'DELETE', query }); again(); };
  const shown = rows.filter((row) => contains(words, row.name, row.code, row.message, row.when, row.provider, row.status));
  return html`<div class="content"><header class="bar"><h1>${t('Faults')}</h1><span class="end"></span><${Button} say="Arm a fault" class="primary" run=${() => arm({})}/>
      ${rules.length > 0 && html`<${Risky} say="Remove all" run=${remove('faults', { namespace })}/>`}</header>
    <${Failure} error=${error || unread}/><h2>${t('Active rules')}</h2>
    ${rules.length ? html`<${Table} class="rules" name=${t('Active rules')} say="Effect|Calls|Namespace|Happened#|Left#|" rows=${rules.map((rule) => [...cells(rule), html`<${Button} say="Remove" run=${remove(`faults/${rule.id}`)}/>`])}/>`
    : html`<p class="quiet">${t('none')}</p>`}
    <h2>${t('Catalogue of errors')}</h2>
    <div class="bar"><${Search} value=${words} onText=${setWords}/><${ProviderChoice} hidden value=${of} onPick=${(to) => adjust({ of: to })} providers=${providers}/><span class="end quiet">${t('{0} errors', shown.length)}</span></div>
    <${Errors} rows=${shown.slice(0, 300)} acts=${(row) => html`<${Button} say="Arm" aria-label="${t('Arm')} ${row.name}" run=${() => arm(row)}/>`}/>
    ${params.arm && html`<${Arm} params=${params} providers=${providers} namespaces=${namespaces} done=${() => { adjust({ arm: '', error: '', provider: '', operation: '' }); again(); }}/>`}</div>`;
}

function Arm({ params, providers, namespaces, done }) {
  const { provider: id = '', operation = '', error: name = '', namespace = 'default' } = params;
  const [form, setForm] = useState({ provider: id, operation, error: name, namespace, effect: 'error', status: '503', delay: '2s', throttle: '5', times: '1' });
  const [error, setError] = useState(null);
  const set = (change) => setForm((old) => ({ ...old, ...change }));
  const text = (field, say) => html`<${Text} say=${say} value=${form[field]} onText=${(to) => set({ [field]: to })}/>`;
  const choice = (field, say, options) => html`<${Choice} say=${say} value=${form[field]} onPick=${(to) => set({ [field]: to })} options=${options}/>`;
  const { value: table } = useGet(form.provider && `providers/${form.provider}`);
  const errors = table?.errors || [];
  const { effect } = form;
  const chosen = form.error || errors[0]?.name || '';
  const submit = async (event) => {
    event.preventDefault();
    const delay = form.delay.split(/–|\.\./).map((part) => part.trim());
    const effects = {
      error: { error: chosen }, status: { status: Number(form.status) },
      delay: { delay: delay[1] ? delay : delay[0] }, throttle: { throttle: Number(form.throttle) },
    };
    const some = (fields) => Object.fromEntries(fields.filter((field) => form[field]).map((field) => [field, form[field]]));
    const rule = { match: some(['provider', 'operation', 'namespace']), effect: effects[effect] || effect };
    if (form.times) rule.times = Number(form.times);
    try {
      await post('faults', rule);
      done();
    } catch (wrong) { setError(wrong); }
  };
  return html`<${Dialog} title=${t('Arm a fault')} onClose=${done}><form onSubmit=${submit}><div class="bar">
      <${ProviderChoice} value=${form.provider} onPick=${(to) => set({ provider: to, operation: '', error: '' })} providers=${providers}/>
      ${choice('operation', 'Operation', [['', t('any')], ...new Set(table ? table.operations.map((row) => row.name) : [])])}
      ${choice('namespace', 'Namespace', [['*', t('All namespaces')], ...namespaces])}</div>
    <div class="bar">${choice('effect', 'Effect', Object.entries(EFFECTS).map(([own, say]) => [own, t(say)]))}
      ${effect === 'error' && html`<${Choice} say="Error" value=${chosen} onPick=${(to) => set({ error: to })} options=${errors.length ? errors.map((row) => [row.name, `${row.name} · ${row.status}`]) : [['', t('choose a provider')]]}/>`}
      ${effect === 'status' && text('status', 'Status')}${effect === 'delay' && text('delay', 'How long (2s, or 1s–3s)')}${effect === 'throttle' && text('throttle', 'Calls per second')}</div>
    <div class="bar">${text('times', 'For the next N calls')}</div>
    <${Failure} error=${error}/><p class="bar"><${Submit} say="Arm a fault"/></p></form><//>`;
}
