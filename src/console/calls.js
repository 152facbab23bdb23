// Calls as they arrive, and why one was answered as it was.
import { html, useEffect, useMemo, useRef, useState } from './preact.js';
import { adjust, address, api, attempt, clock, copy, go, milliseconds, notice, outcome, own, request, save, t, useAnswer } from './core.js';
import { Choice, Copy, Difference, Exchange, Failure, Risky, Status, Text } from './parts.js';
import { archive } from './har.js';

const ROWS = 500; // in the document
const TOP = 100; // of them while the list is at its top, where each answer moves them all
const KEPT = 2000; // in memory
const SECONDS = 240; // in the picture
const SAMPLES = 400; // durations of an operation
const OUTCOMES = ['fine', 'refused', 'broken', 'unknown'];

// The newest entries that pass a filter, counts a second, and durations. Hears of new ones by a long poll while the page is seen.
class Feed {
  constructor(filter, changed) {
    Object.assign(this, { filter, changed, entries: [], seconds: new Map(), durations: new Map(), total: 0, missed: 0, last: 0, error: null });
    this.stopped = new AbortController();
    this.run();
  }

  stop() { this.stopped.abort(); }

  async run() {
    const { signal } = this.stopped;
    let first = true;
    while (!signal.aborted) {
      const turned = new AbortController();
      document.addEventListener('visibilitychange', () => turned.abort(), { once: true, signal });
      const either = AbortSignal.any([signal, turned.signal]);
      if (document.visibilityState !== 'visible') {
        await new Promise((resolve) => { either.addEventListener('abort', resolve); });
        continue;
      }
      try {
        const page = await api('journal', { query: { ...this.filter, since: first ? undefined : this.last, wait_ms: first ? undefined : 20000, limit: 1000 }, signal: either });
        if (page.last < this.last) this.clear();
        this.take(page, first);
        this.error = null;
        first = false;
      } catch (error) {
        if (either.aborted) continue;
        this.error = error;
        this.changed();
      }
      await new Promise((resolve) => { setTimeout(resolve, this.error ? 2000 : 500); });
    }
  }

  clear() {
    Object.assign(this, { entries: [], seconds: new Map(), durations: new Map(), total: 0, missed: 0 });
  }

  take({ last, entries }, first) {
    this.last = last;
    if (!entries.length && !first) return;
    this.total += entries.length;
    // An answer holds 1,000 at most; what was older did not come along.
    if (entries.length === 1000 && !first) this.missed += 1;
    this.entries = [...entries, ...this.entries].slice(0, KEPT);
    const now = Date.now();
    for (const entry of entries) {
      // A namespace's clock may stand still or run elsewhere: then it is when the page heard of it.
      const time = Date.parse(entry.time);
      const told = Math.abs(now - time) < SECONDS * 1000 ? time : first ? 0 : now;
      const second = Math.floor(told / 1000);
      const counts = this.seconds.get(second) || {};
      const kind = outcome(entry);
      counts[kind] = (counts[kind] || 0) + 1;
      this.seconds.set(second, counts);
      if (entry.operation) {
        const name = `${entry.provider} ${entry.operation}`;
        const known = this.durations.get(name) || { name, provider: entry.provider, operation: entry.operation, count: 0, us: [] };
        known.count += 1;
        known.us[(known.count - 1) % SAMPLES] = entry.duration_us;
        this.durations.set(name, known);
      }
    }
    for (const second of this.seconds.keys()) if (second < now / 1000 - SECONDS) this.seconds.delete(second);
    this.changed();
  }
}

function Picture({ feed, tick }) {
  const now = Math.floor(Date.now() / 1000);
  const bars = [];
  const totals = {};
  let most = 4;
  for (const [second, counts] of feed.seconds) {
    if (second > now - SECONDS) {
      most = Math.max(most, Object.values(counts).reduce((sum, count) => sum + count, 0));
      for (const kind of OUTCOMES) totals[kind] = (totals[kind] || 0) + (counts[kind] || 0);
    }
  }
  for (const [second, counts] of feed.seconds) {
    const x = SECONDS - 1 - (now - second);
    let y = 40;
    if (x < 0) continue;
    for (const kind of OUTCOMES) {
      if (!counts[kind]) continue;
      const height = (counts[kind] / most) * 40;
      y -= height;
      bars.push(html`<rect key=${`${second}${kind}`} class=${kind} x=${x} y=${y} width="0.8" height=${height}/>`);
    }
  }
  const said = OUTCOMES.filter((kind) => totals[kind]).map((kind) => `${t(kind)} ${totals[kind]}`).join(', ');
  return html`<figure class="picture"><figcaption><b>${t('perSecond')}</b>${OUTCOMES.map((kind) => html`<span><i class="dot ${kind}"></i>${t(kind)} <b>${totals[kind] || 0}</b></span>`)}<span class="end">${t('mostASecond', most)}</span></figcaption>
    <svg viewBox="0 0 ${SECONDS} 40" preserveAspectRatio="none" role="img" aria-label="${t('perSecond')}: ${said || t('nothing')}">${bars}</svg>
    <p class="axis" aria-hidden="true"><span>−4 min</span><span>−3</span><span>−2</span><span>−1</span><span>${t('now')}</span></p></figure>`;
}

