// The seam to a server that answers questions. It moves one request and one answer: no retry, no redirect, no timer, no
// cookie unless asked for. What an answer means is decided above it.

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Relative to the base address, with the query string, percent-encoded. */
  readonly path: string;
  /** Names in small letters. */
  readonly headers: Readonly<Record<string, string>>;
  /** Sent as it is. */
  readonly body: string | undefined;
  /** Gives the request up; the answer is then `aborted`. */
  readonly signal: AbortSignal;
}

export type HttpAnswer = HttpReply | HttpFailure;

/** The server, or somebody in its place, has answered. */
export interface HttpReply {
  readonly kind: 'reply';
  readonly status: number;
  /**
   * What the content type promises; `empty` when there is no body. With a status of 500 and above a body that cannot be
   * read is `other`, because the status says enough.
   */
  readonly media: 'json' | 'problem' | 'empty' | 'other';
  /** The parsed body where `media` is `json` or `problem` and it could be parsed. */
  readonly body: unknown;
  /** A header by its name in small letters; browsers hide most of them from other origins. */
  header(name: string): string | undefined;
}

export interface HttpFailure {
  readonly kind: 'failure';
  readonly because:
    /** Refused, reset, no route, no name, or something that a browser does not tell (CORS). */
    | 'network'
    /** It was sent somewhere else; nothing was followed. */
    | 'redirect'
    /** Promised JSON and was none, was cut short, or was larger than allowed. */
    | 'unreadable'
    | 'aborted';
  /** Where there was one: of a redirect, or above a body that could not be read. */
  readonly status?: number;
}

export interface Http {
  /**
   * Never rejects for anything that a network or a server does. A path that would leave the base address is a mistake, or
   * an attack, and rejects with a HeardError before anything is sent.
   */
  send(request: HttpRequest): Promise<HttpAnswer>;
}
