// Performs what ledger and machine decide, over the store and the app's handlers.
import type { ContractData } from '../../contract/contract.ts';
import type { Host, Release } from '../../host/host.ts';
import type { StoredRecord, StoreTable, StoredValue } from '../../storage/store.ts';
import type { DeliveredEvent } from '../consume/delivered-event.ts';
import type { Signal } from '../signals.ts';
import { createAsking, type Asked } from './asking.ts';
import { createLedgerBook } from './ledger-book.ts';
import { errorClass } from './error-class.ts';
import { close, open, type LedgerEntry } from './ledger.ts';
import type { Elsewhere, InboxParts } from './elsewhere.ts';
import { initialInbox, isOpen, step, type InboxEffect, type InboxInput, type Work } from './machine.ts';
import {
  copyOf,
  itemPrefix,
  ledgerPrefix,
  readDead,
  readItem,
  readLedger,
  writeDead,
  writeItem,
  writeLedger,
  type DeadRecord,
  type ItemRecord,
} from './record.ts';
import { inboxRules, type InboxRules } from './rules.ts';
import { deadLetterOf, unfinishedWork, type DeadLetter, type UnfinishedWork } from './unfinished.ts';
import { defaultInboxSettings, type InboxSettings } from './settings.ts';

/** What a handler is given beside its event. */
export interface WorkContext {
  /**
   * Aborted after 30 s, and 4.5 s after the client was told to stop, so that what is nearly done can end. Call
   * `signal.throwIfAborted()` after whatever waits: who goes on does what was given up, and does it again when somebody tries it
   * again. Wait for nothing as long as that: a `settled` may take as long as the network is gone, and who has not ended 5 s after
   * the abort is a dead letter that may have run.
   */
  readonly signal: AbortSignal;
  /** 1 for the first run. */
  readonly attempt: number;
  /** It may have been done by a run that was interrupted, or of which nobody knows any more what it did. */
  readonly redelivered: boolean;
}

export interface Processor {
  readonly handler: (event: DeliveredEvent, context: WorkContext) => unknown;
  /** Work of one lane is done one after the other. Default: what the event is about. */
  readonly lane?: ((event: DeliveredEvent) => string) | undefined;
  /** What runs, by its id. A handler that does not stop outlives the session that began it, and must be known to the next. */
  readonly runs: Map<string, Run>;
}

interface Run {
  readonly key: string;
  readonly ended: Promise<'done' | 'failed'>;
}

/** What the inbox needs of the store. */
interface InboxStore {
  read(table: StoreTable): Promise<readonly StoredRecord[]>;
  /** Written with the next commit, in which the cursor may move, too. */
  put(table: StoreTable, key: string, value: StoredValue | undefined): void;
  /** Resolves when everything that was put is stored, or cannot be. */
  stored(): Promise<void>;
  /** Keeps a record apart that cannot be read. */
  setAside(table: StoreTable, key: string, value: StoredValue, reason: string): void;
}

export interface InboxOptions {
  readonly host: Host;
  readonly contract: ContractData;
  readonly store: InboxStore;
  readonly processors: ReadonlyMap<string, Processor>;
  /** What earlier runs have done is not known any more. */
  readonly hasForgotten?: (() => boolean) | undefined;
  /** Who does the work that nobody here does. */
  readonly elsewhere?: ((inbox: InboxParts) => Elsewhere) | undefined;
  readonly serverNowMs: () => number;
  readonly signal: (signal: Signal) => void;
  readonly settings?: Partial<InboxSettings> | undefined;
  readonly rules?: InboxRules;
}

export interface InboxCounts {
  readonly waiting: number;
  readonly running: number;
  readonly dead: number;
}

export interface Inbox {
  /** Takes what is work, or closes it. At once: what was taken is written with the cursor that passes it. */
  take(event: DeliveredEvent): void;
  /** Calls handlers from now on. */
  begin(): void;
  counts(): InboxCounts;
  deadLetters(): readonly DeadLetter[];
  /** What waits and runs. */
  unfinished(): readonly UnfinishedWork[];
  /** Tries it again; false when there is no such letter. */
  retry(id: string): boolean;
  discard(id: string): boolean;
  /** Starts nothing more. Resolves when nothing runs any more, or has not stopped in time. */
  stop(): Promise<void>;
}

const unreadable = 'unreadable work';

