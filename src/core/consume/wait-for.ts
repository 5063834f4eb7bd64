import { HeardError } from '../../errors.ts';
import type { Host } from '../../host/host.ts';
import type { Consumers } from './consumers.ts';
import type { DeliveredEvent } from './delivered-event.ts';
import { inWords, type EventNames } from './event-names.ts';

export interface WaitOptions {
  /** Default: as long as it takes. */
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The first of these events that the predicate accepts. Rejects when it does not come, and with whatever the predicate throws. */
export function waitFor(
  consumers: Consumers,
  host: Host,
  names: EventNames,
  predicate: ((event: DeliveredEvent) => boolean) | undefined,
  { timeoutMs, signal }: WaitOptions = {},
): Promise<DeliveredEvent> {
  return new Promise((resolve, reject) => {
    const stopWaiting =
      timeoutMs === undefined || timeoutMs === Number.POSITIVE_INFINITY
        ? undefined
        : host.schedule(timeoutMs, () => {
            unsubscribe();
            reject(tooLate(names, timeoutMs));
          });

    function leave(): void {
      unsubscribe();
      stopWaiting?.();
    }

    function look(event: DeliveredEvent): void {
      try {
        if (predicate !== undefined && !predicate(event)) return;
      } catch (error) {
        leave();
        return reject(error);
      }
      leave();
      resolve(event);
    }

    function ended(because: 'aborted' | 'disposed'): void {
      stopWaiting?.();
      reject(because === 'aborted' ? aborted(names, signal) : disposed(names));
    }

    const unsubscribe = consumers.on(names, look, { signal, ended });
  });
}

const tooLate = (names: EventNames, timeoutMs: number): HeardError =>
  new HeardError('timeout', `Waited ${timeoutMs} ms for ${inWords(names)}, and it did not come`, {
    remediation: 'Ask the server what is true with query() or refresh(), look at status, or wait longer.',
  });

const aborted = (names: EventNames, signal: AbortSignal | undefined): HeardError =>
  new HeardError('aborted', `Waiting for ${inWords(names)} was aborted`, {
    remediation: 'Nothing, if the app meant to: its signal ended the waiting. The cause is the reason it gave.',
    cause: signal?.reason,
  });

const disposed = (names: EventNames): HeardError =>
  new HeardError('disposed', `The client was disposed, and no longer waits for ${inWords(names)}`, {
    remediation: 'Create a new client to go on, or end the waiting with a signal before dispose().',
  });
