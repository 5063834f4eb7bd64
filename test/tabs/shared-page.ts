// One of several tabs of one device, as an app would write it.
import { createClient } from '../../src/client.ts';
import { laravelPos } from '../../src/contracts/laravel-pos/index.ts';
import { indexedDb } from '../../src/storage/indexed-db.ts';
import { sharedTabs } from '../../src/tabs.ts';
import { webSocket } from '../../src/transports/websocket.ts';
import type { Told } from '../kill/told.ts';
import { canary } from './canary.ts';

export interface SharedPage {
  heard(): readonly number[];
  role(): string;
  word(): string;
  /** What the browser said of the life of the page. */
  lifeCycle(): readonly string[];
  /** No transaction is open, and none is about to be. */
  storesNothing(): boolean;
  order(): Promise<void>;
  hasParked(): number;
  /** All that this page has posted, and all that it and its origin have kept. */
  leftBehind(): Promise<string>;
}

const { origin, search } = location;
// As a page on plain http has none.
if (search.includes('lockless')) Object.defineProperty(navigator, 'locks', { value: undefined });

/** Longer than what was heard waits to be stored. */
const calmMs = 600;
let openTransactions = 0;
let lastStoredMs = 0;
const { transaction: begin } = IDBDatabase.prototype;
IDBDatabase.prototype.transaction = function transaction(this: IDBDatabase, ...args) {
  const begun = begin.apply(this, args);
  openTransactions += 1;
  const over = (): void => {
    openTransactions -= 1;
    lastStoredMs = performance.now();
  };
  begun.addEventListener('complete', over);
  begun.addEventListener('abort', over);
  return begun;
};

const posted: unknown[] = [];
const { postMessage } = BroadcastChannel.prototype;
BroadcastChannel.prototype.postMessage = function post(message: unknown): void {
  posted.push(message);
  postMessage.call(this, message);
};

const client = createClient(laravelPos, {
  role: 'printer-gateway',
  scope: { sku: 'trattoria', deviceId: 18 },
  transport: webSocket({ url: `${origin.replace('http', 'ws')}/socket` }),
  api: { baseUrl: origin },
  token: () => canary,
  storage: indexedDb(),
  tabs: sharedTabs(),
  startFrom: 'earliest',
});
const heard: number[] = [];
client.on('PrintJobQueued', ({ seq }) => void heard.push(seq ?? -1));
client.process('PrintJobQueued', async ({ data: { print_job }, continuity }, { redelivered }) => {
  const { id: job, attempts, target_printer_id: printer } = print_job;
  const unproven = continuity === 'unproven';
  const told: Told = {
    kind: 'print',
    job,
    attempt: (attempts ?? 0) + 1,
    printer: printer ?? -1,
    redelivered,
    unproven,
  };
  await fetch('/told', { method: 'POST', body: JSON.stringify(told) });
});
await client.start();

const lifeCycle: string[] = [];
for (const kind of ['freeze', 'resume']) document.addEventListener(kind, () => void lifeCycle.push(kind));

async function kept(): Promise<string> {
  const texts = [document.cookie, JSON.stringify(localStorage), JSON.stringify(sessionStorage), location.href];
  for (const { name = '' } of await indexedDB.databases()) {
    const database = await answered(indexedDB.open(name));
    for (const table of Array.from(database.objectStoreNames)) {
      const store = database.transaction(table).objectStore(table);
      const [keys, values] = [store.getAllKeys(), store.getAll()];
      texts.push(name, table, JSON.stringify(await answered(keys)), JSON.stringify(await answered(values)));
    }
    database.close();
  }
  return texts.join('\n');
}

const answered = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.addEventListener('success', () => resolve(request.result));
    request.addEventListener('error', () => reject(request.error ?? new Error('no answer')));
  });

const page: SharedPage = {
  heard: () => heard,
  role: () => client.health().tab,
  word: () => client.status.get().word,
  lifeCycle: () => lifeCycle,
  storesNothing: () => openTransactions === 0 && performance.now() - lastStoredMs > calmMs,
  order: async () =>
    void (await client.mutate('print.fail', { printJobId: 1, error: { code: 'paper', message: 'No paper' } })),
  hasParked: () => client.outbox.parked().length,
  leftBehind: async () => [JSON.stringify(posted), await kept()].join('\n'),
};
Object.assign(globalThis, { shared: page });
