// Performs what ledger and machine decide, over the store and the app's handlers.
import type { ContractData } from '../../contract/contract.ts';
import type { Host, Release } from '../../host/host.ts';
import type { StoredRecord, StoreTable, StoredValue } from '../../storage/store.ts';
import type { DeliveredEvent } from '../consume/delivered-event.ts';
import type { Signal } from '../signals.ts';
import { close, open, type LedgerEntry, type LedgerRules } from './ledger.ts';
import {
  dueAtMs,
  initialInbox,
  inboxRules,
  step,
  type InboxEffect,
  type InboxInput,
  type InboxRules,
  type Work,
} from './machine.ts';
import {
  readDead,
  readItem,
  readLedger,
  writeDead,
  writeItem,
  writeLedger,
  type DeadRecord,
  type ItemRecord,
} from './record.ts';
import { defaultInboxSettings, type InboxSettings } from './settings.ts';

/** What a handler is given beside its event. */
export interface WorkContext {
  /** Aborted after 30 s, and when the client stops. */
  readonly signal: AbortSignal;
  /** 1 for the first run. */
  readonly attempt: number;
  /** It may have been done by a run that ended in the middle. */
  readonly redelivered: boolean;
}

export interface Processor {
  readonly handler: (event: DeliveredEvent, context: WorkContext) => unknown;
  /** Work of one lane is done one after the other. Default: what the event is about. */
  readonly lane?: ((event: DeliveredEvent) => string) | undefined;
}

/** Work that was given up, until a person decides. */
export interface DeadLetter {
  readonly id: string;
  readonly event: DeliveredEvent;
  readonly tries: number;
  /** It did not stop when it was asked to: nobody knows whether it was done. */
  readonly mayHaveRun: boolean;
  /** The class of what was thrown last. */
  readonly error: string | undefined;
  readonly atMs: number;
}

/** What the inbox needs of the store. */
export interface InboxStore {
  read(table: StoreTable): Promise<readonly StoredRecord[]>;
  /** Written with the next commit, in which the cursor may move, too. */
  put(table: StoreTable, key: string, value: StoredValue | undefined): void;
  /** Resolves when everything that was put is stored, or cannot be. */
  stored(): Promise<void>;
}

export interface InboxOptions {
  readonly host: Host;
  readonly contract: ContractData;
  readonly store: InboxStore;
  readonly processors: ReadonlyMap<string, Processor>;
  readonly signal: (signal: Signal) => void;
  readonly settings?: Partial<InboxSettings> | undefined;
  readonly rules?: InboxRules;
  readonly ledgerRules?: LedgerRules;
}

export interface InboxCounts {
  readonly waiting: number;
  readonly running: number;
  readonly dead: number;
}

export interface Inbox {
  /** Takes what is work, or closes it. At once: what was taken is written with the cursor that passes it. */
  take(event: DeliveredEvent): void;
  counts(): InboxCounts;
  deadLetters(): readonly DeadLetter[];
  /** Tries it again; false when there is no such letter. */
  retry(id: string): boolean;
  discard(id: string): boolean;
  /** Starts nothing more. Resolves when nothing runs any more, or has not stopped in time. */
  stop(): Promise<void>;
}

const ledgerKey = (key: string): string => `work ${key}`;
const itemKey = (id: string): string => `item ${id}`;
/** What was done so long ago is not asked for again. */
const rememberedMs = 7 * 86_400_000;
const stopWithinMs = 5_000;

