// One of several tabs of one device, as an app would write it.
import { createClient } from '../../src/client.ts';
import { laravelPos } from '../../src/contracts/laravel-pos/index.ts';
import { indexedDb } from '../../src/storage/indexed-db.ts';
import { sharedTabs } from '../../src/tabs.ts';
import { webSocket } from '../../src/transports/websocket.ts';
import type { Told } from '../kill/told.ts';

export interface SharedPage {
  heard(): readonly number[];
  role(): string;
  word(): string;
  /** What the browser said of the life of the page. */
  lifeCycle(): readonly string[];
}

const { origin, search } = location;
// As a page on plain http has none.
if (search.includes('lockless')) Object.defineProperty(navigator, 'locks', { value: undefined });

const client = createClient(laravelPos, {
  role: 'printer-gateway',
  scope: { sku: 'trattoria', deviceId: 18 },
  transport: webSocket({ url: `${origin.replace('http', 'ws')}/socket` }),
  api: { baseUrl: origin },
  token: () => 'token-1',
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

const page: SharedPage = {
  heard: () => heard,
  role: () => client.health().tab,
  word: () => client.status.get().word,
  lifeCycle: () => lifeCycle,
};
Object.assign(globalThis, { shared: page });
