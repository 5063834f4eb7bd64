// When work runs: one after the other in a lane, lanes side by side. Pure: `step(state, input, moment)` consumes the state
// and hands it back with what is to be done. SPEC.md has the rules (I1 …).
import type { InboxSettings } from './settings.ts';

/** One piece of work. The machine looks at its lane alone. */
export interface Work {
  readonly id: string;
  readonly lane: string;
  /** Closing events name it. */
  readonly key: string | undefined;
  /** A handler for it was declared. */
  readonly isHandled: boolean;
}

export type ItemState =
  /** Being written. */
  | { readonly name: 'storing' }
  | { readonly name: 'waiting' }
  /** It is being written that it runs. */
  | { readonly name: 'claiming' }
  | { readonly name: 'running'; readonly untilMs: number }
  | { readonly name: 'aborting'; readonly untilMs: number }
  /** Failed, until the next try. */
  | { readonly name: 'resting'; readonly untilMs: number };

interface Item {
  readonly work: Work;
  state: ItemState;
  tries: number;
  /** It ran when the process ended. */
  redelivered: boolean;
}

interface Inputs {
  readonly arrived: { readonly work: Work };
  /** Read back after a restart; `ran`: it was running when the process ended. */
  readonly restored: { readonly work: Work; readonly tries: number; readonly ran: boolean };
  readonly stored: { readonly id: string };
  readonly claimed: { readonly id: string };
  readonly done: { readonly id: string };
  readonly failed: { readonly id: string };
  /** The server says that it is done, or given up. */
  readonly closed: { readonly key: string };
  readonly tick: object;
  readonly stop: object;
}

type InputKind = keyof Inputs;
type Input<K extends InputKind> = { readonly kind: K } & Inputs[K];
export type InboxInput = { readonly [K in InputKind]: Input<K> }[InputKind];

export type InboxEffect =
  | { readonly kind: 'store'; readonly work: Work }
  /** Write that it runs, and say `claimed` when that is stored. */
  | { readonly kind: 'claim'; readonly id: string; readonly tries: number }
  | { readonly kind: 'run'; readonly id: string; readonly attempt: number; readonly redelivered: boolean }
  | { readonly kind: 'abort'; readonly id: string }
  /** Take it out: done, or closed by somebody else. */
  | { readonly kind: 'finish'; readonly id: string; readonly as: 'done' | 'closed' }
  | { readonly kind: 'dead-letter'; readonly id: string; readonly tries: number; readonly mayHaveRun: boolean };

export interface InboxState {
  readonly items: Map<string, Item>;
  /** In the order in which they came; the first one is at work. */
  readonly lanes: Map<string, string[]>;
  busyLanes: number;
  stopped: boolean;
}

export interface Moment {
  readonly nowMs: number;
  readonly random: number;
}

export const initialInbox = (): InboxState => ({ items: new Map(), lanes: new Map(), busyLanes: 0, stopped: false });

export interface InboxRules {
  /** Whether work that failed so often is given up. */
  givesUp(tries: number, retries: number): boolean;
  /** Whether a run that did not stop when it was asked to may run again. */
  repeatsUnfinished: boolean;
  /** Whether a lane waits for the work before. */
  isSerial: boolean;
  /** Whether it is written that work runs before it does. */
  claimsFirst: boolean;
}

export const inboxRules: InboxRules = {
  givesUp: (tries, retries) => tries > retries,
  repeatsUnfinished: false,
  isSerial: true,
  claimsFirst: true,
};

export interface InboxStep {
  readonly state: InboxState;
  readonly effects: readonly InboxEffect[];
}

