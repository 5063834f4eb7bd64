// A printer gateway whose waiters also take orders: the whole client, over whatever storage the machine has. It tells the
// server everything that it does, at once, because it may be killed at any moment.
import * as z from 'zod/mini';
import { createClient } from '../../src/client.ts';
import { extendContract } from '../../src/contract/extend-contract.ts';
import { mutation } from '../../src/contract/mutation.ts';
import { laravelPos } from '../../src/contracts/laravel-pos/index.ts';
import type { Store } from '../../src/storage/store.ts';
import { webSocket } from '../../src/transports/websocket.ts';
import { spellIntent, type Told } from './told.ts';

const receipt = z.object({ waiter: z.int(), intent: z.string() });

/** The contract as it is, with a mutation that a key makes safe to repeat, and notes between the print jobs. */
const contract = extendContract(laravelPos, {
  carries: { printing: ['DeviceNotification'] },
  mutations: {
    'receipt.report': mutation({
      input: receipt,
      answer: z.looseObject({ intent: z.string() }),
      carrier: { kind: 'http', method: 'POST', path: '/v1/receipts', body: (input) => input },
      repeat: 'key',
      lane: ({ waiter }) => `waiter:${waiter}`,
      priority: 'order',
      answers: { 200: 'done' },
    }),
  },
  grants: { 'printer-gateway': { mutations: ['receipt.report', 'order.create'] } },
});

/** Of either mutation. */
const intentOf = (input: unknown): string => {
  const { intent, client_order_id } = input as { readonly intent?: string; readonly client_order_id?: string };
  return intent ?? client_order_id ?? '';
};

export interface DeviceOptions {
  readonly origin: string;
  readonly storage: Store;
  /** The how manyeth one on this storage. */
  readonly life: number;
  /** How many take orders, for as long as it lives. */
  readonly waiters: number;
  /** How long everything takes, at most. */
  readonly paceMs: number;
  /** Tries again what was given up. */
  readonly retries: boolean;
}

export interface Device {
  start(): Promise<void>;
  stop(): Promise<void>;
}

export function createDevice({ origin, storage, life, waiters, paceMs, retries }: DeviceOptions): Device {
  const client = createClient(contract, {
    role: 'printer-gateway',
    scope: { sku: 'trattoria', deviceId: 18 },
    transport: webSocket({ url: `${origin.replace('http', 'ws')}/socket` }),
    api: { baseUrl: origin },
    token: () => 'token-1',
    headerNames: { idempotency: 'Idempotency-Key' },
    storage,
    startFrom: 'earliest',
    // Lives are short here.
    timing: { outbox: { backoffBaseMs: 20, backoffCapMs: 200, networkCapMs: 200 } },
  });

  async function tell(told: Told): Promise<void> {
    await fetch(`${origin}/told`, { method: 'POST', body: JSON.stringify(told) });
  }

  const pause = (): Promise<void> => new Promise((resolve) => void setTimeout(resolve, Math.random() * paceMs));

  client.process(
    'PrintJobQueued',
    async ({ data: { print_job }, continuity }, { redelivered }) => {
      const { id: job, attempts, target_printer_id: printer } = print_job;
      await tell({ kind: 'begin', job });
      await pause();
      await tell({
        kind: 'print',
        job,
        attempt: (attempts ?? 0) + 1,
        printer: printer ?? -1,
        redelivered,
        unproven: continuity === 'unproven',
      });
      await pause();
      await tell({ kind: 'end', job });
    },
    { lane: ({ data }) => `printer ${data.print_job.target_printer_id}` },
  );

  // Handlers are called in order and do not wait for each other, so the telling has to.
  let lastNote: Promise<void> = Promise.resolve();
  client.on('DeviceNotification', ({ seq, redelivered }) => {
    lastNote = lastNote.then(() => tell({ kind: 'heard', seq: seq ?? -1, redelivered }));
    return lastNote;
  });

  async function serve(waiter: number): Promise<void> {
    for (let number = 0; ; number += 1) {
      const what = number % 3 === 2 ? 'order' : 'receipt';
      const intent = spellIntent({ what, life, waiter, number });
      const { settled } =
        what === 'order'
          ? await client.mutate('order.create', {
              client_order_id: intent,
              channel: 'counter',
              items: [{ item_id: 1, qty: 1 }],
            })
          : await client.mutate('receipt.report', { waiter, intent });
      void settled.then(({ outcome }) => tell({ kind: 'settled', intent, outcome }));
      await tell({ kind: 'accepted', intent });
      await pause();
    }
  }

  /** How far it has come, told whenever that has changed. */
  let last = '';
  let lastTold: Promise<unknown> = Promise.resolve();
  let looking: ReturnType<typeof setInterval> | undefined;
  function look(): void {
    const { work, outbox, channels } = client.health();
    const printing = channels.find(({ channel }) => channel === 'printing');
    const [events, unsettled] = [printing?.waiting ?? 0, printing?.unsettled ?? 0];
    const state = {
      kind: 'state',
      front: printing?.front ?? 0,
      undone: work.waiting + work.running + work.dead + outbox.waiting + outbox.untouched + events + unsettled,
      parked: client.outbox.parked().map(({ input }) => intentOf(input)),
    } as const;
    if (last === JSON.stringify(state)) return;
    last = JSON.stringify(state);
    lastTold = tell(state);
  }

  client.signals.on(['storage', 'callback', 'quarantined', 'handler', 'gap', 'resync'], (signal) => {
    // Of a long backlog, which is told one by one, the last ones come late on a busy machine.
    if (signal.kind === 'handler' && signal.because === 'slow') return;
    void tell({ kind: 'surprise', what: JSON.stringify(signal) });
  });
  client.signals.on('deadLetter', ({ eventId, mayHaveRun }) => {
    void tell({ kind: 'deadLetter', eventId: eventId ?? '', mayHaveRun });
  });

  return {
    async start() {
      await client.start();
      if (retries) for (const { id } of client.deadLetters.list()) client.deadLetters.retry(id);
      looking = setInterval(look, 50);
      for (let waiter = 0; waiter < waiters; waiter += 1)
        serve(waiter).catch((error: unknown) => tell({ kind: 'surprise', what: String(error) }));
    },
    async stop() {
      await client.stop();
      clearInterval(looking);
      // Two requests may overtake each other: what is told last comes last.
      await lastTold;
      await tell({ kind: 'stopped' });
    },
  };
}
