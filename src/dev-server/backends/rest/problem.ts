// Answers: JSON, nothing, or an RFC 9457 problem whose `type` a program can decide by.

export const json = (status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Response =>
  new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json', ...headers } });

export const empty = (status = 204): Response => new Response(null, { status });

/** A request that is not granted. Thrown by whoever finds out, and answered as a problem in one place. */
export class Refused extends Error {
  override readonly name = 'Refused';
  readonly status: number;
  /** The last word of the problem's `type`. */
  readonly code: string;
  /** What the problem says beyond its text: which steps are legal, which table is taken. */
  readonly details: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    code: string,
    message: string,
    more: {
      readonly details?: Readonly<Record<string, unknown>>;
      readonly headers?: Readonly<Record<string, string>>;
    } = {},
  ) {
    super(message);
    this.status = status;
    this.code = code;
    this.details = more.details ?? {};
    this.headers = more.headers ?? {};
  }
}

export function problem({ status, code, message, details, headers }: Refused): Response {
  // `message` beside `detail`, because that is where Laravel, Strapi and Nest say it.
  const body = { ...details, type: `urn:problem:${code}`, title: code, status, detail: message, message };
  return new Response(JSON.stringify(body), {
    status,
    headers: { 'content-type': 'application/problem+json', ...headers },
  });
}
