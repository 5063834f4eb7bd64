import type { WaitingMutation } from '../../contract/mutation.ts';
import { validate } from '../../contract/schema.ts';
import { HeardError } from '../../errors.ts';
import type { Host, HostEvent, Release } from '../../host/host.ts';
import type { Commit, Database, StoredRecord, StoredValue, StoreFault, Write } from '../../storage/store.ts';
import type { Api } from '../api/api.ts';
import { createCommitter } from './committer.ts';
import { contextOf, createOutboxContract, waitingMutation, type Mutations } from './contract-functions.ts';
import { createDrains, type DrainOptions, type DrainReport } from './drain.ts';
import { createErrands } from './errands.ts';
import { accept, type RowLookup } from './intake.ts';
import { parentState } from './lanes.ts';
import { dueAtMs, step } from './machine.ts';
import { createMutationId, type RandomBytes } from './mutation-id.ts';
import { answerTo } from './parents.ts';
import { parkedMutation, type ParkedMutation } from './parked-mutation.ts';
import { decodeRecord, encodeRecord, recordVersion, type OutboxRecord } from './record.ts';
import { referredValue, withReferences } from './reference.ts';
import { initialOutbox } from './restart.ts';
import { outboxRules, type OutboxRules } from './rules.ts';
import { defaultOutboxSettings, type OutboxSettings } from './settings.ts';
import type { OutboxSignal } from './signal.ts';
import type { OutboxSocket } from './socket-carrier.ts';
import type { Item, MachineOptions, Moment, OutboxEffect, OutboxInput, OutboxState, VerifyOutcome } from './state.ts';

/** A record that is left as it is, because it is not this outbox's to read. */
export interface UntouchedRecord {
  readonly key: string;
  readonly because: 'corrupt' | 'newer' | 'other-principal';
}

/** How a mutation ended. */
export type Settled<Answer = unknown> =
  | {
      readonly outcome: 'done';
      /** `undefined` for one without an answer, one that a read showed to be done, or one that does not fit its schema. */
      readonly answer: Answer | undefined;
      readonly status: number | undefined;
      readonly by: 'answer' | 'verification';
    }
  | { readonly outcome: 'parked'; readonly parked: ParkedMutation }
  | { readonly outcome: 'discarded' }
  /** A newer one took its place, or it was rebased. */
  | { readonly outcome: 'replaced' }
  /** The client was disposed before there was an answer. It is sent when the app starts again. */
  | { readonly outcome: 'kept' };

export interface MutationHandle<Answer = unknown> {
  readonly id: string;
  /** Never rejects. */
  readonly settled: Promise<Settled<Answer>>;
}

export interface OutboxChange {
  readonly id: string;
  readonly name: string;
  readonly state: WaitingMutation['state'] | 'acked' | 'discarded' | 'replaced';
}

export interface OutboxCounts {
  readonly waiting: number;
  readonly parked: number;
  readonly untouched: number;
}

/** What the app does about a conflict. */
export type ConflictDecision =
  | { readonly do: 'park' }
  | { readonly do: 'discard' }
  /** Sends another input, under a new key. Not for money, which only a person sends again. */
  | { readonly do: 'rebase'; readonly input: unknown };

export type ConflictHook = (
  conflict: ParkedMutation & { readonly body: unknown },
) => ConflictDecision | Promise<ConflictDecision>;

export interface OutboxOptions {
  readonly host: Host;
  readonly api: Api;
  readonly database: Database;
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
  /** Reasons for which nothing is sent from the beginning. */
  readonly pausedFor?: readonly string[];
  readonly settings?: Partial<OutboxSettings>;
  readonly rules?: OutboxRules;
}

