// The outbox as a pure machine: `step(options, state, input, moment)` consumes the state and hands it back with what to
// do about it. SPEC.md has the diagram and the rules (O1 …). The table at the end has a cell for every phase and input.
import type { StoreFault } from '../../storage/store.ts';
import type { Verdict } from './answer.ts';
import { dated, nowFor } from './age.ts';
import { connected, probed } from './gates.ts';
import { answered, isTooOld, verified } from './judgement.ts';
import { choose, parentState } from './lanes.ts';
import { childrenOf, renameLane, resolvedInput } from './parents.ts';
import type { OutboxRecord, RecordedFault } from './record.ts';
import { itemOf, place, resume, succeed } from './restart.ts';
import { doubledMs } from './retry-policy.ts';
import { doubtIt, follow, park, prune, replaceOlder, takeOut, wait } from './settling.ts';
import type {
  Item,
  ItemInput,
  ItemInputKind,
  MachineOptions,
  Moment,
  NetworkGate,
  OutboxInput,
  OutboxState,
  Phase,
  PhaseName,
  Step,
} from './state.ts';
import { enter, forgetParents, isStale, remove, store, storeNew, type Turn } from './turn.ts';
import { wakeUp } from './watchdog.ts';

type Cell<P extends PhaseName, I extends ItemInputKind> = (
  item: Item,
  phase: Phase<P>,
  input: ItemInput<I>,
  turn: Turn,
) => void;

type Row<P extends PhaseName> = { readonly [I in ItemInputKind]: Cell<P, I> };

type Table = { readonly [P in PhaseName]: Row<P> };

/** O7, O8, O11: its turn has come. */
function begin(item: Item, _: Phase<'waiting'>, __: ItemInput<'go'>, turn: Turn): void {
  const { record, facts } = item;
  const { state, options } = turn;
  const { doubt } = record;
  if (facts === undefined) return park(turn, item, { fault: { code: 'unknown-mutation' }, doubt });
  if (isTooOld(turn, item)) {
    const fault: RecordedFault = { code: 'expired' };
    if (doubt !== undefined && facts.verifies) return doubtIt(turn, item, doubt, fault, true);
    return park(turn, item, { fault, doubt });
  }
  const isOrphan = item.parents.some((id) => parentState(state, id) !== 'answered');
  const input = isOrphan ? undefined : resolvedInput(turn, item);
  if (input === undefined) return park(turn, item, { fault: { code: 'parent-gone' }, doubt });
  const request = record.request ?? options.contract.freeze(record, input);
  if (request === undefined) return park(turn, item, { fault: { code: 'unsendable' }, doubt });
  item.record = { ...record, state: 'inflight', attempts: record.attempts + 1, lane: item.lane, input, request };
  enter(turn, item, { name: 'claiming', before: record });
  store(turn, item, options.rules.claimed(item.record));
  if (!options.rules.waitsForClaim) send(turn, item);
}

function ask({ state }: Turn, item: Item): void {
  item.turn += 1;
  state.begun += 1;
  item.begun = state.begun;
}

function send(turn: Turn, item: Item): void {
  forgetParents(turn.state, item);
  enter(turn, item, { name: 'sending' });
  ask(turn, item);
  turn.effects.push({ kind: 'send', id: item.id, turn: item.turn, record: item.record });
}

/** O38: who pauses or disposes meanwhile is spared a doubt: nothing has left yet. */
function claimed(item: Item, { before }: Phase<'claiming'>, input: ItemInput<'stored'>, turn: Turn): void {
  if (isStale(item, input)) return;
  if (turn.state.pauses.size === 0) return send(turn, item);
  item.record = before;
  wait(turn, item, {}, 0);
}

function claimFailed(item: Item, { before }: Phase<'claiming'>, input: ItemInput<'notStored'>, turn: Turn): void {
  if (isStale(item, input)) return;
  item.record = before;
  const forMs = storageTrouble(turn, item, input.fault);
  enter(turn, item, { name: 'waiting', dueAtMs: turn.moment.nowMs + forMs, forNetwork: false });
}

/** Tells, and says how long to wait. O36: who was fenced off stops for good. */
function storageTrouble(turn: Turn, item: Item, fault: StoreFault): number {
  const { options, state, effects, moment } = turn;
  if (fault === 'fenced') {
    if (!state.pauses.has('fenced')) effects.push({ kind: 'signal', signal: { kind: 'stopped', because: 'fenced' } });
    state.pauses.add('fenced');
    return Number.POSITIVE_INFINITY;
  }
  effects.push({ kind: 'held-up' }, { kind: 'signal', signal: { kind: 'storage', id: item.id, fault } });
  if (fault === 'full') prune(turn, 0);
  const { backoffBaseMs, backoffCapMs } = options.settings;
  const failures = item.record.failures + 1;
  item.record = { ...item.record, failures };
  return backoffBaseMs + moment.random * doubledMs(backoffBaseMs, failures, backoffCapMs);
}

