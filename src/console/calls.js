// Calls as they arrive, and why one was answered as it was.
import { address, adjust, api, attempt, clock, contains, go, html, milliseconds, notice, outcome, post, request, save, t, useEffect, useEvent, useEvery, useGet, useMemo, useRef, useState, Button, Choice, Close, Copy, Difference, Exchange, Failure, ProviderChoice, Risky, Search, Status, Table, Text } from './parts.js';
import { archive } from './har.js';

const KEPT = 2000; // calls in memory
const ROWS = 500; // of them in the document
const TOP = 100; // while the list is at its top, where each answer moves them all
const SECONDS = 240; // in the picture
const OUTCOMES = { fine: 'answered', refused: 'refused', broken: 'failed', unknown: 'not recognised' };
const STAGES = { recognise: 'not recognised', fault: 'by a fault', gateway: 'by the gateway', operation: 'by the operation', answered: 'answered', broken: 'failed' };

// The newest entries that pass a filter, and counts a second. Hears of new ones by a long poll while the page is seen.
class Feed {
  constructor(filter, changed) {
    Object.assign(this, { filter, changed, last: 0, error: null, stopped: new AbortController() });
    this.clear();
    this.run();
  }

  clear() {
    Object.assign(this, { entries: [], seconds: new Map(), total: 0, missed: false });
  }

  async run() {
    const { signal } = this.stopped;
    for (let first = true; !signal.aborted;) {
      try {
        const page = await api('journal', { query: { ...this.filter, limit: 1000, ...(!first && { since: this.last, wait_ms: 20000 }) }, signal });
        if (page.last < this.last) this.clear();
        this.take(page, first);
        this.error = null;
        first = false;
      } catch (error) {
        if (signal.aborted) return;
        this.error = error;
        this.changed();
      }
      await new Promise((resolve) => { setTimeout(resolve, this.error ? 2000 : 500); });
      while (document.visibilityState !== 'visible') await new Promise((resolve) => { document.addEventListener('visibilitychange', resolve, { once: true }); });
    }
  }

  take({ last, entries }, first) {
    this.last = last;
    if (!entries.length && !first) return;
    this.total += entries.length;
    // An answer holds 1,000 at most; what was older did not come along.
    this.missed ||= entries.length === 1000 && !first;
    this.entries = [...entries, ...this.entries].slice(0, KEPT);
    const now = Date.now();
    for (const entry of entries) {
      // A namespace's clock may stand still or run elsewhere: then it is when the page heard of it.
      const time = Date.parse(entry.time);
      const second = Math.floor((Math.abs(now - time) < SECONDS * 1000 ? time : first ? 0 : now) / 1000);
      const counts = this.seconds.get(second) || { fine: 0, refused: 0, broken: 0, unknown: 0 };
      counts[outcome(entry)] += 1;
      this.seconds.set(second, counts);
    }
    this.changed();
  }
}

function Picture({ feed }) {
  const now = Math.floor(Date.now() / 1000);
  for (const second of feed.seconds.keys()) if (second <= now - SECONDS) feed.seconds.delete(second);
  const kinds = Object.keys(OUTCOMES);
  const sum = (counts) => kinds.reduce((all, kind) => all + counts[kind], 0);
  const most = Math.max(4, ...[...feed.seconds.values()].map(sum));
  const totals = Object.fromEntries(kinds.map((kind) => [kind, [...feed.seconds.values()].reduce((all, counts) => all + counts[kind], 0)]));
  const bars = [...feed.seconds].flatMap(([second, counts]) => {
    let y = 40;
    return kinds.filter((kind) => counts[kind]).map((kind) => {
      const height = (counts[kind] / most) * 40;
      y -= height;
      return html`<rect key=${`${second}${kind}`} class=${kind} x=${SECONDS - 1 - now + second} y=${y} width="0.8" height=${height}/>`;
    });
  });
  const said = kinds.filter((kind) => totals[kind]).map((kind) => `${t(OUTCOMES[kind])} ${totals[kind]}`).join(', ');
  return html`<figure class="picture"><figcaption><b>${t('Calls per second')}</b>${kinds.map((kind) => html`<span><i class="dot ${kind}"></i>${t(OUTCOMES[kind])} <b>${totals[kind]}</b></span>`)}
      <span class="end">${t('full height: {0}', most)}</span></figcaption>
    <svg viewBox="0 0 ${SECONDS} 40" preserveAspectRatio="none" role="img" aria-label="${t('Calls per second')}: ${said || t('none')}">${bars}</svg>
    <p class="axis" aria-hidden="true">${['−4 min', '−3', '−2', '−1', t('now')].map((text) => html`<span>${text}</span>`)}</p></figure>`;
}

