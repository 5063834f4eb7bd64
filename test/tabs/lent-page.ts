// A tab of a gateway that prints when the test lets it, or only listens.
import { createClient } from '../../src/client.ts';
import { laravelPos } from '../../src/contracts/laravel-pos/index.ts';
import { indexedDb } from '../../src/storage/indexed-db.ts';
import { sharedTabs } from '../../src/tabs.ts';
import { webSocket } from '../../src/transports/websocket.ts';
import type { Told } from '../kill/told.ts';

export interface LentPage {
  role(): string;
  word(): string;
  /** How many prints wait for the paper. */
  printing(): number;
  /** The paper is there, for one of them. */
  finish(): void;
  work(): { readonly waiting: number; readonly running: number; readonly dead: number };
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
const waiting: (() => void)[] = [];
if (search.includes('prints')) {
  client.process('PrintJobQueued', async ({ data: { print_job } }, { redelivered }) => {
    const { id: job, attempts, target_printer_id: printer } = print_job;
    await new Promise<void>((resolve) => waiting.push(resolve));
    const attempt = (attempts ?? 0) + 1;
    const told: Told = { kind: 'print', job, attempt, printer: printer ?? -1, redelivered, unproven: false };
    await fetch('/told', { method: 'POST', body: JSON.stringify(told) });
  });
}
await client.start();

const page: LentPage = {
  role: () => client.health().tab,
  word: () => client.status.get().word,
  printing: () => waiting.length,
  finish: () => waiting.shift()?.(),
  work: () => client.health().work,
};
Object.assign(globalThis, { lent: page });
