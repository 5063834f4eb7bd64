// A waiter's device as an app has it, with the platform's own clock, sockets and requests: in Node and in a page. The
// brasserie speaks Socket.IO; over plain WebSocket the same is sent, and what is measured is not the socket.
import { createClient } from '../../src/client.ts';
import { brasserie } from '../../src/contracts/brasserie/contract.ts';
import type { Brasserie } from '../../src/contracts/brasserie/spec.ts';
import type { MutationHandle } from '../../src/core/outbox/handles.ts';
import type { Status } from '../../src/core/session/status.ts';
import type { Store } from '../../src/storage/store.ts';
import type { Client } from '../../src/surface.ts';
import { webSocket } from '../../src/transports/websocket.ts';

export interface Place {
  readonly url: string;
  readonly httpUrl: string;
}

export interface Waiter {
  readonly client: Client<Brasserie, 'waiter'>;
  /** Resolves when the order is kept on the device. */
  order(table: number): Promise<MutationHandle>;
  /** Resolves when the client says so. */
  until(isSo: (status: Status) => boolean): Promise<void>;
}

/** Resolves when it is live. */
export async function openWaiter({ url, httpUrl }: Place, storage: Store): Promise<Waiter> {
  const client = createClient(brasserie, {
    role: 'waiter',
    scope: { userId: 7 },
    transport: webSocket({ url }),
    api: { baseUrl: httpUrl },
    token: () => 'token',
    storage,
  });
  const waiter: Waiter = {
    client,
    order: (table) =>
      client.mutate('order.submit', {
        table_id: table,
        items: [
          { dish_id: 12, qty: 2 },
          { dish_id: 31, qty: 1 },
          { wine_id: 4, qty: 1 },
        ],
      }),
    until(isSo) {
      if (isSo(client.status.get())) return Promise.resolve();
      return new Promise((resolve) => {
        const off = client.status.subscribe((status) => {
          if (!isSo(status)) return;
          off();
          resolve();
        });
      });
    },
  };
  await client.start();
  await waiter.until(({ word }) => word === 'live');
  const { survives } = client.health().storage;
  if (survives !== 'power-loss') throw new Error(`Not what was to be measured: what is stored survives ${survives}.`);
  return waiter;
}

/** `burst`: one after the other, while those before are sent, so that the store is written to from two sides. */
export type Pace = 'each is answered before the next' | 'burst';

/** How long each of so many orders took until it was kept. */
export async function timesToKeep({ client, order }: Waiter, orders: number, pace: Pace): Promise<readonly number[]> {
  const times: number[] = [];
  for (let table = 1; table <= orders; table += 1) {
    const before = performance.now();
    const { settled } = await order(table);
    times.push(performance.now() - before);
    if (pace !== 'burst') await settled;
  }
  await client.outbox.drained();
  const { parked } = client.health().outbox;
  if (parked > 0) throw new Error(`Not what was to be measured: ${parked} orders were refused.`);
  return times;
}

/** How long the store takes for as many records of such a size, one after the other, with nothing around it. */
export async function timesOfStore(store: Store, records: number): Promise<readonly number[]> {
  const database = await store.open('bare');
  const value = { input: { table_id: 7, items: [{ dish_id: 12, qty: 2 }] }, rest: 'x'.repeat(300) };
  const times: number[] = [];
  for (let number = 0; number < records; number += 1) {
    const before = performance.now();
    await database.commit({ writes: [{ table: 'outbox', key: `order ${number}`, value }], durability: 'strict' });
    times.push(performance.now() - before);
  }
  await database.close();
  return times;
}
