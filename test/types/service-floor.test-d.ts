import { describe, expectTypeOf, it } from 'vitest';
import type { EventName, RoleEvent, RoleMessage, RoleMutation, SpecOf } from 'heard';
import { serviceFloor, type Order, type ServiceFloor, type TableRef } from 'heard/contracts/service-floor';
import { listen } from './listening.ts';

describe('the contract of a backend that only speaks', () => {
  it('has the spec that its table spells out', () => {
    expectTypeOf<SpecOf<typeof serviceFloor>>().toEqualTypeOf<ServiceFloor>();
  });

  it('has nothing to send and nothing to change', () => {
    expectTypeOf<RoleMutation<ServiceFloor, 'floor' | 'kitchen' | 'dashboard'>>().toEqualTypeOf<never>();
    expectTypeOf<RoleMessage<ServiceFloor, 'floor' | 'kitchen' | 'dashboard'>>().toEqualTypeOf<never>();
    const dashboard = listen(serviceFloor, { role: 'dashboard', scope: {} });
    // @ts-expect-error no name is a message
    dashboard.send('order:served');
    // @ts-expect-error no name is a mutation
    void dashboard.mutate('order.serve', { id: 7 });
  });

  it('tells roles apart by their events, on the one channel there is', () => {
    const kitchen = listen(serviceFloor, { role: 'kitchen', scope: {} });
    kitchen.on('order:created', ({ data }) => expectTypeOf(data).toEqualTypeOf<Order>());
    // @ts-expect-error a kitchen does not hear tables
    kitchen.on('table:activated', () => undefined);
    const floor = listen(serviceFloor, { role: 'floor', scope: {} });
    floor.on('table:activated', ({ data }) => expectTypeOf(data).toEqualTypeOf<TableRef>());
    // @ts-expect-error the floor does not hear staff
    floor.on('user.created', () => undefined);
    expectTypeOf<RoleEvent<ServiceFloor, 'dashboard'>>().toEqualTypeOf<EventName<ServiceFloor>>();
  });
});
