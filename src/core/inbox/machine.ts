// When work runs: one after the other in a lane, lanes side by side. Pure: `step(state, input, moment)` consumes the state
// and hands it back with what is to be done. SPEC.md has the diagram and the rules (I1 …).
import type { Priority } from '../../contract/event.ts';
import { Lanes, type Standing } from './lanes.ts';
import type { InboxRules } from './rules.ts';
import type { InboxSettings } from './settings.ts';

/** One piece of work. */
export interface Work {
  readonly id: string;
  readonly lane: string;
  /** What it is known by: closing events name it, and two of one key never run at the same time. */
  readonly key: string;
  readonly attempt: number | undefined;
  readonly priority: Priority;
  /** A handler for it was declared. */
  readonly isHandled: boolean;
}

interface States {
  readonly waiting: object;
  /** A run of its key goes on somewhere else; its lane does not wait for that. */
  readonly behind: object;
  /** It is being written that it runs. */
  readonly claiming: object;
  readonly running: { readonly untilMs: number; readonly putOff?: false };
  /** `putOff`: because the client stops. */
  readonly aborting: { readonly untilMs: number; readonly putOff: boolean };
  /** Failed, until the next try. */
  readonly resting: { readonly untilMs: number };
  /** Given up while its handler goes on. */
  readonly overdue: object;
}

type StateName = keyof States;
type State<S extends StateName = StateName> = { readonly [K in S]: { readonly name: K } & States[K] }[S];

/** What one piece of work is told. */
interface Messages {
  readonly claimed: object;
  readonly done: object;
  readonly failed: object;
  /** Whoever ran it is gone, and nobody knows how far it came. */
  readonly lost: object;
  /** The server says that it is done, or given up. */
  readonly closed: object;
  /** The time of its state is over. */
  readonly due: object;
  /** Nothing begins any more. */
  readonly stop: object;
  /** What runs has had its time to stop. */
  readonly end: object;
}

type MessageKind = keyof Messages;

export type InboxInput =
  /** `redelivered`: it may have been done by a run that ended in the middle. */
  | { readonly kind: 'arrived'; readonly work: Work; readonly redelivered: boolean }
  /** Read back, in the order in which they came. */
  | { readonly kind: 'restored'; readonly works: readonly RestoredWork[] }
  /** A run that an earlier session of this process gave up goes on. */
  | { readonly kind: 'unfinished'; readonly id: string; readonly key: string }
  /** Everything is in place: handlers may be called. */
  | { readonly kind: 'begin' }
  | { readonly kind: 'claimed' | 'done' | 'failed' | 'lost'; readonly id: string }
  /** What only several tabs need, and only they bring with them: `lent-steps.ts`. */
  | { readonly kind: 'lent'; readonly make: (turn: Turn, moves: Moves) => void }
  | { readonly kind: 'closed'; readonly key: string; readonly attempt: number | undefined }
  | { readonly kind: 'tick' }
  | { readonly kind: 'stop' | 'end' };

interface RestoredWork {
  readonly work: Work;
  readonly tries: number;
  readonly redelivered: boolean;
}

export type InboxEffect =
  /** Write that it runs, and say `claimed` when that is stored. */
  | { readonly kind: 'claim'; readonly id: string; readonly tries: number; readonly redelivered: boolean }
  | { readonly kind: 'run'; readonly id: string; readonly tries: number; readonly redelivered: boolean }
  | { readonly kind: 'abort'; readonly id: string }
  /** Write that it does not run: it failed, or was put off. */
  | { readonly kind: 'release'; readonly id: string; readonly tries: number; readonly redelivered: boolean }
  /** Write that it is not tried again, whatever becomes of its run. */
  | { readonly kind: 'withdraw'; readonly id: string }
  /** Take it out: it is done, or closed by somebody else. */
  | { readonly kind: 'finish'; readonly id: string }
  | { readonly kind: 'dead-letter'; readonly id: string; readonly tries: number; readonly mayHaveRun: boolean }
  /** What was given up is done after all. */
  | { readonly kind: 'redeem'; readonly id: string };

export interface Moment {
  readonly nowMs: number;
  readonly random: number;
}

export interface InboxStep {
  readonly state: InboxState;
  readonly effects: readonly InboxEffect[];
}

export interface Item extends Standing {
  readonly work: Work;
  state: State;
  /** How often it was begun. */
  tries: number;
  redelivered: boolean;
  /** Closed by the server while it runs: it is not tried again. */
  isClosed: boolean;
}

