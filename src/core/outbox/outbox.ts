import type { WaitingMutation } from '../../contract/mutation.ts';
import type { Host, HostEvent, Release } from '../../host/host.ts';
import type { Commit, Database } from '../../storage/store.ts';
import type { Api } from '../api/api.ts';
import { createChanges, type OutboxChange } from './changes.ts';
import { decideConflict, type ConflictHook } from './conflict.ts';
import { createOutboxContract, waitingMutation, type Mutations } from './contract-functions.ts';
import { createDecisions } from './decisions.ts';
import { createDrains, type DrainOptions, type DrainReport } from './drain.ts';
import { createErrands } from './errands.ts';
import { createHandles, type MutationHandle, type Parting, type Settled } from './handles.ts';
import type { RowLookup } from './intake.ts';
import { countWaiting, parentState } from './lanes.ts';
import { dueAtMs, step } from './machine.ts';
import type { RandomBytes } from './mutation-id.ts';
import { createOthers } from './others.ts';
import type { ParkedMutation } from './parked-mutation.ts';
import { answerTo, knownInput } from './parents.ts';
import { gone } from './refusals.ts';
import { initialOutbox } from './restart.ts';
import { outboxRules, type OutboxRules } from './rules.ts';
import { defaultOutboxSettings, type OutboxSettings } from './settings.ts';
import type { OutboxSignal } from './signal.ts';
import type { OutboxSocket } from './socket-carrier.ts';
import type { Item, ItemInput, MachineOptions, Moment, OutboxEffect, OutboxInput, OutboxState } from './state.ts';
import { sortRecords, type UntouchedRecord } from './stored-records.ts';
import { createQuietLanes } from './quiet-lanes.ts';
import { createTakingIn } from './taking-in.ts';
import { createTelling } from './telling.ts';
import { unfinishedMutation, type UnfinishedMutation } from './unfinished.ts';
import { createWriting } from './writing.ts';

export interface OutboxCounts {
  /** Everything that is neither answered nor parked. */
  readonly waiting: number;
  /** Of those: on their way, or sent without a known outcome. */
  readonly inflight: number;
  /** For a person. */
  readonly parked: number;
  /** Records that are left as they are. */
  readonly untouched: number;
}

export interface OutboxOptions {
  readonly host: Host;
  readonly api: Api;
  readonly database: Pick<Database, 'read' | 'commit'>;
  /** Those that this role may send. */
  readonly mutations: Mutations;
  readonly scope: object;
  readonly principal: string;
  readonly socket: OutboxSocket;
  readonly randomBytes: RandomBytes;
  /** The server's time, as far as it is known. */
  serverNowMs(): number;
  /** A plain GET: whether the server can be reached. A page in its place is not the server. */
  probe(signal: AbortSignal): Promise<boolean>;
  readonly row?: RowLookup;
  readonly onConflict?: ConflictHook;
  readonly onSignal?: (signal: OutboxSignal) => void;
  /** What somebody else's code threw. */
  readonly report: (error: unknown) => void;
  /** What must hold for this tab to send. */
  readonly fence?: () => Commit['only'];
  /** Whoever has not the fence takes nothing in either: another one is asked. */
  readonly takesInAlone?: boolean;
  /** Reasons for which nothing is sent from the beginning. */
  readonly pausedFor?: readonly string[];
  readonly settings?: Partial<OutboxSettings>;
  readonly rules?: OutboxRules;
}

