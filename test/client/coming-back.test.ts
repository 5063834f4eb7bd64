// What a waiter sees whose phone was out of reach, at a server that answers in 20 ms.
import { expect, test } from 'vitest';
import { createClient } from '../../src/client.ts';
import { brasserie } from '../../src/contracts/brasserie/contract.ts';
import { drainSentence } from '../../src/contracts/brasserie/offline-orders.ts';
import type { Signal } from '../../src/core/signals.ts';
import { memory } from '../../src/storage/memory.ts';
import { createFakeHost } from '../../src/testing/fake-host.ts';
import { createMemoryHttp } from '../../src/testing/memory-http.ts';
import { createMemoryTransport } from '../../src/testing/memory-transport.ts';

test.each([1, 2, 3, 4, 5])(
  'three orders that were taken offline go out in order, before anything is read, and are told as 3/3 sent (seed %i)',
  async (seed) => {
    const host = createFakeHost({ seed });
    const http = createMemoryHttp({
      host,
      latencyMs: 10,
      handle: ({ method, number }) =>
        method === 'POST' ? { status: 201, body: { order_id: number } } : { status: 200, body: { data: [] } },
    });
    let isInReach = true;
    let backAtMs = Number.NaN;
    const transport = createMemoryTransport({
      host,
      latencyMs: 10,
      server: {
        connected(socket) {
          if (!isInReach) return socket.refuse({ kind: 'unreachable' });
          // The socket is the first that finds the server again.
          http.weather = 'clear';
          backAtMs = host.clock.monotonicMs();
          return socket.accept({ socketId: `1.${socket.number}` });
        },
      },
    });
    const waiter = createClient(brasserie, {
      role: 'waiter',
      scope: { userId: 7 },
      transport,
      api: http,
      token: () => 'token-1',
      storage: memory(),
      host,
    });
    const told: Signal[] = [];
    waiter.signals.on('drained', (signal) => void told.push(signal));
    await waiter.start();
    await host.pass(20_000);
    expect(waiter.status.get().word).toBe('live');

    isInReach = false;
    http.weather = 'down';
    transport.live[0]?.close({ code: 1006 });
    await host.pass(2_000);
    const handles = [];
    for (const table of [3, 1, 2]) {
      handles.push(await waiter.mutate('order.submit', { table_id: table, items: [{ dish_id: 7, qty: 1 }] }));
      await host.pass(1_000);
    }
    await host.pass(15_000);
    expect(waiter.outbox.pending()).toHaveLength(3);

    const before = http.requests.length;
    isInReach = true;
    const ends = Promise.all(handles.map(({ settled }) => settled));
    let doneAtMs = Number.NaN;
    void ends.then(() => (doneAtMs = host.clock.monotonicMs()));
    await host.pass(120_000);
    expect(await ends).toMatchObject([{ outcome: 'done' }, { outcome: 'done' }, { outcome: 'done' }]);

    const since = http.requests.slice(before);
    const orders = since.filter(({ method }) => method === 'POST');
    expect(orders.map(({ body }) => (JSON.parse(body ?? '') as { table_id: number }).table_id)).toEqual([3, 1, 2]);
    expect(told).toHaveLength(1);
    expect(told.map((report) => report.kind === 'drained' && drainSentence(report))).toEqual(['3/3 sent']);
    // By the host's clock: what the machine takes for it is measured by `npm run bench`.
    expect(doneAtMs - backAtMs).toBeLessThanOrEqual(500);
    const lists = since.filter(({ method, path }) => method === 'GET' && path.startsWith('/api/tables'));
    expect(lists[0]?.number).toBeGreaterThan(orders.at(-1)?.number ?? Number.NaN);
    await waiter.dispose();
    expect(host.pendingTimers).toBe(0);
  },
);
