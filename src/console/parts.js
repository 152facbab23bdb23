// Parts that several pages share. `say` is a text of the console, which is translated; `label` is shown as it is.
import { html, useEffect, useMemo, useRef, useState } from './preact.js';
export * from './preact.js';
export * from './core.js';
import { address, attempt, copy, outcome, pretty, t } from './core.js';

export const Status = ({ entry }) => html`<span class="status ${outcome(entry)}">${entry.status || '—'}</span>`;

export const Failure = ({ error }) => error && html`<p class="failure" role="alert">${error.message}</p>`;

export const Source = ({ of: { kind, detail } }) => html`<small class="source">${kind}: ${detail}</small>`;

export const CallLink = ({ id, namespace, children }) => html`<a href=${address('calls', [id], { namespace })}>${children || t('call {0}', id)}</a>`;

export const Button = ({ say, label = t(say), run, ...rest }) => html`<button type="button" onClick=${attempt(run)} ...${rest}>${label}</button>`;

export const Submit = ({ say, ...rest }) => html`<button class="primary" ...${rest}>${t(say)}</button>`;

export const Close = ({ run }) => html`<${Button} class="plain" label="✕" aria-label=${t('Close')} run=${run}/>`;

export const Copy = ({ text, say = 'Copy' }) => html`<${Button} say=${say} run=${async () => copy(typeof text === 'function' ? await text() : text)}/>`;

// A button that asks once more before it does what cannot be taken back.
export function Risky({ say, run }) {
  const [asked, setAsked] = useState(false);
  return html`<${Button} say=${asked ? 'Sure?' : say} class=${asked ? 'danger' : ''} onBlur=${() => setAsked(false)}
    run=${() => { setAsked(!asked); return asked && run(); }}/>`;
}

export const Choice = ({ say, label = t(say), hidden, value, options, onPick, ...rest }) => html`<label class="choice">
  <span class=${hidden && 'unseen'}>${label}</span>
  <select ...${rest} value=${value} onChange=${(event) => onPick(event.target.value)}>${options.map((option) => {
    const [own, shown] = [option].flat();
    return html`<option value=${own} selected=${own === value}>${shown ?? own}</option>`;
  })}</select></label>`;

export const ProviderChoice = ({ providers, ...rest }) => html`<${Choice} say="Provider" options=${[['', t(rest.hidden ? 'Provider' : 'any')], ...providers.map(({ id }) => id)]} ...${rest}/>`;

export const Text = ({ say, label = t(say), hidden, area, onText, ...rest }) => html`<label class="choice">
  <span class=${hidden && 'unseen'}>${label}</span>
  <${area ? 'textarea' : 'input'} spellcheck=${false} autocomplete="off" ...${rest} onInput=${(event) => onText(event.target.value)}/></label>`;

export const Search = (props) => html`<${Text} hidden say="Filter" placeholder="${t('Filter')}  /" data-search="" type="search" ...${props}/>`;

