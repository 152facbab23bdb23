// The calls of a list as an HTTP Archive 1.2, which browsers' own tools open.
import { api } from './core.js';

const named = (of) => Object.entries(of).map(([name, value]) => ({ name, value }));
const size = (text) => new TextEncoder().encode(text).length;

export async function archive(rows, told) {
  const whole = [];
  const left = rows.slice().reverse();
  const one = async () => {
    for (let row = left.shift(); row; row = left.shift()) {
      // It may have left the journal meanwhile.
      const entry = await api(`journal/${row.id}`).catch(() => null);
      if (entry) whole.push(entry);
      told(whole.length);
    }
  };
  await Promise.all([one(), one(), one(), one()]);
  whole.sort((a, b) => a.id - b.id);
  return { log: { version: '1.2', creator: { name: 'rollcall', version: '1' }, entries: whole.map(archived) } };
}

function archived({ time, duration_us: us, method, target, status, request, response, ...rest }) {
  const url = new URL(target, `${location.protocol}//${request.headers.host || location.host}`);
  const type = (of) => of['content-type'] || '';
  const ms = us / 1000;
  return {
    startedDateTime: time,
    time: ms,
    request: {
      method, url: url.href, httpVersion: 'HTTP/1.1', cookies: [], headers: named(request.headers), queryString: [...url.searchParams].map(([name, value]) => ({ name, value })),
      headersSize: -1, bodySize: size(request.body), ...(request.body && { postData: { mimeType: type(request.headers), text: request.body } }),
    },
    response: {
      status, statusText: '', httpVersion: 'HTTP/1.1', cookies: [], headers: named(response.headers), redirectURL: '', headersSize: -1, bodySize: size(response.body),
      content: { size: size(response.body), mimeType: type(response.headers), text: response.body },
    },
    cache: {},
    timings: { send: 0, wait: ms, receive: 0 },
    _rollcall: { id: rest.id, namespace: rest.namespace, provider: rest.provider, operation: rest.operation, error: rest.error, explanation: rest.explanation },
  };
}
