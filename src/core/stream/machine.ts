// One channel's stream as a pure machine: `step(state, input, moment)` consumes the state and hands it back with what is
// to be done. Time and randomness come in with `moment`. SPEC.md has the rules (S1 …).
//
//   idle ─ joined ─▶ draining ─ drained, 3 s ─▶ reading ─ all read ─▶ live
//    ▲                  │                         ▲  │                  │
//    └────── left ──────┴─────────────────────────┼──┴── another epoch ─┤
//                                                 └─────────────────────┘
import type { FailedAnswer, ReplayAnswer, SnapshotAnswer } from './answers.ts';
import { commit } from './commit.ts';
import { accept, close, missing, pump, release, type Moment, type Turn } from './delivery.ts';
import { brokenLookDueAtMs, mayAskLog, readDueAtMs, releaseDueAtMs } from './due.ts';
import { takeFailure } from './failure.ts';
import { noteHandled } from './handled.ts';
import type { Arrival } from './held.ts';
import { takeSnapshot } from './list.ts';
import { overflow } from './overflow.ts';
import { takePage } from './page.ts';
import { beginReading, lookForBroken, startRead } from './reading.ts';
import { reset } from './sequence.ts';
import { sourceOf } from './source.ts';
import { tellStatus } from './standing.ts';
import { nothingMissed, type PhaseName, type StreamEffect, type StreamState } from './state.ts';

interface Inputs {
  /** The channel is heard; `generation` grows with every connection. */
  readonly joined: { readonly generation: number };
  readonly left: object;
  readonly live: { readonly generation: number; readonly arrival: Arrival };
  /** The outbox is empty, or cannot go on. */
  readonly drained: object;
  readonly page: { readonly answer: ReplayAnswer };
  readonly snapshot: { readonly answer: SnapshotAnswer };
  readonly failed: { readonly answer: FailedAnswer };
  /** A handler has returned, thrown or settled its promise: all count the same. */
  readonly settled: { readonly ticket: number };
  /** The moment of {@link dueAtMs} has come, or is near: early and late are both expected. */
  readonly tick: object;
  /** Look now: the page is visible again, or somebody asks. */
  readonly refresh: object;
  /** Store what is handled, the page may go away. */
  readonly flush: object;
  /** Rows that nobody needs any more. */
  readonly forget: { readonly keys: readonly string[] };
  readonly stop: object;
}

type InputKind = keyof Inputs;
type Input<K extends InputKind> = { readonly kind: K } & Inputs[K];
export type StreamInput = { readonly [K in InputKind]: Input<K> }[InputKind];

export interface StreamStep {
  readonly state: StreamState;
  readonly effects: readonly StreamEffect[];
}

type Cell<K extends InputKind> = (s: StreamState, input: Input<K>, turn: Turn) => void;
type Table = { readonly [P in PhaseName]: { readonly [K in InputKind]: Cell<K> } };

const ignore = (): void => {};

function join(s: StreamState, { generation }: Input<'joined'>, turn: Turn): void {
  // Who was put out may be let in again on the same connection.
  if (generation < s.generation || (generation === s.generation && s.phase !== 'idle')) return;
  s.generation = generation;
  s.phase = 'draining';
  s.read = undefined;
  s.retryAtMs = undefined;
  s.gapDueAtMs = undefined;
  s.failures = 0;
  s.restarts = 0;
  // A connection that went before a page came has proved nothing.
  if (s.front !== undefined) s.checkFrom = Math.min(s.checkFrom ?? s.front, s.front);
  s.drainDueAtMs = turn.moment.nowMs + s.options.settings.drainMs;
  turn.effects.push({ kind: 'drain-outbox' });
  tellStatus(s, turn);
}

function leave(s: StreamState, _: Input<'left'>, turn: Turn): void {
  // What is released while nothing is heard is no proof that the server is still the same.
  s.checkFrom ??= s.front;
  s.phase = 'idle';
  s.read = undefined;
  s.retryAtMs = undefined;
  tellStatus(s, turn);
}

