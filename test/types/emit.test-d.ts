import { describe, expectTypeOf, it } from 'vitest';
import { createEmitter, memoryLog, type Emitted, type Publisher } from 'heard/emit';
import { laravelPos } from 'heard/contracts/laravel-pos';
import { restaurantOs } from 'heard/contracts/restaurant-os';

declare const publisher: Publisher;
const emitter = createEmitter(laravelPos, { publisher, log: memoryLog() });
const scope = { sku: 'pizza-bab-el-oued' };
const order = { id: 7 };

describe('an emitter', () => {
  it('is typed by its contract', () => {
    expectTypeOf(emitter.emit('OrderCreated', { scope, data: { order } })).resolves.toEqualTypeOf<Emitted>();
    // @ts-expect-error no such event
    void emitter.emit('OrderEaten', { scope, data: { order } });
    // @ts-expect-error the data of another event
    void emitter.emit('OrderStatusChanged', { scope, data: { order } });
    // @ts-expect-error no such value in the scope
    void emitter.emit('OrderCreated', { scope: { store: 'a' }, data: { order } });
    // @ts-expect-error the sku is no number
    void emitter.emit('OrderCreated', { scope: { sku: 7 }, data: { order } });
    // @ts-expect-error data is missing
    void emitter.emit('OrderCreated', { scope });
  });

  it('sends an event only to channels that carry it', () => {
    void emitter.emit('OrderCreated', { scope, data: { order }, channels: [{ channel: 'orders' }] });
    // @ts-expect-error tickets go there
    void emitter.emit('OrderCreated', { scope, data: { order }, channels: [{ channel: 'kds' }] });
    const floor = createEmitter(restaurantOs, { publisher });
    const data = { documentId: 'a', tableNumber: 5 };
    void floor.emit('order.created', { scope: {}, data, channels: [{ channel: 'table', params: { number: 5 } }] });
    // @ts-expect-error nothing about orders there
    void floor.emit('order.created', { scope: {}, data, channels: [{ channel: 'alerts' }] });
  });

  it('tells the function that chooses rooms which event it is', () => {
    createEmitter(laravelPos, {
      publisher,
      log: memoryLog(),
      rooms: ({ name, data }) => {
        if (name !== 'OrderCreated') return undefined;
        expectTypeOf(data.order.id).toBeNumber();
        return [];
      },
    });
  });
});
