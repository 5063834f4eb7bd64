import type { Host } from '../../host/host.ts';

/** Why a token is asked for: the first one, one that may have run out, or one in place of a refused one. */
export type TokenReason = 'start' | 'expired' | 'rejected';

export type TokenCallback = (question: {
  readonly reason: TokenReason;
}) => string | undefined | Promise<string | undefined>;

/** The one place that asks the app for tokens, for everybody who needs one. */
export interface Credentials {
  /** Whether the app gave a callback at all. */
  readonly available: boolean;
  /** The newest token. */
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
}

interface Question {
  readonly askedAtMs: number;
  readonly answer: Promise<string | undefined>;
}

export function createCredentials({ host, token, abandonAfterMs = 60_000 }: CredentialsOptions): Credentials {
  let current: string | undefined;
  let pending: Question | undefined;

  async function ask(callback: TokenCallback, reason: TokenReason): Promise<string | undefined> {
    const answer: unknown = await callback({ reason });
    // JavaScript callers return null, or an object; neither is a token.
    return typeof answer === 'string' && answer !== '' ? answer : undefined;
  }

  function obtain(reason: TokenReason, used?: string): Promise<string | undefined> {
    if (token === undefined || (current !== undefined && current !== used)) return Promise.resolve(current);
    const nowMs = host.clock.monotonicMs();
    if (pending !== undefined && nowMs - pending.askedAtMs < abandonAfterMs) return pending.answer;

    const question: Question = { askedAtMs: nowMs, answer: ask(token, reason) };
    pending = question;
    const settle = (answer: string | undefined): void => {
      // The answer to a question that was given up is older than its successor's.
      if (pending !== question) return;
      pending = undefined;
      if (answer !== undefined) current = answer;
    };
    question.answer.then(settle, () => settle(undefined));
    return question.answer;
  }

  return { available: token !== undefined, current: () => current, obtain };
}
