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
   * `include` sends cookies, and for Laravel Sanctum the `X-XSRF-TOKEN` that its cookie asks for. It does not fetch that
   * cookie. Default `omit`.
   */
  readonly credentials?: 'omit' | 'include';
  /** Permits http to addresses of the restaurant's own network. Loopback needs no permission, the internet gets none. Default false. */
  readonly allowInsecureLan?: boolean;
  /** A larger answer is not read. Counted after decompression. Default 8 MiB, some 20 000 orders. */
  readonly maxBodyBytes?: number;
}

/** The seam over `fetch`: one request, one answer, and nothing that the platform does of its own accord. */
export function fetchHttp(options: FetchHttpOptions): Http {
  const { baseUrl, credentials = 'omit', allowInsecureLan = false, maxBodyBytes = 8_388_608 } = options;
  const base = baseAddress(baseUrl, { allowInsecureLan });

  async function send({ method, path, headers, body, signal }: HttpRequest): Promise<HttpAnswer> {
    const address = base.resolve(path);
    const xsrf = credentials === 'include' ? xsrfToken() : undefined;
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