export async function openInbox(options: InboxOptions): Promise<Inbox> {
  const { host, contract, store, processors, signal, rules = inboxRules, ledgerRules } = options;
  const settings: InboxSettings = { ...defaultInboxSettings, ...options.settings };
  const ledger = new Map<string, LedgerEntry>();
  const items = new Map<string, ItemRecord>();
  const dead = new Map<string, DeadRecord>();
  const runs = new Map<string, AbortController>();
  let lastError: unknown;
  let { state } = { state: initialInbox() };
  const inputs: InboxInput[] = [];
  let busy = false;
  let isOver = false;
  let unnamed = 0;
  let timer: { readonly forMs: number; readonly release: Release } | undefined;
  let whenIdle: (() => void) | undefined;

  await load();

  async function load(): Promise<void> {
    const forgetBeforeMs = host.clock.wallMs() - rememberedMs;
    const restored: InboxInput[] = [];
    for (const { key, value } of await store.read('inbox')) {
      if (key.startsWith('work ')) {
        const entry = readLedger(value);
        if (entry === undefined || (entry.isClosed && entry.atMs < forgetBeforeMs)) store.put('inbox', key, undefined);
        else ledger.set(key.slice('work '.length), entry);
        continue;
      }
      const id = key.slice('item '.length);
      const record = readItem(value);
      if (record === undefined) {
        // It cannot be done, and it must not be forgotten: nobody knows what it was.
        signal({ kind: 'storage', fault: 'corrupt', remediation: unreadable });
        store.put('dead-letters', `unreadable ${id}`, value);
        store.put('inbox', key, undefined);
        continue;
      }
      items.set(id, record);
      restored.push({ kind: 'restored', work: workOf(id, record), tries: record.tries, ran: record.ran });
    }
    for (const { key, value } of await store.read('dead-letters')) {
      const record = readDead(value);
      if (record !== undefined) dead.set(key, record);
    }
    for (const input of restored) dispatch(input);
  }

  function workOf(id: string, { event, lane, key }: ItemRecord): Work {
    return { id, lane, key, isHandled: processors.has(event.name) };
  }

  function take(event: DeliveredEvent): void {
    const rule = contract.events.get(event.name)?.work;
    const isHandled = processors.has(event.name);
    if (!event.known || (!isHandled && rule?.step !== 'closes')) return;
    try {
      if (rule?.step === 'closes') takeClosing(rule.key(event.data), rule.attempt?.(event.data));
      if (isHandled) takeWork(event);
    } catch (error) {
      // A contract's own functions may have faults: work without a key is work all the same.
      signal({ kind: 'callback', error });
      if (isHandled) add(event, keyOf(event), itemIdOf(keyOf(event), undefined, event));
    }
  }

  function takeClosing(key: string, attempt: number | undefined): void {
    const entry = close(ledger.get(key), attempt, host.clock.wallMs());
    note(key, entry);
    if (entry.isClosed) dispatch({ kind: 'closed', key });
  }

  function takeWork(event: DeliveredEvent): void {
    const rule = contract.events.get(event.name)?.work;
    const opens = rule?.step === 'opens' ? rule : undefined;
    const key = opens === undefined ? keyOf(event) : opens.key(event.data);
    const attempt = opens?.attempt?.(event.data);
    const isRow = event.origin === 'snapshot';
    const asked = { kind: 'opens' as const, key, attempt, eventId: event.id, isRow };
    const judged = open(ledger.get(key), asked, host.clock.wallMs(), ledgerRules);
    if (judged.kind === 'known') return;
    note(key, judged.entry);
    add(event, key, itemIdOf(key, attempt, event));
  }

  /** Without a rule of the contract, the event is the work. */
  function keyOf({ id, channel, epoch, seq }: DeliveredEvent): string {
    if (id !== undefined) return `event ${id}`;
    if (seq !== undefined) return `event ${channel} ${epoch ?? ''} ${seq}`;
    unnamed += 1;
    return `event ${host.clock.wallMs()} ${unnamed} ${host.random()}`;
  }

  const itemIdOf = (key: string, attempt: number | undefined, { id }: DeliveredEvent): string =>
    `${key} ${attempt ?? id ?? ''}`;

  function add(event: DeliveredEvent, key: string, id: string): void {
    const record: ItemRecord = { event, lane: laneOf(event), key, tries: 0, ran: false };
    items.set(id, record);
    dispatch({ kind: 'arrived', work: workOf(id, record) });
  }

  function laneOf(event: DeliveredEvent): string {
    try {
      const own = processors.get(event.name)?.lane?.(event);
      if (own !== undefined) return String(own);
    } catch (error) {
      signal({ kind: 'callback', error });
    }
    const { subject, channel } = event;
    return subject === undefined ? channel : `${subject.type}:${subject.id}`;
  }

  function note(key: string, entry: LedgerEntry): void {
    ledger.set(key, entry);
    store.put('inbox', ledgerKey(key), writeLedger(entry));
  }

  function dispatch(input: InboxInput): void {
    inputs.push(input);
    if (busy) return;
    busy = true;
    for (let next = inputs.shift(); next !== undefined; next = inputs.shift()) {
      const moment = { nowMs: host.clock.monotonicMs(), random: host.random() };
      const { state: after, effects } = step(state, next, moment, settings, rules);
      state = after;
      for (const effect of effects) perform(effect);
    }
    busy = false;
    setTimer();
    if (runs.size === 0) whenIdle?.();
  }

  function perform(effect: InboxEffect): void {
    switch (effect.kind) {
      case 'store':
        return storeItem(effect.work.id);
      case 'claim':
        return claim(effect.id, effect.tries);
      case 'run':
        return run(effect.id, effect.attempt, effect.redelivered);
      case 'abort':
        return runs.get(effect.id)?.abort();
      case 'finish':
        return finish(effect.id);
      case 'dead-letter':
        bury(effect.id, effect.tries, effect.mayHaveRun);
    }
  }

  function storeItem(id: string): void {
    const record = items.get(id);
    if (record === undefined) return;
    store.put('inbox', itemKey(id), writeItem(record));
    afterStored(() => dispatch({ kind: 'stored', id }));
  }

  function claim(id: string, tries: number): void {
    const record = items.get(id);
    if (record === undefined) return;
    const claimed: ItemRecord = { ...record, tries, ran: true };
    items.set(id, claimed);
    store.put('inbox', itemKey(id), writeItem(claimed));
    afterStored(() => dispatch({ kind: 'claimed', id }));
  }

  function afterStored(then: () => void): void {
    void store.stored().finally(() => {
      if (!isOver) then();
    });
  }

  function run(id: string, attempt: number, redelivered: boolean): void {
    const record = items.get(id);
    const processor = record === undefined ? undefined : processors.get(record.event.name);
    if (record === undefined || processor === undefined) return;
    const controller = new AbortController();
    runs.set(id, controller);
    const ended = (kind: 'done' | 'failed'): void => {
      runs.delete(id);
      dispatch({ kind, id });
    };
    const event: DeliveredEvent = redelivered ? { ...record.event, redelivered } : record.event;
    const context: WorkContext = { signal: controller.signal, attempt, redelivered };
    void attemptOf(processor, event, context).then(ended);
  }

  async function attemptOf(
    { handler }: Processor,
    event: DeliveredEvent,
    context: WorkContext,
  ): Promise<'done' | 'failed'> {
    try {
      await handler(event, context);
      return 'done';
    } catch (error) {
      lastError = error;
      signal({ kind: 'handler', because: 'threw', event, error });
      return 'failed';
    }
  }

  function finish(id: string): void {
    const record = items.get(id);
    if (record === undefined) return;
    items.delete(id);
    store.put('inbox', itemKey(id), undefined);
    const entry = ledger.get(record.key);
    note(record.key, close(entry, undefined, host.clock.wallMs()));
    void store.stored();
  }

  function bury(id: string, tries: number, mayHaveRun: boolean): void {
    const record = items.get(id);
    if (record === undefined) return;
    runs.delete(id);
    items.delete(id);
    const error = mayHaveRun || lastError === undefined ? undefined : errorClass(lastError);
    const letter: DeadRecord = { ...record, tries, mayHaveRun, error, atMs: host.clock.wallMs() };
    dead.set(id, letter);
    store.put('inbox', itemKey(id), undefined);
    store.put('dead-letters', id, writeDead(letter));
    void store.stored();
    const { channel, name, id: eventId } = record.event;
    signal({ kind: 'deadLetter', id, channel, name, eventId, tries, mayHaveRun });
  }

  function retry(id: string): boolean {
    const letter = dead.get(id);
    if (letter === undefined) return false;
    const { event, lane, key, mayHaveRun } = letter;
    dead.delete(id);
    store.put('dead-letters', id, undefined);
    const record: ItemRecord = { event, lane, key, tries: 0, ran: mayHaveRun };
    items.set(id, record);
    store.put('inbox', itemKey(id), writeItem(record));
    afterStored(() => dispatch({ kind: 'restored', work: workOf(id, record), tries: 0, ran: mayHaveRun }));
    return true;
  }

  function discard(id: string): boolean {
    const letter = dead.get(id);
    if (letter === undefined) return false;
    dead.delete(id);
    store.put('dead-letters', id, undefined);
    note(letter.key, close(ledger.get(letter.key), undefined, host.clock.wallMs()));
    void store.stored();
    return true;
  }

  function setTimer(): void {
    const forMs = isOver ? Number.POSITIVE_INFINITY : dueAtMs(state);
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
  async function stop(): Promise<void> {
    dispatch({ kind: 'stop' });
    if (runs.size > 0) await idleWithin(stopWithinMs);
    isOver = true;
    for (const controller of runs.values()) controller.abort();
    setTimer();
  }

  function idleWithin(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const release = host.schedule(ms, () => {
        whenIdle = undefined;
        resolve();
      });
      whenIdle = () => {
        whenIdle = undefined;
        release();
        resolve();
      };
    });
  }

  return {
    take,
    counts: () => ({ waiting: items.size - runs.size, running: runs.size, dead: dead.size }),
    deadLetters: () =>
      [...dead].map(([id, { event, tries, mayHaveRun, error, atMs }]) => ({
        id,
        event,
        tries,
        mayHaveRun,
        error,
        atMs,
      })),
    retry,
    discard,
    stop,
  };
}

const unreadable =
  'Work could not be read back from the storage. It was set aside among the dead letters; look whether something was not done.';

const errorClass = (error: unknown): string =>
  error instanceof Error && /^[A-Za-z]{1,40}$/.test(error.name) ? error.name : typeof error;
