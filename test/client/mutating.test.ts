import { expect, test } from 'vitest';
import type { Signal } from '../../src/core/signals.ts';
import { createKitchen, order, type Kitchen } from './kitchen.ts';

/** The server takes orders and tells which it has. */
function takeOrders(kitchen: Kitchen): { id: number }[] {
  const taken: { id: number }[] = [];
  kitchen.lists.set('orders', []);
  kitchen.answer = ({ method, path, body }) => {
    if (method !== 'POST' || !path.endsWith('/orders')) return undefined;
    const id = taken.length + 1;
    taken.push({ id, ...(JSON.parse(body ?? '{}') as object) });
    return { status: 201, body: { data: order(id).order } };
  };
  return taken;
}

const input = (qty: number) => ({ channel: 'pos' as const, items: [{ item_id: 1, qty }] });

test('an order is stored, sent, and answered', async () => {
  const kitchen = createKitchen();
  const taken = takeOrders(kitchen);
  const pos = kitchen.client('pos');
  await pos.start();
  await kitchen.host.pass(1_000);
  const { settled, id } = await pos.mutate('order.create', input(2));
  expect(id).toMatch(/^[0-9a-f-]{36}$/);
  await kitchen.host.pass(1_000);
  expect(await settled).toMatchObject({ outcome: 'done', by: 'answer' });
  expect(taken).toHaveLength(1);
  expect(pos.outbox.pending()).toEqual([]);
  await pos.dispose();
  expect(kitchen.host.pendingTimers).toBe(0);
});

test('orders that were taken offline survive a restart and are sent in order, before anything is read', async () => {
  const kitchen = createKitchen();
  const taken = takeOrders(kitchen);
  kitchen.http.weather = 'down';
  const pos = kitchen.client('pos');
  await pos.start();
  await kitchen.host.pass(1_000);
  kitchen.transport.live[0]?.cut();
  for (const qty of [1, 2, 3]) await pos.mutate('order.create', input(qty));
  await kitchen.host.pass(10_000);
  expect(pos.health().outbox).toMatchObject({ waiting: 3, parked: 0 });
  const stopping = pos.stop();
  await kitchen.host.pass(10_000);
  await stopping;

  kitchen.http.weather = 'clear';
  const asked = kitchen.http.requests.length;
  const again = kitchen.client('pos');
  const told: Signal[] = [];
  again.signals.on(['drained', 'parked'], (signal) => void told.push(signal));
  await again.start();
  await kitchen.host.pass(5_000);
  expect(taken).toHaveLength(3);
  expect(taken.map((one) => JSON.stringify(one).match(/"qty":(\d)/)?.[1])).toEqual(['1', '2', '3']);
  expect(told).toMatchObject([{ kind: 'drained', sent: 3, parked: 0, remaining: 0 }]);
  const since = kitchen.http.requests.slice(asked).map(({ method, path }) => `${method} ${path}`);
  const lastOrder = since.lastIndexOf('POST /v1/orders');
  expect(since.findIndex((line) => line.startsWith('GET /v1/orders'))).toBeGreaterThan(lastOrder);
  await again.dispose();
});

test('S22: a connection sends before it reads, also when the one before it still waits for an answer', async () => {
  const kitchen = createKitchen();
  kitchen.answer = ({ method, path }) => (method === 'POST' && path.endsWith('/orders') ? 'hang' : undefined);
  const pos = kitchen.client('pos', { startFrom: 'earliest' });
  const drop = (): void => kitchen.transport.live[0]?.close({ code: 1006 });
  const nowMs = (): number => kitchen.host.clock.monotonicMs();
  const readAtMs = (fromMs: number): number | undefined =>
    kitchen.http.requests.find(({ path, arrivedAtMs }) => path.includes('seq=0') && arrivedAtMs >= fromMs)?.arrivedAtMs;
  await pos.start();
  await kitchen.host.pass(1_000);
  await pos.mutate('order.create', input(1));
  drop();
  await kitchen.host.pass(2_500);
  drop();
  const sinceMs = nowMs();
  await kitchen.host.pass(10_000);
  const joinedAtMs = kitchen.http.requests.find(
    ({ path, arrivedAtMs }) => path === '/broadcasting/auth' && arrivedAtMs >= sinceMs,
  )?.arrivedAtMs;
  expect((readAtMs(sinceMs) ?? 0) - (joinedAtMs ?? 0)).toBeGreaterThanOrEqual(3_000);
  await pos.dispose();
});

