// One step under way, and what every cell of the machine is made of.
import { joinLane, leaveLane } from './lanes.ts';
import type { OutboxRecord } from './record.ts';
import type { Item, MachineOptions, Moment, OutboxEffect, OutboxState, Phase, PhaseName } from './state.ts';

export interface Turn {
  readonly options: MachineOptions;
  readonly state: OutboxState;
  readonly moment: Moment;
  readonly effects: OutboxEffect[];
}

/** End by themselves, by an answer of the store or the server. */
const busyPhases: ReadonlySet<PhaseName> = new Set([
  'adding',
  'claiming',
  'sending',
  'settling',
  'verifying',
  'removing',
]);

/** Take a place, because something is asked of the server. */
const placedPhases: ReadonlySet<PhaseName> = new Set(['claiming', 'sending', 'verifying']);

/** Nobody else of the lane may begin. */
export const exclusivePhases: ReadonlySet<PhaseName> = new Set([
  'claiming',
  'sending',
  'settling',
  'verifying',
  'removing',
]);

/** On its way to the server, or sent while nobody knows what became of it. */
const inflightPhases: ReadonlySet<PhaseName> = new Set(['claiming', 'sending', 'settling', 'unclear', 'verifying']);

/** The one place that counts by phases. */
function recount(state: OutboxState, before: PhaseName | undefined, after: PhaseName | undefined): void {
  state.parked += Number(after === 'parked') - Number(before === 'parked');
  const isInflight = (name: PhaseName | undefined): number => Number(name !== undefined && inflightPhases.has(name));
  state.inflight += isInflight(after) - isInflight(before);
}

export function enter(turn: Turn, item: Item, phase: Phase): void {
  const { state, moment, effects } = turn;
  recount(state, item.phase.name, phase.name);
  item.phase = phase;
  item.sinceMs = moment.nowMs;
  state.busy.delete(item);
  state.places.delete(item);
  state.unstored.delete(item);
  if (busyPhases.has(phase.name)) state.busy.add(item);
  if (placedPhases.has(phase.name)) state.places.add(item);
  if (phase.name === 'parked') leaveLane(state, item);
  else {
    joinLane(state, item);
    const underway = state.lanes.get(item.lane)?.underway;
    if (exclusivePhases.has(phase.name)) underway?.add(item);
    else underway?.delete(item);
  }
  effects.push({ kind: 'changed', id: item.id, phase: phase.name });
}

export function remove(turn: Turn, item: Item): void {
  const { state } = turn;
  recount(state, item.phase.name, undefined);
  state.items.delete(item.id);
  state.busy.delete(item);
  state.places.delete(item);
  state.unstored.delete(item);
  leaveLane(state, item);
  forgetParents(state, item);
}

export function forgetParents(state: OutboxState, item: Item): void {
  for (const id of item.parents) {
    const children = state.children.get(id);
    children?.delete(item);
    if (children?.size === 0) state.children.delete(id);
  }
  item.parents = [];
}

export function store(turn: Turn, item: Item, record: OutboxRecord | undefined): void {
  item.turn += 1;
  turn.effects.push({ kind: 'store', id: item.id, turn: item.turn, record, removes: undefined, fenced: true });
}

/** Taking in is no tab's privilege, so it is not fenced, unless tabs have it done by one of them (T6). To put something in the place of another is. */
export function storeNew(turn: Turn, item: Item): void {
  const { id, record, replaces: removes } = item;
  item.turn += 1;
  turn.effects.push({
    kind: 'store',
    id,
    turn: item.turn,
    record,
    removes,
    fenced: removes !== undefined || turn.options.takesInAlone,
  });
}

export const isStale = (item: Item, { turn }: { readonly turn: number }): boolean => item.turn !== turn;
