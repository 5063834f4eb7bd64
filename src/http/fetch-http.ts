import { readJsonBytes, defaultJsonLimits } from '../lib/json.ts';
import { baseAddress } from './base-address.ts';
import { readBytes, startsEmpty } from './body.ts';
import type { Http, HttpAnswer, HttpReply, HttpRequest } from './http.ts';
import { xsrfToken } from './xsrf.ts';

export interface FetchHttpOptions {
  /** Absolute, with https: `https://api.example.test`, perhaps with a path that every request shares. */
  readonly baseUrl: string;
  /** In place of the platform's own, which is looked up at each request. It must be able to leave redirects alone. */
  readonly fetch?: typeof globalThis.fetch;
  /**
   * `include` is for Laravel Sanctum with cookies, in browsers: they are sent, with the `X-XSRF-TOKEN` that one of them
   * asks for. Default `omit`.
   */
  readonly credentials?: 'omit' | 'include';
  /** Where on the same host that cookie is given anew. Asked once when a request is refused for it (419). Default `/sanctum/csrf-cookie`. */
  readonly xsrfCookiePath?: string;
  /** Permits http to addresses of the restaurant's own network. Loopback needs no permission, the internet gets none. Default false. */
  readonly allowInsecureLan?: boolean;
  /** A larger answer is not read. Counted after decompression. Default 8 MiB, some 20 000 orders. */
  readonly maxBodyBytes?: number;
}

/**
 * The seam over `fetch`: one request, one answer, and nothing that the platform does of its own accord. Only a stale XSRF
 * cookie is renewed here, because nobody else knows of it.
 */
export function fetchHttp(options: FetchHttpOptions): Http {
  const { baseUrl, credentials = 'omit', allowInsecureLan = false, maxBodyBytes = 8_388_608 } = options;
  const base = baseAddress(baseUrl, { allowInsecureLan });
  const { xsrfCookiePath = '/sanctum/csrf-cookie' } = options;
  const xsrfAddress = baseAddress(base.origin, { allowInsecureLan }).resolve(xsrfCookiePath);

  async function send(request: HttpRequest): Promise<HttpAnswer> {
    const address = base.resolve(request.path);
    if (credentials === 'omit') return ask(address, request, undefined);
    const used = xsrfToken();
    const answer = await ask(address, request, used);
    if (answer.kind !== 'reply' || answer.status !== 419) return answer;
    // Laravel refuses it before anything of the app has run, so that once more is no repetition.
    await ask(xsrfAddress, { ...request, method: 'GET', body: undefined }, used);
    const fresh = xsrfToken();
    return fresh === undefined || fresh === used ? answer : ask(address, request, fresh);
  }

  async function ask(address: string, request: HttpRequest, xsrf: string | undefined): Promise<HttpAnswer> {
    const { method, headers, body, signal } = request;
    const fetch = options.fetch ?? globalThis.fetch;
    let response: Response;
    try {
      response = await fetch(address, {
        method,
        headers: xsrf === undefined ? headers : { 'x-xsrf-token': xsrf, ...headers },
        body: body ?? null,
        signal,
        credentials,
        redirect: 'manual',
        referrerPolicy: 'no-referrer',
        cache: 'no-store',
      });
    } catch {
      // Nothing of the error is passed on: what an engine says differs, and some quote headers.
      return { kind: 'failure', because: signal.aborted ? 'aborted' : 'network' };
    }
    if (wasRedirected(response)) {
      release(response);
      // A browser shows a redirect as status 0.
      return response.status >= 300 && response.status < 400
        ? { kind: 'failure', because: 'redirect', status: response.status }
        : { kind: 'failure', because: 'redirect' };
    }
    return read(response, signal);
  }

  /** React Native follows redirects whatever it is told, and tells afterwards. */
  function wasRedirected(response: Response): boolean {
    const { type, status, redirected, url } = response;
    return type === 'opaqueredirect' || (status >= 300 && status < 400) || redirected || !isFromHere(url);
  }

  /** Fakes and old engines leave the address out. */
  const isFromHere = (url: string | undefined): boolean => !url || url.startsWith(`${base.origin}/`);

  async function read(response: Response, signal: AbortSignal): Promise<HttpAnswer> {
    const { status } = response;
    const promised = mediaOf(response.headers.get('content-type'));
    try {
      if (promised === 'other') {
        return reply(response, (await startsEmpty(response)) ? 'empty' : 'other', undefined);
      }
      const bytes = await readBytes(response, maxBodyBytes);
      if (bytes?.length === 0) return reply(response, 'empty', undefined);
      const limits = { maxLength: maxBodyBytes, maxDepth: defaultJsonLimits.maxDepth };
      const reading = bytes === undefined ? undefined : readJsonBytes(bytes, limits);
      if (reading?.ok === true) return reply(response, promised, reading.value);
    } catch {
      // Reset, cut short, or not what its encoding says.
      if (signal.aborted) return { kind: 'failure', because: 'aborted' };
    }
    return status >= 500 ? reply(response, 'other', undefined) : { kind: 'failure', because: 'unreadable', status };
  }

  return { send };
}

const reply = ({ status, headers }: Response, media: HttpReply['media'], body: unknown): HttpReply => ({
  kind: 'reply',
  status,
  media,
  body,
  header: (name) => headers.get(name) ?? undefined,
});

function mediaOf(contentType: string | null): 'json' | 'problem' | 'other' {
  const [essence = ''] = (contentType ?? '').split(';', 1);
  const type = essence.trim().toLowerCase();
  if (type === 'application/problem+json') return 'problem';
  return type === 'application/json' || /^[a-z]+\/[\w.!#$&^-]+\+json$/.test(type) ? 'json' : 'other';
}

/** Frees the connection of an answer that is not read to its end. */
function release(response: Response): void {
  if (response.bodyUsed || response.body === null || response.body === undefined) return;
  response.body.cancel().catch(() => undefined);
}
