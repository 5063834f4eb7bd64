import type { HttpRequest } from '../../http/http.ts';
import { HeardError } from '../../errors.ts';
import { isRecord } from '../../lib/json.ts';

/** What a headers hook is told: enough to choose a tenant, and to sign what is sent. */
export type HeaderQuestion = Pick<HttpRequest, 'method' | 'path' | 'body'>;

/** The app's own headers. It may replace `accept` and `content-type`, and nothing else that heard sends. */
export type HeadersHook = (
  request: HeaderQuestion,
) => Readonly<Record<string, string>> | Promise<Readonly<Record<string, string>>>;

/** Off unless named: across origins, a header that the server does not allow turns every request into a network error. */
export interface HeaderNames {
  readonly correlation?: string;
  readonly idempotency?: string;
}

const nameForm = /^[!#$%&'*+.^_`|~0-9a-z-]+$/i;
const valueForm = /^[\t\u0020-\u007e\u0080-\u00ff]*$/;
/** RFC 6750 allows less; some servers give out more. No blanks and no line breaks in any case. */
const tokenForm = /^[\u0021-\u007e]+$/;

export const isSendableToken = (token: string): boolean => tokenForm.test(token);

/** Told before the first request, because afterwards it would look like a broken network. */
export function requireHeaderNames(names: HeaderNames): void {
  for (const name of [names.correlation, names.idempotency]) {
    if (name === undefined || nameForm.test(name)) continue;
    throw new HeardError('options-invalid', `${JSON.stringify(name)} cannot be the name of a header.`, {
      remediation: 'Use letters, digits and hyphens, as in "Idempotency-Key".',
    });
  }
}

export interface HeaderParts {
  readonly body: string | undefined;
  readonly token: string | undefined;
  readonly names: HeaderNames;
  readonly correlationId: string | undefined;
  readonly idempotencyKey: string | undefined;
}

/**
 * One set of headers, by names in small letters. Refuses what no header can carry, here and not in the adapter, whose
 * error would quote the token.
 */
export function requestHeaders(parts: HeaderParts, own: unknown): Record<string, string> {
  const { body, token, names, correlationId, idempotencyKey } = parts;
  // A map, so that `__proto__` is a name like any other.
  const headers = new Map<string, string>([['accept', 'application/json']]);
  if (body !== undefined) headers.set('content-type', 'application/json');
  if (own !== undefined && !isRecord(own)) {
    throw new HeardError('input-invalid', 'The headers hook gave something else than an object.', {
      remediation: 'Return an object of names and texts: { "X-Store": "oran" }.',
    });
  }
  for (const [name, value] of Object.entries(own ?? {})) if (value !== undefined) put(headers, name, value);
  if (token !== undefined) headers.set('authorization', `Bearer ${token}`);
  if (names.correlation !== undefined && correlationId !== undefined) put(headers, names.correlation, correlationId);
  if (names.idempotency !== undefined && idempotencyKey !== undefined) put(headers, names.idempotency, idempotencyKey);
  return Object.fromEntries(headers);
}

function put(headers: Map<string, string>, name: string, value: unknown): void {
  if (!nameForm.test(name) || typeof value !== 'string' || !valueForm.test(value)) {
    // Without the value: it may be secret.
    throw new HeardError('input-invalid', `The header ${JSON.stringify(name)} cannot be sent with its value.`, {
      remediation: 'Give a text without line breaks and without characters beyond Latin-1.',
    });
  }
  headers.set(name.toLowerCase(), value);
}