// Of the calls in memory, from the fastest to the slowest, the middle half thick, the median marked; on one logarithmic scale.
function Durations({ entries }) {
  const groups = Object.groupBy(entries.filter((entry) => entry.provider), (entry) => `${entry.provider} ${entry.operation}`);
  const rows = Object.values(groups).sort((a, b) => b.length - a.length).slice(0, 14).map((calls) => {
    const us = calls.map((entry) => entry.duration_us).sort((a, b) => a - b);
    return { ...calls[0], count: us.length, at: (share) => us[Math.min(us.length - 1, Math.floor(us.length * share))] };
  });
  if (!rows.length) return html`<p class="quiet">${t('No calls yet')}</p>`;
  const least = Math.log10(Math.max(10, Math.min(...rows.map(({ at }) => at(0)))));
  const span = Math.max(1, Math.log10(Math.max(100, ...rows.map(({ at }) => at(1)))) - least);
  const x = (us) => Math.max(0, Math.min(100, ((Math.log10(Math.max(us, 1)) - least) / span) * 100));
  const bar = (kind, from, to, y) => html`<rect class=${kind} x=${x(from)} y=${y} width=${Math.max(0.8, x(to) - x(from))} height=${12 - 2 * y}/>`;
  return html`<section class="durations"><h2>${t('Durations by operation, ms')}</h2>
    <${Table} name=${t('Durations by operation, ms')} say="Operation|Calls#|Spread|Median#|95 %#" rows=${rows.map(({ provider, operation, count, at }) => [
      html`${operation} <span class="quiet">${provider}</span>`, count,
      html`<svg viewBox="0 0 100 12" preserveAspectRatio="none" aria-hidden="true">${bar('range', at(0), at(1), 5.5)}${bar('half', at(0.25), at(0.75), 3)}${bar('median', at(0.5), at(0.5), 1)}</svg>`,
      milliseconds(at(0.5)), milliseconds(at(0.95)),
    ])}/></section>`;
}