export async function openInbox(options: InboxOptions): Promise<Inbox> {
  const { host, contract, store, serverNowMs, signal, rules = inboxRules } = options;
  const settings: InboxSettings = { ...defaultInboxSettings, ...options.settings };
  /** Those of this session: what is declared or withdrawn later is for the next one. */
  const processors = new Map(options.processors);
  const report = (error: unknown): void => signal({ kind: 'callback', error });
  const records = new Map<string, ItemRecord>();
  const dead = new Map<string, DeadRecord>();
  const controllers = new Map<string, AbortController>();
  /** What each run threw last. */
  const errors = new Map<string, string>();
  const effects: InboxEffect[] = [];
  const openedAtMs = host.clock.monotonicMs();
  let { state } = { state: initialInbox() };
  let isPerforming = false;
  let isOver = false;
  let nextOrder = 0;
  let timer: { readonly forMs: number; readonly release: Release } | undefined;
  let beginning: Release | undefined;
  let whenIdle: (() => void) | undefined;
  let stopping: Promise<void> | undefined;

  const ledger = createLedgerBook({
    wallMs: () => host.clock.wallMs(),
    isOpen: (key) => isOpen(state, key),
    write: (key, entry) => store.put('inbox', ledgerPrefix + key, entry && writeLedger(entry)),
  });
  const asking = createAsking({
    contract,
    report,
    unique: () => `${host.clock.wallMs()} ${nextOrder} ${host.random()}`,
  });

  const elsewhere = options.elsewhere?.({
    records,
    dead,
    errors,
    processors,
    rewrite,
    store,
    dispatch,
    eventOf,
    asking,
  });

  await load();

  async function load(): Promise<void> {
    const entries = new Map<string, LedgerEntry>();
    for (const { key, value } of await store.read('inbox')) {
      if (key.startsWith(ledgerPrefix)) {
        const entry = readLedger(value);
        if (entry === undefined) store.setAside('inbox', key, value, unreadable);
        else entries.set(key.slice(ledgerPrefix.length), entry);
      } else {
        const record = readItem(value);
        // It cannot be done, and it must not be forgotten: nobody knows what it was.
        if (record === undefined) store.setAside('inbox', key, value, unreadable);
        else if (!record.isClosed || elsewhere?.goesOn(record) === true)
          records.set(key.slice(itemPrefix.length), record);
        // It was closed while it ran, and the process ended before the run did.
        else store.put('inbox', key, undefined);
      }
    }
    for (const { key, value } of await store.read('dead-letters')) {
      const record = readDead(value);
      if (record === undefined) store.setAside('dead-letters', key, value, unreadable);
      else dead.set(key, record);
    }
    // Above every id of this device, also of those that are gone.
    nextOrder = Math.floor(host.clock.wallMs()) * 1_000;
    for (const { order } of [...records.values(), ...dead.values()]) nextOrder = Math.max(nextOrder, order + 1);
    for (const { runs } of processors.values()) {
      for (const [id, { key, ended }] of runs) {
        dispatch({ kind: 'unfinished', id, key });
        void ended.then((kind) => dispatch({ kind, id }));
      }
    }
    const works = [...records]
      .sort(([, one], [, other]) => one.order - other.order)
      .map(([id, record]) => ({
        work: workOf(id, record),
        tries: record.tries,
        redelivered: record.redelivered || record.ran,
      }));
    dispatch({ kind: 'restored', works });
    elsewhere?.loaded();
    // Afterwards: what is open is not forgotten.
    ledger.restore(entries);
  }

  function workOf(id: string, { event, lane, key, attempt }: ItemRecord): Work {
    const priority = contract.events.get(event.name)?.priority ?? 'normal';
    return { id, lane, key, attempt, priority, isHandled: processors.has(event.name) };
  }

  function take(event: DeliveredEvent): void {
    if (!event.known) return;
    const closed = asking.closed(event);
    if (closed !== undefined) takeClosing(closed, event.epoch);
    if (processors.has(event.name) || elsewhere?.takes(event.name) === true) takeWork(event);
  }

  function takeClosing({ key, attempt }: Asked, epoch: string | undefined): void {
    // Without a handler there is nothing that could be opened by an old copy.
    if (processors.size > 0 || elsewhere !== undefined)
      ledger.note(key, close(ledger.get(key), attempt, host.clock.wallMs(), epoch));
    dispatch({ kind: 'closed', key, attempt });
  }

  function takeWork(event: DeliveredEvent): void {
    const { key, attempt } = asking.opened(event);
    const known = ledger.get(key);
    const { id: eventId, epoch, occurredAt } = event;
    const asked = { key, attempt, eventId, epoch, isRow: event.origin === 'snapshot', occurredAt };
    const { isNew, entry } = open(known, asked, isOpen(state, key), host.clock.wallMs(), rules);
    if (entry !== known) ledger.note(key, entry);
    if (!isNew) return;
    const lane = asking.laneOf(event, processors.get(event.name)?.lane);
    const id = nextOrder.toString(36);
    const redelivered = mayHaveBeenDone(event);
    add(id, { event, lane, key, attempt, order: nextOrder, tries: 0, ran: false, redelivered, isClosed: false });
  }

  /** I12: by a run of which nothing is left. It was asked for before this one began, then, and is not heard but read. */
  function mayHaveBeenDone({ replayed, ageMs }: DeliveredEvent): boolean {
    if (!replayed || options.hasForgotten?.() !== true) return false;
    return ageMs === undefined || ageMs >= host.clock.monotonicMs() - openedAtMs;
  }

  /** Put now and not when its turn comes: the cursor may be put right after. */
  function add(id: string, record: ItemRecord): void {
    nextOrder += 1;
    write(id, record);
    dispatch({ kind: 'arrived', work: workOf(id, record), redelivered: record.redelivered });
    elsewhere?.came(id);
    void store.stored();
  }

  function write(id: string, record: ItemRecord): void {
    records.set(id, record);
    put('inbox', itemPrefix + id, () => writeItem(record));
  }

  function put(table: StoreTable, key: string, value: () => StoredValue): void {
    try {
      store.put(table, key, value());
    } catch (error) {
      // Data of the contract that JSON cannot say. Better done without being stored than not at all.
      report(error);
    }
  }

  function remove(id: string): ItemRecord | undefined {
    const record = records.get(id);
    if (record === undefined) return undefined;
    records.delete(id);
    store.put('inbox', itemPrefix + id, undefined);
    return record;
  }

  /** The step is made at once, so that the state is always true; what follows from it waits for what is being performed. */
  function dispatch(input: InboxInput): void {
    const moment = { nowMs: host.clock.monotonicMs(), random: host.random() };
    const stepped = step(state, input, moment, settings, rules);
    ({ state } = stepped);
    effects.push(...stepped.effects);
    if (isPerforming || isOver) return;
    isPerforming = true;
    try {
      for (let next = effects.shift(); next !== undefined; next = effects.shift()) perform(next);
    } finally {
      isPerforming = false;
    }
    setTimer();
    if (state.running === 0) whenIdle?.();
  }

  function perform(effect: InboxEffect): void {
    if (elsewhere?.performs(effect) === true) return;
    switch (effect.kind) {
      case 'claim':
        rewrite(effect.id, { tries: effect.tries, ran: rules.marksRuns, redelivered: effect.redelivered });
        store.stored().then(claimed(effect.id), claimed(effect.id));
        return;
      case 'run':
        return run(effect.id, effect.tries, effect.redelivered);
      case 'abort':
        return controllers.get(effect.id)?.abort();
      case 'release':
        return rewrite(effect.id, {
          tries: effect.tries,
          ran: false,
          redelivered: effect.redelivered,
          claim: undefined,
        });
      case 'withdraw':
        return rewrite(effect.id, { isClosed: true });
      case 'finish':
        return finish(effect.id);
      case 'dead-letter':
        return bury(effect.id, effect.tries, effect.mayHaveRun);
      case 'redeem':
        discard(effect.id);
    }
  }

  const claimed = (id: string) => (): void => {
    if (!isOver) dispatch({ kind: 'claimed', id });
  };

  function rewrite(id: string, changes: Partial<ItemRecord>): void {
    const record = records.get(id);
    if (record === undefined) return;
    write(id, { ...record, ...changes });
    void store.stored();
  }

  function eventOf({ event }: ItemRecord, redelivered: boolean): DeliveredEvent {
    const { occurredAt } = event;
    const ageMs = occurredAt === undefined ? undefined : Math.max(0, serverNowMs() - occurredAt);
    return { ...copyOf(event), redelivered, ageMs };
  }

  function run(id: string, attempt: number, redelivered: boolean): void {
    const record = records.get(id);
    const processor = record === undefined ? undefined : processors.get(record.event.name);
    if (record === undefined || processor === undefined) return;
    const event = eventOf(record, redelivered);
    const controller = new AbortController();
    controllers.set(id, controller);
    const context: WorkContext = { signal: controller.signal, attempt, redelivered };
    const ended = attempted(id, processor, event, context);
    processor.runs.set(id, { key: record.key, ended });
    const over = (kind: 'done' | 'failed'): void => {
      processor.runs.delete(id);
      if (controllers.get(id) === controller) controllers.delete(id);
      if (!isOver) dispatch({ kind, id });
    };
    void ended.then(over);
  }

  async function attempted(
    id: string,
    { handler }: Processor,
    event: DeliveredEvent,
    context: WorkContext,
  ): Promise<'done' | 'failed'> {
    // Later: a handler that does much at once must not hold up whoever hands out the next event.
    await Promise.resolve();
    try {
      await handler(event, context);
      return 'done';
    } catch (error) {
      if (!isOver) {
        errors.set(id, errorClass(error));
        signal({ kind: 'handler', because: 'threw', event, error });
      }
      return 'failed';
    }
  }

  function finish(id: string): void {
    errors.delete(id);
    const record = remove(id);
    if (record === undefined) return;
    ledger.note(record.key, close(ledger.get(record.key), record.attempt, host.clock.wallMs()));
    void store.stored();
  }

  function bury(id: string, tries: number, mayHaveRun: boolean): void {
    const record = remove(id);
    if (record === undefined) return;
    const error = errors.get(id);
    errors.delete(id);
    const letter: DeadRecord = {
      ...record,
      claim: claimStill(id, record),
      tries,
      mayHaveRun,
      error,
      atMs: host.clock.wallMs(),
    };
    dead.set(id, letter);
    put('dead-letters', id, () => writeDead(letter));
    void store.stored();
    const { channel, name, id: eventId } = record.event;
    signal({ kind: 'deadLetter', id, channel, name, eventId, tries, mayHaveRun });
  }

  /** What goes on elsewhere although it was given up: whoever leads next has to know whose it is. */
  const claimStill = (id: string, { claim }: ItemRecord): string | undefined =>
    state.overdue.has(id) ? claim : undefined;

  function retry(id: string): boolean {
    const letter = dead.get(id);
    if (letter === undefined || isOver) return false;
    dead.delete(id);
    store.put('dead-letters', id, undefined);
    const { event, lane, key, attempt, mayHaveRun } = letter;
    add(id, {
      event,
      lane,
      key,
      attempt,
      order: nextOrder,
      tries: 0,
      ran: false,
      redelivered: mayHaveRun,
      isClosed: false,
      claim: claimStill(id, letter),
    });
    return true;
  }

  function discard(id: string): boolean {
    if (isOver || !dead.delete(id)) return false;
    store.put('dead-letters', id, undefined);
    void store.stored();
    return true;
  }

  function setTimer(): void {
    const forMs = isOver ? Number.POSITIVE_INFINITY : state.dueAtMs;
    if (timer?.forMs === forMs) return;
    timer?.release();
    timer = undefined;
    if (forMs === Number.POSITIVE_INFINITY) return;
    const release = host.schedule(Math.max(0, forMs - host.clock.monotonicMs()), () => {
      timer = undefined;
      dispatch({ kind: 'tick' });
    });
    timer = { forMs, release };
  }

  /** What runs may finish; what does not is aborted, and runs again after the next start. */
  function stop(): Promise<void> {
    stopping ??= end();
    return stopping;
  }

  async function end(): Promise<void> {
    beginning?.();
    dispatch({ kind: 'stop' });
    elsewhere?.stop();
    await idleWithin(settings.stopMs);
    dispatch({ kind: 'end' });
    await idleWithin(settings.stopAbortMs);
    isOver = true;
    setTimer();
  }

  function idleWithin(ms: number): Promise<void> {
    if (state.running === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const over = (): void => {
        whenIdle = undefined;
        release();
        resolve();
      };
      const release = host.schedule(ms, over);
      whenIdle = over;
    });
  }

  return {
    take,
    begin() {
      // Later: whoever started the client has not got it back yet, and handlers may use it.
      beginning = host.schedule(0, () => dispatch({ kind: 'begin' }));
    },
    counts: () => ({ waiting: state.items.size - state.running, running: state.running, dead: dead.size }),
    deadLetters: () => [...dead].map(([id, record]) => deadLetterOf(id, record)),
    unfinished: () => [...records.values()].map(unfinishedWork).filter((work) => work !== undefined),
    retry,
    discard,
    stop,
  };
}