export interface InboxState {
  readonly items: Map<string, Item>;
  /** Those of `items`, by key. */
  readonly byKey: Map<string, Set<Item>>;
  /** Given up while their handlers go on. One that is tried again has the same id, and is among `items`. */
  readonly overdue: Map<string, Item>;
  readonly lanes: Lanes<Item>;
  /** Who runs, of each key. */
  readonly holders: Map<string, Item>;
  /** Those that a clock runs for. */
  readonly timed: Set<Item>;
  /** Not after any of them is due. Too early is no harm. */
  dueAtMs: number;
  /** How many are being claimed, run, or were asked to stop. */
  running: number;
  phase: 'loading' | 'open' | 'stopped';
}

export const initialInbox = (): InboxState => ({
  items: new Map(),
  byKey: new Map(),
  overdue: new Map(),
  lanes: new Lanes(),
  holders: new Map(),
  timed: new Set(),
  dueAtMs: Number.POSITIVE_INFINITY,
  running: 0,
  phase: 'loading',
});

/** Whether work waits or runs under it that nobody has closed. */
export function isOpen({ byKey }: InboxState, key: string): boolean {
  for (const { isClosed } of byKey.get(key) ?? []) if (!isClosed) return true;
  return false;
}

/** What a cell may look at and add to. */
export interface Turn {
  readonly state: InboxState;
  readonly effects: InboxEffect[];
  readonly moment: Moment;
  readonly settings: InboxSettings;
  readonly rules: InboxRules;
}

/** How a step of somebody else's moves work. */
export interface Moves {
  readonly become: typeof become;
  readonly enter: typeof enter;
  readonly itemOf: typeof itemOf;
}

type Next = State | 'gone';
type Cell<S extends StateName> = (state: State<S>, item: Item, turn: Turn) => Next;
type Table = { readonly [S in StateName]: { readonly [M in MessageKind]: Cell<S> } };

// What the cells are made of.

const stay = (state: State): State => state;
const waiting: State = { name: 'waiting' };

function finish(_: State, { work }: Item, { effects }: Turn): Next {
  effects.push({ kind: 'finish', id: work.id });
  return 'gone';
}

function withdraw(state: State, item: Item, { effects }: Turn): Next {
  item.isClosed = true;
  effects.push({ kind: 'withdraw', id: item.work.id });
  return state;
}

function giveUp({ work, tries }: Item, mayHaveRun: boolean, { effects, rules }: Turn): void {
  effects.push(
    rules.keepsGivenUp ? { kind: 'dead-letter', id: work.id, tries, mayHaveRun } : { kind: 'finish', id: work.id },
  );
}

function rest(state: State, item: Item, turn: Turn): Next {
  if (item.isClosed) return finish(state, item, turn);
  const { effects, moment, settings, rules } = turn;
  const { work, tries, redelivered } = item;
  if (rules.givesUp(tries, settings.retries)) {
    giveUp(item, redelivered, turn);
    return 'gone';
  }
  effects.push({ kind: 'release', id: work.id, tries, redelivered });
  const ceilingMs = Math.min(settings.maxRetryMs, settings.retryMs * 2 ** (tries - 1));
  // Half of it at least: a printer that is out of paper is not helped by asking at once.
  return { name: 'resting', untilMs: moment.nowMs + ceilingMs * (0.5 + moment.random / 2) };
}

/** It was interrupted: whatever it did until then is done. */
function interrupted(state: State<'running' | 'aborting'>, item: Item, turn: Turn): Next {
  item.redelivered = true;
  return state.putOff === true ? putOff(state, item, turn) : rest(state, item, turn);
}

function putOff(state: State, item: Item, turn: Turn): Next {
  if (item.isClosed) return finish(state, item, turn);
  item.tries -= 1;
  const { work, tries, redelivered } = item;
  turn.effects.push({ kind: 'release', id: work.id, tries, redelivered });
  return waiting;
}

function run(_: State, item: Item, { effects, moment, settings, rules }: Turn): Next {
  const { work, tries, redelivered } = item;
  effects.push({ kind: 'run', id: work.id, tries, redelivered });
  if (!rules.finishesAfter) effects.push({ kind: 'finish', id: work.id });
  return { name: 'running', untilMs: moment.nowMs + settings.runMs };
}

function abort(item: Item, { effects, moment, settings }: Turn, isPutOff: boolean): Next {
  effects.push({ kind: 'abort', id: item.work.id });
  return { name: 'aborting', untilMs: moment.nowMs + settings.abortMs, putOff: isPutOff };
}