/** O35: its record went in the same commit that stored its successor. */
function takenOver(turn: Turn, id: string, successor: Item): void {
  const item = turn.state.items.get(id);
  if (item === undefined) return;
  remove(turn, item);
  succeed(turn.state, successor.record);
  turn.effects.push({ kind: 'ended', id, end: { kind: 'replaced' } });
}

const stay = (): void => undefined;

function discard(item: Item, phase: Phase<'waiting' | 'unclear' | 'parked'>, _: unknown, turn: Turn): void {
  takeOut(turn, item, phase, 'discarded');
}

function goNow(item: Item, phase: Phase<'waiting' | 'unclear'>, _: ItemInput<'retry'>, turn: Turn): void {
  enter(turn, item, { ...phase, dueAtMs: Math.min(phase.dueAtMs, turn.moment.nowMs) });
}

/** O35: by a person, so that it begins anew, with the same key and bytes. Whether it may have happened is still open. */
function retryParked(item: Item, _: Phase<'parked'>, __: ItemInput<'retry'>, turn: Turn): void {
  if (item.facts === undefined) return;
  const nowMs = nowFor(item.record, turn.moment);
  wait(turn, item, { failures: 0, expiresAt: nowMs + turn.options.settings.maxAgeMs }, 0);
}

function verify(item: Item, _: Phase<'unclear'>, __: ItemInput<'go'>, turn: Turn): void {
  const { record, facts } = item;
  // Where it cannot be read: after a restart, or since the contract changed.
  if (facts?.verifies !== true) {
    return park(turn, item, { fault: { ...record.fault, code: 'unclear' }, doubt: record.doubt ?? 'silence' });
  }
  enter(turn, item, { name: 'verifying' });
  ask(turn, item);
  turn.effects.push({ kind: 'verify', id: item.id, turn: item.turn, record });
}

const stuck = ({ effects }: Turn, { id }: Item, at: 'store' | 'server' | 'verification'): void =>
  void effects.push({ kind: 'signal', signal: { kind: 'stuck', id, at } });

/** A store that does not answer is asked the same again: a record is put whole, so twice is once. */
function storeAgain(turn: Turn, item: Item, record: OutboxRecord | undefined): void {
  stuck(turn, item, 'store');
  enter(turn, item, item.phase);
  store(turn, item, record);
}

function notSettled(item: Item, phase: Phase<'settling'>, input: ItemInput<'notStored'>, turn: Turn): void {
  if (isStale(item, input)) return;
  const { state, moment } = turn;
  const isDroppable = phase.next.to === 'answered' && childrenOf(state, item.record).length === 0;
  // O32: without room the journal does without; what must not be forgotten is that it is not waiting any more.
  if (input.fault === 'full' && isDroppable) return store(turn, item, undefined);
  const againAtMs = moment.nowMs + storageTrouble(turn, item, input.fault);
  enter(turn, item, { ...phase, againAtMs });
  state.busy.delete(item);
  state.unstored.add(item);
}

function settleAgain(item: Item, phase: Phase<'settling'>, _: ItemInput<'overdue'>, turn: Turn): void {
  if (phase.againAtMs === undefined) stuck(turn, item, 'store');
  enter(turn, item, { ...phase, againAtMs: undefined });
  store(turn, item, item.record);
}

function notRemoved(item: Item, phase: Phase<'removing'>, input: ItemInput<'notStored'>, turn: Turn): void {
  if (isStale(item, input)) return;
  if (input.fault === 'fenced') storageTrouble(turn, item, input.fault);
  enter(turn, item, phase.before);
  if (phase.as === 'discarded') turn.effects.push({ kind: 'not-removed', id: item.id, fault: input.fault });
}

function notAnsweredInTime(item: Item, phase: Phase<'sending'>, _: ItemInput<'overdue'>, turn: Turn): void {
  stuck(turn, item, 'server');
  turn.effects.push({ kind: 'abort', id: item.id, turn: item.turn });
  const verdict: Verdict = { kind: 'retry', fault: { code: 'hung' }, retryAfterMs: undefined, surelyNot: false };
  answered(item, phase, { kind: 'answered', turn: item.turn, read: { verdict, reached: 'unknown' } }, turn);
}

function notVerifiedInTime(item: Item, phase: Phase<'verifying'>, _: ItemInput<'overdue'>, turn: Turn): void {
  stuck(turn, item, 'verification');
  turn.effects.push({ kind: 'abort', id: item.id, turn: item.turn });
  const outcome = { kind: 'failed', code: 'hung', retryAfterMs: undefined, reached: 'unknown' } as const;
  verified(item, phase, { kind: 'verified', turn: item.turn, outcome }, turn);
}