test('S22: nor does it read early because the app has asked for everything again while it was joining', async () => {
  const kitchen = createKitchen({ httpLatencyMs: 200 });
  kitchen.answer = ({ method, path }) => (method === 'POST' && path.endsWith('/orders') ? 'hang' : undefined);
  const pos = kitchen.client('pos', { startFrom: 'earliest' });
  await pos.start();
  await kitchen.host.pass(5_000);
  const sinceMs = kitchen.host.clock.monotonicMs();
  kitchen.transport.live[0]?.close({ code: 1006 });
  while (pos.status.get().reason?.includes('joining') !== true) await kitchen.host.pass(10);
  const refreshed = pos.refresh();
  await kitchen.host.pass(10);
  await pos.mutate('order.create', input(1));
  await kitchen.host.pass(10_000);
  await refreshed;
  const since = kitchen.http.requests.filter(({ arrivedAtMs }) => arrivedAtMs >= sinceMs);
  const signedAtMs = since.find(({ path }) => path === '/broadcasting/auth')?.arrivedAtMs ?? 0;
  // What `refresh` has asked for itself is on its way by then.
  const [read] = since.filter(({ path, arrivedAtMs }) => path.includes('seq=0') && arrivedAtMs > signedAtMs + 250);
  expect((read?.arrivedAtMs ?? 0) - signedAtMs).toBeGreaterThanOrEqual(3_000);
  await pos.dispose();
});

test('what the server refuses is parked, told, and can be tried again or discarded', async () => {
  const kitchen = createKitchen();
  takeOrders(kitchen);
  const take = kitchen.answer;
  kitchen.answer = ({ method }) => (method === 'POST' ? { status: 422, body: { message: 'no such item' } } : undefined);
  const pos = kitchen.client('pos');
  kitchen.answer = (request) =>
    request.path.endsWith('/orders') && request.method === 'POST'
      ? { status: 422, body: { message: 'no such item' } }
      : undefined;
  const told: Signal[] = [];
  pos.signals.on('parked', (signal) => void told.push(signal));
  await pos.start();
  await kitchen.host.pass(1_000);
  const { settled } = await pos.mutate('order.create', input(1));
  await kitchen.host.pass(1_000);
  expect(await settled).toMatchObject({ outcome: 'parked' });
  expect(told).toMatchObject([{ name: 'order.create', status: 422, mayHaveHappened: false }]);
  const [parked] = pos.outbox.parked();
  kitchen.answer = take;
  const again = pos.outbox.retry(parked?.id ?? '');
  await kitchen.host.pass(1_000);
  expect(await again.settled).toMatchObject({ outcome: 'done' });
  expect(pos.outbox.parked()).toEqual([]);
  await pos.dispose();
});

test('what does not fit is refused at the call', async () => {
  const kitchen = createKitchen();
  takeOrders(kitchen);
  const pos = kitchen.client('pos');
  await expect(pos.mutate('order.create', input(1))).rejects.toMatchObject({ code: 'not-started' });
  await pos.start();
  await expect(pos.mutate('order.create', {} as never)).rejects.toMatchObject({ code: 'input-invalid' });
  await expect(pos.mutate('kds.bump' as never, {} as never)).rejects.toMatchObject({ code: 'unknown-name' });
  expect(pos.outbox.pending()).toEqual([]);
  await pos.dispose();
});
