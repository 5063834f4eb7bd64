// Whole clients over the Socket.IO transport, at the development server: orders, outages, refused tokens, lost replies.
import { expect, onTestFinished, test } from 'vitest';
import { createClient } from '../../../src/client.ts';
import { brasserie } from '../../../src/contracts/brasserie/index.ts';
import { restaurantOs, restaurantOsTransport } from '../../../src/contracts/restaurant-os/index.ts';
import { serviceFloor } from '../../../src/contracts/service-floor/index.ts';
import { tableTap } from '../../../src/contracts/table-tap/index.ts';
import { none } from '../../../src/transports/none.ts';
import { socketIo } from '../../../src/transports/socket-io.ts';
import { webSocket } from '../../../src/transports/websocket.ts';
import { ask, brasserieTokens, cafeId, cafeTokens, isLive, live, startWhole, until, type Whole } from './whole.ts';

const timing = {
  connection: { backoffBaseMs: 50 },
  outbox: { backoffBaseMs: 50, unauthorisedMs: 50 },
} as const;

const disposed = <Some extends { dispose(): Promise<void> }>(client: Some): Some => {
  onTestFinished(() => client.dispose());
  return client;
};

function cafe<Role extends 'barista' | 'manager' | 'counter'>(
  { url }: Whole,
  role: Role,
  { counter, token = () => cafeTokens[role === 'manager' ? 'manager' : 'barista'] }: CafeOptions = {},
) {
  return disposed(
    createClient(tableTap, {
      role,
      scope: { cafeId, ...(counter !== undefined && { counter }) },
      token,
      transport: socketIo({ url }),
      api: { baseUrl: `${url}/table-tap` },
      timing,
    }),
  );
}

interface CafeOptions {
  readonly counter?: string;
  readonly token?: (asked: { readonly reason: string }) => string;
}

const waiter = ({ url }: Whole, userId: number, token: string) =>
  disposed(
    createClient(brasserie, {
      role: 'waiter',
      scope: { userId },
      token: () => token,
      transport: socketIo({ url }),
      api: { baseUrl: `${url}/brasserie` },
      timing,
    }),
  );

const order = { items: [{ product_id: 'oat-cappuccino', quantity: 2 }] };
const place = ({ url }: Whole) => ask('POST', `${url}/table-tap/orders`, cafeTokens.jane, order);

const connectionsOf = ({ traffic }: Whole, what: string) =>
  traffic.filter((entry) => entry.kind === 'connection' && entry.wire === 'socket-io' && entry.what === what);

test('table-tap: a barista makes what a counter takes, by an acknowledged message, and the manager hears of it', async () => {
  const whole = await startWhole();
  const [barista, manager] = [cafe(whole, 'barista'), cafe(whole, 'manager')];
  const heard: string[] = [];
  const outcomes: unknown[] = [];
  barista.on('order:created', async ({ data }) => {
    const { settled } = await barista.mutate('order.updateStatus', { order_id: data.order.id, status: 'ready' });
    outcomes.push(await settled);
  });
  await live(barista, manager);
  barista.on('*', ({ name }) => void heard.push(`barista ${name}`));
  manager.on('*', ({ name }) => void heard.push(`manager ${name}`));
  expect(await place(whole)).toMatchObject({ status: 201 });
  await until(() => outcomes.length > 0 && heard.includes('manager order:ready'));
  expect(outcomes).toMatchObject([{ outcome: 'done' }]);
  expect(heard).toContain('manager inventory:low_stock');
  expect(heard).not.toContain('barista inventory:low_stock');
  // Each of them has all its namespaces on one connection.
  expect(connectionsOf(whole, 'opened').map((entry) => 'because' in entry && entry.because)).toHaveLength(3 + 5);
  expect(whole.troubles()).toEqual([]);
});

test('table-tap: after a cut the device is back in its counter’s room, and has what it missed', async () => {
  const whole = await startWhole();
  const counter = cafe(whole, 'counter', { counter: 'Counter 1' });
  const heard: string[] = [];
  const joins = (): number =>
    whole.traffic.filter(
      (entry) => entry.kind === 'frame' && entry.wire === 'socket-io' && entry.name === 'join_counter',
    ).length;
  counter.on('order:created', ({ data }) => void heard.push(data.order.id));
  await live(counter);
  await until(() => joins() === 1);
  heard.length = 0;

  await whole.server.faults.add({ kind: 'refused-connection', match: { wire: 'socket-io' }, times: 2 });
  await whole.server.faults.add({ kind: 'cut-connections' });
  await until(() => !isLive(counter));
  const missed = (await place(whole)).body as { readonly id?: string };
  await until(() => isLive(counter) && heard.length === 1);
  await place(whole);
  await until(() => heard.length === 2);
  expect(new Set(heard).size).toBe(2);
  expect(joins()).toBe(2);
  expect(JSON.stringify(missed)).toContain(String(heard[0]));
  expect(whole.server.faults.list().map(({ fired }) => fired)).toEqual([2, 1]);
}, 20_000);

test('table-tap: a token that has run out is replaced, and the namespaces are joined with the new one', async () => {
  const whole = await startWhole();
  await whole.server.faults.add({ kind: 'expired-token', match: { wire: 'socket-io' }, times: 3 });
  const reasons: string[] = [];
  const barista = cafe(whole, 'barista', {
    token({ reason }) {
      reasons.push(reason);
      return reasons.length === 1 ? 'run out' : cafeTokens.barista;
    },
  });
  await live(barista);
  expect(reasons).toEqual(['start', 'rejected']);
  expect(connectionsOf(whole, 'opened')).toHaveLength(3);
}, 20_000);

