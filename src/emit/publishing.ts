// One publication after the other, in the order in which they were handed over: what overtakes another one would be held up by
// every device. What does not get through is tried again, and then given up and told; what is in the log is healed by replay.
// While the event server is away, what waits is tried once and no more: else the newest would wait for all pauses of all others.
import { HeardError, isHeardError } from '../errors.ts';
import type { Publication, Publisher } from './publisher.ts';
import type { ServerTime } from './server-time.ts';

export interface PublishingOptions {
  readonly publisher: Publisher;
  /** Pauses before the attempts after the first one. */
  readonly retryDelaysMs: readonly number[];
  /** After this an attempt has failed, whatever becomes of it. */
  readonly timeoutMs: number;
  /** How many events may wait; more are given up at once. */
  readonly mostWaiting: number;
  readonly time: Pick<ServerTime, 'schedule'>;
}

export type Outcome = { readonly ok: true } | { readonly ok: false; readonly error: unknown };

export interface Publishing {
  /** Resolves when they got through or were given up. Never rejects. */
  hand(publications: readonly Publication[]): Promise<Outcome>;
  /** Resolves when nothing waits any more. */
  idle(): Promise<void>;
}

/** One event, with a publication for each of its channels. */
interface Handed {
  readonly publications: readonly Publication[];
  readonly tell: (outcome: Outcome) => void;
}

const done: Outcome = { ok: true };

export function createPublishing(options: PublishingOptions): Publishing {
  const { publisher, retryDelaysMs, timeoutMs, mostWaiting, time } = options;
  const atOnce = Math.max(1, publisher.atOnce ?? 1);
  let queue: Handed[] = [];
  let working: Promise<void> | undefined;
  /** The last one was given up, and not because of itself. */
  let isAway = false;

  async function work(): Promise<void> {
    while (queue.length > 0) await carry(take());
    working = undefined;
  }

  /** As many events as go together; one of more channels than that goes alone, in parts. */
  function take(): readonly Handed[] {
    let count = 0;
    let size = 0;
    for (const { publications } of queue) {
      if (count > 0 && size + publications.length > atOnce) break;
      count += 1;
      size += publications.length;
    }
    const together = queue.slice(0, count);
    queue = queue.slice(count);
    return together;
  }

  /** When they are refused together, each is tried alone: one that the server does not take holds up no other. */
  async function carry(together: readonly Handed[]): Promise<void> {
    const outcome = await bring(together.flatMap(({ publications }) => publications));
    if (outcome.ok || together.length === 1 || !isFinal(outcome.error)) {
      for (const { tell } of together) tell(outcome);
      return;
    }
    for (const { publications, tell } of together) tell(await bring(publications));
  }

  async function bring(publications: readonly Publication[]): Promise<Outcome> {
    for (let from = 0; from < publications.length; from += atOnce) {
      const outcome = await persist(publications.slice(from, from + atOnce));
      if (!outcome.ok) return outcome;
    }
    return done;
  }

  async function persist(publications: readonly Publication[]): Promise<Outcome> {
    let outcome = await attempt(publications);
    for (const delayMs of isAway ? [] : retryDelaysMs) {
      if (outcome.ok || isFinal(outcome.error)) break;
      await new Promise<void>((resolve) => time.schedule(delayMs, resolve));
      outcome = await attempt(publications);
    }
    isAway = !outcome.ok && !isFinal(outcome.error);
    return outcome;
  }

  async function attempt(publications: readonly Publication[]): Promise<Outcome> {
    let stop = (): void => {};
    const late = new Promise<Outcome>((resolve) => {
      stop = time.schedule(timeoutMs, () => resolve({ ok: false, error: tooLate(timeoutMs) }));
    });
    try {
      return await Promise.race([publisher.publish(publications).then(() => done), late]);
    } catch (error) {
      return { ok: false, error };
    } finally {
      stop();
    }
  }

  return {
    hand(publications) {
      if (queue.length >= mostWaiting) return Promise.resolve({ ok: false, error: tooMany(mostWaiting) });
      return new Promise((resolve) => {
        queue.push({ publications, tell: resolve });
        working ??= work();
      });
    },
    idle: async () => working,
  };
}

/** The same again would be refused again. */
const isFinal = (error: unknown): boolean => isHeardError(error) && error.code === 'publish-refused';

const tooLate = (timeoutMs: number): HeardError =>
  new HeardError('timeout', `The publisher did not answer within ${timeoutMs} ms.`, {
    remediation: 'Look whether the event server is up and reachable from here.',
  });

const tooMany = (mostWaiting: number): HeardError =>
  new HeardError('too-many', `${mostWaiting} events wait for the publisher already.`, {
    remediation: 'The event server is slower than this backend. Look at it; what is in the log can be replayed.',
  });
