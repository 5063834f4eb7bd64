// The decisions that nothing may be lost or doubled by, one each. The machine reads them from a table, so that the
// simulation can put a wrong one in its place and show that it is noticed.
import type { Repeat } from '../../contract/mutation.ts';
import type { Doubt, OutboxRecord } from './record.ts';

export interface OutboxRules {
  /** O7: what the store holds of a mutation while it is on its way; `undefined` would be nothing. */
  claimed(record: OutboxRecord): OutboxRecord | undefined;
  /** O7: whether the first byte waits for that. */
  waitsForClaim: boolean;
  /** O7: what the server knows a repeat by. */
  idempotencyKey(record: OutboxRecord): string | undefined;
  /** O15: whether what was refused for its token waits for another one. */
  keepsUnauthorised: boolean;
  /** O23: how one goes on when nobody knows. */
  afterSilence(repeat: Repeat): 'repeat' | 'settle';
  /** O24: how one goes on when a read says that it did not happen. */
  afterAbsence(repeat: Repeat, doubt: Doubt | undefined): 'repeat' | 'park';
  /** O24: what a verification's `undefined` amounts to. */
  whenUnsettled(tookEffect: boolean | undefined): boolean | undefined;
  /** O25: whether a refusal needs a read before it is believed. */
  questions(repeat: Repeat, doubt: Doubt | undefined, isRepeat: boolean): boolean;
  /** O27: what is known of an attempt that was under way when the device stopped. */
  afterRestart(doubt: Doubt | undefined): Doubt | undefined;
  /** O5: whether the lane of an item that is under way is taken. */
  lanesAreSerial: boolean;
  /** O8: whether a child waits for a parent that waits for a person. */
  parkedHoldsChildren: boolean;
  /** O11. */
  isTooOld(ageMs: number, limitMs: number): boolean;
  /** O31: whether an outcome is told only once it is stored. */
  storesBeforeTelling: boolean;
}

export const outboxRules: OutboxRules = {
  claimed: (record) => record,
  waitsForClaim: true,
  idempotencyKey: ({ id }) => id,
  keepsUnauthorised: true,
  afterSilence: (repeat) => (repeat === 'none' ? 'settle' : 'repeat'),
  afterAbsence: (repeat, doubt) => (repeat !== 'none' || doubt === 'answer' ? 'repeat' : 'park'),
  whenUnsettled: (tookEffect) => tookEffect,
  questions: (repeat, doubt, isRepeat) => isRepeat || (doubt !== undefined && repeat !== 'key'),
  afterRestart: (doubt) => doubt ?? 'silence',
  lanesAreSerial: true,
  parkedHoldsChildren: true,
  isTooOld: (ageMs, limitMs) => ageMs > limitMs,
  storesBeforeTelling: true,
};
