import type { DeliveredEvent } from '../consume/delivered-event.ts';
import type { DeadRecord, ItemRecord } from './record.ts';

/** Work that was asked for and is not done. */
export interface UnfinishedWork {
  readonly event: DeliveredEvent;
  /** A run of it was begun: it may have been done. */
  readonly mayHaveRun: boolean;
}

/** Work that was given up, until a person decides. */
export interface DeadLetter {
  readonly id: string;
  readonly event: DeliveredEvent;
  readonly tries: number;
  /** A run of it was interrupted, or does not stop: nobody knows whether it was done. */
  readonly mayHaveRun: boolean;
  /** The class of what was thrown last. */
  readonly error: string | undefined;
  readonly atMs: number;
}

/** Undefined for what the server has closed meanwhile: nobody waits for it. */
export const unfinishedWork = ({ event, ran, redelivered, isClosed }: ItemRecord): UnfinishedWork | undefined =>
  isClosed ? undefined : { event, mayHaveRun: ran || redelivered };

export const deadLetterOf = (id: string, { event, tries, mayHaveRun, error, atMs }: DeadRecord): DeadLetter => ({
  id,
  event,
  tries,
  mayHaveRun,
  error,
  atMs,
});
