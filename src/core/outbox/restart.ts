// The outbox as it was stored.
import { ageMs } from './age.ts';
import { renameLane } from './parents.ts';
import { withoutDoubt, type OutboxRecord, type RecordedFault } from './record.ts';
import { parentsOf } from './reference.ts';
import type { Item, MachineOptions, Moment, OutboxState, Phase } from './state.ts';
import { enter, type Turn } from './turn.ts';

export function itemOf(
  { contract, settings }: MachineOptions,
  record: OutboxRecord,
  moment: Moment,
  replaces: string | undefined,
): Item {
  return {
    id: record.id,
    record,
    asked: undefined,
    replaces,
    facts: contract.facts(record.name),
    parents: record.request === undefined ? parentsOf(record.input) : [],
    lane: record.lane,
    isQueued: false,
    order: record.order,
    phase: { name: 'waiting', dueAtMs: moment.nowMs, forNetwork: false },
    sinceMs: moment.nowMs,
    turn: 0,
    knownAtMs: moment.nowMs,
    // A clock that stands in the past makes ages negative, and one in the future makes them absurd.
    ageThenMs: Math.min(Math.max(ageMs(record, moment), 0), 2 * settings.maxAgeMs),
    begun: 0,
    suspicions: 0,
    refusal: undefined,
  };
}

export function succeed(state: OutboxState, { id, formerly = [] }: OutboxRecord): void {
  for (const former of formerly) state.successors.set(former, id);
}

export function place(turn: Turn, item: Item, phase: Phase): void {
  const { state } = turn;
  state.items.set(item.id, item);
  state.lastOrder = Math.max(state.lastOrder, item.order);
  for (const id of item.parents) {
    const children = state.children.get(id) ?? new Set<Item>();
    state.children.set(id, children.add(item));
  }
  enter(turn, item, phase);
}

/** How a stored record goes on in this life. */
export function resume(turn: Turn, record: OutboxRecord): void {
  const { options, moment, state } = turn;
  const { settings, rules } = options;
  if (record.state === 'acked') {
    const { answer, answeredAt = moment.serverMs } = record;
    state.journal.set(record.id, { answer, answeredAt });
    return succeed(state, record);
  }
  const item = itemOf(options, record, moment, undefined);
  succeed(state, record);
  if (item.facts === undefined) {
    // Its record stays as it is: an app that knows the name again sends it.
    item.record = { ...record, fault: { code: 'unknown-mutation' } };
    return place(turn, item, { name: 'parked' });
  }
  const { nowMs } = moment;
  switch (record.state) {
    case 'parked':
      return place(turn, item, { name: 'parked' });
    case 'unclear':
      return place(turn, item, { name: 'unclear', dueAtMs: nowMs });
    case 'pending': {
      // By a wall clock that may have been set: never longer than the longest wait there is.
      const mostMs = Math.max(settings.backoffCapMs, settings.retryAfterCapMs, ...(item.facts.ladder ?? []));
      const forMs = Math.min(Math.max(record.nextAttemptAt - moment.wallMs, 0), mostMs);
      return place(turn, item, { name: 'waiting', dueAtMs: nowMs + forMs, forNetwork: false });
    }
    case 'inflight': {
      const doubt = rules.afterRestart(record.doubt);
      const fault: RecordedFault = { code: 'interrupted' };
      item.record = { ...withoutDoubt(record), fault, ...(doubt !== undefined && { doubt }) };
      const repeats = doubt === undefined || rules.afterSilence(item.facts.repeat) === 'repeat';
      const waiting: Phase = { name: 'waiting', dueAtMs: nowMs, forNetwork: false };
      return place(turn, item, repeats ? waiting : { name: 'unclear', dueAtMs: nowMs });
    }
  }
}

/** The outbox as it was stored, with the order in which it was taken in. */
export function initialOutbox(
  options: MachineOptions,
  records: readonly OutboxRecord[],
  untouched: readonly string[],
  moment: Moment,
): OutboxState {
  const state: OutboxState = {
    items: new Map(),
    lanes: new Map(),
    children: new Map(),
    journal: new Map(),
    untouched: new Set(untouched),
    busy: new Set(),
    places: new Set(),
    unstored: new Set(),
    successors: new Map(),
    pauses: new Set(),
    network: undefined,
    unauthorised: undefined,
    config: undefined,
    begun: 0,
    probe: 0,
    pages: 0,
    naps: 0,
    parked: 0,
    inflight: 0,
    lastOrder: 0,
    nextDueMs: Number.POSITIVE_INFINITY,
  };
  const turn: Turn = { options, state, moment, effects: [] };
  const isAnswered = ({ state: word }: OutboxRecord): boolean => word === 'acked';
  const answeredFirst = records.filter(isAnswered).toSorted((a, b) => (a.answeredAt ?? 0) - (b.answeredAt ?? 0));
  for (const record of answeredFirst) resume(turn, record);
  const waiting = records.filter((record) => !isAnswered(record));
  for (const record of waiting.toSorted((a, b) => a.order - b.order || (a.id < b.id ? -1 : 1))) resume(turn, record);
  for (const item of state.items.values()) if (item.parents.length > 0) renameLane(turn, item);
  state.nextDueMs = moment.nowMs;
  return state;
}
