// What a client says about itself: status, health, signals, the log.
import { expect, test } from 'vitest';
import type { Status } from '../../src/core/session/status.ts';
import type { Signal } from '../../src/core/signals.ts';
import { StoreError, type Store } from '../../src/storage/store.ts';
import { failingStore } from '../../src/testing/failing-store.ts';
import { createKitchen, order, wire } from './kitchen.ts';

const orders = wire('orders');

test('the status goes from offline to live, and tells why it does not', async () => {
  const kitchen = createKitchen({ latencyMs: 10 });
  kitchen.lists.set('orders', []);
  const pos = kitchen.client('pos');
  const told: string[] = [];
  const say = ({ word, reason }: Status) => (reason === undefined ? word : `${word}: ${reason}`);
  pos.status.subscribe((status) => void told.push(say(status)));
  expect(say(pos.status.get())).toBe('offline: stopped');
  await pos.start();
  await kitchen.host.pass(1_000);
  expect(told).toEqual([
    'connecting',
    'catchingUp: channel orders: joining',
    'catchingUp: channel orders: catching up',
    'catchingUp: channel printing: catching up',
    'live',
  ]);
  expect(pos.status.get()).toBe(pos.status.get());
  kitchen.transport.live[0]?.close({ code: 1006 });
  await kitchen.host.pass(20);
  expect(say(pos.status.get())).toBe('connecting: connection-lost');
  await kitchen.host.pass(5_000);
  expect(say(pos.status.get())).toBe('live');
  await pos.dispose();
});

test('a watcher that throws or leaves disturbs nobody', async () => {
  const kitchen = createKitchen();
  const pos = kitchen.client('pos');
  const told: string[] = [];
  const signals: Signal[] = [];
  pos.signals.on('callback', (signal) => void signals.push(signal));
  const controller = new AbortController();
  pos.status.subscribe(() => {
    throw new Error('the banner is broken');
  });
  pos.status.subscribe(({ word }) => void told.push(word), { signal: controller.signal });
  await pos.start();
  await kitchen.host.pass(1_000);
  expect(told.at(-1)).toBe('live');
  expect(signals.length).toBeGreaterThan(0);
  controller.abort();
  const before = told.length;
  await pos.dispose();
  expect(told).toHaveLength(before);
});

test('a channel that is refused is denied, the others go on, and the status is live', async () => {
  const kitchen = createKitchen();
  kitchen.lists.set('orders', []);
  kitchen.refuses.set(wire('printing'), 403);
  const pos = kitchen.client('pos');
  const denied: Signal[] = [];
  const heard: number[] = [];
  pos.signals.on('denied', (signal) => void denied.push(signal));
  pos.on('OrderCreated', ({ data }) => void heard.push(data.order.id));
  await pos.start();
  await kitchen.host.pass(1_000);
  expect(denied).toMatchObject([{ channel: 'printing', reason: 'forbidden' }]);
  expect(pos.status.get().word).toBe('live');
  expect(pos.health().channels.find(({ channel }) => channel === 'printing')).toMatchObject({
    word: 'denied',
    reason: 'forbidden',
  });
  const asked = kitchen.http.requests.length;
  await kitchen.host.pass(30_000);
  expect(kitchen.http.requests.slice(asked).filter(({ path }) => path.includes('print'))).toEqual([]);
  kitchen.publish(orders, 'OrderCreated', order(1));
  expect(heard).toEqual([1]);
  kitchen.refuses.clear();
  await kitchen.host.pass(120_000);
  expect(pos.health().channels.find(({ channel }) => channel === 'printing')?.word).toBe('live');
  await pos.dispose();
});

test('a new token opens what an old one could not', async () => {
  const kitchen = createKitchen();
  kitchen.lists.set('orders', []);
  let token = 'old';
  kitchen.answer = ({ headers }) =>
    headers['authorization'] === 'Bearer new' ? undefined : { status: 401, body: { message: 'Unauthenticated.' } };
  const reasons: string[] = [];
  const pos = kitchen.client('pos', {
    token: ({ reason }) => {
      reasons.push(reason);
      return token;
    },
  });
  await pos.start();
  await kitchen.host.pass(5_000);
  expect(pos.health().channels.map(({ word }) => word)).toEqual(['denied', 'denied', 'denied']);
  expect(pos.status.get()).toEqual({ word: 'blocked', reason: 'channel orders: denied' });
  expect(reasons.length).toBeLessThan(8);
  token = 'new';
  await kitchen.host.pass(180_000);
  expect(pos.status.get().word).toBe('live');
  await pos.dispose();
});

