import Pusher from 'pusher';
import {
  CHANNELS,
  createRestaurantOsEmitter,
  isPusherEnabled,
  PUSHER_EVENTS,
  type RestaurantOsLogger,
} from 'heard/emit/restaurant-os';
import { createDecoder } from 'heard';
import { restaurantOs } from 'heard/contracts/restaurant-os';
import { describe, expect, onTestFinished, test } from 'vitest';
import { serve } from '../http/server.ts';
import { testPublisher, testTime } from './rig.ts';

const env = { PUSHER_APP_ID: '1', PUSHER_KEY: 'app-key', PUSHER_SECRET: 'app-secret', PUSHER_CLUSTER: 'eu' };

function noted() {
  const lines: string[] = [];
  const logger: RestaurantOsLogger = {
    info: (message) => void lines.push(`info ${message}`),
    error: (message) => void lines.push(`error ${message}`),
  };
  return { lines, logger };
}

/** The helpers over the official library, which talks to a server of the test in place of Pusher's. */
async function withPusher(answer: { readonly status?: number; readonly body?: string } = {}) {
  const server = await serve((_request, response) => {
    response.writeHead(answer.status ?? 200).end(answer.body ?? '{}');
  });
  onTestFinished(() => server[Symbol.asyncDispose]());
  const { lines, logger } = noted();
  let loaded = 0;
  class NearPusher extends Pusher {
    constructor(options: { appId: string; key: string; secret: string }) {
      super({ ...options, host: '127.0.0.1', port: new URL(server.url).port, useTLS: false });
    }
  }
  const time = testTime();
  const emitter = createRestaurantOsEmitter({
    env,
    logger,
    time,
    library: async () => {
      loaded += 1;
      return NearPusher;
    },
  });
  const sent = () =>
    server.requests.map(({ body }) => {
      const { name, channels, data } = JSON.parse(body) as { name: string; channels: string[]; data: string };
      return { name, channels, ...(JSON.parse(data) as { payload: unknown; event_id: string; timestamp: string }) };
    });
  return { server, emitter, lines, time, sent, loaded: () => loaded };
}

const order = { documentId: 'abc', orderNumber: 'A047', tableNumber: 5, status: 'new' } as const;

describe('the helpers of the document', () => {
  test('an order goes to the orders and to its table, as one event with one id', async () => {
    const { emitter, sent, time, loaded } = await withPusher();
    const { published, id } = await emitter.emitOrderCreated(order);
    expect(published).toBe(true);
    expect(sent()).toEqual([
      {
        name: 'order.created',
        channels: ['orders', 'table-5'],
        payload: order,
        event_id: id,
        timestamp: new Date(time.now()).toISOString(),
      },
    ]);
    await emitter.emitOrderCreated({ ...order, tableNumber: undefined });
    expect(sent()[1]).toMatchObject({ channels: ['orders'] });
    expect(loaded()).toBe(1);
  });

  test('each event has a function, and goes where the contract has it', async () => {
    const { emitter, sent } = await withPusher();
    const { documentId } = order;
    await emitter.emitOrderUpdated({ documentId, status: 'ready', tableNumber: 5 });
    await emitter.emitOrderCancelled({ documentId });
    await emitter.emitOrderItemStatusChanged({ orderId: documentId, itemId: 'i', status: 'ready' });
    await emitter.emitTicketCreated({ documentId, station: 'grill' });
    await emitter.emitTicketStatusChanged({ documentId, status: 'ready' });
    await emitter.emitLowStock({ ingredientName: 'Tomato' });
    await emitter.emitBatchReceived({ ingredientName: 'Tomato' });
    await emitter.emitTableStatusChanged({ tableNumber: 5, status: 'occupied' });
    await emitter.emitSlaWarning({ type: 'ticket', resourceId: 't', message: 'late' });
    expect(sent().map(({ name, channels }) => [name, channels])).toEqual([
      ['order.updated', ['orders', 'table-5']],
      ['order.cancelled', ['orders']],
      ['order.item_status_changed', ['orders']],
      ['ticket.created', ['kitchen', 'station-grill']],
      ['ticket.status_changed', ['kitchen']],
      ['storage.low_stock', ['inventory', 'alerts']],
      ['storage.batch_received', ['inventory']],
      ['table.status_changed', ['tables', 'table-5']],
      ['timer.sla_warning', ['alerts', 'kitchen']],
    ]);
    const decode = createDecoder(restaurantOs);
    for (const { name, channels, ...payload } of sent())
      for (const channel of channels) expect(decode({ channel, name, payload })).toMatchObject({ kind: 'event' });
    expect(Object.values(PUSHER_EVENTS).toSorted()).toEqual([...restaurantOs.events.keys()].toSorted());
  });

  test('trigger says it on exactly the channels that are named', async () => {
    const { emitter, sent } = await withPusher();
    const warning = { type: 'ticket', resourceId: 't', message: 'Over its time', severity: 'warning' } as const;
    await emitter.trigger([CHANNELS.ALERTS, CHANNELS.KITCHEN], PUSHER_EVENTS.TIMER_SLA_WARNING, warning);
    await emitter.trigger('table-7', PUSHER_EVENTS.ORDER_CREATED, order);
    expect(sent().map(({ channels, payload }) => [channels, payload])).toEqual([
      [['alerts', 'kitchen'], warning],
      [['table-7'], order],
    ]);
  });

  test('events go out in the order in which they were emitted, also while the library is still being loaded', async () => {
    const { emitter, server } = await withPusher();
    const ids = Array.from({ length: 25 }, (_, at) => `order ${at}`);
    await Promise.all(ids.map((documentId) => emitter.emitOrderCancelled({ documentId })));
    const said = server.requests.flatMap(({ body }) => {
      const { batch, data } = JSON.parse(body) as { batch?: { data: string }[]; data: string };
      return (batch ?? [{ data }]).map(
        (each) => (JSON.parse(each.data) as { payload: { documentId: string } }).payload.documentId,
      );
    });
    expect(said).toEqual(ids);
    expect(server.requests.length).toBeLessThan(ids.length);
  });

  test.each<[string, (emitter: ReturnType<typeof createRestaurantOsEmitter>) => Promise<unknown>, string, RegExp]>([
    [
      'data that does not fit',
      ({ emitOrderCreated }) => emitOrderCreated({ orderNumber: 1 } as never),
      'input-invalid',
      /documentId/,
    ],
    ['no data', ({ emitOrderCreated }) => emitOrderCreated(undefined as never), 'input-invalid', /data/],
    [
      'more than 10 KB',
      ({ emitOrderCancelled }) => emitOrderCancelled({ documentId: 'a', reason: 'x'.repeat(10_240) }),
      'message-too-large',
      /10[3-9]\d\d bytes; 10240 get through/,
    ],
    [
      'a channel that there is not',
      ({ trigger }) => trigger(['gossip'], 'order.created', order),
      'unknown-name',
      /"gossip"/,
    ],
    [
      'a channel that does not carry it',
      ({ trigger }) => trigger(['inventory'], 'order.created', order),
      'unknown-name',
      /"inventory"/,
    ],
    [
      'an event that there is not',
      ({ trigger }) => trigger(['orders'], 'order.eaten' as 'order.created', order),
      'unknown-name',
      /"order.eaten"/,
    ],
  ])('%s is refused, with and without credentials', async (_, emit, code, message) => {
    const { emitter, server } = await withPusher();
    const bare = createRestaurantOsEmitter({ env: {}, logger: noted().logger });
    for (const each of [emitter, bare]) {
      await expect(emit(each)).rejects.toMatchObject({ code, message: expect.stringMatching(message) as string });
    }
    expect(server.requests).toEqual([]);
  });
});