export interface Outbox {
  /**
   * Resolves when it is durable on this device. Rejects with a {@link HeardError} when it is refused, and with the store's
   * error when it could not be written: it will not be sent then. `id`: its own, for who may ask again; what is known under
   * it is not taken in twice.
   */
  enqueue(name: string, input: unknown, id?: string): Promise<MutationHandle>;
  /** Says how one ends that was taken in before, or has ended. */
  watch(id: string): MutationHandle;
  /** Says that the client is connected, sends what waits, and tells how far it came. */
  drain(options?: DrainOptions): Promise<DrainReport>;
  /** Tells how far it comes by itself. */
  follow(options?: DrainOptions): Promise<DrainReport>;
  pause(reason: string): void;
  resume(reason: string): void;
  /** There is a token again. */
  authorised(): void;
  pending(): readonly WaitingMutation[];
  parked(): readonly ParkedMutation[];
  untouched(): readonly UntouchedRecord[];
  /** Everything that has no end yet, parked mutations among it. */
  unfinished(): readonly UnfinishedMutation[];
  counts(): OutboxCounts;
  /** Sends a parked mutation again, with the same key; one that waits goes at once. */
  retry(id: string): MutationHandle;
  /** Removes a mutation that is not under way, or an untouched record. */
  discard(id: string): Promise<void>;
  /** Puts another input in the place of a parked mutation, under a new key. */
  rebase(id: string, input: unknown, as?: string): Promise<MutationHandle>;
  subscribe(listener: (change: OutboxChange) => void): Release;
  /** Resolves when nothing waits any more. What is parked does not count. */
  drained(): Promise<void>;
  /** Resolves when what was being written is written. Who still waits is told that it was kept, or what else is to become of it. */
  dispose(as?: Parting): Promise<void>;
}

/** The greatest delay that timers take everywhere is 2 ** 31 - 1 ms; an hour is as good. */
const longestTimerMs = 3_600_000;

/**
 * Performs what the machine decides, over the seams. It decides nothing itself. Rejects with the store's error when what is
 * stored cannot be read: an outbox that does not know what waits must not send.
 */
