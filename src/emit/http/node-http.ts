// Node's requests and answers on one side, Request and Response on the other. Nothing that arrives throws out of here, no
// body is read without end, and every request is answered or its connection ended.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { finished } from 'node:stream/promises';

export type Body =
  | { readonly kind: 'whole'; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly kind: 'too-large' }
  /** Whoever sent it went away in the middle. */
  | { readonly kind: 'gone' };

export async function readBody(request: IncomingMessage, mostBytes: number): Promise<Body> {
  // Said beforehand: nothing of it has to be read.
  if (Number(request.headers['content-length'] ?? 0) > mostBytes) return { kind: 'too-large' };
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const chunk of request as AsyncIterable<Uint8Array>) {
      length += chunk.byteLength;
      if (length > mostBytes) return { kind: 'too-large' };
      chunks.push(chunk);
    }
  } catch {
    return { kind: 'gone' };
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.byteLength;
  }
  return { kind: 'whole', bytes };
}

/** The address of a request on this server, whatever host it claims. `undefined`: it has none (`*`, `host:port`, `http://…`). */
export function addressOf({ url = '' }: IncomingMessage, origin: string): URL | undefined {
  if (!url.startsWith('/')) return undefined;
  try {
    return new URL(`${origin}${url}`);
  } catch {
    return undefined;
  }
}

/** `undefined`: a method or a header that the platform's Request refuses (TRACE, CONNECT). */
export function requestOf(
  { method = 'GET', headers }: IncomingMessage,
  address: URL,
  body: Uint8Array<ArrayBuffer>,
): Request | undefined {
  try {
    const carriesBody = method !== 'GET' && method !== 'HEAD' && body.byteLength > 0;
    const given = Object.entries(headers).flatMap(([name, value]): [string, string][] =>
      value === undefined ? [] : [[name, Array.isArray(value) ? value.join(', ') : value]],
    );
    return new Request(address, { method, headers: given, ...(carriesBody && { body }) });
  } catch {
    return undefined;
  }
}

/** Writes an answer; how many bytes its body had. */
export async function write(response: ServerResponse, answer: Response): Promise<number> {
  const bytes = new Uint8Array(await answer.arrayBuffer());
  const headers: Record<string, string | string[]> = {};
  for (const [name, value] of answer.headers) if (name !== 'set-cookie') headers[name] = value;
  const cookies = answer.headers.getSetCookie();
  if (cookies.length > 0) headers['set-cookie'] = cookies;
  if (answer.status !== 204 && answer.status !== 304) headers['content-length'] = String(bytes.byteLength);
  response.writeHead(answer.status, headers);
  response.end(bytes);
  await finished(response).catch(() => undefined);
  return bytes.byteLength;
}
