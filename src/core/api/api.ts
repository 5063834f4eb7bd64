import type { RequestPlan } from '../../contract/request.ts';

/** The server's REST interface, with everything that is the same for every request: token, time limit, what a reply means. */
export interface Api {
  /** One attempt, and a second one with a new token where the first was refused (401). Never rejects. */
  ask(plan: RequestPlan, options?: AskOptions): Promise<ApiAnswer>;
}

export interface AskOptions {
  /** False: a refused token is told as the refusal (401) that it is, for who has to find out first whose fault it was. */
  readonly renewsToken?: boolean;
  /** In place of the newest one: who is told that a token was refused has to know which. */
  readonly token?: string;
  /** Gives the request up at once; the answer is then `aborted`. What was sent may have arrived. */
  readonly signal?: AbortSignal;
  /** For each attempt, and as much again for each token that has to be waited for. Default 10 s. */
  readonly timeoutMs?: number;
  /** Sent along where the contract or the app names a header for it. */
  readonly correlationId?: string;
  readonly idempotencyKey?: string;
  /** The body as it was frozen; otherwise the plan's body is encoded. */
  readonly bodyText?: string;
}

export type ApiAnswer = ApiSuccess | ApiRefusal | ApiFailure;

/** 2xx with JSON, or without any body. */
interface ApiSuccess {
  readonly kind: 'success';
  readonly status: number;
  /** Undefined when there was none: that is no empty list. */
  readonly body: unknown;
}

/**
 * The server said no. With 400 to 499 in a way that can be believed to be its own (JSON, or no body at all); with 500 and
 * above perhaps a proxy in its place, which comes to the same: try again later.
 */
interface ApiRefusal {
  readonly kind: 'refusal';
  readonly status: number;
  /** Undefined when there was none, or none that is JSON. */
  readonly body: unknown;
  /** The `type` of an RFC 9457 problem, where it is one and has one that says more than the status. */
  readonly problem: string | undefined;
  /** From 0 to 5 minutes, whatever the server wrote. */
  readonly retryAfterMs: number | undefined;
}

/** Nobody knows what the server would say. */
export interface ApiFailure {
  readonly kind: 'failure';
  readonly because:
    /** No way to the server; or something of the app's own failed on the way (token, headers), which was reported. */
    | 'network'
    | 'timeout'
    | 'aborted'
    /** The way leads elsewhere: the server redirects, or the path would leave the base address. Nothing was followed. */
    | 'redirect'
    /** A web page where JSON was promised, with a 2xx or a 511: somebody else answered in the server's place. */
    | 'captive-portal'
    /** The same with a 4xx: a proxy, or the wrong host. */
    | 'not-json'
    /** Promised JSON and was none, was cut short, or was too large. */
    | 'unreadable'
    /** No token is to be had, or the new one is refused, too. */
    | 'unauthorised';
  readonly status: number | undefined;
  readonly retryAfterMs: number | undefined;
  /** The server has certainly not acted: nothing was sent, or what was sent was refused for its token. */
  readonly untouched?: true;
}