export function Calls({ route: { params, args }, providers }) {
  const { namespace, provider = '', operation = '', status = '', failed = '', text = '' } = params;
  const filter = { namespace, provider, operation, status, failed };
  const [, redraw] = useState(0);
  const [held, setHeld] = useState(null); // what is shown while the list is not at its top
  const [progress, setProgress] = useState('');
  const list = useRef();
  const feed = useRef();
  const changed = () => redraw((n) => n + 1);
  useEvery(1000, changed);
  useEffect(() => {
    feed.current = new Feed(filter, changed);
    setHeld(null);
    return () => feed.current.stopped.abort();
  }, [JSON.stringify(filter)]);
  const { entries = [], total = 0, missed, error } = feed.current || {};
  const shown = useMemo(() => (held || entries).filter((entry) => contains(text, entry.provider, entry.operation, entry.target, entry.error, entry.request_id, entry.namespace)).slice(0, ROWS), [held || entries, text]);
  const open = Number(args[0]) || 0;
  const pick = (id) => go('calls', id ? [id] : [], params);
  // Two keys may come before the address that the first one changed is read.
  const cursor = useRef(open);
  useEffect(() => { cursor.current = open; }, [open]);
  const step = (by) => {
    const at = shown.findIndex((entry) => entry.id === cursor.current);
    const next = shown[at < 0 ? 0 : Math.max(0, Math.min(shown.length - 1, at + by))];
    if (!next) return;
    cursor.current = next.id;
    pick(next.id);
    requestAnimationFrame(() => list.current?.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest' }));
  };
  useEvent('console-key', ({ detail }) => {
    if (detail === 'j') step(1);
    if (detail === 'k') step(-1);
    if (detail === 'Escape' && open) pick(0);
  });
  const scrolled = () => setHeld((old) => (list.current.scrollTop < 8 ? null : old || entries));
  const clear = async () => {
    await api('journal', { method: 'DELETE', query: filter });
    feed.current.clear();
    changed();
  };
  const download = async () => {
    save('rollcall.har', await archive(shown, (n) => setProgress(`${n}/${shown.length}`)));
    setProgress('');
  };
  const operations = new Set(providers.filter(({ id }) => !provider || id === provider).flatMap((one) => one.operations));
  return html`<div class="calls"><h1 class="unseen">${t('Calls')}</h1>
    ${feed.current && html`<${Picture} feed=${feed.current}/>`}
    <div class="bar filters" role="search">
      <${Search} value=${text} onText=${(to) => adjust({ text: to })}/>
      <${ProviderChoice} hidden value=${provider} onPick=${(to) => adjust({ provider: to, operation: '' })} providers=${providers}/>
      <${Choice} hidden say="Operation" value=${operation} onPick=${(to) => adjust({ operation: to })} options=${[['', t('Operation')], ...operations]}/>
      <${Choice} hidden say="Status" value=${status} onPick=${(to) => adjust({ status: to })} options=${[['', t('Status')], '2xx', '3xx', '4xx', '5xx']}/>
      <label class="check"><input type="checkbox" checked=${failed === 'true'} onChange=${(event) => adjust({ failed: event.target.checked ? 'true' : '' })}/> ${t('Failed only')}</label>
      <span class="end quiet">${t('{0} shown of {1}', shown.length, total)}${missed && ` · ${t('some came too fast to be listed')}`}</span>
      <${Button} label=${progress || 'HAR'} run=${download} disabled=${!shown.length || progress}/><${Risky} say="Clear" run=${clear}/>
    </div>
    <${Failure} error=${error}/>
    <div class="split ${open && 'opened'}"><div class="list" ref=${list} onScroll=${scrolled} tabindex="-1">
        ${held && held !== entries && html`<${Button} class="newer primary" say="Newer" run=${() => { list.current.scrollTop = 0; }}/>`}
        <${Table} name=${t('Calls')} say="Time|Status|Operation|${namespace ? '' : 'Namespace|'}Error|ms#">
          ${(held ? shown : shown.slice(0, TOP)).map((entry) => html`<${Row} key=${entry.id} entry=${entry} all=${!namespace} open=${entry.id === open} pick=${pick}/>`)}<//>
      </div>
      <div class="side">${open ? html`<${Call} key=${open} id=${open} pick=${pick}/>` : feed.current && html`<${Durations} entries=${entries}/>`}</div>
    </div></div>`;
}

function Row({ entry, all, open, pick }) {
  return useMemo(() => html`<tr class=${open && 'open'} aria-current=${open || undefined} onClick=${() => pick(entry.id)}>
    <td class="mono" title=${entry.time}>${clock(entry.time)}</td><td><${Status} entry=${entry}/></td>
    <td class="name"><a href=${address('calls', [entry.id])} onClick=${(event) => event.preventDefault()}>${entry.operation || `${entry.method} ${entry.target}`}</a><small>${entry.provider || t('not recognised')}</small></td>
    ${all && html`<td class="quiet">${entry.namespace}</td>`}
    <td class="quiet">${entry.error}</td><td class="number">${milliseconds(entry.duration_us)}</td></tr>`, [entry, all, open, location.hash]);
}

function Call({ id, pick }) {
  const { value: entry, error } = useGet(`journal/${id}`);
  const { value: explained } = useGet(entry?.stage === 'gateway' && `explain/${id}`);
  const replay = attempt(async () => {
    const done = await post(`journal/${id}/replay`);
    notice(t('Replayed: {0}', done.response.status));
    if (done.journal_id) pick(done.journal_id);
  });
  useEvent('console-key', ({ detail }) => detail === 'r' && replay());
  if (error) return html`<${Failure} error=${error}/>`;
  if (!entry) return null;
  const { provider, operation, namespace, explanation, found_in: elsewhere = [] } = entry;
  const first = `${entry.method} ${entry.target}`;
  const link = (say, page, args, params) => html`<a class="button" href=${address(page, args, { namespace, ...params })}>${t(say)}</a>`;
  const facts = [provider || t('not recognised'), namespace, clock(entry.time), `${milliseconds(entry.duration_us)} ms`, t(STAGES[entry.stage]), entry.request_id];
  return html`<article class="call" aria-label=${t('call {0}', id)}>
    <header class="bar"><${Status} entry=${entry}/><h2>${operation || t('not recognised')}</h2><span class="end"></span><${Close} run=${() => pick(0)}/></header>
    <p class="mono wrap">${first}</p><p class="facts">${facts.map((fact) => html`<span>${fact}</span>`)}</p>
    <div class="bar"><${Copy} say="Copy as curl" text=${async () => (await request(`journal/${id}/curl`)).text()}/><button type="button" onClick=${replay}>${t('Replay')} <kbd>r</kbd></button>
      ${provider && link('Make this fail next time', 'faults', [], { arm: '1', provider, operation })}${operation && link('Open in Try', 'try', [provider, operation])}</div>
    ${explanation.length > 0 && html`<section class="why"><h3>${t('Why')}</h3>${entry.error && html`<p><b class="mono">${entry.error}</b></p>`}<ul>${explanation.map((line) => html`<li>${line.split('\n')[0]}</li>`)}</ul></section>`}
    ${elsewhere.length > 0 && html`<p class="note">${t('It exists in:')} ${elsewhere.map((name) => html`<a href=${address('data', [provider], { namespace: name })}>${name}</a> `)}</p>`}
    ${explained?.signature && html`<${Doctor} finding=${explained.signature}/>`}
    <${Exchange} request=${entry.request} response=${entry.response} status=${entry.status} first=${first}/></article>`;
}

const SIGNED = { string_to_sign: 'String to sign', canonical_request: 'Canonical request' };

function Doctor({ finding }) {
  const [which, setWhich] = useState(finding.client_canonical_request ? 'canonical_request' : 'string_to_sign');
  const [typed, setTyped] = useState('');
  const ours = finding[which] || '';
  const theirs = typed || finding[`client_${which}`] || ours;
  return html`<section class="doctor"><h3>${t('Signature')}</h3><p>${finding.sentence.split('\n')[0]}</p>
    <div class="bar">${Object.entries(SIGNED).map(([name, say]) => html`<${Button} say=${say} aria-pressed=${which === name} run=${() => { setWhich(name); setTyped(''); }}/>`)}<${Copy} text=${ours}/></div>
    ${typed || theirs !== ours ? html`<${Difference} left=${theirs} right=${ours} names=${[t('What the client signed'), t('What the server signed')]}/>`
    : html`<pre tabindex="0" aria-label=${t('What the server signed')}>${ours}</pre>`}
    <${Text} area rows="2" class="mono" say="Paste what your client signed, to compare" value=${typed} onText=${setTyped}/></section>`;
}
