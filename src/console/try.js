// A call made from an operation's table, signed by the server.
import { html, useState } from './preact.js';
import { address, provider, t, useAnswer } from './core.js';
import { Failure, OperationForm, Source, Text } from './parts.js';

export function Try({ route, providers }) {
  const [words, setWords] = useState('');
  const id = providers.some((one) => one.id === route.args[0]) ? route.args[0] : '';
  const { value: table, error } = useAnswer(async () => (id ? provider(id) : null), [id]);
  const shown = table?.id === id ? table : null;
  const same = (row) => row.name === route.args[1] && (!route.args[2] || row.version === route.args[2]);
  const operation = shown?.operations.findLast(same);
  const lower = words.toLowerCase();
  return html`<div class="columns"><aside class="menu"><h1>${t('try')}</h1>
      <${Text} hidden label=${t('filter')} placeholder="${t('filter')}  /" data-search="" type="search" value=${words} onText=${setWords}/>
      <nav aria-label=${t('operations')}>${providers.map((one) => html`<h2 class="group">${one.title}</h2><ul>${[...new Set(one.operations)].filter((name) => `${one.id} ${name}`.toLowerCase().includes(lower)).map((name) => html`<li><a href=${address('try', [one.id, name])} aria-current=${one.id === id && name === route.args[1] ? 'page' : undefined}>${name}</a></li>`)}</ul>`)}</nav></aside>
    <div class="content"><${Failure} error=${error}/>
      ${operation ? html`<h2>${operation.name} <small>${operation.version}</small></h2><p>${operation.summary}</p><p class="mono quiet">${operation.methods.join(', ')} ${operation.path} <${Source} of=${operation.source}/></p>
        ${shown.operations.filter((row) => row.name === operation.name).length > 1 && html`<p class="bar">${shown.operations.filter((row) => row.name === operation.name).map((row) => html`<a class="button" href=${address('try', [id, row.name, row.version])} aria-current=${row === operation ? 'true' : undefined}>${row.version}</a>`)}</p>`}
        <${OperationForm} key=${`${id} ${operation.name} ${operation.version} ${route.namespace}`} provider=${shown} operation=${operation} namespace=${route.namespace}/>`
      : html`<div class="empty"><h2>${t('tryEmpty')}</h2><p>${t('tryHint')}</p></div>`}</div></div>`;
}
