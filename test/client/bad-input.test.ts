// FAULTS F34–F41: nothing that a server sends may throw into the app or stop a channel.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Signal } from '../../src/core/signals.ts';
import { runs } from '../effort.ts';
import { createKitchen, order, sku, wire, type Kitchen } from './kitchen.ts';

const orders = wire('orders');

async function openTill(kitchen: Kitchen) {
  kitchen.lists.set('orders', []);
  const pos = kitchen.client('pos');
  const heard: number[] = [];
  const signals: Signal[] = [];
  pos.on('OrderCreated', ({ data }) => void heard.push(data.order.id));
  pos.signals.on('*', (signal) => void signals.push(signal));
  await pos.start();
  await kitchen.host.pass(1_000);
  signals.length = 0;
  return { pos, heard, signals };
}

const envelope = (seq: unknown, fields: object = {}): object => ({
  v: 1,
  event: 'OrderCreated',
  event_id: `bad-${String(seq)}`,
  seq,
  occurred_at: '2026-01-01T00:00:00.000Z',
  store: { id: 3, sku },
  data: order(1),
  meta: { replay: false },
  ...fields,
});

describe('F34: a position that is none', () => {
  test.each([undefined, null, 1.5, -1, 2 ** 53, Number.NaN, '', 'x', {}, [], 1e300])('%j', async (seq) => {
    const kitchen = createKitchen();
    const { heard, signals } = await openTill(kitchen);
    kitchen.push(orders, 'OrderCreated', envelope(seq));
    kitchen.publish(orders, 'OrderCreated', order(2));
    expect(heard).toEqual([2]);
    expect(signals).toMatchObject([{ kind: 'quarantined', channel: 'orders', name: 'OrderCreated' }]);
  });

  test.each([undefined, null, '', 5, {}])('an id that is %j', async (event_id) => {
    const kitchen = createKitchen();
    const { heard, signals, pos } = await openTill(kitchen);
    kitchen.push(orders, 'OrderCreated', envelope(1, { event_id }));
    kitchen.publish(orders, 'OrderCreated', order(2), { seq: 2 });
    expect(heard.at(-1)).toBe(2);
    // Its position is told, and so it is no hole.
    expect(pos.health().channels.find(({ channel }) => channel === 'orders')?.front).toBe(2);
    expect(signals.filter(({ kind }) => kind !== 'quarantined')).toEqual([]);
  });
});

test('F35: what cannot be read is counted and told by its digest, and its position is no hole', async () => {
  const kitchen = createKitchen();
  const { heard, signals, pos } = await openTill(kitchen);
  const phone = '+33 6 12 34 56 78';
  const socket = kitchen.transport.live[0];
  socket?.push({ channel: orders, name: 'OrderCreated', payload: `{"customer":"${phone}",` });
  socket?.push({ channel: orders, name: 'OrderCreated', payload: new Uint8Array([0xff, 0xfe, 0x00]) });
  socket?.push({ channel: orders, name: 'OrderCreated', payload: null });
  socket?.push({ channel: orders, name: 'OrderCreated', payload: 42 });
  kitchen.publish(orders, 'OrderCreated', { order: { id: phone } });
  kitchen.publish(orders, 'OrderCreated', JSON.stringify(order(2)));
  kitchen.push(orders, 'OrderCreated', JSON.stringify(envelope(3, { data: order(3) })));
  kitchen.publish(orders, 'SomethingNew', { whatever: true }, { seq: 4 });
  kitchen.push(orders, 'OrderCreated', envelope(5, { v: 2 }));
  kitchen.publish(orders, 'OrderCreated', order(6), { seq: 6 });
  expect(heard).toEqual([2, 3, 6]);
  expect(signals.map(({ kind }) => kind)).toEqual(Array.from({ length: 5 }, () => 'quarantined'));
  expect(JSON.stringify(signals)).not.toContain('12 34');
  expect(pos.health()).toMatchObject({ counts: { quarantined: 5, unknown: 2 } });
  expect(pos.health().channels.find(({ channel }) => channel === 'orders')).toMatchObject({
    front: 6,
    highestKnown: 6,
  });
  await kitchen.host.pass(1_000);
  expect(pos.status.get().word).toBe('live');
});

describe('F36: names that a prototype has', () => {
  test.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf'])('%s', async (name) => {
    const kitchen = createKitchen();
    const { heard, pos } = await openTill(kitchen);
    const seen: string[] = [];
    pos.on('*', (event) => void seen.push(event.name));
    const socket = kitchen.transport.live[0];
    socket?.push({ channel: name, name, payload: '{}' });
    socket?.push({ channel: orders, name, payload: JSON.stringify(envelope(1, { event: name })) });
    const payload = JSON.stringify(envelope(2, { data: order(2) })).replace(
      '"number"',
      `"${name}":{"polluted":1},"number"`,
    );
    socket?.push({ channel: orders, name: 'OrderCreated', payload });
    kitchen.publish(orders, 'OrderCreated', order(3), { seq: 3 });
    expect(seen).toEqual([name, 'OrderCreated', 'OrderCreated']);
    expect(heard).toEqual([2, 3]);
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
  });
});

