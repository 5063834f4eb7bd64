// O8: what refers to another mutation, until that one is answered.
import type { StoredValue } from '../../storage/store.ts';
import { currentId, joinLane, leaveLane, parentState } from './lanes.ts';
import type { OutboxRecord } from './record.ts';
import { referredValue, withReferences } from './reference.ts';
import type { Item, OutboxState } from './state.ts';
import { exclusivePhases, type Turn } from './turn.ts';

/** What the server answered to a mutation, or to the one that took its place. */
export const answerTo = (state: OutboxState, id: string): StoredValue | undefined =>
  state.journal.get(currentId(state, id))?.answer;

/** The input with what parents were answered; undefined when an answer lacks it. */
export function resolvedInput({ state }: Turn, { record }: Item): StoredValue | undefined {
  return withReferences(record.input, (reference) => referredValue(reference, answerTo(state, reference.$ref)));
}

/** The input with what is known of the answers to parents; what is not known yet is still referred to. */
export const knownInput = (state: OutboxState, input: StoredValue): StoredValue | undefined =>
  withReferences(input, (reference) => referredValue(reference, answerTo(state, reference.$ref)) ?? { ...reference });

/** O8: children of an answered parent go where what they are about is called by its new name. */
export function renameLanes(turn: Turn, parent: OutboxRecord): void {
  for (const child of childrenOf(turn.state, parent)) renameLane(turn, child);
}

export const childrenOf = ({ children }: OutboxState, { id, formerly = [] }: OutboxRecord): readonly Item[] =>
  [id, ...formerly].flatMap((name) => [...(children.get(name) ?? [])]);

export function renameLane(turn: Turn, item: Item): void {
  const { state, options } = turn;
  if (item.record.request !== undefined || exclusivePhases.has(item.phase.name)) return;
  if (item.parents.some((id) => parentState(state, id) !== 'answered')) return;
  const input = resolvedInput(turn, item);
  const lane = input === undefined ? undefined : options.contract.lane(item.record, input);
  if (lane === undefined || lane === item.lane) return;
  const isQueued = item.phase.name !== 'parked';
  if (isQueued) leaveLane(state, item);
  item.lane = lane;
  if (isQueued) joinLane(state, item);
}
