import { expect, test } from 'vitest';
import { brasserie, drainSentence, syncState } from '../../../src/contracts/brasserie/index.ts';
import { laravelPos } from '../../../src/contracts/laravel-pos/index.ts';
import { tableTap } from '../../../src/contracts/table-tap/index.ts';
import { createRig, endOf, failed, ok, parkedCodes, refused, restarted } from './rig.ts';

const of = ({ mutations }: { readonly mutations: ReadonlyMap<string, unknown> }) =>
  ({ mutations: Object.fromEntries(mutations) as never, scope: { sku: 'pizza', deviceId: 42 } }) as const;

const table = (table_id: number) => ({ table_id, items: [{ dish_id: 4, qty: 1 }] });

test('O37: the brasserie’s three offline orders are sent in order, "3/3 sent", one of them twice', async () => {
  const rig = await createRig(of(brasserie));
  for (const id of [1, 2, 3]) await rig.enqueue('order.submit', table(id));
  rig.last().answer(failed('timeout'));
  await rig.settle();
  expect(rig.outbox.pending().map(({ state }) => syncState(state))).toEqual(
    Array.from({ length: 3 }, () => 'pending_sync'),
  );
  const report = rig.outbox.drain({ timeoutMs: 3_000 });
  await rig.settle();
  // The first one had arrived: its table is taken, by itself.
  rig.last().answer(refused(409));
  await rig.settle();
  const uuid = rig.asked[0]?.options.correlationId ?? '';
  expect(rig.last().plan.path).toContain(uuid);
  rig.last().answer(ok([{ id: 7, uuid, table_id: 1, status: 'pending' }], 200));
  for (let sent = 0; sent < 2; sent += 1) {
    await rig.settle();
    rig.last().answer(ok({ order_id: 8 + sent }));
  }
  await rig.settle();
  expect(parkedCodes(rig)).toEqual({});
  expect(drainSentence(await report)).toBe('3/3 sent');
  expect(rig.asked.map(({ body }) => (body as { table_id: number }).table_id)).toEqual([1, 1, 2, 3]);
});

test('O17: a terminal that timed out is verified on the bill, and a declined card says so', async () => {
  const rig = await createRig(of(brasserie));
  const share = { order_id: 5, cover_number: 2, amount: 12.5, method: 'card' };
  await rig.enqueue('payment.split', share);
  rig.last().answer(refused(402, { body: { reason: 'terminal_timeout' } }));
  await rig.settle();
  expect(rig.reads).toHaveLength(1);
  rig.last().answer(refused(404));
  await rig.settle();
  expect(rig.outbox.parked()).toMatchObject([{ code: 'unclear', mayHaveHappened: true }]);
  await rig.enqueue('payment.split', { ...share, cover_number: 3 });
  rig.last().answer(refused(402, { body: { reason: 'declined' } }));
  await rig.settle();
  expect(rig.outbox.parked()[1]).toMatchObject({
    code: 'declined',
    mayHaveHappened: false,
    explained: { message: 'The card was declined for cover 3.' },
  });
});

test('O9: a day is not closed before what was done on it is answered, parked payments included', async () => {
  const rig = await createRig({
    ...of(brasserie),
    serve: ({ plan }) => (plan.path.endsWith('close') ? ok({}, 200) : undefined),
  });
  const now = new Date(rig.host.clock.wallMs());
  const date = [now.getFullYear(), now.getMonth() + 1, now.getDate()]
    .map((part) => String(part).padStart(2, '0'))
    .join('-');
  const payment = await rig.enqueue('payment.split', { order_id: 5, cover_number: 1, amount: 10, method: 'cash' });
  await rig.enqueue('close.day', { date });
  rig.last().answer(refused(422));
  await rig.host.pass(60_000);
  expect(rig.asked).toHaveLength(1);
  await rig.outbox.discard(payment.id);
  await rig.settle();
  expect(rig.asked.map(({ plan }) => plan.path)).toEqual(['/api/payments/split', '/api/nf525/close']);
});

test('O8: an order that is taken offline and changed before it has a number', async () => {
  const rig = await createRig(of(laravelPos));
  rig.outbox.pause('offline');
  const order = await rig.enqueue('order.create', { channel: 'dine_in', items: [{ item_id: 1, qty: 2 }] });
  await rig.enqueue('order.setStatus', { orderId: { $ref: order.id }, to: 'preparing' });
  await expect(rig.outbox.enqueue('order.setStatus', { orderId: { $ref: order.id }, to: 5 })).rejects.toMatchObject({
    code: 'input-invalid',
  });
  expect(new Set([...rig.store.rows.values()].map((row) => (row as { lane: string }).lane)).size).toBe(1);
  const later = await restarted(rig, of(laravelPos));
  await later.settle();
  expect(later.asked.map(({ plan }) => plan.path)).toEqual(['/v1/orders']);
  later.last().answer(ok({ data: { id: 9001 } }));
  await later.settle();
  expect(later.asked.map(({ plan }) => plan.path)).toEqual(['/v1/orders', '/v1/orders/9001/status']);
});

test('O4: of the heartbeats of an outage one is sent', async () => {
  const rig = await createRig({
    ...of(laravelPos),
    serve: ({ plan }) => (plan.path.includes('heartbeat') ? ok(undefined, 204) : undefined),
  });
  rig.outbox.pause('offline');
  for (let beat = 0; beat < 20; beat += 1) await rig.enqueue('device.heartbeat', {});
  rig.outbox.resume('offline');
  await rig.settle();
  expect(rig.asked.map(({ plan }) => plan.path)).toEqual(['/devices/42/heartbeat']);
  expect(rig.outbox.counts()).toEqual({ waiting: 0, inflight: 0, parked: 0, untouched: 0 });
});

test('O41: table-tap’s step is confirmed by the event that shows it', async () => {
  const rig = await createRig(of(tableTap));
  const handle = await rig.enqueue('order.updateStatus', { order_id: 'o-1', status: 'preparing' });
  expect(rig.messages).toMatchObject([
    { name: 'update_order_status', payload: { order_id: 'o-1', status: 'preparing' } },
  ]);
  rig.messages[0]?.acknowledged?.(undefined);
  expect(await endOf(handle, rig)).toMatchObject({ outcome: 'done' });
});