/** O32: an order is worth more than what is remembered of those that were answered. */
function makesRoom(turn: Turn): boolean {
  const before = turn.state.journal.size;
  prune(turn, 0);
  return turn.state.journal.size < before;
}

/** It was at rest when it was asked for; whoever asked is told that it is not any more. */
const tooLate = ({ id }: Pick<Item, 'id'>, _: unknown, __: unknown, { effects }: Turn): void =>
  void effects.push({ kind: 'not-removed', id, fault: undefined });

/** Every phase with every input: a missing cell does not compile. */
const table: Table = {
  adding: {
    go: stay,
    stored(item, _, input, turn) {
      if (isStale(item, input)) return;
      turn.effects.push({ kind: 'added', id: item.id });
      if (item.replaces !== undefined) takenOver(turn, item.replaces, item);
      enter(turn, item, { name: 'waiting', dueAtMs: turn.moment.nowMs, forNetwork: false });
      replaceOlder(turn, item.lane);
    },
    notStored(item, phase, { fault, ...input }, turn) {
      if (isStale(item, input)) return;
      if (fault === 'full' && makesRoom(turn)) {
        enter(turn, item, phase);
        return storeNew(turn, item);
      }
      remove(turn, item);
      turn.effects.push({ kind: 'signal', signal: { kind: 'storage', id: item.id, fault } });
      turn.effects.push({ kind: 'not-added', id: item.id, fault });
    },
    answered: stay,
    verified: stay,
    overdue(item, phase, _, turn) {
      stuck(turn, item, 'store');
      enter(turn, item, phase);
      storeNew(turn, item);
    },
    retry: stay,
    discard: tooLate,
  },
  waiting: {
    go: begin,
    stored: stay,
    notStored: stay,
    answered: stay,
    verified: stay,
    overdue: stay,
    retry: goNow,
    discard,
  },
  claiming: {
    go: stay,
    stored: claimed,
    notStored: claimFailed,
    answered: stay,
    verified: stay,
    overdue: (item, _, __, turn) => storeAgain(turn, item, turn.options.rules.claimed(item.record)),
    retry: stay,
    discard: tooLate,
  },
  sending: {
    go: stay,
    stored: stay,
    notStored: stay,
    answered,
    verified: stay,
    overdue: notAnsweredInTime,
    retry: stay,
    discard: tooLate,
  },
  settling: {
    go: stay,
    stored: (item, phase, input, turn) => (isStale(item, input) ? undefined : follow(turn, item, phase.next)),
    notStored: notSettled,
    answered: stay,
    verified: stay,
    overdue: settleAgain,
    retry: stay,
    discard: tooLate,
  },
  unclear: {
    go: verify,
    stored: stay,
    notStored: stay,
    answered: stay,
    verified: stay,
    overdue: stay,
    retry: goNow,
    discard,
  },
  verifying: {
    go: stay,
    stored: stay,
    notStored: stay,
    answered: stay,
    verified,
    overdue: notVerifiedInTime,
    retry: stay,
    discard: tooLate,
  },
  parked: {
    go: stay,
    stored: stay,
    notStored: stay,
    answered: stay,
    verified: stay,
    overdue: stay,
    retry: retryParked,
    discard,
  },
  removing: {
    go: stay,
    stored(item, phase, input, turn) {
      if (isStale(item, input)) return;
      remove(turn, item);
      turn.effects.push({ kind: 'ended', id: item.id, end: { kind: phase.as } });
    },
    notStored: notRemoved,
    answered: stay,
    verified: stay,
    overdue: (item, _, __, turn) => storeAgain(turn, item, undefined),
    retry: stay,
    discard: tooLate,
  },
};

function dispatch<P extends PhaseName, I extends ItemInputKind>(
  item: Item,
  phase: Phase<P>,
  input: ItemInput<I>,
  turn: Turn,
): void {
  const row: Row<P> = table[phase.name];
  const cell: Cell<P, I> = row[input.kind];
  cell(item, phase, input, turn);
}

const feed = (turn: Turn, item: Item, input: ItemInput): void => dispatch(item, item.phase, input, turn);

/** Starts whoever may go. */
function schedule(turn: Turn): void {
  const { options, state, moment } = turn;
  state.nextDueMs = Number.POSITIVE_INFINITY;
  if (state.pauses.size > 0 || state.items.size === state.parked) return;
  if (state.network !== undefined) return lookForNetwork(turn, state.network);
  const gates = [state.unauthorised, state.config].filter((gate) => gate !== undefined);
  const [first] = gates;
  const gateMs = Math.max(0, ...gates.map(({ dueAtMs }) => dueAtMs));
  if (gateMs > moment.nowMs) {
    state.nextDueMs = gateMs;
    return;
  }
  const places = first === undefined ? options.settings.lanesAtOnce : 1;
  while (state.places.size < places) {
    const { next, dueMs } = choose(options, state, moment, first?.firstId);
    state.nextDueMs = dueMs;
    if (next === undefined) return;
    feed(turn, next, { kind: 'go' });
  }
}