function neverEnds(state: State, item: Item, turn: Turn): Next {
  if (turn.rules.repeatsUnfinished) return rest(state, item, turn);
  if (item.isClosed) finish(state, item, turn);
  else giveUp(item, true, turn);
  return { name: 'overdue' };
}

/** Done later than anybody waited for it. */
function redeem(_: State, { work }: Item, turn: Turn): Next {
  turn.effects.push({ kind: 'redeem', id: work.id });
  const again = turn.state.items.get(work.id);
  // Tried again, and waiting for this very run.
  if (again !== undefined) become(again, finish(again.state, again, turn), turn.state);
  return 'gone';
}

const gone = (): Next => 'gone';

/** Every state with every message: a missing cell does not compile. */
const table: Table = {
  waiting: {
    claimed: stay,
    done: stay,
    failed: stay,
    lost: stay,
    closed: finish,
    due: stay,
    stop: stay,
    end: stay,
  },
  behind: {
    claimed: stay,
    done: stay,
    failed: stay,
    lost: stay,
    closed: finish,
    due: stay,
    stop: stay,
    end: stay,
  },
  claiming: {
    claimed: run,
    done: stay,
    failed: stay,
    lost: stay,
    closed: finish,
    due: stay,
    // It has not begun: nobody need be told that it may have.
    stop: putOff,
    end: stay,
  },
  running: {
    claimed: stay,
    done: finish,
    failed: rest,
    lost: interrupted,
    closed: withdraw,
    due: (_, item, turn) => abort(item, turn, false),
    stop: stay,
    end: (_, item, turn) => abort(item, turn, true),
  },
  aborting: {
    claimed: stay,
    done: finish,
    failed: interrupted,
    lost: interrupted,
    closed: withdraw,
    due: neverEnds,
    stop: stay,
    end: (state) => ({ ...state, putOff: true }),
  },
  resting: {
    claimed: stay,
    done: stay,
    failed: stay,
    lost: stay,
    closed: finish,
    due: () => waiting,
    stop: stay,
    end: stay,
  },
  overdue: {
    claimed: stay,
    done: redeem,
    failed: gone,
    lost: gone,
    closed: stay,
    due: stay,
    stop: stay,
    end: stay,
  },
};

type Manners = Readonly<Record<'inLane' | 'running' | 'holdsKey', boolean>>;
const manners: Readonly<Record<StateName, Manners>> = {
  waiting: { inLane: true, running: false, holdsKey: false },
  behind: { inLane: false, running: false, holdsKey: false },
  claiming: { inLane: true, running: true, holdsKey: true },
  running: { inLane: true, running: true, holdsKey: true },
  aborting: { inLane: true, running: true, holdsKey: true },
  // Its lane waits, and the others have its place.
  resting: { inLane: true, running: false, holdsKey: false },
  overdue: { inLane: false, running: false, holdsKey: true },
};
const outside: Manners = { inLane: false, running: false, holdsKey: false };

function tell<S extends StateName>(at: State<S>, message: MessageKind, item: Item, turn: Turn): void {
  // TypeScript does not see that the row of a state takes that state.
  const row: Readonly<Record<MessageKind, Cell<S>>> = table[at.name];
  become(item, row[message](at, item, turn), turn.state);
}

/** The one place where work changes its state, and with it everything that is counted by states. */
function become(item: Item, next: Next, state: InboxState): void {
  const { work, state: before } = item;
  if (next === before) return;
  const was = manners[before.name];
  const is = next === 'gone' ? outside : manners[next.name];
  state.running += Number(is.running) - Number(was.running);
  state.timed.delete(item);
  if (next === 'gone' || next.name === 'overdue') leave(item, state);
  if (next !== 'gone') {
    item.state = next;
    if (next.name === 'overdue') state.overdue.set(work.id, item);
    if ('untilMs' in next) {
      state.timed.add(item);
      state.dueAtMs = Math.min(state.dueAtMs, next.untilMs);
    }
  }
  // Work without a handler stands in no lane, so that it blocks none.
  if (is.inLane && !was.inLane && work.isHandled) state.lanes.add(item);
  else if (was.inLane && !is.inLane) state.lanes.remove(item);
  else state.lanes.look(item.lane);
  if (is.holdsKey) state.holders.set(work.key, item);
  else if (was.holdsKey && state.holders.get(work.key) === item) free(work.key, state);
}

