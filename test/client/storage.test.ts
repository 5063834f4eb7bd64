// What an app sees of a storage that fails: nothing is pretended, nothing is lost, and somebody is told.
import { expect, test } from 'vitest';
import { memory } from '../../src/storage/memory.ts';
import { StoreError } from '../../src/storage/store.ts';
import { failingStore, type Failure } from '../../src/testing/failing-store.ts';
import { createKitchen, order, wire } from './kitchen.ts';

const orders = wire('orders');
const input = { channel: 'pos', items: [{ item_id: 1, qty: 1 }] } as const;

/** A till whose storage does as the test says, and whose network is down until the test clears it. */
async function openTill(fail: (kind: 'open' | 'read' | 'commit' | 'close') => Failure | undefined) {
  const kitchen = createKitchen();
  kitchen.lists.set('orders', []);
  const taken: string[] = [];
  kitchen.answer = ({ method, path, body }) => {
    if (method !== 'POST' || !path.endsWith('/orders')) return undefined;
    taken.push((JSON.parse(body ?? '{}') as { readonly client_order_id: string }).client_order_id);
    return { status: 201, body: { data: order(taken.length).order } };
  };
  const inner = memory();
  const storage = failingStore(inner, ({ kind }) => fail(kind));
  const till = kitchen.client('pos', { storage });
  const told: string[] = [];
  const heard: number[] = [];
  till.signals.on('storage', ({ fault }) => void told.push(fault));
  till.on('OrderCreated', ({ data }) => void heard.push(data.order.id));
  await till.start();
  await kitchen.host.pass(1_000);
  const take = async (id: string): Promise<string> => {
    const outcome = await till.mutate('order.create', { ...input, client_order_id: id }).then(
      () => 'taken',
      (error: unknown) => (error instanceof StoreError ? error.fault : 'another error'),
    );
    await kitchen.host.pass(20_000);
    return outcome;
  };
  return { kitchen, till, storage, taken, told, heard, take };
}

test('an order for which there is no room is refused, and the next one is taken when there is (F76)', async () => {
  let isFull = false;
  const { till, taken, take } = await openTill((kind) =>
    isFull && kind === 'commit' ? { kind: 'fail', fault: 'full' } : undefined,
  );
  isFull = true;
  expect(await take('refused')).toBe('full');
  expect(till.outbox.pending()).toEqual([]);
  isFull = false;
  expect(await take('taken')).toBe('taken');
  expect(taken).toEqual(['taken']);
  await till.dispose();
});

test('a handle that is lost is opened again, and the order that met it is taken once (F77)', async () => {
  let losing: Failure | undefined;
  const { kitchen, till, storage, taken, told, take } = await openTill((kind) => {
    const failure = kind === 'commit' ? losing : undefined;
    if (failure !== undefined) losing = undefined;
    return failure;
  });
  losing = { kind: 'lose' };
  expect(await take('not written')).toBe('taken');
  losing = { kind: 'lose-after' };
  expect(await take('written and not told')).toBe('taken');
  expect(taken).toEqual(['not written', 'written and not told']);
  expect(storage.fired).toHaveLength(2);
  expect(told).toEqual(['lost', 'lost']);
  expect(till.health().storage.survives).toBe('page');
  // The third handle within ten minutes is the last: a storage that goes again and again is none.
  losing = { kind: 'lose' };
  expect(await take('done without')).toBe('taken');
  expect(told).toEqual(['lost', 'lost', 'lost']);
  expect(till.health().storage.survives).toBe('none');
  expect(taken).toHaveLength(3);
  await till.dispose();
  expect(kitchen.host.pendingTimers).toBe(0);
});

test('a tablet that loses its handle every night goes on remembering (F77)', async () => {
  let losing: Failure | undefined;
  const { kitchen, till, taken, told, take } = await openTill((kind) => {
    const failure = kind === 'commit' ? losing : undefined;
    if (failure !== undefined) losing = undefined;
    return failure;
  });
  for (let night = 1; night <= 5; night += 1) {
    losing = { kind: 'lose' };
    expect(await take(`after night ${night}`)).toBe('taken');
    await kitchen.host.pass(600_000);
  }
  expect(told).toEqual(['lost', 'lost', 'lost', 'lost', 'lost']);
  expect(till.health().storage.survives).toBe('page');
  expect(taken).toHaveLength(5);
  await till.dispose();
});

test('a storage that a newer version has written is left as it is, and the device goes on without (F78)', async () => {
  const { kitchen, till, storage, told, heard, take } = await openTill((kind) =>
    kind === 'open' ? { kind: 'fail', fault: 'newer' } : undefined,
  );
  expect(told).toEqual(['newer']);
  expect(till.health().storage.survives).toBe('none');
  kitchen.publish(orders, 'OrderCreated', order(7));
  await kitchen.host.pass(1_000);
  expect(heard).toEqual([7]);
  expect(await take('in memory')).toBe('taken');
  // Asked once, and nothing was read or written.
  expect(storage.operations).toBe(1);
  await till.dispose();
});

test('O44, F77: what waits in a storage that is lost for good waits for it: once the storage is back, it is sent, once', async () => {
  let isLosing = false;
  const { kitchen, till, storage, taken, told, take } = await openTill((kind) =>
    isLosing && kind === 'commit' ? { kind: 'lose' } : undefined,
  );
  const serve = kitchen.answer;
  kitchen.answer = ({ method }) =>
    method === 'POST' ? { status: 429, body: {}, headers: { 'retry-after': '120' } } : undefined;
  expect(await take('before')).toBe('taken');
  const [before] = till.outbox.pending();
  expect(before).toMatchObject({ state: 'pending' });
  isLosing = true;
  kitchen.answer = serve;
  // Three losses, and it is given up: what comes then is taken by a memory that ends with the page.
  expect(await take('refused')).toBe('lost');
  expect(await take('meanwhile')).toBe('taken');
  expect(till.health().storage.survives).toBe('none');
  await kitchen.host.pass(600_000);
  expect(taken).toEqual(['meanwhile']);
  expect(told).toContain('lost');
  expect(till.outbox.pending()).toMatchObject([{ id: before?.id, state: 'pending' }]);
  // Who gave it up would find it sent by the next run.
  await expect(till.outbox.discard(before?.id ?? '')).rejects.toMatchObject({ fault: 'lost' });
  await till.dispose();
  isLosing = false;
  const again = kitchen.client('pos', { storage });
  await again.start();
  await kitchen.host.pass(120_000);
  expect(taken).toEqual(['meanwhile', 'before']);
  expect(again.outbox.pending()).toEqual([]);
  await again.dispose();
});
