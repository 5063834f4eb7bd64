import { createDecoder } from 'heard';
import { createEmitter, memoryLog, type EventLog } from 'heard/emit';
import { brasserie } from 'heard/contracts/brasserie';
import { laravelPos } from 'heard/contracts/laravel-pos';
import { restaurantOs } from 'heard/contracts/restaurant-os';
import { serviceFloor } from 'heard/contracts/service-floor';
import { tableTap } from 'heard/contracts/table-tap';
import { describe, expect, test } from 'vitest';
import { HeardError } from '../../src/errors.ts';
import { order, rig, sku, testPublisher } from './rig.ts';

const scope = { sku };
/** What the contract does not know is kept. */
const noted = (notes: string) => ({ ...order, notes });

describe('an event', () => {
  test('is in the log and at the publisher, and a client reads it as it was told', async () => {
    const { emitter, publisher, log, time } = rig({ sender: { deviceId: 42, deviceType: 'Kiosk' } });
    const emitted = await emitter.emit('OrderCreated', {
      scope,
      subject: { type: 'Order', id: 7 },
      data: { order },
      correlationId: 'request-1',
      tenantId: 9,
    });
    expect(await emitted.published).toBe(true);
    const channel = `private-store.${sku}.orders`;
    const { epoch, events } = await log.read(channel, 0, 10);
    expect(emitted).toMatchObject({
      occurredAt: time.now(),
      positions: [{ channel, seq: 1, epoch, isRepeat: false }],
    });
    expect(events.map(({ facts }) => facts.id)).toEqual([emitted.id]);
    expect(publisher.taken).toEqual([
      {
        channel,
        name: 'OrderCreated',
        payload: {
          v: 1,
          event: 'OrderCreated',
          event_id: emitted.id,
          seq: 1,
          occurred_at: new Date(time.now()).toISOString(),
          store: { id: 9, sku },
          sender: { device_id: 42, device_type: 'Kiosk' },
          subject: { type: 'Order', id: 7 },
          correlation_id: 'request-1',
          data: { order },
          meta: { replay: false, epoch, prev_seq: 0, head_seq: 1 },
        },
      },
    ]);
    const [taken] = publisher.taken;
    const decoded = createDecoder(laravelPos)({
      channel,
      name: 'OrderCreated',
      payload: JSON.stringify(taken?.payload),
    });
    expect(decoded).toMatchObject({
      kind: 'event',
      event: { id: emitted.id, seq: 1, previousSeq: 0, data: { order } },
    });
  });

  test('has the subject that its contract tells, where nobody says another', async () => {
    const publisher = testPublisher();
    const emitter = createEmitter(restaurantOs, { publisher });
    await emitter.emit('ticket.created', { scope: {}, channels: [{ channel: 'kitchen' }], data: { documentId: 'k1' } });
    expect(publisher.taken).toMatchObject([{ channel: 'kitchen', payload: { payload: { documentId: 'k1' } } }]);
  });

  test('is what it was when it was emitted, whatever the app does to its objects afterwards', async () => {
    const { emitter, publisher } = rig();
    const data = { order: noted('no onions') };
    const emitted = emitter.emit('OrderCreated', { scope, data });
    data.order.notes = 'changed';
    await (
      await emitted
    ).published;
    expect(publisher.taken).toMatchObject([{ payload: { data: { order: { notes: 'no onions' } } } }]);
  });

  test('goes to every channel that the scope completes, with a position in each', async () => {
    const { emitter, publisher } = rig();
    const ticket = { id: 1, status: 'in_preparation', items: [] } as const;
    await emitter.emit('KdsTicketCreated', { scope, data: { ticket } });
    const both = await emitter.emit('KdsTicketCreated', { scope: { sku, station: 'grill' }, data: { ticket } });
    await emitter.idle();
    expect(both.positions).toMatchObject([
      { channel: `private-store.${sku}.kds`, seq: 2 },
      { channel: `private-store.${sku}.kds.station.grill`, seq: 1 },
    ]);
    expect(publisher.taken.map(({ channel }) => channel)).toEqual([
      `private-store.${sku}.kds`,
      `private-store.${sku}.kds`,
      `private-store.${sku}.kds.station.grill`,
    ]);
    const copies = publisher.taken.slice(1).map(({ payload }) => payload);
    expect(copies).toMatchObject([{ event_id: both.id }, { event_id: both.id }]);
  });

  test('goes only to the channels that are named', async () => {
    const { emitter, publisher } = rig();
    await emitter.emit('KdsTicketCreated', {
      scope,
      channels: [{ channel: 'station', params: { station: 'bar' } }],
      data: { ticket: { id: 1, status: 'in_preparation', items: [] } },
    });
    await emitter.idle();
    expect(publisher.taken.map(({ channel }) => channel)).toEqual([`private-store.${sku}.kds.station.bar`]);
  });

  test('counts on each store by itself', async () => {
    const { emitter } = rig();
    const seqOf = async (store: string): Promise<number | undefined> =>
      (await emitter.emit('OrderCreated', { scope: { sku: store }, data: { order } })).positions[0]?.seq;
    expect([await seqOf('a'), await seqOf('a'), await seqOf('b'), await seqOf('a')]).toEqual([1, 2, 1, 3]);
  });
});

