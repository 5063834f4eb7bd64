import { disposable } from '../../lib/disposable.ts';
import { HeardError } from '../../errors.ts';
import type { Consumers } from './consumers.ts';
import type { DeliveredEvent } from './delivered-event.ts';
import { inWords, type EventNames } from './event-names.ts';

export interface EventQueueOptions {
  /** How far the loop may fall behind, in events. Default 1 000. */
  readonly buffer?: number | undefined;
  /** Ends the loop. */
  readonly signal?: AbortSignal | undefined;
}

/** For `for await`. Also for `await using`, where the platform and its types have it. */
export interface EventIterator<Event> extends AsyncIteratorObject<Event, undefined, undefined> {
  [Symbol.asyncIterator](): EventIterator<Event>;
  /** Asking for the next event says that the work on all that were given before is done. */
  next(): Promise<IteratorResult<Event, undefined>>;
  return(): Promise<IteratorResult<Event, undefined>>;
}

type Settle = () => void;

interface Buffered {
  readonly event: DeliveredEvent;
  readonly settle: Settle;
}

const finished: IteratorReturnResult<undefined> = { done: true, value: undefined };

/**
 * The events from this call on, one after the other, and never more of them in memory than the buffer holds. A loop that
 * falls behind further gets what was buffered and then the error `too-slow`, at the place where events are missing.
 */
export function eventsOf(
  consumers: Consumers,
  names: EventNames,
  { buffer = 1_000, signal }: EventQueueOptions = {},
): EventIterator<DeliveredEvent> {
  if (!Number.isSafeInteger(buffer) || buffer < 1) throw notABuffer(buffer);

  let open = true;
  let missed = 0;
  const buffered: Buffered[] = [];
  /** Calls of `next` that wait for an event, in order. Where there is one, nothing is buffered. */
  const asking: ((result: IteratorResult<DeliveredEvent, undefined>) => void)[] = [];
  /** Of the events that the loop works on. */
  let given: Settle[] = [];
  /** Of the first events that are missing. */
  const lost: Settle[] = [];

  function take(event: DeliveredEvent): Promise<void> {
    return new Promise((settle) => {
      if (missed > 0 || buffered.length >= buffer) {
        missed += 1;
        // Not before the loop is told may the cursor pass what is missing, or a crash in between would lose it in silence.
        // Of a loop that stands still for long, the rest settles when whoever delivers loses patience.
        if (lost.length < buffer) lost.push(settle);
        return;
      }
      const answer = asking.shift();
      if (answer === undefined) {
        buffered.push({ event, settle });
      } else {
        given.push(settle);
        answer({ done: false, value: event });
      }
    });
  }

  function next(): Promise<IteratorResult<DeliveredEvent, undefined>> {
    settleGiven();
    const oldest = buffered.shift();
    if (oldest !== undefined) {
      given.push(oldest.settle);
      return Promise.resolve({ done: false, value: oldest.event });
    }
    if (!open) return Promise.resolve(finished);
    if (missed > 0) {
      leave();
      return Promise.reject(tooSlow(names, missed, buffer));
    }
    return new Promise((resolve) => asking.push(resolve));
  }

  function settleGiven(): void {
    for (const settle of given) settle();
    given = [];
  }

  function end(): void {
    open = false;
    settleGiven();
    for (const { settle } of buffered.splice(0)) settle();
    for (const settle of lost.splice(0)) settle();
    for (const answer of asking.splice(0)) answer(finished);
  }

  function leave(): void {
    unsubscribe();
    end();
  }

  const unsubscribe = consumers.on(names, take, { signal, ended: end });

  const plain = {
    next,
    async return(): Promise<IteratorResult<DeliveredEvent, undefined>> {
      leave();
      return finished;
    },
    [Symbol.asyncIterator]: (): EventIterator<DeliveredEvent> => iterator,
  };
  const iterator: EventIterator<DeliveredEvent> = disposable(plain, async () => leave());
  return iterator;
}

const tooSlow = (names: EventNames, missed: number, buffer: number): HeardError =>
  new HeardError(
    'too-slow',
    `The loop over ${inWords(names)} fell behind by more than its buffer of ${buffer}: ${missed} missing from here`,
    {
      remediation:
        'Ask the server what is true with query() or refresh() and start a new loop. Then do less in its body, give it a larger buffer, or use process() for work that may wait.',
    },
  );

const notABuffer = (buffer: number): HeardError =>
  new HeardError('options-invalid', `A buffer of ${buffer} events cannot be`, {
    remediation: 'Give a whole number from 1.',
  });
