// The frame around the pages: where one is, the namespace, the language, keys and dialogues.
import { html, render, useEffect, useErrorBoundary, useState } from './preact.js';
import { address, api, language, go, notices, readRoute, setLanguage, setTheme, t, theme, tokenDialog, useAnswer } from './core.js';
import { Choice, Dialog, Failure, Text } from './parts.js';
import { Calls } from './calls.js';
import { Data } from './data.js';
import { Try } from './try.js';
import { Faults } from './faults.js';
import { Namespaces } from './namespaces.js';
import { Connect } from './connect.js';
import { Reference } from './reference.js';

const PAGES = { calls: Calls, data: Data, try: Try, faults: Faults, namespaces: Namespaces, connect: Connect, reference: Reference };

function App() {
  const [route, setRoute] = useState(readRoute());
  const [, redraw] = useState(0);
  const [help, setHelp] = useState(false);
  const [ask, setAsk] = useState(null);
  const [told, setTold] = useState(null);
  tokenDialog.show = (refused, done) => setAsk({ refused, done });
  notices.show = setTold;
  useEffect(() => {
    const moved = () => setRoute(readRoute());
    window.addEventListener('hashchange', moved);
    return () => window.removeEventListener('hashchange', moved);
  }, []);
  useEffect(() => {
    const timer = told && !told.wrong && setTimeout(() => setTold(null), 4000);
    return () => clearTimeout(timer);
  }, [told]);
  useEffect(() => {
    const onKey = (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector('dialog[open]')) return;
      if (event.key === 'Escape') document.activeElement?.blur?.();
      else if (event.target.closest?.('input:not([type=checkbox]), textarea, select')) return;
      if (event.key === '/') { event.preventDefault(); document.querySelector('[data-search]')?.focus(); }
      else if (event.key === '?') setHelp(true);
      else if (['j', 'k', 'r', 'Escape'].includes(event.key)) window.dispatchEvent(new CustomEvent('console-key', { detail: event.key }));
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);
  const page = PAGES[route.page] ? route.page : 'calls';
  const providers = useAnswer((signal) => api('providers', { signal }), []);
  const namespaces = useAnswer((signal) => api('namespaces', { signal }), [route.page, route.namespace]);
  useEffect(() => {
    const timer = setInterval(() => document.visibilityState === 'visible' && namespaces.again(), 5000);
    return () => clearInterval(timer);
  }, []);
  useEffect(() => { document.title = `${t(page)} · rollcall`; }, [page, language]);
  const names = [...new Set([...(namespaces.value || []).map(({ name }) => name), 'default', route.namespace])].sort();
  const Page = PAGES[page];
  return html`<a class="skip" href="#main" onClick=${(event) => { event.preventDefault(); document.querySelector('main').focus(); }}>${t('skip')}</a>
    <header class="top"><a class="brand" href=${address('calls')}>rollcall</a>
      <nav aria-label=${t('pages')}>${Object.keys(PAGES).map((name) => html`<a href=${address(name)} aria-current=${name === page ? 'page' : undefined}>${t(name)}</a>`)}</nav>
      <div class="tools">
        <${Choice} label=${t('namespace')} value=${route.params.namespace || ''} onPick=${(namespace) => go(page, route.args[0] && page === 'calls' ? [] : route.args, { ...route.params, namespace })} options=${[['', page === 'calls' || page === 'faults' ? t('allNamespaces') : 'default'], ...names.filter((name) => name !== 'default' || page === 'calls' || page === 'faults' || route.params.namespace)]}/>
        <${Choice} hidden label=${t('theme')} value=${theme()} onPick=${(to) => { setTheme(to); redraw((n) => n + 1); }} options=${['auto', 'light', 'dark'].map((name) => [name, t(`theme_${name}`)])}/>
        <${Choice} hidden label="Language · 语言" value=${language} onPick=${(to) => { setLanguage(to); redraw((n) => n + 1); }} options=${[['en', 'English'], ['zh', '中文']]}/>
        <button type="button" class="plain" aria-label=${t('keys')} onClick=${() => setHelp(true)}>?</button>
      </div></header>
    <main tabindex="-1" key=${`${language} ${page}`}><${Failure} error=${providers.error}/>
      <${Guarded}>${providers.value && html`<${Page} route=${route} providers=${providers.value} namespaces=${names} spaces=${namespaces.value || []} refresh=${namespaces.again}/>`}<//></main>
    <div class="notices">${told && html`<p class=${told.wrong ? 'wrong' : ''} role=${told.wrong ? 'alert' : 'status'}>${told.text}<button type="button" class="plain" aria-label=${t('close')} onClick=${() => setTold(null)}>✕</button></p>`}</div>
    ${help && html`<${Dialog} title=${t('keys')} onClose=${() => setHelp(false)}><dl class="keys">${['/', 'j', 'k', 'r', '?', 'Esc'].map((key) => html`<dt><kbd>${key}</kbd></dt><dd>${t(`key_${key}`)}</dd>`)}</dl><//>`}
    ${ask && html`<${Token} refused=${ask.refused} done=${(token) => { setAsk(null); ask.done(token); }}/>`}`;
}

// An error of a page's own leaves the frame as it is.
function Guarded({ children }) {
  const [error, again] = useErrorBoundary();
  useEffect(() => {
    if (!error) return undefined;
    window.addEventListener('hashchange', again);
    return () => window.removeEventListener('hashchange', again);
  }, [error]);
  return error ? html`<${Failure} error=${error}/>` : children;
}

function Token({ refused, done }) {
  const [token, setToken] = useState('');
  return html`<${Dialog} title=${t('token')} onClose=${() => {}}><form onSubmit=${(event) => { event.preventDefault(); if (token) done(token); }}>
    <p>${t('tokenHint')}</p>${refused && html`<p class="failure" role="alert">${t('tokenRefused')}</p>`}
    <${Text} label=${t('token')} type="password" value=${token} onText=${setToken}/><p class="bar"><button class="primary">${t('enter')}</button></p></form><//>`;
}

render(html`<${App}/>`, document.getElementById('app'));
