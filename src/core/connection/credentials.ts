import type { Host } from '../../host/host.ts';
import { isRecord } from '../../lib/json.ts';

/** Why a token is asked for: the first one, one that may have run out, or one in place of a refused one. */
export type TokenReason = 'start' | 'expired' | 'rejected';

/** A bare token, or one with the moment at which it runs out, so that it is renewed in time. */
export type TokenAnswer =
  | string
  | {
      readonly token: string;
      /** In ms since 1970, by the server's clock. */
      readonly expiresAt: number;
    };

export type TokenCallback = (question: {
  readonly reason: TokenReason;
}) => TokenAnswer | undefined | Promise<TokenAnswer | undefined>;

/** The one place that asks the app for tokens, for everybody who needs one. */
export interface Credentials {
  /** Whether the app gave a callback at all. */
  readonly available: boolean;
  /** The newest token. When four fifths of its life are over, its successor is asked for meanwhile. */
  current(): string | undefined;
  /**
   * A token other than `used`. Somebody else may have got it already, or be asking right now: then the app is not asked
   * again. Rejects when the callback fails. May never settle, so wait for it with a limit of your own.
   */
  obtain(reason: TokenReason, used?: string): Promise<string | undefined>;
}

export interface CredentialsOptions {
  readonly host: Host;
  readonly token: TokenCallback | undefined;
  /** A question that has not been answered for so long is given up, and the app may be asked anew. */
  readonly abandonAfterMs?: number;
  /** The server's time; the device's may be wrong. */
  readonly serverNowMs?: () => number;
  /** There is a new token: what was refused may be tried again. */
  readonly changed?: () => void;
}

/** Part of its life after which a token is renewed. */
const renewedAfter = 0.8;
/** One that could not be renewed is not asked for at every use. */
const renewEveryMs = 10_000;

interface Granted {
  readonly token: string;
  readonly lifeMs: number | undefined;
}

interface Question {
  readonly askedAtMs: number;
  readonly answer: Promise<string | undefined>;
}

export function createCredentials({
  host,
  token,
  abandonAfterMs = 60_000,
  serverNowMs = () => host.clock.wallMs(),
  changed,
}: CredentialsOptions): Credentials {
  let current: string | undefined;
  let pending: Question | undefined;
  /** On the monotonic clock. */
  let renewAtMs = Number.POSITIVE_INFINITY;

  async function ask(callback: TokenCallback, reason: TokenReason): Promise<Granted | undefined> {
    const answer: unknown = await callback({ reason });
    // JavaScript callers return null, or something else; neither is a token.
    if (typeof answer === 'string') return answer === '' ? undefined : { token: answer, lifeMs: undefined };
    if (!isRecord(answer) || typeof answer['token'] !== 'string' || answer['token'] === '') return undefined;
    const expiresAt = answer['expiresAt'];
    const lifeMs = typeof expiresAt === 'number' ? expiresAt - serverNowMs() : undefined;
    return { token: answer['token'], lifeMs };
  }

  function obtain(reason: TokenReason, used?: string): Promise<string | undefined> {
    if (token === undefined || (current !== undefined && current !== used)) return Promise.resolve(current);
    const nowMs = host.clock.monotonicMs();
    if (pending !== undefined && nowMs - pending.askedAtMs < abandonAfterMs) return pending.answer;

    const granted = ask(token, reason);
    const question: Question = { askedAtMs: nowMs, answer: granted.then((answer) => answer?.token) };
    pending = question;
    const settle = (answer: Granted | undefined): void => {
      // The answer to a question that was given up is older than its successor's.
      if (pending !== question) return;
      pending = undefined;
      if (answer === undefined) return;
      const isNew = answer.token !== current;
      current = answer.token;
      renewAtMs = host.clock.monotonicMs() + Math.max(renewEveryMs, renewedAfter * (answer.lifeMs ?? Infinity));
      if (isNew) changed?.();
    };
    granted.then(settle, () => settle(undefined));
    return question.answer;
  }

  function renewInTime(): void {
    const nowMs = host.clock.monotonicMs();
    if (nowMs < renewAtMs) return;
    renewAtMs = nowMs + renewEveryMs;
    // The old one is good until it is refused, and then whoever needs the new one waits for it, and is told what failed.
    obtain('expired', current).catch(() => undefined);
  }

  return {
    available: token !== undefined,
    current() {
      renewInTime();
      return current;
    },
    obtain,
  };
}