function hear(s: StreamState, { generation, arrival }: Input<'live'>, turn: Turn): void {
  if (generation < s.generation) return;
  const decision = accept(s, arrival, 'live', turn);
  switch (decision) {
    case 'reset-epoch':
      reset(s, 'epoch', arrival.event.epoch, arrival, turn);
      return;
    case 'reset-position':
      reset(s, 'position-reused', arrival.event.epoch, arrival, turn);
      return;
    case 'hold': {
      const { maxHeld, maxHeldBytes } = s.options.settings;
      if (s.held.count > maxHeld || s.held.bytes > maxHeldBytes) overflow(s, turn);
      return;
    }
    case 'deliver':
    case 'duplicate':
  }
}

function settle(s: StreamState, { ticket }: Input<'settled'>, turn: Turn): void {
  const delivery = s.unsettled.settle(ticket);
  if (delivery === undefined) return;
  const { id, row, seq } = delivery;
  // An older handler may settle last, or a list may have told meanwhile that it is gone: what is stored never goes back.
  const known = row === undefined ? undefined : s.rows.get(row.key);
  const isAsKnown = known?.version === row?.version && known?.deleted === false;
  noteHandled(s, id, seq === 0 ? undefined : seq, isAsKnown ? row : undefined);
  if (s.held.count > 0 && s.phase === 'live') pump(s, turn);
}

/** Everything whose time has come, in the order in which it matters to a kitchen. */
function tick(s: StreamState, _: Input<'tick'>, turn: Turn): void {
  const { nowMs } = turn.moment;
  const { settings } = s.options;
  for (let oldest = s.unsettled.oldest; oldest !== undefined; oldest = s.unsettled.oldest) {
    if (oldest.atMs + settings.handlerMs > nowMs) break;
    turn.effects.push({ kind: 'signal', signal: { kind: 'handler-slow', ticket: oldest.ticket } });
    settle(s, { kind: 'settled', ticket: oldest.ticket }, turn);
  }
  if (releaseDueAtMs(s) <= nowMs) {
    // While handlers are behind, this is back-pressure and no hole.
    release(s, s.held.overdue(nowMs), turn);
    if (s.position === 'dense' && s.front !== undefined && sourceOf(s, nowMs) === undefined && s.phase === 'live') {
      close(s, missing(s, s.front, s.ahead.at(-1)?.to ?? s.front), 'lost', turn);
    }
    pump(s, turn);
  }
  if (s.phase === 'draining' && s.drainDueAtMs <= nowMs) beginReading(s, turn);
  if (mayAskLog(s) && readDueAtMs(s) <= nowMs) startRead(s, turn, undefined);
  else if (s.read === undefined && brokenLookDueAtMs(s) <= nowMs) lookForBroken(s, turn);
}

function refresh(s: StreamState, _: Input<'refresh'>, turn: Turn): void {
  if (mayAskLog(s) && s.retryAtMs === undefined) startRead(s, turn, undefined);
}

function stop(s: StreamState, _: Input<'stop'>, turn: Turn): void {
  s.phase = 'stopped';
  s.read = undefined;
  s.retryAtMs = undefined;
  tellStatus(s, turn);
}

function forget(s: StreamState, { keys }: Input<'forget'>, { effects }: Turn): void {
  const { rows } = s;
  for (const key of keys) {
    // What a list told may lie before what the log still has to tell, which would look new then.
    if ((rows.get(key)?.changedAtMs ?? 0) > s.readToEndMs) continue;
    rows.forget(key);
    effects.push({ kind: 'row-forgotten', key });
  }
}

const flush: Cell<'flush'> = (s, _, turn) => commit(s, turn);
const page: Cell<'page'> = (s, { answer }, turn) => takePage(s, answer, turn);
const snapshot: Cell<'snapshot'> = (s, { answer }, turn) => takeSnapshot(s, answer, turn);
const failed: Cell<'failed'> = (s, { answer }, turn) => takeFailure(s, answer, turn);
const drained: Cell<'drained'> = (s, _, turn) => beginReading(s, turn);