// From the fastest to the slowest, the middle half thick, the median marked; on one logarithmic scale.
function Durations({ feed }) {
  const rows = [...feed.durations.values()].sort((a, b) => b.count - a.count).slice(0, 14).map((row) => {
    const us = row.us.slice().sort((a, b) => a - b);
    const at = (share) => us[Math.min(us.length - 1, Math.floor(us.length * share))];
    return { ...row, min: us[0], q1: at(0.25), median: at(0.5), q3: at(0.75), p95: at(0.95), max: us.at(-1) };
  });
  if (!rows.length) return html`<div class="empty"><h2>${t('noCalls')}</h2><p>${t('noCallsHint')}</p><p class="bar"><a class="button" href=${address('connect')}>${t('connect')}</a><a class="button" href=${address('try')}>${t('try')}</a></p></div>`;
  const least = Math.log10(Math.max(10, Math.min(...rows.map((row) => row.min || 1))));
  const span = Math.max(1, Math.log10(Math.max(...rows.map((row) => row.max), 100)) - least);
  const x = (us) => Math.max(0, Math.min(100, ((Math.log10(Math.max(us, 1)) - least) / span) * 100));
  return html`<section class="durations"><h2>${t('durations')}</h2><p class="quiet">${t('durationsHint')}</p><table><thead><tr><th>${t('operation')}</th><th class="number">${t('count')}</th><th class="spread">${t('spread')}</th><th class="number">${t('median')}</th><th class="number">95 %</th></tr></thead><tbody>
    ${rows.map((row) => html`<tr key=${row.name}><td title="${row.operation} · ${row.provider}">${row.operation} <span class="quiet">${row.provider}</span></td><td class="number">${row.count}</td>
      <td class="spread"><svg viewBox="0 0 100 12" preserveAspectRatio="none" aria-hidden="true"><rect class="range" x=${x(row.min)} y="5.5" width=${Math.max(0.5, x(row.max) - x(row.min))} height="1"/><rect class="half" x=${x(row.q1)} y="3" width=${Math.max(0.8, x(row.q3) - x(row.q1))} height="6"/><rect class="median" x=${x(row.median)} y="1" width="0.8" height="10"/></svg></td>
      <td class="number">${milliseconds(row.median)}</td><td class="number">${milliseconds(row.p95)}</td></tr>`)}</tbody></table></section>`;
}

const FILTERS = ['provider', 'operation', 'status', 'failed'];

