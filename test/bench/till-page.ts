// What runs in the page: a till over the browser's database, or pusher-js alone with the same orders.
import { indexedDb } from '../../src/storage/indexed-db.ts';
import { ordersWire } from './device.ts';
import { pusherListener } from './official-listeners.ts';
import { openTill } from './till.ts';

export type Who = 'till' | 'pusher-js';

export interface TillPage {
  /** Resolves when it hears orders. */
  open(who: Who, port: number): Promise<void>;
  /** Resolves when so many were heard since then. */
  heard(count: number): Promise<void>;
  /** What it heard since then, and what it complained about. */
  told(): { readonly heard: number; readonly troubles: readonly string[] };
}

let count = 0;
let wanted = Infinity;
let isThere = (): void => undefined;
const troubles = new Set<string>();

function hear(): void {
  count += 1;
  if (count >= wanted) isThere();
}

async function hearAtTill(port: number): Promise<void> {
  const { client } = await openTill(port, indexedDb());
  client.on('OrderCreated', hear);
  client.signals.on('*', ({ kind }) => {
    if (kind !== 'continuity') troubles.add(kind);
  });
  const { survives } = client.health().storage;
  if (survives !== 'power-loss') troubles.add(`what is stored survives ${survives}`);
}

const page: TillPage = {
  async open(who, port) {
    if (who === 'pusher-js') await pusherListener(port, ordersWire, 'OrderCreated', hear);
    else await hearAtTill(port);
  },
  heard: (expected) =>
    new Promise((resolve) => {
      wanted = expected;
      isThere = resolve;
      if (count >= wanted) resolve();
    }),
  told: () => ({ heard: count, troubles: [...troubles] }),
};
Object.assign(globalThis, { tillPage: page });