function leave(item: Item, { items, byKey, overdue }: InboxState): void {
  const { id, key } = item.work;
  if (overdue.get(id) === item) overdue.delete(id);
  if (items.get(id) !== item) return;
  items.delete(id);
  const others = byKey.get(key);
  others?.delete(item);
  if (others?.size === 0) byKey.delete(key);
}

/** Nothing of the key runs any more. */
function free(key: string, state: InboxState): void {
  state.holders.delete(key);
  for (const item of state.byKey.get(key) ?? []) if (item.state.name === 'behind') become(item, waiting, state);
}

function itemOf(work: Work, first: State, tries: number, redelivered: boolean, { isSerial }: InboxRules): Item {
  const item: Item = {
    work,
    lane: isSerial ? work.lane : work.id,
    priority: work.priority,
    state: first,
    tries,
    redelivered,
    isClosed: false,
    isWaiting: () => item.state.name === 'waiting',
  };
  return item;
}

function enter(item: Item, state: InboxState): void {
  const { id, key, isHandled } = item.work;
  if (state.items.has(id)) return;
  state.items.set(id, item);
  const others = state.byKey.get(key);
  if (others === undefined) state.byKey.set(key, new Set([item]));
  else others.add(item);
  if (isHandled) state.lanes.add(item);
}

/** Begins what can begin: the first of each lane, as many as may run. */
function fill(turn: Turn): void {
  const { state, settings } = turn;
  if (state.phase !== 'open') return;
  while (state.running < settings.lanesAtOnce) {
    const item = state.lanes.next();
    if (item === undefined) return;
    become(item, begin(item, turn), state);
  }
}

function begin(item: Item, turn: Turn): Next {
  const { state, effects, settings, rules } = turn;
  const holder = state.holders.get(item.work.key);
  if (holder !== undefined && !rules.repeatsUnfinished) return { name: 'behind' };
  // Begun so often and never ended: it is what ends the process.
  if (rules.givesUp(item.tries, settings.retries)) {
    giveUp(item, item.redelivered, turn);
    return 'gone';
  }
  item.tries += 1;
  const { tries, redelivered } = item;
  if (!rules.waitsForClaim) return run(item.state, item, turn);
  effects.push({ kind: 'claim', id: item.work.id, tries, redelivered });
  return { name: 'claiming' };
}

export function step(
  state: InboxState,
  input: InboxInput,
  moment: Moment,
  settings: InboxSettings,
  rules: InboxRules,
): InboxStep {
  const turn: Turn = { state, effects: [], moment, settings, rules };
  const tellOne = (item: Item | undefined, message: MessageKind): void => {
    if (item !== undefined) tell(item.state, message, item, turn);
  };

  switch (input.kind) {
    case 'arrived':
      enter(itemOf(input.work, waiting, 0, input.redelivered, rules), state);
      break;
    case 'restored':
      for (const { work, tries, redelivered } of input.works) {
        enter(itemOf(work, waiting, tries, redelivered, rules), state);
      }
      break;
    case 'unfinished': {
      const { id, key } = input;
      const work: Work = { id, key, lane: '', attempt: undefined, priority: 'normal', isHandled: true };
      const item = itemOf(work, { name: 'overdue' }, 0, false, rules);
      state.overdue.set(input.id, item);
      state.holders.set(input.key, item);
      break;
    }
    case 'begin':
      if (state.phase === 'loading') state.phase = 'open';
      break;
    case 'claimed':
      tellOne(state.items.get(input.id), input.kind);
      break;
    case 'done':
    case 'failed':
    case 'lost':
      tellOne(state.overdue.get(input.id) ?? state.items.get(input.id), input.kind);
      break;
    case 'lent':
      input.make(turn, { become, enter, itemOf });
      break;
    case 'closed':
      for (const item of Array.from(state.byKey.get(input.key) ?? [])) {
        const { attempt } = item.work;
        const isLater = attempt !== undefined && input.attempt !== undefined && attempt > input.attempt;
        if (!isLater) tellOne(item, 'closed');
      }
      break;
    case 'tick':
      state.dueAtMs = Number.POSITIVE_INFINITY;
      for (const item of Array.from(state.timed)) {
        if (!('untilMs' in item.state)) continue;
        if (item.state.untilMs <= moment.nowMs) tellOne(item, 'due');
        else state.dueAtMs = Math.min(state.dueAtMs, item.state.untilMs);
      }
      break;
    case 'stop':
    case 'end':
      state.phase = 'stopped';
      for (const item of Array.from(state.holders.values())) tellOne(item, input.kind);
  }
  fill(turn);
  return { state, effects: turn.effects };
}
