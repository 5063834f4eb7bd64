import type { WaitingMutation } from '../../contract/mutation.ts';
import type { OutboxRecord } from './record.ts';

/** A mutation without an end: not sent, not answered, or parked. */
export interface UnfinishedMutation extends WaitingMutation {
  /** An attempt of it may have taken effect: look at the server before it is asked for again. */
  readonly mayHaveHappened: boolean;
}

/** As it is stored; undefined for one that was answered. */
export function unfinishedMutation(record: OutboxRecord): UnfinishedMutation | undefined {
  const { id, name, input, createdAt, state, doubt } = record;
  if (state === 'acked') return undefined;
  return { id, name, input, createdAt, state, mayHaveHappened: doubt !== undefined || state === 'inflight' };
}