// `say` holds the heads of the columns, `heads` those that are shown as they are; one that ends in # is of numbers, and an empty one
// of buttons. A row is a list of cells.
export const Table = ({ name, say, heads = say?.split('|').map((head) => head && t(head)) || [], rows, children, ...rest }) => {
  const kinds = heads.map((head) => (head ? /#$/.test(head) && 'number' : 'acts'));
  const row = (cells) => html`<tr>${cells.map((cell, at) => html`<td class=${kinds[at]} title=${typeof cell === 'string' ? cell : undefined}>${cell}</td>`)}</tr>`;
  return html`<div class="scroll"><table ...${rest}><caption class="unseen">${name}</caption>
    ${heads.length > 0 && html`<thead><tr>${heads.map((head, at) => html`<th class=${kinds[at]}>${head.replace(/#$/, '') || html`<span class="unseen">${t('Actions')}</span>`}</th>`)}</tr></thead>`}
    <tbody>${children || rows.map(row)}</tbody></table></div>`;
};

// A menu to the left, and what was picked from it.
export const Columns = ({ title, menu, children }) => html`<div class="columns"><aside class="menu"><h1>${title}</h1>${menu}</aside>
  <div class="content">${children}</div></div>`;

export const Item = ({ to, here, children }) => html`<li><a href=${to} aria-current=${here || undefined}>${children}</a></li>`;

// A dialogue that asks for something, or shows it.
export function Dialog({ title, onClose, children }) {
  const own = useRef();
  useEffect(() => {
    own.current.showModal();
    own.current.querySelector('form :is(input, select, textarea)')?.focus();
    return () => own.current?.close();
  }, []);
  return html`<dialog ref=${own} aria-label=${title} onCancel=${(event) => { event.preventDefault(); onClose(); }}>
    <header><h2>${title}</h2><${Close} run=${onClose}/></header>${children}</dialog>`;
}

// Errors of providers. `acts` gives the buttons of a row.
export const Errors = ({ rows, acts = () => '' }) => html`<${Table} class="catalogue" name=${t('Errors')} say="Status|Error|Message|Raised when|" rows=${rows.map((row) => [
  html`<${Status} entry=${{ ...row, error: row.name }}/>`,
  html`<b>${row.name}</b><small>${[...new Set([row.provider, row.code, `${row.number ?? ''}`])].filter((text) => text && text !== row.name).join(' · ')}</small>`,
  html`${row.message}<${Source} of=${row.source}/>`, row.when, acts(row),
])}/>`;

export function Body({ text, cut, raw, label }) {
  const shown = useMemo(() => (raw || text.length > 400000 ? text : pretty(text) ?? text), [text, raw]);
  if (!text) return html`<p class="quiet">${t('No body.')}</p>`;
  return html`<pre tabindex="0" aria-label=${label}>${shown}</pre>${cut && html`<p class="quiet">${t('The body is longer; the rest was not kept.')}</p>`}`;
}

const Message = ({ name, first, of, raw }) => html`<section aria-label=${name}><h3>${name}</h3><p class="mono wrap">${first}</p>
  <dl class="headers">${Object.entries(of.headers).map(([key, value]) => html`<dt>${key}</dt><dd>${value}</dd>`)}</dl>
  <${Body} text=${of.body} cut=${of.cut} raw=${raw} label=${name}/></section>`;

// What was sent and what came back, next to each other.
export function Exchange({ request, response, status, first }) {
  const [raw, setRaw] = useState(false);
  const delivery = response?.delivery === 'whole' ? '' : response?.delivery;
  return html`<div class="bar"><${Button} say="Pretty" aria-pressed=${!raw} run=${() => setRaw(false)}/><${Button} say="Raw" aria-pressed=${raw} run=${() => setRaw(true)}/></div>
    <div class="pair"><${Message} name=${t('Request')} first=${first} of=${request} raw=${raw}/>
    ${response && html`<${Message} name=${t('Response')} first=${[status || t('no answer'), delivery].filter(Boolean).join(' · ')} of=${response} raw=${raw}/>`}</div>`;
}

// How much two texts, or two lists of lines, have in common at their beginning and at their end.
function common(one, other) {
  const most = Math.min(one.length, other.length);
  let head = 0;
  while (head < most && one[head] === other[head]) head += 1;
  let tail = 0;
  while (tail < most - head && one.at(-1 - tail) === other.at(-1 - tail)) tail += 1;
  return [head, tail];
}

function Marked({ name, lines, others, as }) {
  const [head, tail] = common(lines, others);
  return html`<section><h3>${name}</h3><pre tabindex="0" aria-label=${name}>${lines.map((line, at) => {
    const other = at < head || at >= lines.length - tail ? line : others.slice(0, others.length - tail)[at] ?? '';
    const [from, rest] = common(line, other);
    const to = line.length - rest;
    return html`${line.slice(0, from)}${to > from && html`<${as}>${line.slice(from, to)}<//>`}${line.slice(to)}${'\n'}`;
  })}</pre></section>`;
}

// Two texts next to each other. Of the lines between what both begin and end with, the middle that differs is marked.
export function Difference({ left, right, names }) {
  const [one, other] = [left.split('\n'), right.split('\n')];
  return html`<div class="pair"><${Marked} name=${names[0]} lines=${one} others=${other} as="del"/><${Marked} name=${names[1]} lines=${other} others=${one} as="ins"/></div>`;
}
