// The connection as a pure machine: `step(state, input, moment)` gives the next state and what to do about it. Time,
// randomness and what was heard come in with `moment`, tokens never do. SPEC.md has the diagram and the rules (C1 …).
//
//   stopped ─ start ─▶ asking ─ token ─▶ opening ─ opened ─▶ open
//      ▲                  ▲                 │                  │
//      │ stop             └──── waiting ◀───┴── ended, silent ─┘
//   (anywhere)                  blocked        (by the verdict)
//                               disabled

import { affordableAtMs, fullBudget, refunded, spent, spentOnWaking, type AttemptBudget } from './attempt-budget.ts';
import { delayMs, lookEveryMs, probeDelayMs } from './backoff.ts';
import type { TokenReason } from './credentials.ts';
import { checked, doubted, listening, type Heard, type Heartbeat, type LinkManners, type Pulse } from './heartbeat.ts';
import type { ConnectionSettings } from './settings.ts';
import { ownVerdicts, type Verdict } from './verdict.ts';

interface Phases {
  readonly stopped: object;
  /** The app's callback was asked for a token. */
  readonly asking: { readonly ask: number; readonly dueAtMs: number; readonly probeOf: Verdict | undefined };
  readonly opening: { readonly generation: number; readonly dueAtMs: number; readonly probeOf: Verdict | undefined };
  readonly open: {
    readonly generation: number;
    readonly openedAtMs: number;
    readonly manners: LinkManners;
    readonly heartbeat: Heartbeat;
  };
  /** `firm`: the server named the time, so no wake-up shortens it. */
  readonly waiting: { readonly untilMs: number; readonly verdict: Verdict; readonly firm: boolean };
  readonly blocked: { readonly untilMs: number; readonly verdict: Verdict };
  readonly disabled: { readonly verdict: Verdict };
}

type PhaseName = keyof Phases;
type Phase<P extends PhaseName = PhaseName> = { readonly [K in P]: { readonly name: K } & Phases[K] }[P];

interface Inputs {
  readonly start: object;
  readonly stop: object;
  /** The moment of {@link dueAtMs} has come, or is near: early and late are both expected. */
  readonly tick: object;
  /** Something happened after which the network may be another: look at once. */
  readonly woke: object;
  /** The page came out of the back/forward cache: its sockets are dead. */
  readonly restored: object;
  readonly tokenAnswered: { readonly ask: number; readonly token: 'new' | 'unchanged' | 'missing' };
  readonly tokenFailed: { readonly ask: number };
  readonly opened: { readonly generation: number; readonly manners: LinkManners };
  readonly ended: { readonly generation: number; readonly verdict: Verdict };
}

type InputKind = keyof Inputs;
type TableInput<I extends InputKind = InputKind> = { readonly [K in I]: { readonly kind: K } & Inputs[K] }[I];

/** `hinted` is a `woke` that may come in storms, so it is let through once in a while. */
export type ConnectionInput = TableInput | { readonly kind: 'hinted' };

export type ConnectionEffect =
  | { readonly kind: 'ask-token'; readonly ask: number; readonly reason: TokenReason }
  | { readonly kind: 'open'; readonly generation: number }
  | { readonly kind: 'ping'; readonly generation: number }
  /** One small request that finds out whether the server is there. */
  | { readonly kind: 'look' }
  /** Follows every `open` exactly once, before the next one: also when the socket ended by itself. */
  | { readonly kind: 'close'; readonly generation: number }
  | { readonly kind: 'link-up'; readonly generation: number }
  | { readonly kind: 'link-down'; readonly generation: number; readonly verdict: Verdict };

/** What outlives a phase. */
interface Memory {
  /** Number of the newest socket. */
  readonly generation: number;
  /** Number of the newest question for a token. */
  readonly ask: number;
  /** Why a token must be asked for before the next attempt. */
  readonly wanted: TokenReason | undefined;
  /** A refused token was replaced since the last stable connection. */
  readonly renewed: boolean;
  /** Endings in a row without a stable connection between them. */
  readonly failures: number;
  /** One of them was a restart of the server: everybody else is coming back, too. */
  readonly restarting: boolean;
  readonly budget: AttemptBudget;
  /** Since when there has been no link although there should be one. */
  readonly gone:
    | {
        readonly sinceMs: number;
        readonly verdict: Verdict | undefined;
        /** When its server is looked for, from the moment on in which it is called offline. */
        readonly lookAtMs: number | undefined;
      }
    | undefined;
  readonly hint: { readonly takenAtMs: number; readonly dueAtMs: number | undefined } | undefined;
}

