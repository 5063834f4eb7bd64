// Refusals as RFC 9457 has them: a program reads the status and the last word of the `type`, a person the rest.

export interface Problem {
  readonly status: number;
  /** One word for programs: `idempotency-key-reused`. */
  readonly name: string;
  /** For whoever reads a log. Nothing of what was received is repeated in it. */
  readonly detail: string;
  /** More members beside the usual ones. */
  readonly more?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
}

export function problem({ status, name, detail, more, headers }: Problem): Response {
  const type = `urn:heard:problem:${name}`;
  return new Response(JSON.stringify({ type, title: titleOf(name), status, detail, ...more }), {
    status,
    headers: { 'Content-Type': 'application/problem+json', 'Cache-Control': 'no-store', ...headers },
  });
}

/** `channel-denied` → `Channel denied` */
const titleOf = (name: string): string => `${name.charAt(0).toUpperCase()}${name.slice(1).replaceAll('-', ' ')}`;

export const methodNotAllowed = (allowed: string): Response =>
  problem({
    status: 405,
    name: 'method-not-allowed',
    detail: `Only ${allowed} is answered here.`,
    headers: { Allow: allowed },
  });

export const unauthenticated = (): Response =>
  problem({
    status: 401,
    name: 'unauthenticated',
    detail: 'Nobody is known by what the request says of itself.',
    headers: { 'WWW-Authenticate': 'Bearer' },
  });

export const channelDenied = (detail: string): Response => problem({ status: 403, name: 'channel-denied', detail });