test('no payload, token or phone number is in the log, and each line says its run or its event', async () => {
  const kitchen = createKitchen();
  kitchen.lists.set('orders', []);
  const lines: string[] = [];
  const line = (level: string) => (fields: object, message: string) =>
    void lines.push(`${level} ${message} ${JSON.stringify(fields)}`);
  const pos = kitchen.client('pos', {
    token: () => 'token-canary',
    logger: { debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error') },
  });
  pos.on('OrderCreated', () => {
    throw new Error('phone-canary');
  });
  await pos.start();
  await kitchen.host.pass(1_000);
  kitchen.publish(orders, 'OrderCreated', order(1, { note: 'payload-canary' }));
  kitchen.publish(orders, 'OrderCreated', { order: 'payload-canary' });
  kitchen.transport.live[0]?.close({ code: 4001, reason: 'token-canary' });
  await kitchen.host.pass(5_000);
  expect(lines.length).toBeGreaterThan(5);
  expect(lines.join('\n')).not.toContain('canary');
  expect(lines.filter((text) => !text.includes('"correlationId":'))).toEqual([]);
  expect(lines.find((text) => text.includes('a handler threw'))).toContain('"channel":"orders"');
  await pos.dispose();
});

test('a logger that throws and a hook that throws break nothing', async () => {
  const kitchen = createKitchen();
  kitchen.lists.set('orders', []);
  const broken = () => {
    throw new Error('the log is full');
  };
  const pos = kitchen.client('pos', { logger: { debug: broken, info: broken, warn: broken, error: broken } });
  pos.signals.on('*', broken);
  pos.status.subscribe(broken);
  const heard: number[] = [];
  pos.on('OrderCreated', broken);
  pos.on('OrderCreated', ({ data }) => void heard.push(data.order.id));
  await pos.start();
  await kitchen.host.pass(1_000);
  kitchen.publish(orders, 'OrderCreated', order(1));
  expect(heard).toEqual([1]);
  await pos.dispose();
});

test('a device that sleeps, wakes and comes back online asks again, and not for each hint', async () => {
  const kitchen = createKitchen();
  kitchen.lists.set('orders', []);
  const pos = kitchen.client('pos');
  const heard: number[] = [];
  pos.on('OrderCreated', ({ data }) => void heard.push(data.order.id));
  await pos.start();
  await kitchen.host.pass(10_000);
  kitchen.publish(orders, 'OrderCreated', order(1));
  kitchen.publish(orders, 'OrderCreated', order(2), { silently: true });
  const asked = kitchen.http.requests.length;
  for (const kind of ['online', 'visible', 'resume', 'visible', 'online'] as const) kitchen.host.emit({ kind });
  await kitchen.host.pass(500);
  expect(heard).toEqual([1, 2]);
  expect(kitchen.http.requests.length - asked).toBeLessThanOrEqual(3);
  await pos.dispose();
});

test('what is handled is stored when the page is hidden', async () => {
  const kitchen = createKitchen();
  kitchen.lists.set('orders', []);
  const pos = kitchen.client('pos');
  await pos.start();
  await kitchen.host.pass(1_000);
  kitchen.publish(orders, 'OrderCreated', order(1));
  kitchen.host.emit({ kind: 'hidden' });
  expect(pos.health().channels.find(({ channel }) => channel === 'orders')?.cursor?.seq).toBe(1);
  await pos.dispose();
});

test('a store that fails is told once, tried again, and loses nothing (F76)', async () => {
  const kitchen = createKitchen();
  kitchen.lists.set('orders', []);
  let isFull = false;
  const storage = failingStore(kitchen.store, ({ kind }) =>
    kind === 'commit' && isFull ? { kind: 'fail', fault: 'full' } : undefined,
  );
  const pos = kitchen.client('pos', { storage });
  const told: Signal[] = [];
  pos.signals.on('storage', (signal) => void told.push(signal));
  await pos.start();
  await kitchen.host.pass(1_000);
  isFull = true;
  kitchen.publish(orders, 'OrderCreated', order(1));
  await kitchen.host.pass(20_000);
  kitchen.publish(orders, 'OrderCreated', order(2));
  await kitchen.host.pass(20_000);
  expect(told).toMatchObject([{ fault: 'full' }]);
  expect(storage.fired.length).toBeGreaterThan(2);
  isFull = false;
  await kitchen.host.pass(40_000);
  await pos.stop();

  const again = kitchen.client('pos');
  const heard: number[] = [];
  again.on('OrderCreated', ({ data }) => void heard.push(data.order.id));
  await again.start();
  await kitchen.host.pass(1_000);
  expect(heard).toEqual([]);
  await again.dispose();
});

test.each(['fail', 'hang', 'lose'] as const)(
  'a store that does not open (%s) is done without (F77, F78)',
  async (kind) => {
    const kitchen = createKitchen();
    kitchen.lists.set('orders', []);
    const failure = kind === 'fail' ? { kind, fault: 'unavailable' as const } : { kind };
    const storage = failingStore(kitchen.store, (operation) => (operation.kind === 'open' ? failure : undefined));
    const pos = kitchen.client('pos', { storage });
    const told: Signal[] = [];
    const heard: number[] = [];
    pos.signals.on('storage', (signal) => void told.push(signal));
    pos.on('OrderCreated', ({ data }) => void heard.push(data.order.id));
    const started = pos.start();
    await kitchen.host.pass(20_000);
    await started;
    await kitchen.host.pass(1_000);
    expect(told).toHaveLength(1);
    expect(pos.health().storage.survives).toBe('none');
    kitchen.publish(orders, 'OrderCreated', order(1));
    expect(heard).toEqual([1]);
    await pos.dispose();
    expect(kitchen.host.pendingTimers).toBe(0);
  },
);

test('a store that another process has is refused, and the client can be started later (F85)', async () => {
  const kitchen = createKitchen();
  kitchen.lists.set('orders', []);
  let isLocked = true;
  const storage = failingStore(kitchen.store, ({ kind }) =>
    kind === 'open' && isLocked ? { kind: 'fail', fault: 'locked' } : undefined,
  );
  const pos = kitchen.client('pos', { storage });
  await expect(pos.start()).rejects.toMatchObject({ code: 'storage-locked' });
  expect(pos.status.get().word).toBe('offline');
  expect(kitchen.host.pendingTimers).toBe(0);
  isLocked = false;
  await pos.start();
  await kitchen.host.pass(1_000);
  expect(pos.status.get().word).toBe('live');
  await pos.dispose();
});

test('a store that was set aside or thrown away is told, and the device starts anew (F79, F81)', async () => {
  const kitchen = createKitchen();
  kitchen.lists.set('orders', []);
  let openings = 0;
  const storage: Store = {
    destroy: (name) => kitchen.store.destroy(name),
    async open(name) {
      openings += 1;
      if (openings === 1) throw new StoreError('corrupt', 'It was set aside.');
      return { ...(await kitchen.store.open(name)), evicted: { note: '3 mutations waited' } };
    },
  };
  const pos = kitchen.client('pos', { storage });
  const told: Signal[] = [];
  pos.signals.on('storage', (signal) => void told.push(signal));
  await pos.start();
  expect(told).toMatchObject([{ fault: 'corrupt' }, { fault: 'evicted' }]);
  expect(JSON.stringify(told)).toContain('3 mutations waited');
  expect(pos.health().storage.survives).toBe('page');
  await pos.dispose();
});

test('what the server tells of the time corrects the device', async () => {
  const kitchen = createKitchen({ hasReplay: false });
  kitchen.lists.set('orders', []);
  const pos = kitchen.client('pos');
  const clocks: Signal[] = [];
  pos.signals.on('clock', (signal) => void clocks.push(signal));
  const right = kitchen.host.clock.wallMs();
  await pos.start();
  await kitchen.host.pass(1_000);
  expect(Math.abs(pos.serverNow() - right - 1_000)).toBeLessThan(1_000);
  // Somebody sets the tablet to the wrong day.
  kitchen.host.setWall(right + 86_400_000);
  kitchen.answer = ({ path }) =>
    path.startsWith('/v1/orders')
      ? { status: 200, body: { data: [] }, headers: { date: new Date(right + 20_000).toUTCString() } }
      : undefined;
  await kitchen.host.pass(90_000);
  expect(Math.abs(pos.serverNow() - right)).toBeLessThan(200_000);
  expect(clocks.length).toBeGreaterThan(0);
  await pos.dispose();
});

test('a device without any network starts, and says so', async () => {
  const kitchen = createKitchen();
  kitchen.http.weather = 'down';
  const pos = kitchen.client('pos', {
    transport: {
      capabilities: { joinsWith: 'signature', pings: true, sends: true, acknowledges: false, presence: false },
      connect(_attempt, handlers) {
        handlers.failed({ kind: 'unreachable' });
        return { ping: nothing, join: nothing, leave: nothing, send: () => false, close: nothing };
      },
    },
  });
  await pos.start();
  await kitchen.host.pass(20_000);
  expect(pos.status.get()).toEqual({ word: 'offline', reason: 'unreachable' });
  const asked = pos.query('orders', {}).catch((error: unknown) => error);
  await kitchen.host.pass(1_000);
  expect(await asked).toMatchObject({ code: 'query-failed' });
  expect(() => pos.send('nothing' as never, undefined as never)).toThrow('no message');
  await pos.dispose();
  expect(kitchen.host.pendingTimers).toBe(0);
});

test('a query is answered, checked and typed', async () => {
  const kitchen = createKitchen();
  kitchen.lists.set('orders', [order(5).order as { id: number }]);
  const pos = kitchen.client('pos');
  const answer = await Promise.race([pos.query('orders', {}), kitchen.host.pass(1_000).then(() => undefined)]);
  expect(JSON.stringify(answer)).toContain('"id":5');
  await expect(pos.query('order', { id: [] } as never)).rejects.toMatchObject({ code: 'input-invalid' });
  await expect(pos.query('nothing' as never, {} as never)).rejects.toMatchObject({ code: 'unknown-name' });
});

const nothing = (): void => undefined;

test.each([
  { sequence: { ordrs: 'dense' as const } },
  { sequence: { orders: 'dence' as 'dense' } },
  { startFrom: 'later' as 'now' },
  { startFrom: { seq: -1 } },
  { timing: { outbox: { lanes: Number.NaN } as never } },
])('options that cannot be meant are refused: %j', (options) => {
  expect(() => createKitchen().client('pos', options)).toThrow(/option/);
});

test('refreshing does not wait for a channel that this device may not hear', async () => {
  const kitchen = createKitchen();
  kitchen.lists.set('orders', []);
  kitchen.refuses.set(wire('printing'), 403);
  const pos = kitchen.client('pos');
  await pos.start();
  await kitchen.host.pass(1_000);
  let isDone = false;
  void pos.refresh().then(() => (isDone = true));
  await kitchen.host.pass(1_000);
  expect(isDone).toBe(true);
  await pos.dispose();
});

test('a log that is gone, whatever its lists say, is not asked in a storm', async () => {
  const kitchen = createKitchen();
  kitchen.lists.set('orders', []);
  kitchen.answer = ({ path }) =>
    path.startsWith('/v1/events/since') ? { status: 410, body: { floor_seq: 500, head_seq: 1 } } : undefined;
  const pos = kitchen.client('pos');
  await pos.start();
  kitchen.publish(orders, 'OrderCreated', order(1));
  await kitchen.host.pass(60_000);
  expect(kitchen.http.requests.length).toBeLessThan(80);
  // What has a list is up to date by it; what has none is not, and says so.
  const words = pos.health().channels.map(({ channel, word }) => `${channel} ${word}`);
  expect(words).toEqual(['orders live', 'printing catchingUp', 'notifications catchingUp']);
  await pos.dispose();
});

test('a row that cannot be read is told once, counted, and keeps the others from nobody', async () => {
  const kitchen = createKitchen({ hasReplay: false });
  kitchen.lists.set('orders', [{ id: 'x' as never }, order(2).order as { id: number }]);
  const pos = kitchen.client('pos');
  const told: Signal[] = [];
  const heard: number[] = [];
  pos.signals.on('quarantined', (signal) => void told.push(signal));
  pos.on(['OrderCreated', 'OrderUpdated'], ({ data }) => void heard.push(data.order.id));
  await pos.start();
  await kitchen.host.pass(1_000);
  kitchen.lists.set('orders', [
    { id: 'x' as never },
    order(3, { updated_at: '2026-01-01T00:00:05Z' }).order as { id: number },
  ]);
  await kitchen.host.pass(300_000);
  expect(heard).toEqual([3]);
  expect(told).toMatchObject([{ channel: 'orders', because: 'row', name: 'orders' }]);
  expect(pos.health().counts.quarantined).toBe(1);
  await pos.dispose();
});