export interface ConnectionState {
  readonly phase: Phase;
  readonly memory: Memory;
}

/** Everything from outside that a step may depend on, read once before it. */
export interface Moment {
  readonly nowMs: number;
  /** From 0 up to 1; one for each step. */
  readonly random: number;
  readonly heard: Heard;
}

export interface Step {
  readonly state: ConnectionState;
  readonly effects: readonly ConnectionEffect[];
}

export interface MachineOptions {
  readonly settings: ConnectionSettings;
  /** Whether there is anybody to ask for a token. */
  readonly asksForTokens: boolean;
}

interface Turn {
  readonly memory: Memory;
  readonly moment: Moment;
  readonly settings: ConnectionSettings;
  readonly asksForTokens: boolean;
}

type Cell<P extends PhaseName, I extends InputKind> = (phase: Phase<P>, input: TableInput<I>, turn: Turn) => Step;
type Row<P extends PhaseName> = { readonly [I in InputKind]: Cell<P, I> };
type Table = { readonly [P in PhaseName]: Row<P> };

export function initialState({ settings, asksForTokens }: MachineOptions): ConnectionState {
  const memory: Memory = {
    generation: 0,
    ask: 0,
    wanted: asksForTokens ? 'start' : undefined,
    renewed: false,
    failures: 0,
    restarting: false,
    budget: fullBudget(settings),
    gone: undefined,
    hint: undefined,
  };
  return { phase: { name: 'stopped' }, memory };
}

// What the cells are made of. An entry of the table is one of these, or a line that calls one.

const same = (phase: Phase, { memory }: Turn): Step => ({ state: { phase, memory }, effects: [] });
const stay = (phase: Phase, _: TableInput, turn: Turn): Step => same(phase, turn);

const remembering = (turn: Turn, changes: Partial<Memory>): Turn => ({
  ...turn,
  memory: { ...turn.memory, ...changes },
});

const to = (phase: Phase, { memory }: Turn, ...effects: readonly ConnectionEffect[]): Step => ({
  state: { phase, memory },
  effects,
});

const after = (effects: readonly ConnectionEffect[], { state, effects: more }: Step): Step => ({
  state,
  effects: [...effects, ...more],
});

/** An attempt has been paid for: asks for a token if one is wanted, else opens a socket. */
function begin(turn: Turn, probeOf?: Verdict): Step {
  const { wanted, ask } = turn.memory;
  if (wanted === undefined) return openSocket(turn, probeOf);
  const dueAtMs = turn.moment.nowMs + turn.settings.tokenTimeoutMs;
  const asking: Phase = { name: 'asking', ask: ask + 1, dueAtMs, probeOf };
  return to(asking, remembering(turn, { ask: ask + 1 }), { kind: 'ask-token', ask: ask + 1, reason: wanted });
}

function openSocket(turn: Turn, probeOf: Verdict | undefined): Step {
  const generation = turn.memory.generation + 1;
  const dueAtMs = turn.moment.nowMs + turn.settings.attemptTimeoutMs;
  const opening: Phase = { name: 'opening', generation, dueAtMs, probeOf };
  return to(opening, remembering(turn, { generation }), { kind: 'open', generation });
}

/** Attempts in turn: now if the budget has one, else when it will. */
function attempt(turn: Turn, verdict: Verdict, probeOf?: Verdict): Step {
  const { moment, memory, settings } = turn;
  if (affordableAtMs(memory.budget, moment.nowMs, settings) > moment.nowMs) return wait(turn, verdict, 0);
  return begin(remembering(turn, { budget: spent(memory.budget, moment.nowMs, settings) }), probeOf);
}

function wait(turn: Turn, verdict: Verdict, forMs: number): Step {
  const { moment, memory, settings } = turn;
  const wantedAtMs = moment.nowMs + forMs;
  const affordable = affordableAtMs(memory.budget, moment.nowMs, settings);
  // The budgets of clients that lost the same server fill up together: what they wait for is jittered again.
  const untilMs = affordable <= wantedAtMs ? wantedAtMs : affordable + (moment.random * settings.attemptEveryMs) / 2;
  return to({ name: 'waiting', untilMs, verdict, firm: verdict.retryAfterMs !== undefined }, turn);
}

/** A wake-up while nothing is under way: attempts now, if need be out of turn. */
function attemptOnWaking(phase: Phase<'waiting'>, turn: Turn): Step {
  const { moment, memory, settings } = turn;
  if (phase.firm) return same(phase, turn);
  const budget = spentOnWaking(memory.budget, moment.nowMs, settings);
  return budget === undefined ? same(phase, turn) : begin(remembering(turn, { budget }));
}