test('table-tap: a status whose acknowledgement is lost takes effect once', async () => {
  const whole = await startWhole();
  const barista = cafe(whole, 'barista');
  const created: string[] = [];
  barista.on('order:created', ({ data }) => void created.push(data.order.id));
  await live(barista);
  created.length = 0;
  await place(whole);
  await until(() => created.length === 1);
  await whole.server.faults.add({ kind: 'lost-reply', match: { wire: 'socket-io', event: 'update_order_status' } });
  const { settled } = await barista.mutate('order.updateStatus', {
    order_id: String(created[0]),
    status: 'ready',
  });
  expect(await settled).toMatchObject({ outcome: 'done' });
  const said = whole.traffic.filter((entry) => entry.kind === 'frame' && entry.name === 'update_order_status');
  expect(said).toHaveLength(1);
}, 20_000);

test('brasserie: the dish is announced to its waiter alone, and picked up with an acknowledgement', async () => {
  const whole = await startWhole();
  const [alice, bob] = [waiter(whole, 1, brasserieTokens.alice), waiter(whole, 2, brasserieTokens.bob)];
  const heard: string[] = [];
  const outcomes: unknown[] = [];
  alice.on('dish_ready', async ({ data }) => {
    heard.push(`alice ${data.dish}`);
    const { settled } = await alice.mutate('dish.acknowledge', { order_id: data.order_id ?? 0 });
    outcomes.push(await settled);
  });
  bob.on('dish_ready', ({ data }) => void heard.push(`bob ${data.dish}`));
  await live(alice, bob);
  const { settled } = await alice.mutate('order.submit', { table_id: 5, items: [{ dish_id: 12, qty: 1 }] });
  expect(await settled).toMatchObject({ outcome: 'done' });
  const dish = { erp_order_id: 'K789', dish_name: 'Magret canard', table_id: 5 };
  const ready = await ask('POST', `${whole.url}/brasserie/api/webhooks/erp/dish-ready`, brasserieTokens.erp, dish);
  expect(ready.status).toBe(200);
  await until(() => outcomes.length === 1);
  expect(outcomes).toMatchObject([{ outcome: 'done' }]);
  expect(heard).toEqual(['alice Magret canard']);
});

test('brasserie: a forged token is a person’s business, and no storm', async () => {
  const whole = await startWhole();
  const forged = waiter(whole, 1, 'forged');
  const denied: unknown[] = [];
  forged.signals.on('denied', (signal) => void denied.push(signal));
  await forged.start();
  await until(() => denied.length > 0);
  expect(denied).toMatchObject([{ channel: 'service', reason: 'auth-required', remediation: expect.any(String) }]);
  expect(connectionsOf(whole, 'refused').length).toBeLessThanOrEqual(2);
});

test('service-floor: nobody is asked who he is; the kitchen hears an order, the floor hears it served', async () => {
  const whole = await startWhole();
  const screen = <Role extends 'kitchen' | 'floor'>(role: Role) =>
    disposed(
      createClient(serviceFloor, {
        role,
        scope: {},
        transport: socketIo({ url: whole.url }),
        api: { baseUrl: `${whole.url}/service-floor` },
        timing,
      }),
    );
  const [kitchen, floor] = [screen('kitchen'), screen('floor')];
  const heard: string[] = [];
  await live(kitchen, floor);
  kitchen.on('order:created', ({ data }) =>
    ask('PATCH', `${whole.url}/service-floor/orders/${data.id}`, undefined, { status: 'served' }),
  );
  floor.on(['table:activated', 'order:created', 'order:served'], ({ name }) => void heard.push(name));
  const taken = { tableNumber: 2, items: [{ menuItemId: 2 }] };
  expect((await ask('POST', `${whole.url}/service-floor/orders`, undefined, taken)).status).toBe(201);
  await until(() => heard.includes('order:served'));
  expect(heard).toEqual(expect.arrayContaining(['table:activated', 'order:created', 'order:served']));
});

test('restaurant-os: without Pusher its variables choose the plain WebSocket, and without that its lists', async () => {
  const whole = await startWhole();
  const kitchen = (variables: Record<string, string>) =>
    disposed(
      createClient(restaurantOs, {
        role: 'floor',
        scope: {},
        transport: restaurantOsTransport(variables, {
          pusher: () => expect.unreachable(),
          webSocket,
          none: () => none(),
        }),
        api: { baseUrl: `${whole.url}/restaurant-os` },
        timing,
      }),
    );
  const over = kitchen({ NEXT_PUBLIC_WS_URL: `${whole.ws}/ws` });
  const without = kitchen({ NEXT_PUBLIC_WS_URL: '' });
  await live(over);
  await without.start();
  const heard: unknown[] = [];
  over.on('order.created', ({ data }) => void heard.push(data.tableNumber));
  const taken = { data: { tableNumber: 5, items: [{ name: 'Котлета по-київськи' }] } };
  expect((await ask('POST', `${whole.url}/restaurant-os/api/orders`, undefined, taken)).status).toBe(201);
  await until(() => heard.length === 1);
  expect(heard).toEqual([5]);
  expect(without.status.get().reason).toContain('polling');
});
