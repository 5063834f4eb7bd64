import { expect, test } from 'vitest';
import { createKitchen, order, wire } from './kitchen.ts';

test('an event reaches its handler once, in order, and after an outage from the log', async () => {
  const kitchen = createKitchen();
  const { host } = kitchen;
  kitchen.lists.set('orders', []);
  const pos = kitchen.client('pos');
  const heard: string[] = [];
  pos.on('OrderCreated', ({ data, replayed, seq }) => void heard.push(`${seq} ${data.order.id} ${replayed}`));
  pos.signals.on('*', (signal) => console.log(JSON.stringify(signal)));
  await pos.start();
  await host.pass(1_000);
  console.log(
    pos.status.get(),
    JSON.stringify(pos.health(), undefined, 1),
    kitchen.http.requests.map((r) => r.path),
  );
  kitchen.publish(wire('orders'), 'OrderCreated', order(1));
  kitchen.publish(wire('orders'), 'OrderCreated', order(2));
  expect(heard).toEqual(['1 1 false', '2 2 false']);
  kitchen.transport.live[0]?.close({ code: 1006 });
  kitchen.publish(wire('orders'), 'OrderCreated', order(3));
  await host.pass(5_000);
  console.log(
    pos.status.get(),
    kitchen.http.requests.map((r) => r.path),
  );
  expect(heard).toEqual(['1 1 false', '2 2 false', '3 3 true']);
  await pos.stop();
  expect(host.pendingTimers).toBe(0);
});