/** An attempt or a link is over. The one place that decides what follows from a verdict. */
function follow(turn: Turn, verdict: Verdict): Step {
  const { failures, renewed, gone } = turn.memory;
  const { nowMs, random } = turn.moment;
  const restarting = turn.memory.restarting || verdict.action === 'spread';
  const next = remembering(turn, {
    failures: failures + 1,
    restarting,
    gone: { sinceMs: gone?.sinceMs ?? nowMs, verdict, lookAtMs: gone?.lookAtMs },
  });
  const forMs = delayMs(verdict, { failures, restarting }, random, turn.settings);
  switch (verdict.action) {
    case 'retry':
    case 'retry-slowly':
    case 'spread':
      return wait(next, verdict, forMs);
    case 'reauthorise':
      return wait(turn.asksForTokens ? remembering(next, { wanted: 'expired' }) : next, verdict, forMs);
    case 'renew':
      return renewed || !turn.asksForTokens
        ? block(turn.asksForTokens ? remembering(next, { wanted: 'rejected' }) : next, verdict)
        : attempt(remembering(next, { wanted: 'rejected', renewed: true }), verdict);
    case 'block':
      return block(next, verdict);
    case 'disable':
  }
  return to({ name: 'disabled', verdict }, remembering(next, { gone: undefined, hint: undefined }));
}

function block(turn: Turn, verdict: Verdict): Step {
  const forMs = probeDelayMs(verdict, turn.moment.random, turn.settings);
  return to({ name: 'blocked', untilMs: turn.moment.nowMs + forMs, verdict }, turn);
}

/** Stability is proved by what was heard: a link that was dead all the while and noticed late does not count. */
function settled(phase: Phase<'open'>, turn: Turn): Turn {
  const { moment, memory, settings } = turn;
  if (moment.heard.atMs - phase.openedAtMs < settings.stableAfterMs) return turn;
  return remembering(turn, {
    failures: 0,
    restarting: false,
    renewed: false,
    budget: refunded(memory.budget, settings),
  });
}

const closing = (generation: number): ConnectionEffect => ({ kind: 'close', generation });

const loseAttempt = (phase: Phase<'opening'>, turn: Turn, verdict: Verdict): Step =>
  after([closing(phase.generation)], follow(turn, verdict));

const loseLink = (phase: Phase<'open'>, turn: Turn, verdict: Verdict): Step =>
  after(
    [closing(phase.generation), { kind: 'link-down', generation: phase.generation, verdict }],
    follow(settled(phase, turn), verdict),
  );

function beat(phase: Phase<'open'>, turn: Turn, { heartbeat, says }: Pulse): Step {
  if (says === 'dead') return loseLink(phase, turn, ownVerdicts.silent);
  const next: Phase = { ...phase, heartbeat };
  return says === 'ping' ? to(next, turn, { kind: 'ping', generation: phase.generation }) : to(next, turn);
}

function answered(phase: Phase<'asking'>, input: TableInput<'tokenAnswered'>, turn: Turn): Step {
  if (input.ask !== phase.ask) return same(phase, turn);
  const { wanted } = turn.memory;
  // A slow probe tries the refused token once more: it may be the server that was mended.
  if (wanted === 'rejected' && phase.probeOf === undefined && input.token !== 'new') {
    return block(turn, input.token === 'missing' ? ownVerdicts.tokenMissing : ownVerdicts.tokenUnchanged);
  }
  // Nobody is signed in any more, so whoever was put out stays out.
  if (wanted !== 'start' && input.token === 'missing') return block(turn, ownVerdicts.tokenMissing);
  return openSocket(remembering(turn, { wanted: undefined }), phase.probeOf);
}

const stop = (turn: Turn, ...effects: readonly ConnectionEffect[]): Step =>
  // The budget stays: an app that stops and starts in a loop is a flapping link, too.
  to(
    { name: 'stopped' },
    remembering(turn, { failures: 0, restarting: false, gone: undefined, hint: undefined }),
    ...effects,
  );

const begun = (turn: Turn): Turn =>
  remembering(turn, { gone: { sinceMs: turn.moment.nowMs, verdict: undefined, lookAtMs: undefined } });

