import { describe, expectTypeOf, it } from 'vitest';
import type { RoleEvent, RoleMutation, SpecOf } from 'heard';
import { laravelPos, type KdsTicketCreated, type LaravelPos } from 'heard/contracts/laravel-pos';
import { listen } from './listening.ts';

const scope = { sku: 'pizza-bab-el-oued', deviceId: 42 };

describe('a role', () => {
  it('hears the events of its channels and no others', () => {
    const kds = listen(laravelPos, { role: 'kds', scope });
    kds.on('KdsTicketCreated', ({ data }) => expectTypeOf(data).toEqualTypeOf<KdsTicketCreated>());
    kds.on('DeviceNotification', ({ data }) => expectTypeOf(data.message).toBeString());
    // @ts-expect-error a kitchen display does not hear the printing channel
    kds.on('PrintJobQueued', () => undefined);
    // @ts-expect-error misspelt
    kds.on('KdsTicketCreate', () => undefined);
    expectTypeOf<RoleEvent<LaravelPos, 'kiosk'>>().toEqualTypeOf<
      'OrderCreated' | 'OrderUpdated' | 'OrderStatusChanged' | 'DeviceNotification' | 'MediaUpdated'
    >();
  });

  it('sends its own mutations and no others', () => {
    const kds = listen(laravelPos, { role: 'kds', scope });
    void kds.mutate('kds.bump', { ticketId: 98765, to: 'ready' });
    // @ts-expect-error an illegal target
    void kds.mutate('kds.bump', { ticketId: 98765, to: 'eaten' });
    // @ts-expect-error a missing field
    void kds.mutate('kds.bump', { ticketId: 98765 });
    // @ts-expect-error a kitchen display takes no orders
    void kds.mutate('order.create', { channel: 'pos', items: [{ item_id: 1, qty: 1 }] });
    expectTypeOf<RoleMutation<LaravelPos, 'back-office'>>().toEqualTypeOf<never>();
    expectTypeOf<RoleMutation<LaravelPos, 'kiosk'>>().toEqualTypeOf<'order.create' | 'device.heartbeat'>();
  });

  it('must exist', () => {
    // @ts-expect-error no such role
    listen(laravelPos, { role: 'dishwasher', scope });
  });
});

describe('a scope', () => {
  it('is required, whole and of the right types', () => {
    listen(laravelPos, { role: 'pos', scope: { ...scope, station: 'grill' } });
    // @ts-expect-error the device is missing
    listen(laravelPos, { role: 'pos', scope: { sku: 'pizza-bab-el-oued' } });
    // @ts-expect-error the store is not a number
    listen(laravelPos, { role: 'pos', scope: { sku: 7, deviceId: 42 } });
  });

  it('completes channel names, and parameters complete the rest', () => {
    const kds = listen(laravelPos, { role: 'kds', scope });
    kds.channel('station', { station: 'grill' });
    kds.channel('presence', {});
    // @ts-expect-error which station?
    kds.channel('station', {});
    // @ts-expect-error not a channel of this role
    kds.channel('orders', {});
  });
});

describe('a payload', () => {
  it('is exact: a misspelt field is an error although unknown fields survive at run time', () => {
    const pos = listen(laravelPos, { role: 'pos', scope });
    pos.on('OrderCreated', ({ data }) => {
      expectTypeOf(data.order.id).toBeNumber();
      // @ts-expect-error misspelt
      void data.oder;
      // @ts-expect-error not a field of an order
      void data.order.totl;
    });
  });

  it('is told apart by the name of the event', () => {
    const pos = listen(laravelPos, { role: 'pos', scope });
    const either: 'OrderStatusChanged' | 'PrintJobFailed' = Math.random() < 2 ? 'PrintJobFailed' : 'OrderStatusChanged';
    pos.on<'OrderStatusChanged' | 'PrintJobFailed'>(either, (event) => {
      if (event.name === 'PrintJobFailed') expectTypeOf(event.data.print_job_id).toBeNumber();
      else expectTypeOf(event.data.order_id).toBeNumber();
    });
  });
});

describe('a built-in contract', () => {
  it('has the spec that its table spells out', () => {
    expectTypeOf<SpecOf<typeof laravelPos>>().toEqualTypeOf<LaravelPos>();
  });
});
