// How an attempt ends: the outcome is stored, and what it means follows once it is.
import type { StoredValue } from '../../storage/store.ts';
import { currentId } from './lanes.ts';
import { childrenOf, renameLanes } from './parents.ts';
import { parkCodeOf, withoutDoubt, type Doubt, type OutboxRecord, type RecordedFault } from './record.ts';
import { retryDelayMs } from './retry-policy.ts';
import type { AnsweredBody, Item, Next, Phase } from './state.ts';
import { enter, remove, store, type Turn } from './turn.ts';

/** O31: writes how it ended; `follow` does the rest once it is written. */
function settle(turn: Turn, item: Item, changes: Partial<OutboxRecord>, next: Next): void {
  item.record = { ...item.record, ...changes };
  enter(turn, item, { name: 'settling', next, againAtMs: undefined });
  store(turn, item, item.record);
  if (!turn.options.rules.storesBeforeTelling) follow(turn, item, next);
}

export function follow(turn: Turn, item: Item, next: Next): void {
  const { state, effects } = turn;
  switch (next.to) {
    case 'waiting':
      enter(turn, item, { name: 'waiting', dueAtMs: next.dueAtMs, forNetwork: next.forNetwork });
      return replaceOlder(turn, item.lane);
    case 'unclear':
      return enter(turn, item, { name: 'unclear', dueAtMs: next.dueAtMs });
    case 'parked': {
      item.refusal = next.refusal;
      enter(turn, item, { name: 'parked' });
      const { id, name, fault, doubt } = item.record;
      effects.push({ kind: 'ended', id, end: { kind: 'parked' } });
      const code = parkCodeOf(fault);
      const told = { id, name, code, status: fault?.status, mayHaveHappened: doubt !== undefined };
      effects.push({ kind: 'signal', signal: { kind: 'parked', ...told } });
      return undefined;
    }
    case 'answered': {
      const { id, answer, answeredAt = turn.moment.serverMs } = item.record;
      remove(turn, item);
      state.journal.set(id, { answer, answeredAt });
      renameLanes(turn, item.record);
      effects.push({ kind: 'ended', id, end: { kind: 'done', by: next.by } });
      return prune(turn);
    }
  }
}

interface Parking {
  readonly fault: RecordedFault;
  readonly doubt: Doubt | undefined;
  readonly refusal?: AnsweredBody | undefined;
}

export function park(turn: Turn, item: Item, { fault, doubt, refusal }: Parking): void {
  const record = { ...withoutDoubt(item.record), ...(doubt !== undefined && { doubt }) };
  item.record = record;
  settle(turn, item, { state: 'parked', fault, question: false }, { to: 'parked', refusal });
}

/** O14. */
export function delayed(turn: Turn, item: Item, failures: number, retryAfterMs: number | undefined): number {
  const { settings } = turn.options;
  return retryDelayMs(failures, retryAfterMs, item.facts?.ladder, turn.moment.random, settings);
}

export function wait(turn: Turn, item: Item, changes: Partial<OutboxRecord>, forMs: number, forNetwork = false): void {
  const { nowMs, wallMs } = turn.moment;
  settle(
    turn,
    item,
    { ...changes, state: 'pending', nextAttemptAt: wallMs + forMs, question: false },
    { to: 'waiting', dueAtMs: nowMs + forMs, forNetwork },
  );
}

/** A read will tell. `question`: whether the refusal that is noted is to be believed. */
export function doubtIt(
  turn: Turn,
  item: Item,
  doubt: Doubt | undefined,
  fault: RecordedFault,
  question: boolean,
): void {
  const failures = item.record.failures + 1;
  item.record = { ...withoutDoubt(item.record), ...(doubt !== undefined && { doubt }) };
  settle(turn, item, { state: 'unclear', failures, fault, question }, { to: 'unclear', dueAtMs: turn.moment.nowMs });
}

export function acknowledge(turn: Turn, item: Item, body: unknown, by: Extract<Next, { to: 'answered' }>['by']): void {
  const text = textOf(body);
  const isReferred = childrenOf(turn.state, item.record).length > 0;
  const isKept = isReferred || text.length <= turn.options.settings.journalAnswerLength;
  const { request: _, fault: __, answer: ___, ...record } = item.record;
  item.asked = record.input;
  // The input is the guest's business, and has served its purpose.
  item.record = { ...record, input: null, ...(isKept && text !== '' && { answer: JSON.parse(text) as StoredValue }) };
  settle(turn, item, { state: 'acked', answeredAt: turn.moment.serverMs }, { to: 'answered', by });
}

/** It came as JSON, or over a socket as whatever the transport makes of it; empty where it cannot be said in JSON. */
function textOf(body: unknown): string {
  try {
    return JSON.stringify(body) ?? '';
  } catch {
    return '';
  }
}

/** O4: runs whenever something comes to wait, so that what piles up in a long outage stays one. */
export function replaceOlder(turn: Turn, laneName: string): void {
  const lane = turn.state.lanes.get(laneName);
  if (lane === undefined || lane.items.length < 2) return;
  const newest = new Set<string>();
  for (const item of lane.items.toReversed()) {
    if (item.facts?.keepsNewestOnly !== true || item.phase.name === 'adding') continue;
    const { phase } = item;
    if (newest.has(item.record.name) && phase.name === 'waiting') takeOut(turn, item, phase, 'replaced');
    newest.add(item.record.name);
  }
}

export function takeOut(
  turn: Turn,
  item: Item,
  before: Phase<'waiting' | 'unclear' | 'parked'>,
  as: 'discarded' | 'replaced',
): void {
  enter(turn, item, { name: 'removing', as, before });
  store(turn, item, undefined);
}

/** O32: forgets the oldest answers, but for those that something refers to. */
export function prune({ state, options, moment, effects }: Turn, most: number = options.settings.journalItems): void {
  const { journalMs } = options.settings;
  const ids: string[] = [];
  if (state.journal.size === 0) return;
  const referred = new Set([...state.children.keys()].map((id) => currentId(state, id)));
  for (const [id, { answeredAt }] of state.journal) {
    const isOld = moment.serverMs - answeredAt > journalMs;
    if (!isOld && state.journal.size - ids.length <= most) break;
    if (!referred.has(id)) ids.push(id);
  }
  for (const [former, id] of state.successors) if (ids.includes(id)) state.successors.delete(former);
  for (const id of ids) state.journal.delete(id);
  if (ids.length > 0) effects.push({ kind: 'forget', ids });
}