/** Every phase with every input: a missing cell does not compile. `stay` is an answer, too, and each is a rule of SPEC.md. */
const table: Table = {
  stopped: {
    start: (_, __, turn) => attempt(begun(turn), ownVerdicts.startedOften),
    stop: stay,
    tick: stay,
    woke: stay,
    restored: stay,
    tokenAnswered: stay,
    tokenFailed: stay,
    opened: stay,
    ended: stay,
  },
  asking: {
    start: stay,
    stop: (_, __, turn) => stop(turn),
    tick: (phase, _, turn) =>
      turn.moment.nowMs < phase.dueAtMs ? same(phase, turn) : follow(turn, ownVerdicts.tokenUnavailable),
    woke: stay,
    restored: stay,
    tokenAnswered: answered,
    tokenFailed: (phase, input, turn) =>
      input.ask === phase.ask ? follow(turn, ownVerdicts.tokenUnavailable) : same(phase, turn),
    opened: stay,
    ended: stay,
  },
  opening: {
    start: stay,
    stop: (phase, _, turn) => stop(turn, closing(phase.generation)),
    tick: (phase, _, turn) =>
      turn.moment.nowMs < phase.dueAtMs ? same(phase, turn) : loseAttempt(phase, turn, ownVerdicts.attemptTimeout),
    woke: stay,
    restored: (phase, _, turn) => loseAttempt(phase, turn, ownVerdicts.pageRestored),
    tokenAnswered: stay,
    tokenFailed: stay,
    opened: (phase, { generation, manners }, turn) => {
      if (generation !== phase.generation) return same(phase, turn);
      const { moment, settings } = turn;
      const heartbeat = listening(moment.heard, manners, settings);
      const open: Phase = { name: 'open', generation, openedAtMs: moment.nowMs, manners, heartbeat };
      return to(open, remembering(turn, { gone: undefined }), { kind: 'link-up', generation });
    },
    ended: (phase, { generation, verdict }, turn) =>
      generation === phase.generation ? loseAttempt(phase, turn, verdict) : same(phase, turn),
  },
  open: {
    start: stay,
    stop: (phase, _, turn) =>
      stop(settled(phase, turn), closing(phase.generation), {
        kind: 'link-down',
        generation: phase.generation,
        verdict: ownVerdicts.stopped,
      }),
    tick: (phase, _, turn) =>
      beat(phase, turn, checked(phase.heartbeat, turn.moment.heard, turn.moment.nowMs, phase.manners, turn.settings)),
    woke: (phase, _, turn) =>
      beat(phase, turn, doubted(phase.heartbeat, turn.moment.heard, turn.moment.nowMs, phase.manners, turn.settings)),
    restored: (phase, _, turn) => loseLink(phase, turn, ownVerdicts.pageRestored),
    tokenAnswered: stay,
    tokenFailed: stay,
    opened: stay,
    ended: (phase, { generation, verdict }, turn) =>
      generation === phase.generation ? loseLink(phase, turn, verdict) : same(phase, turn),
  },
  waiting: {
    start: stay,
    stop: (_, __, turn) => stop(turn),
    tick: (phase, _, turn) => (turn.moment.nowMs < phase.untilMs ? same(phase, turn) : attempt(turn, phase.verdict)),
    woke: (phase, _, turn) => attemptOnWaking(phase, turn),
    restored: (phase, _, turn) => attemptOnWaking(phase, turn),
    tokenAnswered: stay,
    tokenFailed: stay,
    opened: stay,
    ended: stay,
  },
  blocked: {
    start: stay,
    stop: (_, __, turn) => stop(turn),
    tick: (phase, _, turn) =>
      turn.moment.nowMs < phase.untilMs ? same(phase, turn) : attempt(turn, phase.verdict, phase.verdict),
    woke: stay,
    restored: stay,
    tokenAnswered: stay,
    tokenFailed: stay,
    opened: stay,
    ended: stay,
  },
  disabled: {
    start: stay,
    stop: (_, __, turn) => stop(turn),
    tick: stay,
    woke: stay,
    restored: stay,
    tokenAnswered: stay,
    tokenFailed: stay,
    opened: stay,
    ended: stay,
  },
};

function inTable<P extends PhaseName, I extends InputKind>(phase: Phase<P>, input: TableInput<I>, turn: Turn): Step {
  const row: Row<P> = table[phase.name];
  const cell: Cell<P, I> = row[input.kind];
  return cell(phase, input, turn);
}

/** The next state, and what to do about it. */
export function step(options: MachineOptions, state: ConnectionState, input: ConnectionInput, moment: Moment): Step {
  const turn: Turn = { ...options, memory: state.memory, moment };
  const taken = take(state.phase, input, turn);
  return input.kind === 'tick' || taken.state.phase !== state.phase ? looked(state.phase, taken, turn) : taken;
}