export interface Outbox {
  /**
   * Resolves when it is durable on this device. Rejects with a {@link HeardError} when it is refused, and with the store's
   * error when it could not be written: it will not be sent then.
   */
  enqueue(name: string, input: unknown): Promise<MutationHandle>;
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
  counts(): OutboxCounts;
  /** Sends a parked mutation again, with the same key; one that waits goes at once. */
  retry(id: string): MutationHandle;
  /** Removes a mutation that is not under way, or an untouched record. */
  discard(id: string): Promise<void>;
  /** Puts another input in the place of a parked mutation, under a new key. */
  rebase(id: string, input: unknown): Promise<MutationHandle>;
  subscribe(listener: (change: OutboxChange) => void): Release;
  /** Resolves when nothing waits any more. What is parked does not count. */
  drained(): Promise<void>;
  /** Resolves when what was being written is written. */
  dispose(): Promise<void>;
}

interface Deferred<Value> {
  resolve(value: Value): void;
  reject(error: unknown): void;
}

/** The greatest delay that timers take everywhere is 2 ** 31 - 1 ms; an hour is as good. */
const longestTimerMs = 3_600_000;
/** What a store may say although it has written: it does not know. */
const unsureFaults: ReadonlySet<StoreFault> = new Set(['failed', 'lost', 'corrupt']);
const mostTakingBack = 3;
/** What a refusal without an error of its own is said with. */
const notStored = (fault: string, cause: unknown): unknown =>
  cause ?? new Error(`The mutation could not be stored (${fault}).`);

/**
 * Performs what the machine decides, over the seams. It decides nothing itself. Rejects with the store's error when what is
 * stored cannot be read: an outbox that does not know what waits must not send.
 */
