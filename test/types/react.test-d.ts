import { createElement as h } from 'react';
import { describe, expectTypeOf, it } from 'vitest';
import type { Client, DeliveredEvent, MutationHandle, Presence, Settled, Signal, Status } from 'heard';
import { createHooks, type Elapsed, type MountedChannel } from 'heard/react';
import { useKitchenEvents, useStorageEvents, useTableEvents } from 'heard/react/restaurant-os';
import { laravelPos, type KdsTicketCreated, type LaravelPos, type TicketRow } from 'heard/contracts/laravel-pos';
import type { ChannelWord } from 'heard';

const kds = createHooks(laravelPos, 'kds');
const anyRole = createHooks(laravelPos);
declare const kdsClient: Client<LaravelPos, 'kds'>;
declare const posClient: Client<LaravelPos, 'pos'>;

describe('the hooks of a role', () => {
  it('hear its events and no others', () => {
    kds.useEvent('KdsTicketCreated', ({ data }) => expectTypeOf(data).toEqualTypeOf<KdsTicketCreated>());
    kds.useEvent(['KdsTicketCreated', 'DeviceNotification'], (event) => {
      if (event.name === 'DeviceNotification') expectTypeOf(event.data.message).toBeString();
    });
    kds.useEvent('*', (event) => expectTypeOf(event).toEqualTypeOf<DeliveredEvent>());
    // @ts-expect-error a kitchen display does not hear orders
    kds.useEvent('OrderCreated', () => undefined);
    // @ts-expect-error misspelt data
    kds.useEvent('KdsTicketCreated', ({ data }) => data.tiket);
  });

  it('open its channels with what their names need', () => {
    const grill = kds.useChannel('station', { station: 'grill' });
    expectTypeOf(grill).toEqualTypeOf<MountedChannel<'KdsTicketCreated' | 'KdsTicketUpdated'>>();
    expectTypeOf(grill.status).toEqualTypeOf<ChannelWord>();
    kds.useEvent('KdsTicketCreated', ({ data }) => expectTypeOf(data).toEqualTypeOf<KdsTicketCreated>(), grill);
    kds.useChannel('notifications');
    // @ts-expect-error that channel does not carry it
    kds.useEvent('DeviceNotification', () => undefined, grill);
    // @ts-expect-error which station?
    kds.useChannel('station');
    // @ts-expect-error not for a kitchen display
    kds.useChannel('printing');
  });

  it('tell who is in the channels that say it, and in no others', () => {
    expectTypeOf(kds.usePresence('presence')).toEqualTypeOf<Presence>();
    expectTypeOf(anyRole.usePresence('presence')).toEqualTypeOf<Presence>();
    // @ts-expect-error it does not tell who is there
    kds.usePresence('kds');
    // @ts-expect-error no presence for a till
    createHooks(laravelPos, 'pos').usePresence('presence');
  });

  it('send its mutations and no others', () => {
    const bump = kds.useMutation('kds.bump');
    expectTypeOf(bump.pending).toBeNumber();
    expectTypeOf(bump.settled).toExtend<Settled | undefined>();
    expectTypeOf(bump.mutate({ ticketId: 1, to: 'ready' })).toExtend<Promise<MutationHandle>>();
    // @ts-expect-error an illegal target
    void bump.mutate({ ticketId: 1, to: 'eaten' });
    // @ts-expect-error a kitchen display takes no orders
    kds.useMutation('order.create');
  });

  it('have a client of that role', () => {
    expectTypeOf(kds.useClient()).toEqualTypeOf<Client<LaravelPos, 'kds'>>();
    h(kds.Provider, { client: kdsClient });
    h(kds.Provider, { create: () => kdsClient });
    // @ts-expect-error another role
    h(kds.Provider, { client: posClient });
    // @ts-expect-error no client
    h(kds.Provider, {});
    // @ts-expect-error one or the other
    h(kds.Provider, { client: kdsClient, create: () => kdsClient });
    // @ts-expect-error no such role
    createHooks(laravelPos, 'dishwasher');
  });
});

describe('the hooks of a contract', () => {
  it('are for a client of any role', () => {
    h(anyRole.Provider, { client: kdsClient });
    h(anyRole.Provider, { client: posClient });
    anyRole.useEvent(['OrderCreated', 'KdsTicketCreated', 'PrintJobQueued'], () => undefined);
    anyRole.useChannel('printing');
    // @ts-expect-error no such event
    anyRole.useEvent('OrderEaten', () => undefined);
  });

  it('show rows', () => {
    expectTypeOf(kds.useCollection('tickets')).toEqualTypeOf<readonly TicketRow[]>();
    expectTypeOf(
      kds.useCollection('tickets', { where: { status: ['ready'] }, orderBy: '-id', limit: 3 }),
    ).toEqualTypeOf<readonly TicketRow[]>();
    expectTypeOf(kds.useCollection('tickets', { select: (tickets) => tickets.length })).toBeNumber();
    expectTypeOf(kds.useRow('tickets', 5)).toEqualTypeOf<TicketRow | undefined>();
    // @ts-expect-error no such field
    kds.useCollection('tickets', { where: { stattus: 'ready' } });
    // @ts-expect-error no such order
    kds.useCollection('tickets', { orderBy: '+id' });
    // @ts-expect-error no such table
    kds.useCollection('dishes');
  });

  it('tell the rest', () => {
    expectTypeOf(kds.useStatus()).toEqualTypeOf<Status>();
    kds.useSignals((signal) => expectTypeOf(signal).toEqualTypeOf<Signal>());
    kds.useSignals(['denied', 'config'], ({ remediation }) => expectTypeOf(remediation).toBeString());
    // @ts-expect-error no such signal
    kds.useSignals('gaps', () => undefined);
    expectTypeOf(kds.useTicketTimer('2026-01-01T00:00:00Z', { until: null, every: 'minute' })).toEqualTypeOf<Elapsed>();
    expectTypeOf(kds.useOutbox().retry('id')).toEqualTypeOf<MutationHandle>();
  });
});

describe('the hooks of restaurant-os', () => {
  it('are those of its document', () => {
    const { isConnected, status } = useTableEvents(5, {
      onOrderCreated: (event) => expectTypeOf(event.payload.documentId).toBeString(),
      onItemStatusChanged: (event) => expectTypeOf(event.payload.status).toBeString(),
    });
    expectTypeOf(isConnected).toBeBoolean();
    expectTypeOf(status).toEqualTypeOf<Status>();
    useKitchenEvents({ onTicketCreated: ({ payload }) => expectTypeOf(payload.documentId).toBeString() });
    useStorageEvents(undefined, { onLowStock: ({ payload }) => expectTypeOf(payload.ingredientName).toBeString() });
    // @ts-expect-error the kitchen hears no orders
    useKitchenEvents({ onOrderCreated: () => undefined });
    // @ts-expect-error of all ingredients: say so
    useStorageEvents({});
  });
});