function take(phase: Phase, input: ConnectionInput, turn: Turn): Step {
  if (input.kind === 'hinted') return hinted(phase, turn);
  return input.kind === 'tick' ? ticked(phase, input, turn) : inTable(phase, input, turn);
}

/** The first hint acts at once, and all that follow within a second act together when it is over. */
function hinted(phase: Phase, turn: Turn): Step {
  if (phase.name === 'stopped' || phase.name === 'disabled') return same(phase, turn);
  const { nowMs } = turn.moment;
  const { hint } = turn.memory;
  const freeAtMs = hint === undefined ? nowMs : hint.takenAtMs + turn.settings.hintEveryMs;
  if (hint !== undefined && nowMs < freeAtMs)
    return same(phase, remembering(turn, { hint: { ...hint, dueAtMs: freeAtMs } }));
  return inTable(phase, { kind: 'woke' }, remembering(turn, { hint: { takenAtMs: nowMs, dueAtMs: undefined } }));
}

/** Called offline, if it is time. The next attempt is at a moment of this client alone, so looks are counted back from it. */
function calledOffline(phase: Phase, turn: Turn): Turn {
  const { moment, memory, settings } = turn;
  const { gone } = memory;
  const { nowMs, random } = moment;
  if (gone === undefined || gone.lookAtMs !== undefined || nowMs < gone.sinceMs + settings.offlineAfterMs) return turn;
  const everyMs = looksEveryMs(phase, memory, nowMs - gone.sinceMs, settings);
  const leftMs = 'untilMs' in phase ? phase.untilMs - nowMs : random * everyMs;
  return remembering(turn, { gone: { ...gone, lookAtMs: nowMs + (leftMs % everyMs) } });
}

/** Looks if it is time. An attempt that was just made or has failed was a look, too. */
function looked(before: Phase, { state, effects }: Step, { moment: { nowMs }, settings }: Turn): Step {
  const { phase, memory } = state;
  const { gone } = memory;
  if (gone?.lookAtMs === undefined || (phase === before && nowMs < gone.lookAtMs)) return { state, effects };
  const everyMs = looksEveryMs(phase, memory, nowMs - gone.sinceMs, settings);
  const leftMs = 'untilMs' in phase ? phase.untilMs - nowMs : everyMs;
  // Evenly up to the next attempt: of intervals that differ, more end in the first second of a server that is back.
  const looks = Math.max(1, Math.ceil(leftMs / everyMs - roundingPart));
  const looking: ConnectionState = {
    phase,
    memory: { ...memory, gone: { ...gone, lookAtMs: nowMs + leftMs / looks } },
  };
  return { state: looking, effects: phase === before ? [...effects, { kind: 'look' }] : effects };
}

/** A timer that is a little early must not make two short intervals of one. */
const roundingPart = 0.01;

/** A server that has named its time is not asked before. */
const looksEveryMs = (phase: Phase, memory: Memory, goneMs: number, settings: ConnectionSettings): number =>
  phase.name === 'waiting' && phase.firm ? Infinity : lookEveryMs(goneMs, memory.restarting, settings);

function ticked(phase: Phase, input: TableInput<'tick'>, turn: Turn): Step {
  const { nowMs } = turn.moment;
  const { hint } = turn.memory;
  const { state, effects } = inTable(phase, input, calledOffline(phase, turn));
  if (hint?.dueAtMs === undefined || nowMs < hint.dueAtMs) return { state, effects };
  return after(effects, hinted(state.phase, { ...turn, memory: { ...state.memory, hint: undefined } }));
}

/** When the machine wants a `tick`. There is one timer for everything, and none where this is undefined. */
export function dueAtMs(
  { phase, memory }: ConnectionState,
  { offlineAfterMs }: ConnectionSettings,
): number | undefined {
  switch (phase.name) {
    case 'stopped':
    case 'disabled':
      return undefined;
    case 'asking':
    case 'opening':
      return earliest(phase.dueAtMs, memory, offlineAfterMs);
    case 'open':
      return earliest(phase.heartbeat.dueAtMs, memory, offlineAfterMs);
    case 'waiting':
    case 'blocked':
  }
  return earliest(phase.untilMs, memory, offlineAfterMs);
}

function earliest(phaseDueAtMs: number, { gone, hint }: Memory, offlineAfterMs: number): number {
  const goneDueAtMs = gone === undefined ? Infinity : (gone.lookAtMs ?? gone.sinceMs + offlineAfterMs);
  return Math.min(phaseDueAtMs, goneDueAtMs, hint?.dueAtMs ?? Infinity);
}
