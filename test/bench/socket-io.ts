// What receiving over Socket.IO costs, from the socket to the handler, beside the official client doing only its own work.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { io } from 'socket.io-client';
import { createClient } from '../../src/client.ts';
import { tableTap } from '../../src/contracts/table-tap/index.ts';
import type { Http } from '../../src/http/http.ts';
import { memory } from '../../src/storage/memory.ts';
import { socketIo } from '../../src/transports/socket-io.ts';
import { perEvent, type Load } from './per-event.ts';
import type { BenchRow } from './rows.ts';

const eventsPerRound = 10_000;
/** Enough that everything is compiled, and as many ids are remembered as ever. */
const someHistory = 60_000;
/** Orders that change again and again: what is known of them does not grow without end. */
const openOrders = 1_000;

let written = 0;

/** About 530 bytes, as every figure about receiving is measured with. No two have the same id or leave the same row behind. */
function orderPacket(): string {
  written += 1;
  const now = new Date().toISOString();
  const order = {
    id: `order-${written % openOrders}`,
    order_number: `C${written}`,
    status: 'pending',
    customer_name: 'Jane',
    assigned_counter: 'Counter 1',
    items: [{ product_id: 'oat-cappuccino', product_name: 'Oat Cappuccino', quantity: 2, unit_price: 5.8 }],
    subtotal: 14.8,
    tax_amount: 1.18,
    total_amount: 15.98,
    created_at: now,
    updated_at: now,
  };
  const meta = {
    timestamp: now,
    cafe_id: 'cafe-1',
    event_id: `c41e8d77-0a2b-4f96-8e53-${String(written).padStart(12, '0')}`,
  };
  return `2/orders,${JSON.stringify(['order:created', { event: 'order:created', data: { order }, meta }])}`;
}

type Leave = () => void | Promise<void>;

/** Orders from another process, until each was heard. */
async function receiving(join: (url: string, heard: () => void) => Promise<Leave>): Promise<Load> {
  const child = fork(new URL('socket-io-server.ts', import.meta.url));
  const [url] = (await once(child, 'message')) as [string];
  let left = 0;
  let allHeard = (): void => undefined;
  const leave = await join(url, () => {
    left -= 1;
    if (left === 0) allHeard();
  });
  const load: Load = {
    events: eventsPerRound,
    async prepare() {
      const ready = once(child, 'message');
      child.send({ packets: Array.from({ length: eventsPerRound }, orderPacket) });
      await ready;
    },
    async run() {
      left = eventsPerRound;
      const heard = new Promise<void>((resolve) => {
        allHeard = resolve;
      });
      child.send('say');
      await heard;
    },
    async close() {
      await leave();
      const gone = once(child, 'exit');
      child.send('stop');
      await gone;
    },
  };
  for (let done = 0; done < someHistory; done += eventsPerRound) {
    await load.prepare();
    await load.run();
  }
  return load;
}

/** Lists in which nothing is. */
const http: Http = {
  send: () => Promise.resolve({ kind: 'reply', status: 200, media: 'json', body: [], header: () => undefined }),
};

async function ours(url: string, heard: () => void): Promise<Leave> {
  const client = createClient(tableTap, {
    role: 'counter',
    scope: { cafeId: 'cafe-1' },
    token: () => 'token',
    transport: socketIo({ url }),
    api: http,
    storage: memory(),
    // What is done by the clock belongs to no event.
    timing: { stream: { reconcileMs: 3_600_000 } },
  });
  const troubles = new Set<string>();
  client.signals.on('*', ({ kind }) => {
    if (kind !== 'continuity') troubles.add(kind);
  });
  client.on('order:created', heard);
  await client.start();
  await new Promise<void>((resolve) => {
    client.status.subscribe(({ word }) => {
      if (word === 'live') resolve();
    });
    if (client.status.get().word === 'live') resolve();
  });
  return async () => {
    await client.dispose();
    if (troubles.size > 0) throw new Error(`Not what was to be measured: ${[...troubles].join(', ')}.`);
  };
}

async function official(url: string, heard: () => void): Promise<Leave> {
  const socket = io(`${url}/orders`, { auth: { token: 'token' }, transports: ['websocket'], forceNew: true });
  socket.on('order:created', heard);
  await new Promise<void>((resolve) => void socket.once('connect', resolve));
  return () => void socket.disconnect();
}

export const rows: readonly BenchRow[] = [
  {
    kind: 'ratio',
    name: 'receive an event, over Socket.IO, from the socket to handler and memory',
    against: 'socket.io-client alone, to its listener',
    must: 1.6,
    aim: 1.2,
    async open() {
      return perEvent(await receiving(ours), await receiving(official));
    },
  },
];