const table: Table = {
  idle: {
    joined: join,
    left: ignore,
    live: hear,
    drained: ignore,
    // Without a socket, what HTTP says keeps the device current.
    page,
    snapshot,
    failed,
    settled: settle,
    tick,
    refresh,
    flush,
    forget,
    stop,
  },
  draining: {
    joined: join,
    left: leave,
    live: hear,
    drained,
    page: ignore,
    snapshot: ignore,
    failed: ignore,
    settled: settle,
    tick,
    refresh: ignore,
    flush,
    forget,
    stop,
  },
  reading: {
    joined: join,
    left: leave,
    live: hear,
    drained: ignore,
    page,
    snapshot,
    failed,
    settled: settle,
    tick,
    refresh: ignore,
    flush,
    forget,
    stop,
  },
  live: {
    joined: join,
    left: leave,
    live: hear,
    drained: ignore,
    page,
    snapshot,
    failed,
    settled: settle,
    tick,
    refresh,
    flush,
    forget,
    stop,
  },
  stopped: {
    joined: ignore,
    left: ignore,
    live: ignore,
    drained: ignore,
    page: ignore,
    snapshot: ignore,
    failed: ignore,
    // What was handed out is still handled, and what is handled is stored.
    settled: settle,
    tick: ignore,
    refresh: ignore,
    flush,
    forget: ignore,
    stop: ignore,
  },
};

export function step(state: StreamState, input: StreamInput, moment: Moment): StreamStep {
  const effects: StreamEffect[] = [];
  advance(state, input, { moment, effects });
  return { state, effects };
}

/** A step for whoever has a turn already: what is to be done is put where that one says. */
export function advance(state: StreamState, input: StreamInput, turn: Turn): void {
  act(state, input, turn);
  if (state.front === undefined || (state.top <= state.front && state.blind === undefined)) {
    state.gapDueAtMs = undefined;
    if (state.missed !== nothingMissed && state.front !== undefined) state.missed = nothingMissed;
  } else if (state.position === 'dense' || state.blind !== undefined) noticeHole(state, turn.moment.nowMs);
  if (state.dirty) scheduleCommit(state, input, turn);
}

/** One narrowing per kind: a cell gets the input that its column is for. */
function act(s: StreamState, input: StreamInput, turn: Turn): void {
  const row = table[s.phase];
  switch (input.kind) {
    case 'live':
      row.live(s, input, turn);
      return;
    case 'settled':
      row.settled(s, input, turn);
      return;
    case 'tick':
      row.tick(s, input, turn);
      return;
    case 'joined':
      row.joined(s, input, turn);
      return;
    case 'left':
      row.left(s, input, turn);
      return;
    case 'drained':
      row.drained(s, input, turn);
      return;
    case 'page':
      row.page(s, input, turn);
      return;
    case 'snapshot':
      row.snapshot(s, input, turn);
      return;
    case 'failed':
      row.failed(s, input, turn);
      return;
    case 'refresh':
      row.refresh(s, input, turn);
      return;
    case 'flush':
      row.flush(s, input, turn);
      return;
    case 'forget':
      row.forget(s, input, turn);
      return;
    case 'stop':
      row.stop(s, input, turn);
  }
}

function noticeHole(s: StreamState, nowMs: number): void {
  const { settings, rules } = s.options;
  if (s.phase !== 'live' || s.gapDueAtMs !== undefined || s.read !== undefined || !rules.noticesHoles) return;
  // Back-pressure is no hole: what waits follows on what was handed out.
  if (
    s.blind === undefined &&
    s.front !== undefined &&
    s.held.first?.seq === s.front + 1 &&
    s.held.count === s.top - s.front
  )
    return;
  const isHole = s.position === 'dense' && s.front !== undefined && s.top > s.front;
  const dueAtMs =
    isHole || s.blind?.looked !== true ? nowMs + settings.reorderMs : s.blind.sinceMs + settings.overlapMs;
  s.gapDueAtMs = Math.max(dueAtMs, s.lastGapReadMs + settings.gapEveryMs);
}

function scheduleCommit(s: StreamState, input: StreamInput, turn: Turn): void {
  const { settings } = s.options;
  const isDue = input.kind === 'tick' && s.commitDueAtMs !== undefined && s.commitDueAtMs <= turn.moment.nowMs;
  if (s.handledIds >= settings.commitEvents || isDue || s.phase === 'stopped') commit(s, turn);
  else s.commitDueAtMs ??= turn.moment.nowMs + settings.commitMs;
}
