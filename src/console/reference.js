// What is known of each provider, with sources.
import { address, contains, html, request, save, t, useGet, useState, Button, Columns, Errors, Failure, Item, Search, Source, Table } from './parts.js';

export function Reference({ route: { args }, providers }) {
  const { id } = providers.find((one) => one.id === args[0]) || providers[0];
  const { value: table, error } = useGet(`providers/${id}`);
  const [words, setWords] = useState('');
  const found = (rows) => rows.filter((row) => contains(words, row.name, row.summary, row.path, row.about, row.code, row.message, row.when));
  const part = (name, rows, draw) => html`<h3>${t(name)} <small>${rows.length}</small></h3>${draw(found(rows))}`;
  const facts = (name, rows, draw) => part(name, rows, (some) => html`<${Table} name=${t(name)} rows=${some.map((row) => [row.name, draw(row), html`${row.about}<${Source} of=${row.source}/>`])}/>`);
  const menu = html`<nav aria-label=${t('Provider')}><ul>${providers.map((one) => html`<${Item} to=${address('reference', [one.id])} here=${one.id === id}>${one.title}<//>`)}</ul></nav>
    <h2>OpenAPI</h2><p class="bar">${[`${id}.yaml`, 'control-plane.yaml'].map((name) => html`<${Button} label=${name} run=${async () => save(name, await (await request(`openapi/${name}`)).blob())}/>`)}</p>`;
  return html`<${Columns} title=${t('Reference')} menu=${menu}><${Failure} error=${error}/>${table && html`
    <header class="bar"><h2>${table.title}</h2><span class="end"></span><${Search} value=${words} onText=${setWords}/></header>
    ${part('Operations', table.operations, (rows) => rows.map((row) => html`<${Operation} key=${`${id} ${row.name} ${row.version}`} id=${id} row=${row}/>`))}
    ${facts('Limits', table.limits, (row) => row.value)}
    ${part('Errors', table.errors, (rows) => html`<${Errors} rows=${rows}/>`)}
    ${facts('Quirks', table.quirks, (row) => row.values.map((one) => html`<code class=${one === row.default && 'default'}>${one}</code> `))}`}<//>`;
}

const Operation = ({ id, row }) => html`<details class="op"><summary><b>${row.name}</b> <span class="quiet mono">${row.methods.join(' ')} ${row.path} ${row.version}</span><br/>${row.summary}</summary>
  <p><a href=${address('try', [id, row.name, row.version])}>${t('Open in Try')}</a> <${Source} of=${row.source}/></p>
  <${Table} name=${row.name} say="Parameter|In|Type|Default|Rule" rows=${row.parameters.map((one) => [
    html`${one.name}${one.required && html`<b class="must" title=${t('required')}> *</b>`}`, one.in, one.type, one.default, html`${one.rule}<${Source} of=${one.source}/>`,
  ])}/></details>`;
