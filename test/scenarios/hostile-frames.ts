// Frames that no healthy server sends, spelt as each wire spells its events.
import type { Step } from '../../src/testing/scenarios/scenario.ts';
import type { Wire } from './house.ts';

type Hostile = Extract<Step, { readonly do: 'inject' }>['frame'];

const ordersOf: Readonly<Record<Wire, string>> = {
  pusher: 'private-store.pizza-bab-el-oued.orders',
  'socket-io': '/orders',
  websocket: 'private-store.pizza-bab-el-oued.orders',
};

function eventFrame(wire: Wire, channel: string, name: string, payload: string): string {
  switch (wire) {
    case 'pusher':
      return `{"event":${JSON.stringify(name)},"channel":${JSON.stringify(channel)},"data":${JSON.stringify(payload)}}`;
    case 'socket-io':
      return `42${channel},[${JSON.stringify(name)},${payload}]`;
    case 'websocket':
  }
  return `{"type":"event","channel":${JSON.stringify(channel)},"name":${JSON.stringify(name)},"payload":${payload}}`;
}

export function hostileFrame(wire: Wire, frame: Hostile): string {
  const orders = ordersOf[wire];
  switch (frame) {
    case 'prototype':
      return eventFrame(
        wire,
        wire === 'socket-io' ? '/__proto__' : '__proto__',
        'constructor',
        '{"__proto__":{"x":1}}',
      );
    case 'foreign':
      return eventFrame(wire, orders, 'OrderCreated', orderCreated({ store: { id: 8, sku: 'burger-oran' } }));
    case 'reserved':
      return eventFrame(wire, orders, 'pusher_internal:OrderCreated', orderCreated({}));
    case 'huge':
      return eventFrame(wire, orders, 'OrderCreated', JSON.stringify('x'.repeat(2_000_000)));
    case 'no-json':
      return wire === 'socket-io' ? '42/orders,["OrderCreated",{"v":' : '{"event":"OrderCreated","data":';
    case 'newer':
  }
  return eventFrame(wire, orders, 'OrderCreated', orderCreated({ v: 99 }));
}

/** As the server would say it, but for what is wrong with it. */
function orderCreated(wrong: object): string {
  return JSON.stringify({
    v: 1,
    event: 'OrderCreated',
    event_id: 'an-event-that-never-was',
    seq: 900,
    store: { id: 7, sku: 'pizza-bab-el-oued' },
    data: { order: { id: 999, channel: 'pos', status: 'accepted', notes: 'never ordered', items: [] } },
    meta: { replay: false },
    ...wrong,
  });
}