/** So many times the GET is believed before a mutation goes to see for itself. */
const believedProbes = 3;

/** O28: the GET may fail for reasons of its own, and then it must not be what keeps everything from going. */
function lookForNetwork(turn: Turn, gate: NetworkGate): void {
  const { options, state, moment, effects } = turn;
  if (gate.askedAtMs !== undefined || gate.dueAtMs > moment.nowMs) return;
  state.probe += 1;
  state.network = { ...gate, askedAtMs: moment.nowMs };
  effects.push({ kind: 'probe', probe: state.probe });
  if (gate.failures < believedProbes || state.places.size > 0) return;
  const { next } = choose(options, state, moment, undefined, isSafeToTry);
  if (next !== undefined) feed(turn, next, { kind: 'go' });
}

const isSafeToTry = ({ phase, facts }: Item): boolean => phase.name === 'waiting' && facts?.repeat !== 'none';

function tick(turn: Turn): void {
  const { state, options, moment } = turn;
  wakeUp(turn);
  const { watchdogMs } = options.settings;
  const overdue: Item[] = [];
  for (const item of state.busy) {
    if (item.sinceMs + watchdogMs > moment.nowMs) break;
    overdue.push(item);
  }
  for (const item of state.unstored) {
    if (item.phase.name === 'settling' && (item.phase.againAtMs ?? 0) <= moment.nowMs) overdue.push(item);
  }
  for (const item of overdue) feed(turn, item, { kind: 'overdue' });
  const gate = state.network;
  if (gate?.askedAtMs !== undefined && gate.askedAtMs + watchdogMs <= moment.nowMs) {
    turn.effects.push({ kind: 'signal', signal: { kind: 'stuck', id: '', at: 'network' } });
    state.probe += 1;
    probed(turn, false);
  }
}

/** O43: only what nobody has begun: what was begun is in the hands of whoever has the fence. */
function adopt(turn: Turn, record: OutboxRecord): void {
  const { state } = turn;
  if (record.state !== 'pending' || record.attempts > 0 || parentState(state, record.id) !== 'gone') return;
  resume(turn, record);
  const item = state.items.get(record.id);
  if (item === undefined) return;
  renameLane(turn, item);
  replaceOlder(turn, item.lane);
}

export function step(options: MachineOptions, state: OutboxState, input: OutboxInput, moment: Moment): Step {
  const turn: Turn = { options, state, moment, effects: [] };
  switch (input.kind) {
    case 'item': {
      const item = state.items.get(input.id);
      if (item !== undefined) feed(turn, item, input.input);
      else if (input.input.kind === 'discard') tooLate(input, undefined, undefined, turn);
      break;
    }
    case 'add': {
      const item = itemOf(options, dated(input.record, moment), moment, input.replaces);
      place(turn, item, { name: 'adding' });
      renameLane(turn, item);
      storeNew(turn, item);
      break;
    }
    case 'found':
      for (const record of input.records) adopt(turn, record);
      break;
    case 'tick':
      tick(turn);
      break;
    case 'pause':
      state.pauses.add(input.reason);
      break;
    case 'resume':
      // Another tab has gone on with it: what is known here is old.
      if (input.reason !== 'fenced') state.pauses.delete(input.reason);
      break;
    case 'connected':
      connected(turn);
      break;
    case 'hinted':
      if (state.network !== undefined) state.network = { ...state.network, dueAtMs: moment.nowMs };
      break;
    case 'authorised':
      if (state.unauthorised !== undefined) state.unauthorised = { ...state.unauthorised, dueAtMs: moment.nowMs };
      break;
    case 'probed':
      if (input.probe === state.probe) probed(turn, input.reached);
      break;
  }
  schedule(turn);
  return { state, effects: turn.effects };
}

/** When to step again even if nothing happens. */
export function dueAtMs(state: OutboxState, { settings }: MachineOptions): number {
  let dueMs = Number.POSITIVE_INFINITY;
  const [longest] = state.busy;
  if (longest !== undefined) dueMs = longest.sinceMs + settings.watchdogMs;
  for (const { phase } of state.unstored) {
    if (phase.name === 'settling') dueMs = Math.min(dueMs, phase.againAtMs ?? dueMs);
  }
  if (state.pauses.size > 0) return dueMs;
  if (state.network === undefined) return Math.min(dueMs, state.nextDueMs);
  if (state.network.askedAtMs !== undefined) return Math.min(dueMs, state.network.askedAtMs + settings.watchdogMs);
  return state.items.size === state.parked ? dueMs : Math.min(dueMs, state.network.dueAtMs);
}
