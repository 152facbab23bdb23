// The calls of a list as an HTTP Archive 1.2, which browsers' own tools open.
import { api } from './parts.js';

const pairs = (entries) => [...entries].map(([name, value]) => ({ name, value }));
const size = (text) => new TextEncoder().encode(text).length;

export async function archive(rows, told) {
  const whole = [];
  const left = rows.slice().reverse();
  const work = async () => {
    for (let row = left.shift(); row; row = left.shift()) {
      // It may have left the journal meanwhile.
      const entry = await api(`journal/${row.id}`).catch(() => null);
      if (entry) whole.push(entry);
      told(whole.length);
    }
  };
  await Promise.all([work(), work(), work(), work()]);
  const entries = whole.sort((a, b) => a.id - b.id).map(archived);
  return new Blob([JSON.stringify({ log: { version: '1.2', creator: { name: 'rollcall', version: '1' }, entries } }, null, 1)], { type: 'application/json' });
}

function archived({ time, duration_us: us, method, target, status, request, response, id, namespace, provider, operation, error, explanation }) {
  const url = new URL(target, `${location.protocol}//${request.headers.host || location.host}`);
  const message = ({ headers, body }) => ({ httpVersion: 'HTTP/1.1', cookies: [], headers: pairs(Object.entries(headers)), headersSize: -1, bodySize: size(body) });
  const content = ({ headers, body }) => ({ mimeType: headers['content-type'] || '', text: body });
  return {
    startedDateTime: time,
    time: us / 1000,
    request: { method, url: url.href, queryString: pairs(url.searchParams), ...message(request), ...(request.body && { postData: content(request) }) },
    response: { status, statusText: '', redirectURL: '', ...message(response), content: { size: size(response.body), ...content(response) } },
    cache: {},
    timings: { send: 0, wait: us / 1000, receive: 0 },
    _rollcall: { id, namespace, provider, operation, error, explanation },
  };
}
