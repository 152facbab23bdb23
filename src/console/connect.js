// How to get here from a program: what the server has of snippets, with this address and this namespace's key.
import { adjust, html, now, post, t, useAnswer, useGet, useState, Choice, Copy, Failure, Text } from './parts.js';

const Code = ({ title, text }) => html`<section><header class="bar"><h3>${title}</h3><span class="end"></span><${Copy} text=${text}/></header>
  <pre tabindex="0" aria-label=${title}>${text}</pre></section>`;

export function Connect({ route: { namespace, params }, providers }) {
  const [key, setKey] = useState('test-ak');
  const [secret, setSecret] = useState('test-sk');
  const { id } = providers.find((one) => one.id === params.provider) || providers[0];
  const base = new URL('../..', location.href);
  const url = base.href.replace(/\/$/, '');
  const scheme = base.protocol.slice(0, -1);
  const port = base.port || (scheme === 'https' ? '443' : '80');
  const facts = { url, scheme, host: base.host, hostname: base.hostname, port, key: namespace === 'default' ? key : `${key}~${namespace}`, secret, namespace };
  const fill = (text) => text.replace(/\{(\w+)\}/g, (whole, name) => facts[name] ?? whole);
  const { value: table, error } = useGet(`providers/${id}`);
  const request = { method: 'GET', target: table?.example.replace(/timestamp=[^&]*/, `timestamp=${now()}`) };
  const { value: curl, error: unsigned } = useAnswer(() => table && post('try', { provider: id, namespace, send: false, request }), [request.target, namespace]);
  return html`<div class="content"><h1>${t('Connect')}</h1>
    <div class="bar"><${Choice} say="Provider" value=${id} onPick=${(to) => adjust({ provider: to })} options=${providers.map((one) => [one.id, one.title])}/>
      <${Text} say="Access key" value=${key} onText=${setKey}/><${Text} say="Secret key" value=${secret} onText=${setSecret}/></div>
    <${Failure} error=${error || unsigned}/>
    ${table && html`<div class="snippets">${table.snippets.map(({ title, text }) => html`<${Code} key=${`${id}${title}`} title=${title} text=${fill(text)}/>`)}
      ${curl && html`<${Code} title="curl" text=${curl.curl}/>`}</div>`}</div>`;
}
