// How to get here from a program: snippets with this address and this namespace's key.
import { html, useState } from './preact.js';
import { adjust, api, t, useAnswer } from './core.js';
import { Choice, Copy, Failure, Text } from './parts.js';
import { ACTIONS, COMPOSE, CURL, ENVIRONMENT, SDKS, SHELL } from './snippets.js';

const Code = ({ title, text, about }) => html`<section class="code"><header class="bar"><h3>${title}</h3><span class="end"></span><${Copy} text=${text}/></header>${about && html`<p class="quiet mono">${about}</p>`}<pre tabindex="0" aria-label=${title}>${text}</pre></section>`;

export function Connect({ route, providers }) {
  const { namespace, params } = route;
  const [key, setKey] = useState('test-ak');
  const [secret, setSecret] = useState('test-sk');
  const id = CURL[params.provider] ? params.provider : 'aliyun-ehpc';
  const base = new URL('../..', location.href);
  const url = base.href.replace(/\/$/, '');
  const scheme = base.protocol.slice(0, -1);
  const facts = { url, host: base.host, hostname: base.hostname, port: base.port || (scheme === 'https' ? '443' : '80'), scheme, SCHEME: scheme.toUpperCase(), key: namespace === 'default' ? key : `${key}~${namespace}`, secret, namespace };
  const fill = (text) => text.replace(/\{(\w+)\}/g, (whole, name) => facts[name] ?? whole);
  const { value: curl, error } = useAnswer((signal) => api('try', { method: 'POST', json: { provider: id, parameters: {}, ...CURL[id], ...(id === 'qingcloud-ehpc' && { parameters: { query: { ...CURL[id].parameters.query, timestamp: new Date().toISOString().replace(/\.\d+/, '') } } }), namespace, send: false }, signal }), [id, namespace]);
  return html`<div class="content"><header class="bar"><h1>${t('connect')}</h1></header><p>${t('connectHint')}</p>
    <div class="bar"><${Choice} label=${t('provider')} value=${id} onPick=${(provider) => adjust({ provider })} options=${providers.map((one) => [one.id, one.title])}/>
      <${Text} label=${t('access_key')} value=${key} onText=${setKey}/><${Text} label=${t('secret_key')} value=${secret} onText=${setSecret}/>
      <p class="facts end"><span>${t('addressIs')} <b class="mono">${url}</b></span><span>${t('keyIs')} <b class="mono">${facts.key}</b></span></p></div>
    ${base.pathname !== '/' && html`<p class="note">${t('prefixed')}</p>`}
    <div class="snippets">${SDKS.filter(([of]) => of === id).map(([, language, about, text]) => html`<${Code} key=${`${id}${language}`} title=${language} about=${about} text=${fill(text)}/>`)}
      ${error ? html`<${Failure} error=${error}/>` : curl && html`<${Code} title=${`curl · ${curl.operation}`} about=${t('curlHint')} text=${curl.curl}/>`}
      <${Code} title=${t('environment')} about=${fill(SHELL)} text=${fill(ENVIRONMENT)}/>
      <${Code} title="compose.yaml" about=${t('imageHint')} text=${fill(COMPOSE)}/>
      <${Code} title="GitHub Actions" about=${t('imageHint')} text=${fill(ACTIONS)}/></div></div>`;
}
