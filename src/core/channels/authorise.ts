/** May this socket hear this channel? */
export interface AuthoriseQuestion {
  readonly socketId: string;
  readonly channel: string;
  readonly token: string | undefined;
  /** Nobody waits for the answer any more. */
  readonly signal: AbortSignal;
}

export type AuthoriseAnswer =
  | { readonly kind: 'granted'; readonly auth: string; readonly channelData?: string }
  /** The server answered, and it was no. */
  | { readonly kind: 'refused'; readonly status: number; readonly retryAfterMs?: number }
  /** Nobody knows what the server would say: no network, or an answer that is none. */
  | { readonly kind: 'failed'; readonly retryAfterMs?: number };

/** Moves one question to the server and the answer back. It neither retries nor asks for tokens. */
export type Authorise = (question: AuthoriseQuestion) => Promise<AuthoriseAnswer>;