describe('what cannot be told is refused before it is in the log:', () => {
  const refusals: readonly (readonly [
    what: string,
    code: string,
    text: RegExp,
    emit: (r: ReturnType<typeof rig>) => Promise<unknown>,
  ])[] = [
    [
      'data that does not fit, with the path',
      'input-invalid',
      /order\.id: expected/,
      // @ts-expect-error an id is no object
      ({ emitter }) => emitter.emit('OrderCreated', { scope, data: { order: { id: {} } } }),
    ],
    [
      'no data at all',
      'input-invalid',
      /data/,
      ({ emitter }) => emitter.emit('OrderCreated', { scope, data: undefined as never }),
    ],
    [
      'data that is no JSON',
      'input-invalid',
      /data: /,
      ({ emitter }) => emitter.emit('OrderCreated', { scope, data: { order: { id: 1, total: 1n } as never } }),
    ],
    [
      'an event that the contract does not have',
      'unknown-name',
      /no event "OrderEaten"/,
      // @ts-expect-error there is none
      ({ emitter }) => emitter.emit('OrderEaten', { scope, data: {} }),
    ],
    [
      'a name of every object',
      'unknown-name',
      /no event "constructor"/,
      ({ emitter }) => emitter.emit('constructor' as never, { scope, data: {} as never }),
    ],
    [
      'a channel that the contract does not have',
      'unknown-name',
      /no channel "gossip"/,
      ({ emitter }) =>
        emitter.emit('OrderCreated', { scope, channels: [{ channel: 'gossip' as never }], data: { order } }),
    ],
    [
      'a channel that does not carry it',
      'unknown-name',
      /"printing" .* carries no event "OrderCreated"/,
      ({ emitter }) =>
        emitter.emit('OrderCreated', { scope, channels: [{ channel: 'printing' as never }], data: { order } }),
    ],
    [
      'a scope that completes no channel',
      'scope-invalid',
      /completes no channel/,
      ({ emitter }) => emitter.emit('OrderCreated', { scope: {}, data: { order } }),
    ],
    [
      'no scope at all',
      'scope-invalid',
      /"OrderCreated" has no scope/,
      // @ts-expect-error it is asked for
      ({ emitter }) => emitter.emit('OrderCreated', { data: { order } }),
    ],
    [
      'nothing but a name',
      'scope-invalid',
      /"OrderCreated" has no scope/,
      // @ts-expect-error it is asked for
      ({ emitter }) => emitter.emit('OrderCreated'),
    ],
    [
      'channels that are no list of objects',
      'input-invalid',
      /channels of "OrderCreated"/,
      ({ emitter }) => emitter.emit('OrderCreated', { scope, channels: ['orders'] as never, data: { order } }),
    ],
    [
      'a channel of another store',
      'scope-invalid',
      /"private-store\.another\.orders" is somebody else’s/,
      ({ emitter }) =>
        emitter.emit('OrderCreated', {
          scope,
          channels: [{ channel: 'orders' }, { channel: 'orders', params: { sku: 'another' } }],
          data: { order },
        }),
    ],
    [
      'a scope of the wrong form',
      'scope-invalid',
      /deviceId: /,
      ({ emitter }) => emitter.emit('OrderCreated', { scope: { sku, deviceId: ['a'] as never }, data: { order } }),
    ],
    [
      'a store that would move the borders of the name',
      'scope-invalid',
      /cannot stand in the channel name/,
      ({ emitter }) => emitter.emit('OrderCreated', { scope: { sku: 'a.orders' }, data: { order } }),
    ],
    [
      'a time that is none',
      'input-invalid',
      /occurredAt/,
      ({ emitter }) => emitter.emit('OrderCreated', { scope, data: { order }, occurredAt: Number.NaN }),
    ],
    [
      'an id that no client would read',
      'input-invalid',
      /event_id/,
      ({ emitter }) => emitter.emit('OrderCreated', { scope, data: { order }, id: 'naïve' }),
    ],
  ];

  test.each(refusals)('%s', async (_, code, text, emit) => {
    const it = rig();
    const error = await emit(it).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(HeardError);
    expect(error).toMatchObject({ code, message: expect.stringMatching(text) as string });
    expect((error as HeardError).remediation).not.toBe('');
    expect((await it.log.read(`private-store.${sku}.orders`, 0, 1)).headSeq).toBe(0);
    expect(it.publisher.attempts).toEqual([]);
  });

  test('more than gets through, with both sizes, on whichever side the limit is', async () => {
    const large = noted('x'.repeat(3_000));
    const it = rig({ publisher: testPublisher({ mostBytes: 3_000 }) });
    await expect(it.emitter.emit('OrderCreated', { scope, data: { order: large } })).rejects.toMatchObject({
      code: 'message-too-large',
      message: expect.stringMatching(/"OrderCreated" has 3\d{3} bytes; 3000 get through/) as string,
    });
    expect((await it.log.read(`private-store.${sku}.orders`, 0, 1)).headSeq).toBe(0);
    const floor = createEmitter(restaurantOs, { publisher: testPublisher() });
    await expect(
      floor.emit('order.cancelled', { scope: {}, data: { documentId: 'a', reason: 'é'.repeat(5_120) } }),
    ).rejects.toMatchObject({ code: 'message-too-large', message: expect.stringMatching(/; 10240 get/) as string });
  });

  test('is counted in bytes and with the longest positions, so that what fits once fits always', async () => {
    const publisher = testPublisher();
    const it = rig({ publisher });
    await it.emitter.emit('OrderCreated', { scope, data: { order: noted('é🍕') }, id: 'a' });
    await it.emitter.idle();
    const bytes = new TextEncoder().encode(JSON.stringify(publisher.taken[0]?.payload)).byteLength;
    const tight = rig({ publisher: testPublisher({ mostBytes: bytes }) });
    // It would fit now, and not any more when the channel has come to a large number.
    await expect(
      tight.emitter.emit('OrderCreated', { scope, data: { order: noted('é🍕') }, id: 'a' }),
    ).rejects.toMatchObject({ code: 'message-too-large' });
  });

  test('an event of a café that nobody named, on a namespace that all cafés share', async () => {
    const publisher = testPublisher();
    const emitter = createEmitter(tableTap, { publisher });
    const data = { product_id: 'p1', product_name: 'Beans', current_stock: 1 };
    await expect(emitter.emit('inventory:low_stock', { scope: {}, data })).rejects.toMatchObject({
      code: 'scope-invalid',
      message: expect.stringContaining('"/inventory" is everybody’s'.replace('’', "'")) as string,
      remediation: expect.stringContaining('"cafeId"') as string,
    });
    expect(publisher.attempts).toEqual([]);
  });

  test('a notification of a device, which belongs to no store that one would have to name, is told', async () => {
    const { emitter, publisher } = rig();
    await emitter.emit('DeviceNotification', {
      scope: { deviceId: 42 },
      data: { level: 'info', title: 'Hello', message: 'there' },
    });
    await emitter.idle();
    expect(publisher.taken).toMatchObject([{ channel: 'private-device.42.notifications' }]);
    expect(publisher.taken[0]?.payload).not.toHaveProperty('store');
  });

  test('a function that chooses the rooms and throws', async () => {
    const it = rig({
      rooms: () => {
        throw new HeardError('scope-invalid', 'no room', { remediation: 'name one' });
      },
    });
    await expect(it.emitter.emit('OrderCreated', { scope, data: { order } })).rejects.toThrow('no room');
    expect((await it.log.read(`private-store.${sku}.orders`, 0, 1)).headSeq).toBe(0);
  });
});

