import { act, createElement as h } from 'react';
import { expect, test } from 'vitest';
import type { ChannelWord } from '../../../src/core/session/status.ts';
import { create, createStage, guarded, kds, openKitchen, pass, ticket, update, wire } from './stage.ts';

const { Provider, useChannel, useEvent, useSignals } = kds;

test('a handler sees the state of the newest render, and is subscribed once', async () => {
  const { kitchen, client } = await openKitchen();
  let subscribed = 0;
  const on = ((...args: Parameters<typeof client.on>) => {
    subscribed += 1;
    return client.on(...args);
  }) as typeof client.on;
  const heard: string[] = [];
  const Bell = ({ station }: { readonly station: string }) => {
    useEvent(['KdsTicketCreated', 'KdsTicketUpdated'], ({ name }) => void heard.push(`${station} ${name}`));
    return null;
  };
  const stage = createStage();
  const watched = { ...client, on };
  await stage.show(h(Provider, { client: watched }, h(Bell, { station: 'grill' })));
  await create(kitchen, 1);
  await stage.show(h(Provider, { client: watched }, h(Bell, { station: 'bar' })));
  await update(kitchen, 1, 'ready');
  expect(heard).toEqual(['grill KdsTicketCreated', 'bar KdsTicketUpdated']);
  expect(subscribed).toBe(1);
  await stage.unmount();
  await create(kitchen, 2);
  expect(heard).toHaveLength(2);
});

test('other names are heard from then on, and * is everything', async () => {
  const { kitchen, client } = await openKitchen();
  const heard: string[] = [];
  const all: string[] = [];
  const Bell = ({ name }: { readonly name: 'KdsTicketCreated' | 'KdsTicketUpdated' }) => {
    useEvent(name, (event) => void heard.push(event.name));
    useEvent('*', (event) => void all.push(event.name));
    return null;
  };
  const stage = createStage({ strict: true });
  await stage.show(h(Provider, { client }, h(Bell, { name: 'KdsTicketUpdated' })));
  await create(kitchen, 1);
  await stage.show(h(Provider, { client }, h(Bell, { name: 'KdsTicketCreated' })));
  await create(kitchen, 2);
  await update(kitchen, 2, 'ready');
  expect(heard).toEqual(['KdsTicketCreated']);
  expect(all).toEqual(['KdsTicketCreated', 'KdsTicketCreated', 'KdsTicketUpdated']);
});

test('what a handler returns is waited for', async () => {
  const { kitchen, client } = await openKitchen();
  let finish: () => void = () => undefined;
  const Bell = () => {
    useEvent('KdsTicketCreated', () => new Promise<void>((resolve) => (finish = resolve)));
    return null;
  };
  await createStage().show(h(Provider, { client }, h(Bell)));
  await create(kitchen, 1);
  const unsettled = () => client.health().channels.find(({ channel }) => channel === 'kds')?.unsettled;
  expect(unsettled()).toBe(1);
  finish();
  await pass(kitchen, 10);
  expect(unsettled()).toBe(0);
});

test('an event, a channel and a mutation that the role does not know are refused while rendering', async () => {
  const { client } = await openKitchen();
  const cases = [
    // @ts-expect-error not for a kitchen display
    () => useEvent('OrderCreated', () => undefined),
    // @ts-expect-error not for a kitchen display
    () => useChannel('printing'),
    // @ts-expect-error not for a kitchen display
    () => kds.useMutation('order.create'),
  ];
  for (const use of cases) {
    const told: unknown[] = [];
    const Wrong = () => (use(), null);
    await createStage().show(guarded(h(Provider, { client }, h(Wrong)), told));
    expect(told).toMatchObject([{ code: 'unknown-name', message: expect.stringContaining('role "kds"') }]);
  }
});

const grill = wire('kds.station.grill');

function Station({ seen, heard }: { readonly seen: ChannelWord[]; readonly heard?: number[] }) {
  const channel = useChannel('station', { station: 'grill' });
  seen.push(channel.status);
  useEvent('KdsTicketCreated', ({ data }) => void heard?.push(data.ticket.id), channel);
  return null;
}

test('a channel is open while somebody shows it: joined once, left after the last', async () => {
  const { kitchen, client } = await openKitchen();
  const socket = kitchen.transport.live[0];
  const seen: ChannelWord[] = [];
  const heard: number[] = [];
  const stage = createStage({ strict: true });
  const page = (count: number) =>
    h(
      Provider,
      { client },
      Array.from({ length: count }, (_, key) => h(Station, { key, seen: key === 0 ? seen : [], heard })),
    );
  await stage.show(page(2));
  await pass(kitchen, 1_000);
  expect([seen[0], seen.at(-1)]).toEqual(['offline', 'live']);
  await act(async () => {
    kitchen.publish(grill, 'KdsTicketCreated', { ticket: ticket(5) });
    kitchen.publish(wire('kds'), 'KdsTicketCreated', { ticket: ticket(6) });
  });
  expect(heard).toEqual([5, 5]);
  await stage.show(page(1));
  await pass(kitchen, 1_000);
  expect(socket?.joined.has(grill)).toBe(true);
  await stage.show(page(0));
  await pass(kitchen, 1_000);
  expect(socket?.joined.has(grill)).toBe(false);
  const asked = kitchen.http.requests.filter(({ body }) => body?.includes('station.grill') === true);
  expect(asked).toHaveLength(1);
});

test('a screen that takes the place of another finds the channel open', async () => {
  const { kitchen, client } = await openKitchen();
  const stage = createStage();
  const seen: ChannelWord[] = [];
  await stage.show(h(Provider, { client }, h(Station, { key: 'one', seen: [] })));
  await pass(kitchen, 1_000);
  await stage.show(h(Provider, { client }, h(Station, { key: 'other', seen })));
  expect(seen.at(-1)).toBe('live');
});

test('a channel that is denied says so', async () => {
  const { kitchen, client } = await openKitchen();
  kitchen.refuses.set(grill, 403);
  const seen: ChannelWord[] = [];
  await createStage().show(h(Provider, { client }, h(Station, { seen })));
  await pass(kitchen, 1_000);
  expect(seen).toEqual(['offline', 'joining', 'denied']);
  expect(client.status.get().word).toBe('live');
});

test('signals are told to the newest handler, some kinds or all', async () => {
  const { kitchen, client } = await openKitchen();
  const some: string[] = [];
  const all: string[] = [];
  const Told = ({ who }: { readonly who: string }) => {
    useSignals(['security', 'gap'], ({ kind }) => void some.push(`${who} ${kind}`));
    useSignals(({ kind }) => void all.push(kind));
    return null;
  };
  const stage = createStage();
  await stage.show(h(Provider, { client }, h(Told, { who: 'first' })));
  await stage.show(h(Provider, { client }, h(Told, { who: 'second' })));
  await act(async () => {
    kitchen.push(wire('kds'), 'KdsTicketCreated', { broken: true });
    kitchen.publish(wire('kds'), 'KdsTicketCreated', { ticket: ticket(1) }, { sku: 'somebody-else' });
  });
  expect(some).toEqual(['second security']);
  expect(all).toEqual(['quarantined', 'security']);
});

test('a client that is not started yet is heard when it is', async () => {
  const { kitchen, client } = await openKitchen();
  await client.stop();
  const heard: number[] = [];
  await createStage().show(h(Provider, { client }, h(Station, { seen: [], heard })));
  await act(() => client.start());
  await pass(kitchen, 1_000);
  await act(async () => void kitchen.publish(grill, 'KdsTicketCreated', { ticket: ticket(5) }));
  expect(heard).toEqual([5]);
});