export function step(
  state: InboxState,
  input: InboxInput,
  { nowMs, random }: Moment,
  settings: InboxSettings,
  rules: InboxRules = inboxRules,
): InboxStep {
  const effects: InboxEffect[] = [];
  const { items, lanes } = state;

  const isAtWork = ({ name }: ItemState): boolean =>
    name === 'claiming' || name === 'running' || name === 'aborting' || name === 'resting';

  function enter(work: Work, first: ItemState, tries: number, redelivered: boolean): void {
    if (items.has(work.id)) return;
    items.set(work.id, { work, state: first, tries, redelivered });
    const lane = lanes.get(work.lane);
    if (lane === undefined) lanes.set(work.lane, [work.id]);
    else lane.push(work.id);
  }

  function leave(item: Item): void {
    const { id, lane: name } = item.work;
    if (isAtWork(item.state)) state.busyLanes -= 1;
    items.delete(id);
    const lane = lanes.get(name)?.filter((other) => other !== id) ?? [];
    if (lane.length === 0) lanes.delete(name);
    else lanes.set(name, lane);
  }

  function restOrGiveUp(item: Item): void {
    if (rules.givesUp(item.tries, settings.retries)) {
      effects.push({ kind: 'dead-letter', id: item.work.id, tries: item.tries, mayHaveRun: false });
      leave(item);
      return;
    }
    const ceilingMs = Math.min(settings.maxRetryMs, settings.retryMs * 2 ** (item.tries - 1));
    // Half of it at least: a printer that is out of paper is not helped by asking at once.
    item.state = { name: 'resting', untilMs: nowMs + ceilingMs * (0.5 + random / 2) };
  }

  function begin(item: Item): void {
    item.tries += 1;
    if (!rules.claimsFirst) run(item);
    else {
      item.state = { name: 'claiming' };
      effects.push({ kind: 'claim', id: item.work.id, tries: item.tries });
    }
  }

  function run(item: Item): void {
    item.state = { name: 'running', untilMs: nowMs + settings.runMs };
    effects.push({ kind: 'run', id: item.work.id, attempt: item.tries, redelivered: item.redelivered });
    item.redelivered = false;
  }

  /** Starts what can start: the first of each lane. */
  function fill(): void {
    if (state.stopped) return;
    for (const lane of lanes.values()) {
      if (state.busyLanes >= settings.lanesAtOnce) return;
      for (const id of rules.isSerial ? lane.slice(0, 1) : lane) {
        const item = items.get(id);
        if (item?.state.name !== 'waiting' || !item.work.isHandled) continue;
        state.busyLanes += 1;
        begin(item);
      }
    }
  }

  switch (input.kind) {
    case 'arrived':
      enter(input.work, { name: 'storing' }, 0, false);
      effects.push({ kind: 'store', work: input.work });
      break;
    case 'restored':
      enter(input.work, { name: 'waiting' }, input.tries, input.ran);
      break;
    case 'stored': {
      const item = items.get(input.id);
      if (item?.state.name === 'storing') item.state = { name: 'waiting' };
      break;
    }
    case 'claimed': {
      const item = items.get(input.id);
      if (item?.state.name === 'claiming' && !state.stopped) run(item);
      break;
    }
    case 'done': {
      const item = items.get(input.id);
      if (item?.state.name !== 'running' && item?.state.name !== 'aborting') break;
      effects.push({ kind: 'finish', id: input.id, as: 'done' });
      leave(item);
      break;
    }
    case 'failed': {
      const item = items.get(input.id);
      if (item?.state.name !== 'running' && item?.state.name !== 'aborting') break;
      // What is aborted because the client stops has not failed.
      if (state.stopped) break;
      restOrGiveUp(item);
      break;
    }
    case 'closed':
      for (const item of items.values()) {
        const isIdle = item.state.name === 'storing' || item.state.name === 'waiting' || item.state.name === 'resting';
        if (item.work.key !== input.key || !isIdle) continue;
        effects.push({ kind: 'finish', id: item.work.id, as: 'closed' });
        leave(item);
      }
      break;
    case 'tick':
      for (const item of items.values()) pass(item);
      break;
    case 'stop':
      state.stopped = true;
  }
  fill();
  return { state, effects };

  /** What time alone changes. */
  function pass(item: Item): void {
    const { state: at } = item;
    if (!('untilMs' in at) || at.untilMs > nowMs) return;
    switch (at.name) {
      case 'running':
        item.state = { name: 'aborting', untilMs: nowMs + settings.abortMs };
        effects.push({ kind: 'abort', id: item.work.id });
        return;
      case 'aborting':
        if (rules.repeatsUnfinished) {
          restOrGiveUp(item);
          return;
        }
        effects.push({ kind: 'dead-letter', id: item.work.id, tries: item.tries, mayHaveRun: true });
        leave(item);
        return;
      case 'resting':
        if (!state.stopped) begin(item);
    }
  }
}

export function dueAtMs({ items }: InboxState): number {
  let dueMs = Number.POSITIVE_INFINITY;
  for (const { state } of items.values()) if ('untilMs' in state && state.untilMs < dueMs) dueMs = state.untilMs;
  return dueMs;
}
