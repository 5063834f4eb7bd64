// Who is next: the head of a lane that nobody is under way in, the most urgent first, then the oldest.
import type { MutationPriority } from '../../contract/mutation.ts';
import type { Item, Lane, MachineOptions, Moment, OutboxState } from './state.ts';

const ranks: Readonly<Record<MutationPriority, number>> = { payment: 0, order: 1, status: 2, telemetry: 3 };

export function joinLane(state: OutboxState, item: Item): void {
  const existing = state.lanes.get(item.lane);
  const lane: Lane = existing ?? { items: [], underway: new Set() };
  if (existing === undefined) state.lanes.set(item.lane, lane);
  if (item.isQueued) return;
  item.isQueued = true;
  // Nearly always the last: only what was parked or had another lane comes in between.
  let at = lane.items.length;
  for (let before = lane.items[at - 1]; before !== undefined && isAfter(before, item); before = lane.items[at - 1])
    at -= 1;
  lane.items.splice(at, 0, item);
}

export function leaveLane(state: OutboxState, item: Item): void {
  const lane = state.lanes.get(item.lane);
  if (lane === undefined) return;
  const at = lane.items.indexOf(item);
  if (at >= 0) lane.items.splice(at, 1);
  item.isQueued = false;
  lane.underway.delete(item);
  if (lane.items.length === 0) state.lanes.delete(item.lane);
}

const isAfter = (one: Item, other: Item): boolean =>
  one.order > other.order || (one.order === other.order && one.id > other.id);

/** What is not parked. */
export const countWaiting = ({ items, parked }: OutboxState): number => items.size - parked;

/** Of a mutation that was rebased, the one that took its place. */
export const currentId = (state: OutboxState, id: string): string => state.successors.get(id) ?? id;

/** What is known of a mutation that another one refers to. */
export function parentState(state: OutboxState, ref: string): 'answered' | 'waiting' | 'parked' | 'gone' {
  const id = currentId(state, ref);
  if (state.journal.has(id)) return 'answered';
  if (state.untouched.has(id)) return 'parked';
  const parent = state.items.get(id);
  if (parent === undefined) return 'gone';
  return parent.phase.name === 'parked' ? 'parked' : 'waiting';
}

function waitsForParents({ rules }: MachineOptions, state: OutboxState, item: Item): boolean {
  return item.parents.some((id) => {
    const parent = parentState(state, id);
    return parent === 'waiting' || (parent === 'parked' && rules.parkedHoldsChildren);
  });
}

function isBlocked({ contract }: MachineOptions, state: OutboxState, item: Item): boolean {
  if (item.facts?.mayBeBlocked !== true) return false;
  const others: Item[] = [];
  for (const other of state.items.values()) {
    const isBehind = other.lane === item.lane && other.phase.name !== 'parked' && isAfter(other, item);
    if (other !== item && !isBehind) others.push(other);
  }
  return contract.isBlocked(item.record, others);
}

/** When an item may go, as far as the time goes; undefined for one that waits for something else. */
function dueAtMs(item: Item): number | undefined {
  const { phase } = item;
  return phase.name === 'waiting' || phase.name === 'unclear' ? phase.dueAtMs : undefined;
}

function candidateOf({ rules }: MachineOptions, lane: Lane): Item | undefined {
  if (!rules.lanesAreSerial) return lane.items.find((item) => dueAtMs(item) !== undefined);
  return lane.underway.size === 0 ? lane.items[0] : undefined;
}

interface Choice {
  readonly next: Item | undefined;
  /** When somebody may go who may not yet. */
  readonly dueMs: number;
}

/** `firstId` goes before all others; whom `may` is not said of does not go. */
export function choose(
  options: MachineOptions,
  state: OutboxState,
  moment: Moment,
  firstId: string | undefined,
  may: (item: Item) => boolean = () => true,
): Choice {
  let next: Item | undefined;
  let nextRank = Number.POSITIVE_INFINITY;
  let dueMs = Number.POSITIVE_INFINITY;
  for (const lane of state.lanes.values()) {
    const item = candidateOf(options, lane);
    if (item === undefined || !may(item)) continue;
    const due = dueAtMs(item);
    if (due === undefined) continue;
    if (due > moment.nowMs) {
      dueMs = Math.min(dueMs, due);
      continue;
    }
    const rank = item.id === firstId ? -1 : ranks[item.facts?.priority ?? 'telemetry'];
    if (rank > nextRank || (rank === nextRank && next !== undefined && isAfter(item, next))) continue;
    // What only has to be verified has left already: whom it waited for does not matter any more.
    if (item.phase.name === 'waiting' && (waitsForParents(options, state, item) || isBlocked(options, state, item))) {
      continue;
    }
    next = item;
    nextRank = rank;
  }
  return { next, dueMs };
}
