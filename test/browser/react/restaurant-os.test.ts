import { act, createElement as h } from 'react';
import { expect, onTestFinished, test } from 'vitest';
import { createClient } from '../../../src/client.ts';
import { restaurantOs, type RestaurantOs } from '../../../src/contracts/restaurant-os/index.ts';
import type { RoleName } from '../../../src/contract/contract.ts';
import {
  restaurantOsHooks,
  useKitchenEvents,
  useStorageEvents,
  useTableEvents,
} from '../../../src/react/restaurant-os.ts';
import { createFakeHost } from '../../../src/testing/fake-host.ts';
import { createMemoryHttp } from '../../../src/testing/memory-http.ts';
import { createMemoryTransport } from '../../../src/testing/memory-transport.ts';
import { createStage, guarded } from './stage.ts';

const { Provider } = restaurantOsHooks;

async function openRestaurant<const Role extends RoleName<RestaurantOs>>(role: Role) {
  const host = createFakeHost();
  const transport = createMemoryTransport({ host });
  const empty = {
    status: 200,
    body: { data: [], meta: { pagination: { page: 1, pageCount: 1, pageSize: 100, total: 0 } } },
  };
  const api = createMemoryHttp({ host, handle: () => empty });
  const client = createClient(restaurantOs, { role, scope: {}, transport, api, host });
  await client.start();
  await host.pass(5_000);
  onTestFinished(() => client.dispose());
  return {
    client,
    transport,
    pass: (ms: number) => act(() => host.pass(ms)),
    say: (channel: string, name: string, payload: object) =>
      act(async () => transport.live[0]?.push({ channel, name, payload: JSON.stringify({ payload }) })),
  };
}

test('useTableEvents hears one table, tells of the connection, and leaves the table when another is shown', async () => {
  const { client, transport, pass, say } = await openRestaurant('floor');
  const heard: string[] = [];
  const shown: string[] = [];
  const TableView = ({ tableNumber }: { readonly tableNumber: number }) => {
    const { isConnected, status } = useTableEvents(tableNumber, {
      onOrderCreated: (event) => void heard.push(`${tableNumber} created ${event.payload.documentId} ${event.name}`),
      onItemStatusChanged: (event) => void heard.push(`${tableNumber} ${event.payload.itemId} ${event.payload.status}`),
    });
    shown.push(`${isConnected} ${status.word}`);
    return null;
  };
  const stage = createStage();
  await stage.show(h(Provider, { client }, h(TableView, { tableNumber: 5 })));
  await pass(5_000);
  expect(shown.at(-1)).toBe('true live');
  await say('table-5', 'order.created', { documentId: 'a' });
  await say('table-5', 'order.item_status_changed', { orderId: 'a', itemId: 'x', status: 'ready' });
  await say('table-5', 'order.cancelled', { documentId: 'a' });
  await say('orders', 'order.created', { documentId: 'b', tableNumber: 6 });
  expect(heard).toEqual(['5 created a order.created', '5 x ready']);
  await stage.show(h(Provider, { client }, h(TableView, { tableNumber: 6 })));
  await pass(5_000);
  expect([...(transport.live[0]?.joined ?? [])].filter((name) => name.startsWith('table-'))).toEqual(['table-6']);
  await act(async () => transport.live[0]?.close({ code: 1006 }));
  expect(shown.at(-1)).toMatch(/^false /);
});

test('useKitchenEvents hears tickets and warnings', async () => {
  const { client, pass, say } = await openRestaurant('kitchen');
  const heard: string[] = [];
  const Kitchen = () => {
    useKitchenEvents({
      onTicketCreated: ({ payload }) => void heard.push(`created ${payload.documentId}`),
      onTicketStatusChanged: ({ payload }) => void heard.push(`${payload.documentId} ${payload.status}`),
      onSlaWarning: ({ payload }) => void heard.push(payload.message),
    });
    return null;
  };
  await createStage().show(h(Provider, { client }, h(Kitchen)));
  await pass(5_000);
  await say('kitchen', 'ticket.created', { documentId: 't1' });
  await say('kitchen', 'ticket.status_changed', { documentId: 't1', status: 'ready' });
  await say('kitchen', 'timer.sla_warning', { type: 'ticket', resourceId: 't1', message: 'late', severity: 'warning' });
  expect(heard).toEqual(['created t1', 't1 ready', 'late']);
});

test('useStorageEvents hears of one ingredient or of all; a name alone concerns everybody', async () => {
  const { client, pass, say } = await openRestaurant('stock');
  const heard: string[] = [];
  const Storage = ({ id }: { readonly id: string | undefined }) => {
    useStorageEvents(id, {
      onLowStock: ({ payload }) => void heard.push(`${id ?? 'all'}: ${payload.ingredientName}`),
      onBatchReceived: ({ payload }) => void heard.push(`${id ?? 'all'}: more ${payload.ingredientName}`),
    });
    return null;
  };
  await createStage().show(h(Provider, { client }, h(Storage, { id: undefined }), h(Storage, { id: 'flour' })));
  await pass(5_000);
  await say('inventory', 'storage.low_stock', { ingredientName: 'Salt', ingredientId: 'salt' });
  await say('inventory', 'storage.low_stock', { ingredientName: 'Yeast' });
  await say('inventory', 'storage.batch_received', { ingredientName: 'Flour', ingredientId: 'flour' });
  expect(heard).toEqual(['all: Salt', 'all: Yeast', 'flour: Yeast', 'all: more Flour', 'flour: more Flour']);
});

test('a screen whose role does not hear it is told so', async () => {
  const { client } = await openRestaurant('floor');
  const told: unknown[] = [];
  const Kitchen = () => (useKitchenEvents({}), null);
  await createStage().show(guarded(h(Provider, { client }, h(Kitchen)), told));
  expect(told).toMatchObject([{ code: 'unknown-name', message: expect.stringContaining('"kitchen"') }]);
});