export async function createOutbox(options: OutboxOptions): Promise<Outbox> {
  const { host, api, database, mutations, scope, principal, socket, report } = options;
  const settings: OutboxSettings = { ...defaultOutboxSettings, ...options.settings };
  const rules = options.rules ?? outboxRules;
  const contract = createOutboxContract({ mutations, scope, maxRequestLength: settings.maxRequestLength, report });
  const machine: MachineOptions = { settings, rules, contract, takesInAlone: options.takesInAlone === true };

  const { records, untouched } = sortRecords(await database.read('outbox'), principal);
  let state: OutboxState = initialOutbox(machine, records, [...untouched.keys()], moment());
  for (const reason of options.pausedFor ?? []) state.pauses.add(reason);
  let disposed = false;
  const inputs: OutboxInput[] = [];
  let busy = false;
  let timer: { readonly forMs: number; readonly release: Release } | undefined;
  const idlers = new Set<() => void>();

  const quietLanes = createQuietLanes(settings.shownMs, () => host.clock.monotonicMs());
  const handles = createHandles();
  const changes = createChanges(report);
  const drains = createDrains(host);
  /** With the numbers of what it refers to, as far as the server has answered them: a screen that comes later knows no other. */
  const asWaiting = (item: Item): WaitingMutation => {
    const mutation = waitingMutation(item);
    if (item.parents.length === 0) return mutation;
    return { ...mutation, input: knownInput(state, item.asked ?? item.record.input) };
  };
  const telling = createTelling({ mutations, asWaiting, changes, handles, drains, onSignal: options.onSignal, report });
  const writing = createWriting({
    database,
    fence: options.fence,
    told: (id, input) => dispatch({ kind: 'item', id, input }),
  });
  const takingIn = createTakingIn({
    host,
    mutations,
    scope,
    principal,
    settings,
    randomBytes: options.randomBytes,
    serverNowMs: () => options.serverNowMs(),
    row: options.row,
    isQuiet: (lane) => !state.lanes.has(lane) && quietLanes.isQuiet(lane),
    state: () => state,
    dispatch,
    writing,
    handles,
    changes,
  });
  const decisions = createDecisions({
    state: () => state,
    untouched,
    dispatch,
    writing,
    handles,
    replace: (former, input, id) => takingIn.enqueue(former.name, input, { former, id }),
  });
  const errands = createErrands({
    host,
    api,
    socket,
    mutations,
    scope,
    rules,
    paymentTimeoutMs: settings.paymentTimeoutMs,
    report,
    probe: (signal) => options.probe(signal),
  });
  const others = createOthers({
    host,
    database,
    principal,
    state: () => state,
    everyMs: options.fence === undefined ? undefined : settings.othersMs,
    isRefused: takingIn.isRefused,
    dispatch,
    report,
  });
  const leaveHost = host.onEvent(onHostEvent);

  telling.found(untouched.values(), state.items.values());
  setTimer();

  function moment(): Moment {
    return {
      nowMs: host.clock.monotonicMs(),
      wallMs: host.clock.wallMs(),
      serverMs: options.serverNowMs(),
      random: host.random(),
    };
  }

  /** One input at a time: what is called during a step (a listener, a hook) waits its turn. */
  function dispatch(input: OutboxInput): void {
    inputs.push(input);
    if (busy) return;
    busy = true;
    for (let next = inputs.shift(); next !== undefined; next = inputs.shift()) {
      try {
        take(next);
      } catch (error) {
        // A mistake of ours about one input must not be the end of all the others.
        report(error);
      }
    }
    busy = false;
    setTimer();
    if (!others.isLooking) drains.look(state);
    if (countWaiting(state) === 0) tellIdlers();
  }

  function take(input: OutboxInput): void {
    const lane = input.kind === 'item' ? state.items.get(input.id)?.lane : undefined;
    if (lane !== undefined) quietLanes.touch(lane);
    const { state: after, effects } = step(machine, state, input, moment());
    state = after;
    for (const effect of effects) perform(effect);
  }

  function perform(effect: OutboxEffect): void {
    switch (effect.kind) {
      case 'store':
        return writing.store(effect);
      case 'forget':
        return writing.forget(effect.ids);
      case 'send': {
        const { id, turn, record } = effect;
        drains.began(id);
        return errands.send(id, turn, record, (read) => tellItem(id, { kind: 'answered', turn, read }));
      }
      case 'verify': {
        const { id, turn, record } = effect;
        return errands.verify(id, turn, record, (outcome) => tellItem(id, { kind: 'verified', turn, outcome }));
      }
      case 'abort':
        return errands.stop(effect.id, effect.turn);
      case 'probe':
        return errands.probe((reached) => dispatch({ kind: 'probed', probe: effect.probe, reached }));
      case 'added':
        return takingIn.added(effect.id);
      case 'not-added':
        return takingIn.notAdded(effect.id, effect.fault);
      case 'not-removed':
        return decisions.notRemoved(effect.id, effect.fault);
      case 'changed': {
        const item = state.items.get(effect.id);
        return item === undefined ? undefined : telling.changed(item, effect.phase);
      }
      case 'ended':
        return ended(effect);
      case 'held-up':
        return drains.heldUp(state);
      case 'signal':
        if (effect.signal.kind === 'stuck' && effect.signal.at === 'store') writing.giveUp();
        return telling.signal(effect.signal);
    }
  }

  const tellItem = (id: string, input: ItemInput): void => dispatch({ kind: 'item', id, input });

  function ended({ id, end }: Extract<OutboxEffect, { kind: 'ended' }>): void {
    if (end.kind === 'parked') return parked(id);
    if (end.kind !== 'done') decisions.removed(id);
    return telling.ended(id, end);
  }

  function parked(id: string): void {
    drains.parked(id);
    const item = state.items.get(id);
    const hook = options.onConflict;
    if (item === undefined) return;
    if (item.record.fault?.code !== 'conflict' || hook === undefined) telling.parked(item);
    else void decide(item, hook);
  }

  /** O18: who waits for the outcome waits for this, too. */
  async function decide(item: Item, hook: ConflictHook): Promise<void> {
    const isStillOpen = (): boolean => !disposed && state.items.get(item.id)?.phase.name === 'parked';
    await decideConflict(item, { hook, parked: telling.asParked(item), decisions, isStillOpen, report });
    if (state.items.has(item.id)) telling.parked(item);
  }

  function tellIdlers(): void {
    const all = [...idlers];
    idlers.clear();
    for (const idler of all) idler();
  }

  function onHostEvent({ kind }: HostEvent): void {
    if (kind === 'hidden' || kind === 'offline') return;
    others.look();
    dispatch({ kind: 'hinted' });
    dispatch({ kind: 'tick' });
  }

  function setTimer(): void {
    const forMs = disposed ? Number.POSITIVE_INFINITY : dueAtMs(state, machine);
    if (timer?.forMs === forMs) return;
    timer?.release();
    timer = undefined;
    if (forMs === Number.POSITIVE_INFINITY) return;
    const delayMs = Math.min(Math.max(0, forMs - host.clock.monotonicMs()), longestTimerMs);
    const release = host.schedule(delayMs, () => {
      timer = undefined;
      dispatch({ kind: 'tick' });
    });
    timer = { forMs, release };
  }

  function requireAlive(): void {
    if (disposed) throw gone();
  }

  function watch(id: string): MutationHandle {
    const item = state.items.get(id);
    if (item?.phase.name === 'parked')
      return { id, settled: Promise.resolve({ outcome: 'parked', parked: telling.asParked(item) }) };
    if (item !== undefined) return handles.of(id);
    const ended: Settled =
      parentState(state, id) === 'answered'
        ? { outcome: 'done', answer: answerTo(state, id), status: undefined, by: 'answer' }
        : // It ended so long ago that nobody remembers how, or waits under another id.
          { outcome: 'kept' };
    return { id, settled: Promise.resolve(ended) };
  }

  /** For who asks once more under an id of its own; undefined when nothing is known under it. */
  function again(id: string | undefined): MutationHandle | Promise<MutationHandle> | undefined {
    if (id === undefined) return undefined;
    return takingIn.underWay(id) ?? (parentState(state, id) === 'gone' ? undefined : watch(id));
  }

  async function dispose(as: Parting = 'kept'): Promise<void> {
    if (!disposed) {
      disposed = true;
      leaveHost();
      others.stop();
      // What is stored until now is still told to whoever waits for it; nothing is begun any more.
      dispatch({ kind: 'pause', reason: 'disposed' });
      errands.stopAll();
      drains.end(state);
      handles.endAll(as);
      tellIdlers();
    }
    await writing.idle();
    handles.endAll(as);
    changes.end();
  }

  return {
    async enqueue(name, input, id) {
      requireAlive();
      return again(id) ?? takingIn.enqueue(name, input, { id });
    },
    watch,
    async drain(how) {
      requireAlive();
      const report = drains.begin(state, how);
      others.look();
      dispatch({ kind: 'connected' });
      return report;
    },
    follow(how) {
      if (disposed) return Promise.reject(gone());
      const report = drains.begin(state, how);
      if (!others.isLooking) drains.look(state);
      return report;
    },
    pause: (reason) => dispatch({ kind: 'pause', reason }),
    resume: (reason) => dispatch({ kind: 'resume', reason }),
    authorised: () => dispatch({ kind: 'authorised' }),
    pending: () => [...state.items.values()].filter(({ phase }) => phase.name !== 'parked').map(asWaiting),
    parked: () => [...state.items.values()].filter(({ phase }) => phase.name === 'parked').map(telling.asParked),
    untouched: () => [...untouched.values()],
    unfinished: () =>
      [...state.items.values()].map(({ record }) => unfinishedMutation(record)).filter((one) => one !== undefined),
    counts: () => ({
      waiting: countWaiting(state),
      inflight: state.inflight,
      parked: state.parked,
      untouched: untouched.size,
    }),
    retry(id) {
      requireAlive();
      return decisions.retry(id);
    },
    async discard(id) {
      requireAlive();
      return decisions.discard(id);
    },
    async rebase(id, input, as) {
      requireAlive();
      return again(as) ?? decisions.rebase(id, input, as);
    },
    subscribe: changes.subscribe,
    drained: () =>
      countWaiting(state) === 0 || disposed
        ? Promise.resolve()
        : new Promise((resolve) => {
            idlers.add(resolve);
          }),
    dispose,
  };
}