describe('without credentials', () => {
  test.each([
    ['none', {}],
    ['one of them missing', { ...env, PUSHER_SECRET: undefined }],
    ['one of them blank', { ...env, PUSHER_CLUSTER: ' ' }],
  ])('%s: nothing is sent, and the log says so once', async (_, some) => {
    const { lines, logger } = noted();
    const emitter = createRestaurantOsEmitter({
      env: some,
      logger,
      library: () => Promise.reject(new Error('loaded')),
    });
    expect(emitter.isPusherEnabled()).toBe(false);
    expect(await emitter.emitOrderCreated(order)).toEqual({ published: false });
    expect(await emitter.emitOrderCreated(order)).toEqual({ published: false });
    expect(lines).toEqual([expect.stringMatching(/^info Pusher is not configured/)]);
  });

  test('a publisher of one’s own is used', async () => {
    const publisher = testPublisher();
    const emitter = createRestaurantOsEmitter({ env: {}, publisher });
    expect(await emitter.emitOrderCreated(order)).toMatchObject({ published: true });
    expect(publisher.taken.map(({ channel }) => channel)).toEqual(['orders', 'table-5']);
  });

  test('the variables of the process are read when they are needed', () => {
    const before = process.env['PUSHER_KEY'];
    expect(isPusherEnabled()).toBe(false);
    Object.assign(process.env, env);
    expect(isPusherEnabled()).toBe(true);
    for (const name of Object.keys(env)) delete process.env[name];
    if (before !== undefined) process.env['PUSHER_KEY'] = before;
  });
});

describe('when Pusher is in trouble', () => {
  test('an order is not undone by it: the log says why nobody heard of it', async () => {
    const { emitter, lines } = await withPusher({ status: 401, body: 'Invalid signature' });
    expect(await emitter.emitOrderCreated(order)).toMatchObject({ published: false });
    expect(lines).toEqual([
      expect.stringMatching(/^error Pusher did not take order\.created: .*401.*Compare key and secret/),
    ]);
    expect(lines.join()).not.toContain(env.PUSHER_SECRET);
  });

  test('a package that is not installed is said clearly, and found when it is there', async () => {
    let isInstalled = false;
    const emitter = createRestaurantOsEmitter({
      env,
      logger: noted().logger,
      library: async () => {
        if (!isInstalled) throw new Error('not installed');
        return class {
          trigger = () => Promise.resolve({ status: 200, text: () => Promise.resolve('{}') });
          triggerBatch = this.trigger;
        };
      },
    });
    await expect(emitter.emitOrderCreated(order)).rejects.toThrow('not installed');
    isInstalled = true;
    expect(await emitter.emitOrderCreated(order)).toMatchObject({ published: true });
  });
});