test('F37: an event that was too large to be sent is read from the log', async () => {
  const kitchen = createKitchen();
  const { heard } = await openTill(kitchen);
  kitchen.publish(orders, 'OrderCreated', order(1));
  kitchen.publish(orders, 'OrderCreated', order(2, { note: 'x'.repeat(20_000) }), { silently: true });
  kitchen.publish(orders, 'OrderCreated', order(3));
  await kitchen.host.pass(6_000);
  expect(heard).toEqual([1, 2, 3]);
});

test('F38: a frame that is too large or too deep is set aside; ten thousand at once are handed out in slices', async () => {
  const kitchen = createKitchen();
  const { heard, signals } = await openTill(kitchen);
  const socket = kitchen.transport.live[0];
  socket?.push({ channel: orders, name: 'OrderCreated', payload: `"${'x'.repeat(6_000_000)}"` });
  socket?.push({ channel: orders, name: 'OrderCreated', payload: '['.repeat(10_000) + ']'.repeat(10_000) });
  expect(signals).toMatchObject([
    { kind: 'quarantined', because: 'too-large' },
    { kind: 'quarantined', because: 'too-deep' },
  ]);
  kitchen.publish(orders, 'OrderCreated', order(1));
  socket?.close({ code: 1006 });
  for (let id = 2; id <= 10_000; id += 1) kitchen.publish(orders, 'OrderCreated', order(id), { silently: true });
  await kitchen.host.pass(60_000);
  expect(heard).toHaveLength(10_000);
  expect(heard.every((id, index) => id === index + 1)).toBe(true);
});

test('F40: an event of another store is dropped, told, and not counted as a position of ours', async () => {
  const kitchen = createKitchen();
  const { heard, signals, pos } = await openTill(kitchen);
  kitchen.publish(orders, 'OrderCreated', order(1));
  kitchen.push(orders, 'OrderCreated', envelope(2, { store: { id: 4, sku: 'somebody-else' }, event_id: 'foreign' }));
  expect(heard).toEqual([1]);
  expect(signals).toEqual([
    { kind: 'security', channel: 'orders', because: 'foreign', name: 'OrderCreated', field: 'tenant' },
  ]);
  kitchen.publish(orders, 'OrderCreated', order(2));
  expect(heard).toEqual([1, 2]);
  expect(pos.health().counts.foreign).toBe(1);
  await pos.stop();
  const kept = await (await kitchen.store.open('nothing')).read('seen');
  expect(JSON.stringify(kept)).not.toContain('foreign');
});

test('F41: names of the protocol, and what clients say, never become events', async () => {
  const kitchen = createKitchen();
  const { heard, signals, pos } = await openTill(kitchen);
  const seen: string[] = [];
  pos.on('*', ({ name }) => void seen.push(name));
  for (const name of ['pusher_internal:subscription_succeeded', 'pusher:error', 'client-OrderCreated']) {
    kitchen.push(orders, name, envelope(1));
    kitchen.push(orders, 'OrderCreated', envelope(1, { event: name }));
  }
  expect(seen).toEqual([]);
  expect(heard).toEqual([]);
  expect(new Set(signals.map(({ kind }) => kind))).toEqual(new Set(['security']));
  kitchen.publish(orders, 'OrderCreated', order(1));
  expect(heard).toEqual([1]);
});

test('whatever a frame holds, the channel goes on', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.record({
          channel: fc.oneof(fc.constant(orders), fc.string()),
          name: fc.oneof(fc.constant('OrderCreated'), fc.string()),
          payload: fc.oneof(
            fc.json(),
            fc.anything(),
            fc.string(),
            fc
              .record({ seq: fc.anything(), event_id: fc.anything(), data: fc.anything(), meta: fc.anything() })
              .map((parts) => {
                try {
                  return JSON.stringify(envelope(7, parts));
                } catch {
                  return '';
                }
              }),
          ),
        }),
        { maxLength: 20 },
      ),
      async (frames) => {
        const kitchen = createKitchen();
        const { heard, pos } = await openTill(kitchen);
        const socket = kitchen.transport.live[0];
        for (const frame of frames) socket?.push(frame);
        await kitchen.host.pass(20_000);
        const { epoch } = pos.health().channels.find(({ channel }) => channel === 'orders')?.cursor ?? {};
        kitchen.epoch = epoch;
        const last = kitchen.publish(orders, 'OrderCreated', order(99_999));
        await kitchen.host.pass(120_000);
        expect([last.seq, heard.includes(99_999), pos.status.get().word]).toEqual([last.seq, true, 'live']);
        await pos.dispose();
        expect(kitchen.host.pendingTimers).toBe(0);
      },
    ),
    runs(60),
  );
});
