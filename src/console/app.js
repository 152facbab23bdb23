// The frame around the pages: where one is, the namespace, the language, keys and dialogues.
import { address, go, language, html, notices, readRoute, render, setLanguage, t, tokenDialog, useEffect, useErrorBoundary, useEvent, useEvery, useGet, useState, Button, Choice, Close, Dialog, Failure, Submit, Text } from './parts.js';
import { Calls } from './calls.js';
import { Data } from './data.js';
import { Try } from './try.js';
import { Faults } from './faults.js';
import { Namespaces } from './namespaces.js';
import { Connect } from './connect.js';
import { Reference } from './reference.js';

const PAGES = {
  calls: ['Calls', Calls], data: ['Data', Data], try: ['Try', Try], faults: ['Faults', Faults],
  namespaces: ['Namespaces', Namespaces], connect: ['Connect', Connect], reference: ['Reference', Reference],
};
const KEYS = { '/': 'Go to the filter', j: 'Next call', k: 'Previous call', r: 'Replay the open call', '?': 'Show this', Esc: 'Close, or leave a field' };

function App() {
  const [route, setRoute] = useState(readRoute());
  const [, redraw] = useState(0);
  const [help, setHelp] = useState(false);
  const [ask, setAsk] = useState(null);
  const [told, setTold] = useState(null);
  tokenDialog.show = (refused, done) => setAsk({ refused, done });
  notices.show = setTold;
  useEvent('hashchange', () => setRoute(readRoute()));
  useEvent('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector('dialog[open]')) return;
    if (event.key === 'Escape') document.activeElement?.blur();
    else if (event.target.closest?.('input:not([type=checkbox]), textarea, select')) return;
    if (event.key === '/') {
      event.preventDefault();
      document.querySelector('[data-search]')?.focus();
    } else if (event.key === '?') setHelp(true);
    else window.dispatchEvent(new CustomEvent('console-key', { detail: event.key }));
  });
  useEffect(() => {
    const timer = told && !told.wrong && setTimeout(() => setTold(null), 4000);
    return () => clearTimeout(timer);
  }, [told]);
  const page = Object.hasOwn(PAGES, route.page) ? route.page : 'calls';
  const [title, Page] = PAGES[page];
  const providers = useGet('providers');
  const spaces = useGet('namespaces');
  useEvery(5000, spaces.again);
  document.title = `${t(title)} · rollcall`;
  const all = page === 'calls' || page === 'faults';
  const names = [...new Set([...(spaces.value || []).map(({ name }) => name), 'default', route.namespace])].sort();
  return html`<header class="top"><a class="brand" href=${address('calls')}>rollcall</a>
      <nav aria-label=${t('Pages')}>${Object.entries(PAGES).map(([name, [say]]) => html`<a href=${address(name)} aria-current=${name === page || undefined}>${t(say)}</a>`)}</nav>
      <div class="tools">
        <${Choice} say="Namespace" value=${all ? route.params.namespace || '' : route.namespace} options=${all ? [['', t('All namespaces')], ...names] : names}
          onPick=${(namespace) => go(page, page === 'calls' ? [] : route.args, { ...route.params, namespace })}/>
        <${Choice} hidden label="Language · 语言" value=${language} onPick=${(to) => { setLanguage(to); redraw((n) => n + 1); }} options=${[['en', 'English'], ['zh', '中文']]}/>
        <${Button} class="plain" label="?" aria-label=${t('Keyboard')} run=${() => setHelp(true)}/>
      </div></header>
    <main tabindex="-1" key=${`${language} ${page}`}><${Failure} error=${providers.error}/>
      <${Guarded}>${providers.value && html`<${Page} route=${route} providers=${providers.value} namespaces=${names} spaces=${spaces.value || []} refresh=${spaces.again}/>`}<//></main>
    ${told && html`<p class="notice ${told.wrong && 'failure'}" role=${told.wrong ? 'alert' : 'status'}>${told.text}<${Close} run=${() => setTold(null)}/></p>`}
    ${help && html`<${Dialog} title=${t('Keyboard')} onClose=${() => setHelp(false)}><dl class="keys">${Object.entries(KEYS).map(([key, say]) => html`<dt><kbd>${key}</kbd></dt><dd>${t(say)}</dd>`)}</dl><//>`}
    ${ask && html`<${Token} refused=${ask.refused} done=${(token) => { setAsk(null); ask.done(token); }}/>`}`;
}

// An error of a page's own leaves the frame as it is.
function Guarded({ children }) {
  const [error, again] = useErrorBoundary();
  useEvent('hashchange', () => error && again());
  return error ? html`<${Failure} error=${error}/>` : children;
}

function Token({ refused, done }) {
  const [token, setToken] = useState('');
  return html`<${Dialog} title=${t('Admin token')} onClose=${() => {}}><form onSubmit=${(event) => { event.preventDefault(); if (token) done(token); }}>
    ${refused && html`<p class="failure" role="alert">${t('The server does not accept this token.')}</p>`}
    <${Text} say="Admin token" type="password" value=${token} onText=${setToken}/><p class="bar"><${Submit} say="Continue"/></p></form><//>`;
}

render(html`<${App}/>`, document.getElementById('app'));
