// What is known of each provider, with sources.
import { html, useState } from './preact.js';
import { address, provider, request, save, attempt, t, useAnswer } from './core.js';
import { Failure, Source, Text } from './parts.js';

export function Reference({ route, providers }) {
  const id = providers.some((one) => one.id === route.args[0]) ? route.args[0] : providers[0].id;
  const { value, error } = useAnswer(() => provider(id), [id]);
  const [words, setWords] = useState('');
  const table = value?.id === id ? value : null;
  const lower = words.toLowerCase();
  const has = (...texts) => texts.some((text) => String(text ?? '').toLowerCase().includes(lower));
  const yaml = (name) => attempt(async () => save(`${name}.yaml`, await (await request(`openapi/${name}.yaml`)).text(), 'application/yaml'));
  return html`<div class="columns"><aside class="menu"><h1>${t('reference')}</h1><nav aria-label=${t('provider')}><ul>${providers.map((one) => html`<li><a href=${address('reference', [one.id])} aria-current=${one.id === id ? 'page' : undefined}>${one.title}</a></li>`)}</ul></nav>
      <h2 class="group">OpenAPI</h2><p class="bar">${[id, 'control-plane'].map((name) => html`<button type="button" onClick=${yaml(name)}>${name}.yaml</button>`)}</p></aside>
    <div class="content"><${Failure} error=${error}/>${table && html`
      <header class="bar"><h2>${table.title}</h2><span class="end"></span><${Text} hidden label=${t('filter')} placeholder="${t('filter')}  /" data-search="" type="search" value=${words} onText=${setWords}/></header>
      <h3>${t('operations')} <small>${table.operations.length}</small></h3>
      ${table.operations.filter((row) => has(row.name, row.summary, row.path)).map((row) => html`<details class="op" key=${`${id} ${row.name} ${row.version}`}><summary><b>${row.name}</b> <span class="quiet mono">${row.methods.join(' ')} ${row.path} ${row.version}</span><span class="summary">${row.summary}</span></summary>
        <p><${Source} of=${row.source}/> <a href=${address('try', [id, row.name, row.version].filter(Boolean))}>${t('openTry')}</a></p>
        <div class="scroll"><table><caption class="unseen">${row.name}</caption><thead><tr><th>${t('parameter')}</th><th>${t('place')}</th><th>${t('type')}</th><th>${t('default')}</th><th>${t('rule')}</th></tr></thead><tbody>${row.parameters.map((one) => html`<tr><td class="mono">${one.name}${one.required ? html`<b class="must" title=${t('required')}> *</b>` : ''}</td><td>${one.in}</td><td>${one.type}</td><td>${one.default}</td><td>${one.rule}<small><${Source} of=${one.source}/></small></td></tr>`)}</tbody></table></div></details>`)}
      <h3>${t('limits')} <small>${table.limits.length}</small></h3>
      <table><caption class="unseen">${t('limits')}</caption><tbody>${table.limits.filter((row) => has(row.name, row.about)).map((row) => html`<tr><th scope="row">${row.name}</th><td class="number">${row.value}</td><td>${row.about}<small><${Source} of=${row.source}/></small></td></tr>`)}</tbody></table>
      <h3>${t('errors')} <small>${table.errors.length}</small></h3>
      <table class="catalogue"><caption class="unseen">${t('errors')}</caption><thead><tr><th>${t('status')}</th><th>${t('error')}</th><th>${t('message')}</th><th>${t('raised')}</th></tr></thead><tbody>${table.errors.filter((row) => has(row.name, row.code, row.message, row.when)).map((row) => html`<tr><td><span class="status ${row.status >= 500 ? 'broken' : 'refused'}">${row.status}</span></td><td><b>${row.name}</b><small>${row.code}</small></td><td>${row.message}<small><${Source} of=${row.source}/></small></td><td>${row.when || t(`raised_${row.raised}`)}</td></tr>`)}</tbody></table>
      <h3>${t('quirks')} <small>${table.quirks.length}</small></h3>
      <table><caption class="unseen">${t('quirks')}</caption><tbody>${table.quirks.filter((row) => has(row.name, row.about)).map((row) => html`<tr><th scope="row">${row.name}</th><td>${row.values.map((one) => html`<code class=${one === row.default ? 'default' : ''}>${one}</code> `)}</td><td>${row.about}<small><${Source} of=${row.source}/></small></td></tr>`)}</tbody></table>`}</div></div>`;
}