export function Calls({ route, providers }) {
  const { params, args } = route;
  const filter = { namespace: params.namespace, ...Object.fromEntries(FILTERS.map((name) => [name, params[name]])) };
  const [, redraw] = useState(0);
  const [held, setHeld] = useState(0); // the newest entry that is shown while the list is not at its top
  const list = useRef();
  const feed = useRef();
  const [progress, setProgress] = useState('');
  useEffect(() => {
    const changed = () => redraw((n) => n + 1);
    feed.current = new Feed(filter, changed);
    setHeld(0);
    const timer = setInterval(() => document.visibilityState === 'visible' && changed(), 1000);
    return () => { feed.current.stop(); clearInterval(timer); };
  }, [JSON.stringify(filter)]);
  const { entries = [], total = 0, missed = 0, error } = feed.current || {};
  const words = (params.text || '').toLowerCase();
  const matching = useMemo(() => entries.filter((entry) => (!held || entry.id <= held) && (!words || [entry.provider, entry.operation, entry.target, entry.error, entry.request_id, entry.namespace, entry.method].some((text) => text.toLowerCase().includes(words)))), [entries, words, held]);
  const shown = matching.slice(0, ROWS);
  const drawn = held ? shown : shown.slice(0, TOP);
  const waiting = held ? entries.findIndex((entry) => entry.id <= held) : 0;
  const open = Number(args[0]) || 0;
  const pick = (id) => go('calls', id ? [String(id)] : [], params);
  // Two keys may come before the address that the first one changed is read.
  const cursor = useRef(open);
  useEffect(() => { cursor.current = open; }, [open]);
  const step = (by) => {
    const at = shown.findIndex((entry) => entry.id === cursor.current);
    const next = shown[at < 0 ? 0 : Math.max(0, Math.min(shown.length - 1, at + by))];
    if (next) { cursor.current = next.id; pick(next.id); requestAnimationFrame(() => list.current?.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest' })); }
  };
  useEffect(() => {
    const onKey = ({ detail }) => { if (detail === 'j') step(1); if (detail === 'k') step(-1); if (detail === 'Escape' && open) pick(0); };
    window.addEventListener('console-key', onKey);
    return () => window.removeEventListener('console-key', onKey);
  });
  const scrolled = () => {
    const top = list.current.scrollTop < 8;
    if (top && held) setHeld(0);
    if (!top && !held && entries.length) setHeld(entries[0].id);
  };
  const clear = attempt(async () => {
    const { cleared } = await api('journal', { method: 'DELETE', query: filter });
    feed.current.clear();
    redraw((n) => n + 1);
    notice(t('cleared', cleared));
  });
  const download = attempt(async () => {
    save('rollcall.har', JSON.stringify(await archive(shown, (n) => setProgress(`${n}/${shown.length}`)), null, 1), 'application/json');
    setProgress('');
  });
  const operations = providers.find(({ id }) => id === params.provider)?.operations || [...new Set(providers.flatMap((one) => one.operations))].sort();
  return html`<div class="calls">
    <h1 class="unseen">${t('calls')}</h1>
    ${feed.current && html`<${Picture} feed=${feed.current}/>`}
    <div class="bar filters" role="search">
      <${Text} hidden label=${t('filter')} placeholder="${t('filter')}  /" data-search="" type="search" value=${params.text || ''} onText=${(text) => adjust({ text })}/>
      <${Choice} hidden label=${t('provider')} value=${params.provider || ''} onPick=${(provider) => adjust({ provider, operation: '' })} options=${[['', t('anyProvider')], ...providers.map(({ id }) => id)]}/>
      <${Choice} hidden label=${t('operation')} value=${params.operation || ''} onPick=${(operation) => adjust({ operation })} options=${[['', t('anyOperation')], ...new Set(operations)]}/>
      <${Choice} hidden label=${t('status')} value=${params.status || ''} onPick=${(status) => adjust({ status })} options=${[['', t('anyStatus')], '2xx', '3xx', '4xx', '5xx']}/>
      <label class="check"><input type="checkbox" checked=${params.failed === 'true'} onChange=${(event) => adjust({ failed: event.target.checked ? 'true' : '' })}/> ${t('failedOnly')}</label>
      <span class="end quiet" data-count=${total}>${t('counted', shown.length, total)}${missed ? ` · ${t('missed')}` : ''}</span>
      <button type="button" onClick=${download} disabled=${!shown.length || progress}>${progress || 'HAR'}</button>
      <${Risky} label=${t('clear')} onClick=${clear}/>
    </div>
    <${Failure} error=${error}/>
    <div class="split ${open ? 'opened' : ''}">
      <div class="list" ref=${list} onScroll=${scrolled} tabindex="-1">
        ${waiting > 0 && html`<button type="button" class="newer" onClick=${() => { setHeld(0); list.current.scrollTop = 0; }}>${t('newer', waiting)}</button>`}
        <table><caption class="unseen">${t('calls')}</caption><thead><tr><th>${t('time')}</th><th>${t('status')}</th><th>${t('operation')}</th>${route.all && html`<th>${t('namespace')}</th>`}<th>${t('error')}</th><th class="number">ms</th></tr></thead>
        <tbody>${drawn.map((entry) => html`<${Row} key=${entry.id} entry=${entry} all=${route.all} open=${entry.id === open} pick=${pick}/>`)}</tbody></table>
        ${!shown.length && html`<p class="quiet pad">${t('noRows')}</p>`}
        ${matching.length > ROWS && html`<p class="quiet pad">${t('capped', ROWS)}</p>`}
      </div>
      <div class="side">${open ? html`<${Call} key=${open} id=${open} params=${params} close=${() => pick(0)} pick=${pick}/>` : feed.current && html`<${Durations} feed=${feed.current}/>`}</div>
    </div></div>`;
}

function Row({ entry, all, open, pick }) {
  return useMemo(() => html`<tr class=${open ? 'open' : ''} aria-current=${open ? 'true' : undefined} onClick=${() => pick(entry.id)}>
    <td class="mono" title=${entry.time}>${clock(entry.time)}</td><td><${Status} entry=${entry}/></td>
    <td class="name"><a href=${address('calls', [String(entry.id)])} onClick=${(event) => { event.preventDefault(); event.stopPropagation(); pick(entry.id); }}>${entry.operation || `${entry.method} ${entry.target}`}</a><small>${entry.provider || t('unknown')}</small></td>
    ${all && html`<td class="quiet">${entry.namespace}</td>`}
    <td class="error">${entry.error}</td><td class="number">${milliseconds(entry.duration_us)}</td></tr>`, [entry, all, open, location.hash]);
}

function Call({ id, params, close, pick }) {
  const { value: entry, error } = useAnswer((signal) => api(`journal/${id}`, { signal }), [id]);
  const { value: explained } = useAnswer(async (signal) => (entry && entry.stage === 'gateway' ? api(`explain/${id}`, { signal }).catch(() => null) : null), [entry]);
  const replay = attempt(async () => {
    const done = await api(`journal/${id}/replay`, { method: 'POST', json: {} });
    notice(t('replayed', done.response.status));
    if (done.journal_id) pick(done.journal_id);
  });
  useEffect(() => {
    const onKey = ({ detail }) => detail === 'r' && replay();
    window.addEventListener('console-key', onKey);
    return () => window.removeEventListener('console-key', onKey);
  }, [id]);
  if (error) return html`<div class="pad"><${Failure} error=${error}/></div>`;
  if (!entry) return null;
  return html`<article class="call" aria-label=${t('call', id)}>
    <header><${Status} entry=${entry}/><h2>${entry.operation || t('unknown')}</h2><button type="button" class="plain end" aria-label=${t('close')} onClick=${close}>✕</button></header>
    <p class="mono wrap">${entry.method} ${entry.target}</p>
    <p class="facts"><span>${entry.provider || t('unknown')}</span><span>${entry.namespace}</span><span title=${entry.time}>${clock(entry.time)}</span><span>${milliseconds(entry.duration_us)} ms</span><span>${t(`stage_${entry.stage}`)}</span><span class="mono">${entry.request_id}</span></p>
    <div class="bar"><${Copy} label=${t('copyCurl')} text=${async () => (await request(`journal/${id}/curl`)).text()}/><${Copy} label=${t('copyId')} text=${entry.request_id}/>
      <button type="button" onClick=${replay}>${t('replay')} <kbd>r</kbd></button>
      ${entry.provider && html`<a class="button" href=${address('faults', [], { arm: '1', provider: entry.provider, operation: entry.operation, namespace: entry.namespace })}>${t('failNext')}</a>`}
      ${entry.operation && html`<a class="button" href=${address('try', [entry.provider, entry.operation], { namespace: entry.namespace })}>${t('openTry')}</a>`}</div>
    ${entry.explanation.length > 0 && html`<section class="why"><h3>${t('why')}</h3>${entry.error && html`<p><b class="mono">${entry.error}</b></p>`}<ul>${entry.explanation.map((text) => html`<li>${text.split('\n')[0]}</li>`)}</ul></section>`}
    ${entry.found_in?.length > 0 && html`<p class="note">${t('foundIn')} ${entry.found_in.map((name) => html`<a href=${address('data', [entry.provider], { namespace: name })}>${name}</a> `)}</p>`}
    ${explained?.signature && html`<${Doctor} finding=${explained.signature}/>`}
    <${Exchange} request=${entry.request} response=${entry.response} status=${entry.status} first=${`${entry.method} ${entry.target}`}/>
  </article>`;
}

function Doctor({ finding }) {
  const [which, setWhich] = useState(finding.client_canonical_request ? 'canonical_request' : 'string_to_sign');
  const [typed, setTyped] = useState('');
  const ours = finding[which] || '';
  const theirs = typed || finding[`client_${which}`] || '';
  return html`<section class="doctor"><h3>${t('doctor')}</h3><p>${finding.sentence.split('\n')[0]}</p>
    <div class="bar">${['string_to_sign', 'canonical_request'].map((name) => html`<button type="button" aria-pressed=${which === name} onClick=${() => { setWhich(name); setTyped(''); }}>${t(name)}</button>`)}<${Copy} text=${ours}/></div>
    ${theirs && (typed || theirs !== ours) ? html`<${Difference} left=${theirs} right=${ours} names=${[t('theirs'), t('ours')]}/>` : html`<pre tabindex="0" aria-label=${t('ours')}>${ours}</pre>`}
    <${Text} area rows="2" class="mono" label=${t('pasteTheirs')} value=${typed} onText=${setTyped}/></section>`;
}