describe('an id that was told before', () => {
  test('keeps its positions, and what is published again is what stands in the log', async () => {
    const { emitter, publisher } = rig();
    const first = await emitter.emit('OrderCreated', { scope, data: { order }, id: 'a', occurredAt: 1_000 });
    await emitter.emit('OrderCreated', { scope, data: { order: { ...order, id: 8 } } });
    const again = await emitter.emit('OrderCreated', { scope, data: { order: { ...order, status: 'paid' } }, id: 'a' });
    await emitter.idle();
    expect(again.positions).toEqual([{ ...first.positions[0], isRepeat: true }]);
    expect(publisher.taken[2]?.payload).toMatchObject({
      event_id: 'a',
      seq: 1,
      occurred_at: '1970-01-01T00:00:01.000Z',
      data: { order },
      meta: { head_seq: 2, prev_seq: 0 },
    });
  });
});

describe('the log', () => {
  test('is asked for where a channel has positions, and not where none has', () => {
    const publisher = testPublisher();
    expect(() => createEmitter(laravelPos, { publisher })).toThrow(
      expect.objectContaining({ code: 'options-invalid' }),
    );
    for (const create of [
      () => createEmitter(restaurantOs, { publisher }),
      () => createEmitter(tableTap, { publisher }),
      () => createEmitter(brasserie, { publisher }),
      () => createEmitter(serviceFloor, { publisher }),
    ])
      expect(create).not.toThrow();
  });

  test('that refuses an event rejects it, publishes nothing, and takes the next one', async () => {
    const kept = memoryLog();
    let refuses = true;
    const log: EventLog = {
      ...kept,
      append: async (facts, channels) => {
        if (!refuses) return kept.append(facts, channels);
        throw new Error('disk full');
      },
    };
    const { emitter, publisher } = rig({ log });
    await expect(emitter.emit('OrderCreated', { scope, data: { order } })).rejects.toMatchObject({
      code: 'log-failed',
      cause: { message: 'disk full' },
      remediation: expect.stringContaining('the same "id"') as string,
    });
    refuses = false;
    const next = await emitter.emit('OrderCreated', { scope, data: { order } });
    await emitter.idle();
    expect(next.positions).toMatchObject([{ seq: 1 }]);
    expect(publisher.taken).toHaveLength(1);
  });

  test('that answers late and in no order leaves the order of publication alone', async () => {
    const kept = memoryLog();
    const waiting: (() => void)[] = [];
    const log: EventLog = {
      ...kept,
      append: async (facts, channels) => {
        await new Promise<void>((resolve) => waiting.push(resolve));
        return kept.append(facts, channels);
      },
    };
    const { emitter, publisher } = rig({ log });
    const emitted = [1, 2, 3, 4].map((id) =>
      emitter.emit('OrderCreated', { scope, data: { order: { ...order, id } } }),
    );
    for (let turn = 0; turn < 200; turn += 1) {
      // Whoever waits longest is let in last.
      waiting.pop()?.();
      await Promise.resolve();
    }
    await Promise.all(emitted);
    await emitter.idle();
    expect(publisher.taken).toMatchObject(
      [1, 2, 3, 4].map((id) => ({ payload: { seq: id, data: { order: { id } } } })),
    );
  });

  test('that does not answer is not asked without end', async () => {
    const log: EventLog = { ...memoryLog(), append: () => new Promise(() => undefined) };
    const { emitter } = rig({ log, mostWaiting: 2 });
    const emit = () => emitter.emit('OrderCreated', { scope, data: { order } });
    void emit();
    void emit();
    await expect(emit()).rejects.toMatchObject({
      code: 'too-many',
      message: expect.stringContaining('2 events') as string,
    });
  });
});