export async function createOutbox(options: OutboxOptions): Promise<Outbox> {
  const { host, api, database, mutations, scope, principal, socket, report } = options;
  const settings: OutboxSettings = { ...defaultOutboxSettings, ...options.settings };
  const rules = options.rules ?? outboxRules;
  const { maxRequestLength } = settings;
  const contract = createOutboxContract({ mutations, scope, maxRequestLength, report });
  const machine: MachineOptions = { settings, rules, contract };
  const committer = createCommitter(database, options.fence);

  const untouched = new Map<string, UntouchedRecord>();
  const records: OutboxRecord[] = [];
  for (const stored of await database.read('outbox')) sortIn(stored);

  let state: OutboxState = initialOutbox(machine, records, [...untouched.keys()], moment());
  let disposed = false;
  const inputs: OutboxInput[] = [];
  let busy = false;
  let timer: { readonly forMs: number; readonly release: Release } | undefined;
  const adding = new Map<string, Deferred<MutationHandle> & { readonly former: OutboxRecord | undefined }>();
  const removing = new Map<string, Deferred<undefined>>();
  const storeErrors = new Map<string, unknown>();
  const settling = new Map<string, Set<(settled: Settled) => void>>();
  const rebasing = new Set<string>();
  /** What was last told of each, also of those that the machine has just forgotten. */
  const told = new Map<string, { readonly name: string; readonly word: OutboxChange['state'] | undefined }>();
  const listeners = new Set<(change: OutboxChange) => void>();
  const idlers = new Set<() => void>();
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
  const drains = createDrains(host);
  const leaveHost = host.onEvent(onHostEvent);

  for (const reason of options.pausedFor ?? []) state.pauses.add(reason);
  for (const { id, record } of state.items.values()) told.set(id, { name: record.name, word: undefined });
  tellWhatWasFound();
  setTimer();

  // What was stored.

  function sortIn({ key, value }: StoredRecord): void {
    const reading = decodeRecord(key, value);
    if (reading.kind !== 'record') untouched.set(key, { key, because: reading.kind });
    else if (reading.record.principal !== principal) untouched.set(key, { key, because: 'other-principal' });
    else records.push(reading.record);
  }

  function tellWhatWasFound(): void {
    for (const { key, because } of untouched.values()) tell({ kind: 'untouched', key, because });
    for (const { facts, record } of state.items.values()) {
      if (facts !== undefined) continue;
      const { id, name, attempts } = record;
      tell({ kind: 'parked', id, name, code: 'unknown-mutation', status: undefined, mayHaveHappened: attempts > 0 });
    }
  }

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
      // A mistake of ours about one input must not be the end of all the others.
      guarded(() => take(next));
    }
    busy = false;
    setTimer();
    drains.look(state);
    if (waitingCount() === 0) for (const idler of takeAll(idlers)) idler();
  }

  function take(input: OutboxInput): void {
    const { state: after, effects } = step(machine, state, input, moment());
    state = after;
    for (const effect of effects) perform(effect);
  }

  function perform(effect: OutboxEffect): void {
    switch (effect.kind) {
      case 'store':
        return storeRecord(effect);
      case 'send':
        return send(effect);
      case 'verify':
        return verify(effect);
      case 'abort':
        return errands.stop(effect.id, effect.turn);
      case 'probe':
        return probe(effect.probe);
      case 'added': {
        const deferred = adding.get(effect.id);
        adding.delete(effect.id);
        return deferred?.resolve(handleOf(effect.id));
      }
      case 'not-added': {
        const error = notStored(effect.fault, takeError(effect.id));
        settling.delete(effect.id);
        told.delete(effect.id);
        return takeBack(effect.id, effect.fault, error, mostTakingBack);
      }
      case 'not-removed': {
        const deferred = removing.get(effect.id);
        removing.delete(effect.id);
        return deferred?.reject(notStored(effect.fault, takeError(effect.id)));
      }
      case 'changed': {
        const item = state.items.get(effect.id);
        // What is being written is told once it is.
        if (effect.phase === 'settling' || effect.phase === 'removing') return undefined;
        return item === undefined ? undefined : changed(item.id, item.record.name, waitingMutation(item).state);
      }
      case 'ended':
        return ended(effect);
      case 'held-up':
        return drains.heldUp(state);
      case 'forget':
        return forget(effect.ids);
      case 'signal':
        if (effect.signal.kind === 'stuck' && effect.signal.at === 'store') committer.giveUp();
        return tell(effect.signal);
    }
  }

  // The store.

  function storeRecord({ id, turn, record, removes, fenced }: Extract<OutboxEffect, { kind: 'store' }>): void {
    const value = record === undefined ? undefined : encodeRecord(record);
    const write = { table: 'outbox', key: id, value } as const;
    committer.add({
      writes: removes === undefined ? [write] : [write, { table: 'outbox', key: removes, value: undefined }],
      // After a failed attempt the record says `inflight` already, which a restart takes for the worse.
      strict: !fenced || (record?.state !== 'pending' && record?.state !== 'unclear'),
      fenced,
      done(fault, error) {
        if (fault === undefined) return dispatch({ kind: 'item', id, input: { kind: 'stored', turn } });
        storeErrors.set(id, error);
        dispatch({ kind: 'item', id, input: { kind: 'notStored', turn, fault } });
        storeErrors.delete(id);
      },
    });
  }

  /**
   * O1: a store that gave up in the middle may have written it after all, and whoever is told "not stored" asks again: that
   * would be two orders. So it is taken back before it is refused; what it was to replace is put back with it.
   */
  function takeBack(id: string, fault: StoreFault, error: unknown, attempts: number): void {
    const deferred = adding.get(id);
    if (!unsureFaults.has(fault) || attempts === 0) {
      adding.delete(id);
      return deferred?.reject(error);
    }
    const former = state.items.get(deferred?.former?.id ?? '');
    const writes: Write[] = [{ table: 'outbox', key: id, value: undefined }];
    if (former?.phase.name === 'parked') {
      writes.push({ table: 'outbox', key: former.id, value: encodeRecord(former.record) });
    }
    return committer.add({
      writes,
      strict: true,
      fenced: false,
      done(again) {
        if (again !== undefined) return takeBack(id, again, error, attempts - 1);
        adding.delete(id);
        return deferred?.reject(error);
      },
    });
  }

  function takeError(id: string): unknown {
    return storeErrors.get(id);
  }

  /** What is forgotten is answered: when this is lost, it is forgotten the next time. */
  function forget(ids: readonly string[]): void {
    const writes = ids.map((key) => ({ table: 'outbox', key, value: undefined }) as const);
    committer.add({ writes, strict: false, fenced: true, done: () => undefined });
  }

  // The server.

  function send({ id, turn, record }: Extract<OutboxEffect, { kind: 'send' }>): void {
    drains.began(id);
    errands.send(id, turn, record, (read) => dispatch({ kind: 'item', id, input: { kind: 'answered', turn, read } }));
  }

  function verify({ id, turn, record }: Extract<OutboxEffect, { kind: 'verify' }>): void {
    const told = (outcome: VerifyOutcome): void =>
      dispatch({ kind: 'item', id, input: { kind: 'verified', turn, outcome } });
    errands.verify(id, turn, record, told);
  }

  function probe(number: number): void {
    errands.probe((reached) => dispatch({ kind: 'probed', probe: number, reached }));
  }

  // The app.

  function ended({ id, end }: Extract<OutboxEffect, { kind: 'ended' }>): void {
    const item = state.items.get(id);
    switch (end.kind) {
      case 'done': {
        const { by } = end;
        drains.sent(id);
        const isAnswer = by.kind === 'answer';
        const answer = isAnswer ? answerOf(id, by.body) : undefined;
        changedById(id, 'acked');
        return settle(id, { outcome: 'done', answer, status: isAnswer ? by.status : undefined, by: by.kind });
      }
      case 'parked': {
        drains.parked(id);
        if (item === undefined) return undefined;
        if (item.record.fault?.code === 'conflict' && options.onConflict !== undefined) return void decide(item);
        return settle(id, { outcome: 'parked', parked: parkedOf(item) });
      }
      case 'discarded':
      case 'replaced': {
        changedById(id, end.kind);
        removing.get(id)?.resolve(undefined);
        removing.delete(id);
        return settle(id, { outcome: end.kind });
      }
    }
  }

  /** The machine has forgotten it already. */
  function changedById(id: string, word: OutboxChange['state']): void {
    const name = nameOf(id);
    changed(id, name, word);
    told.delete(id);
  }

  function answerOf(id: string, body: unknown): unknown {
    const name = nameOf(id);
    const answer = mutations.get(name)?.answer;
    if (answer === undefined || answer === 'empty') return undefined;
    const checked = validate<unknown>(answer, body);
    if (checked.ok) return checked.value;
    const because = checked.mismatches.map(({ path, because }) => (path === '' ? because : `${path}: ${because}`));
    tell({ kind: 'answer-misfit', id, name, because });
    return undefined;
  }

  function settle(id: string, settled: Settled): void {
    const waiting = settling.get(id);
    settling.delete(id);
    for (const resolve of waiting ?? []) resolve(settled);
  }

  function handleOf(id: string): MutationHandle {
    const settled = new Promise<Settled>((resolve) => {
      const waiting = settling.get(id) ?? new Set();
      settling.set(id, waiting.add(resolve));
    });
    return { id, settled };
  }

  /** O18: asks the app about a conflict. Who waits for the outcome waits for this, too. */
  async function decide(item: Item): Promise<void> {
    const { id } = item;
    const decision = await conflictDecision(item);
    const isStill = !disposed && state.items.get(id)?.phase.name === 'parked';
    try {
      if (isStill && decision.do === 'discard') return await discard(id);
      if (isStill && decision.do === 'rebase' && item.facts?.priority !== 'payment')
        return void (await rebase(id, decision.input));
    } catch (error) {
      report(error);
    }
    if (state.items.has(id)) settle(id, { outcome: 'parked', parked: parkedOf(item) });
  }

  function parkedOf(item: Item): ParkedMutation {
    return parkedMutation(item, mutations, report);
  }

  async function conflictDecision(item: Item): Promise<ConflictDecision> {
    try {
      const conflict = { ...parkedOf(item), body: item.refusal?.body };
      return (await options.onConflict?.(conflict)) ?? { do: 'park' };
    } catch (error) {
      report(error);
      return { do: 'park' };
    }
  }

  async function enqueue(name: string, given: unknown, former?: OutboxRecord): Promise<MutationHandle> {
    if (disposed) throw gone();
    const definition = mutations.get(name);
    if (definition === undefined) {
      throw new HeardError('unknown-name', `There is no mutation "${name.slice(0, 80)}" for this role.`, {
        remediation: 'Use one of the mutations that the contract gives this role.',
      });
    }
    if (waitingCount() >= settings.maxItems) {
      throw new HeardError('too-many', `${settings.maxItems} mutations wait to be sent already.`, {
        remediation: 'Stop taking in more until the server was reached, and say so to whoever works with this device.',
      });
    }
    const id = newId();
    const createdAt = options.serverNowMs();
    const accepted = accept(
      {
        name,
        definition,
        context: contextOf({ id, createdAt }, scope),
        row: options.row,
        maxLength: maxRequestLength,
        resolve: (input) => withReferences(input, resolveAnswered),
        isKnown: (parent) => parentState(state, parent) !== 'gone',
      },
      given,
    );
    const record: OutboxRecord = {
      version: recordVersion,
      id,
      name,
      ...(former !== undefined && { formerly: [...(former.formerly ?? []), former.id] }),
      principal,
      // By time, so that mutations of several tabs keep their order, too; and growing, even if the clock is set back. Who
      // takes another's place has it: what refers to it stands behind it.
      order: former?.order ?? Math.max(state.lastOrder + 1, host.clock.wallMs()),
      lane: accepted.lane,
      input: accepted.input,
      createdAt,
      expiresAt: createdAt + settings.maxAgeMs,
      attempts: 0,
      failures: 0,
      nextAttemptAt: 0,
      state: 'pending',
    };
    return new Promise((resolve, reject) => {
      adding.set(id, { resolve, reject, former });
      dispatch({ kind: 'add', record, replaces: former?.id });
    });
  }

  /** Some replacements of `crypto` give the same bytes every time, and two orders under one key would be one. */
  function newId(): string {
    const id = createMutationId(options.randomBytes);
    if (parentState(state, id) === 'gone') return id;
    throw new HeardError('options-invalid', 'The random numbers of this device repeat themselves.', {
      remediation: 'Give random bytes from a secure source, such as crypto.getRandomValues; nothing was queued.',
    });
  }

  function resolveAnswered(reference: { readonly $ref: string; readonly path?: string }): StoredValue | undefined {
    return parentState(state, reference.$ref) === 'answered'
      ? referredValue(reference, answerTo(state, reference.$ref))
      : { ...reference };
  }

  function retry(id: string): MutationHandle {
    if (disposed) throw gone();
    const { facts, phase } = itemToActOn(id, 'retry');
    if (facts === undefined)
      throw notNow(id, 'the contract has no mutation of its name any more', 'Discard it, or use an app that knows it.');
    if (rebasing.has(id)) throw notNow(id, 'another input is taking its place', 'Wait for it.');
    const handle = handleOf(id);
    if (phase.name === 'parked' || phase.name === 'waiting' || phase.name === 'unclear') {
      dispatch({ kind: 'item', id, input: { kind: 'retry' } });
    }
    return handle;
  }

  async function discard(id: string): Promise<void> {
    if (disposed) throw gone();
    if (untouched.has(id)) return discardUntouched(id);
    const { phase } = itemToActOn(id, 'discard');
    if (phase.name !== 'parked' && phase.name !== 'waiting' && phase.name !== 'unclear') {
      throw notNow(id, 'it is under way', 'Wait for its answer.');
    }
    if (rebasing.has(id)) throw notNow(id, 'another input is taking its place', 'Wait for it.');
    return new Promise<void>((resolve, reject) => {
      removing.set(id, { resolve: () => resolve(), reject });
      dispatch({ kind: 'item', id, input: { kind: 'discard' } });
    });
  }

  function discardUntouched(key: string): Promise<void> {
    return new Promise((resolve, reject) => {
      committer.add({
        writes: [{ table: 'outbox', key, value: undefined }],
        strict: true,
        fenced: false,
        done(fault, error) {
          if (fault !== undefined) return reject(notStored(fault, error));
          untouched.delete(key);
          state.untouched.delete(key);
          resolve();
          return dispatch({ kind: 'tick' });
        },
      });
    });
  }

  async function rebase(id: string, input: unknown): Promise<MutationHandle> {
    if (disposed) throw gone();
    const { record, phase } = itemToActOn(id, 'rebase');
    if (phase.name !== 'parked') throw notNow(id, 'it is not parked', 'Rebase what the server has refused.');
    if (rebasing.has(id)) throw notNow(id, 'another input is taking its place', 'Wait for it.');
    rebasing.add(id);
    try {
      return await enqueue(record.name, input, record);
    } finally {
      rebasing.delete(id);
    }
  }

  function itemToActOn(id: string, what: string): Item {
    const item = state.items.get(id);
    if (item !== undefined) return item;
    throw new HeardError('unknown-name', `The outbox has no mutation ${id.slice(0, 40)} to ${what}.`, {
      remediation: 'Look at `pending()` and `parked()`: it may have been answered meanwhile.',
    });
  }

  function waitingCount(): number {
    return state.items.size - state.parked;
  }

  function nameOf(id: string): string {
    return told.get(id)?.name ?? '';
  }

  function changed(id: string, name: string, word: OutboxChange['state']): void {
    if (told.get(id)?.word === word) return;
    told.set(id, { name, word });
    for (const listener of Array.from(listeners)) guarded(() => listener({ id, name, state: word }));
  }

  function tell(signal: OutboxSignal): void {
    guarded(() => options.onSignal?.(signal));
  }

  function guarded<Result>(call: () => Result): Result | undefined {
    try {
      return call();
    } catch (error) {
      report(error);
      return undefined;
    }
  }

  // Time.

  function onHostEvent({ kind }: HostEvent): void {
    if (kind === 'hidden' || kind === 'offline') return;
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

  async function dispose(): Promise<void> {
    if (!disposed) {
      disposed = true;
      leaveHost();
      // What is stored until now is still told to whoever waits for it; nothing is begun any more.
      dispatch({ kind: 'pause', reason: 'disposed' });
      errands.stopAll();
      drains.end(state);
      for (const id of Array.from(settling.keys())) settle(id, { outcome: 'kept' });
      for (const idler of takeAll(idlers)) idler();
    }
    await committer.idle();
    for (const id of Array.from(settling.keys())) settle(id, { outcome: 'kept' });
    listeners.clear();
  }

  return {
    enqueue: (name, input) => enqueue(name, input),
    drain(how) {
      if (disposed) return Promise.reject(gone());
      const report = drains.begin(state, how);
      dispatch({ kind: 'connected' });
      return report;
    },
    follow(how) {
      if (disposed) return Promise.reject(gone());
      const report = drains.begin(state, how);
      drains.look(state);
      return report;
    },
    pause: (reason) => dispatch({ kind: 'pause', reason }),
    resume: (reason) => dispatch({ kind: 'resume', reason }),
    authorised: () => dispatch({ kind: 'authorised' }),
    pending: () => [...state.items.values()].filter(({ phase }) => phase.name !== 'parked').map(waitingMutation),
    parked: () => [...state.items.values()].filter(({ phase }) => phase.name === 'parked').map(parkedOf),
    untouched: () => [...untouched.values()],
    counts: () => ({ waiting: waitingCount(), parked: state.parked, untouched: untouched.size }),
    retry,
    discard,
    rebase,
    subscribe(listener) {
      // Wrapped, so that one function which listens twice is two listeners.
      const own = (change: OutboxChange): void => listener(change);
      listeners.add(own);
      return () => void listeners.delete(own);
    },
    drained: () =>
      waitingCount() === 0 || disposed
        ? Promise.resolve()
        : new Promise((resolve) => {
            idlers.add(resolve);
          }),
    dispose,
  };
}

function takeAll<Value>(set: Set<Value>): readonly Value[] {
  const all = [...set];
  set.clear();
  return all;
}

const gone = (): HeardError =>
  new HeardError('disposed', 'The client was disposed: its outbox takes nothing in any more.', {
    remediation: 'Create another client; what waits is sent by it.',
  });

const notNow = (id: string, because: string, remediation: string): HeardError =>
  new HeardError('illegal-transition', `This cannot be done with the mutation ${id.slice(0, 40)} now: ${because}.`, {
    remediation,
  });
