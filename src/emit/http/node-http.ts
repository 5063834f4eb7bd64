// Node's requests and answers on one side, Request and Response on the other. Nothing that arrives throws out of here, no
// body is read without end, and every request is answered or its connection ended.

/** What is needed of Node's `IncomingMessage`: whoever has no types of Node compiles all the same. */
export interface NodeRequest {
  readonly url?: string | undefined;
  readonly method?: string | undefined;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly socket: { destroy(): unknown };
  [Symbol.asyncIterator](): AsyncIterator<unknown>;
}

/** The same of its `ServerResponse`. */
export interface NodeResponse {
  writeHead(status: number, headers: Record<string, string | string[]>): unknown;
  end(body: Uint8Array): unknown;
  on(event: 'error', listener: () => void): unknown;
}

export type Body =
  | { readonly kind: 'whole'; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly kind: 'too-large' }
  /** Whoever sent it went away in the middle. */
  | { readonly kind: 'gone' };

export async function readBody(request: NodeRequest, mostBytes: number): Promise<Body> {
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
export function addressOf({ url = '' }: NodeRequest, origin: string): URL | undefined {
  if (!url.startsWith('/')) return undefined;
  try {
    return new URL(`${origin}${url}`);
  } catch {
    return undefined;
  }
}

/** `undefined`: a method or a header that the platform's Request refuses (TRACE, CONNECT). */
export function requestOf(
  { method = 'GET', headers }: NodeRequest,
  address: URL,
  body: Uint8Array<ArrayBuffer>,
): Request | undefined {
  try {
    const carriesBody = method !== 'GET' && method !== 'HEAD' && body.byteLength > 0;
    const given = Object.entries(headers).flatMap(([name, value]): [string, string][] =>
      value === undefined ? [] : [[name, typeof value === 'string' ? value : value.join(', ')]],
    );
    return new Request(address, { method, headers: given, ...(carriesBody && { body }) });
  } catch {
    return undefined;
  }
}

/** Writes an answer; how many bytes its body had. */
export async function write(response: NodeResponse, answer: Response): Promise<number> {
  const bytes = new Uint8Array(await answer.arrayBuffer());
  const headers: Record<string, string | string[]> = {};
  for (const [name, value] of answer.headers) if (name !== 'set-cookie') headers[name] = value;
  const cookies = answer.headers.getSetCookie();
  if (cookies.length > 0) headers['set-cookie'] = cookies;
  if (answer.status !== 204 && answer.status !== 304) headers['content-length'] = String(bytes.byteLength);
  response.writeHead(answer.status, headers);
  response.end(bytes);
  return bytes.byteLength;
}
