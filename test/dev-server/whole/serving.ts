// One round over every wire, with clients that have just come: what has to go on working, whatever was thrown at the server.
import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import {
  ask,
  brasserieTokens,
  cafeId,
  cafeTokens,
  guest,
  joined,
  live,
  plain,
  posDevice,
  posTokens,
  pusherClient,
  pusherLibrary,
  store,
  until,
  type Place,
} from './whole.ts';

/** Throws when anything of it does not work; afterwards everybody has gone again. */
export async function serves(place: Place): Promise<void> {
  await overPusher(place);
  await overSocketIo(place);
  await overWebSockets(place);
  await overRest(place);
}

async function overPusher(place: Place): Promise<void> {
  const pusher = await pusherClient(place, posTokens.kds);
  const channel = await joined(pusher, `private-store.${store.sku}.kds`);
  const heard: unknown[] = [];
  channel.bind('Afterwards', (said: unknown) => heard.push(said));
  await pusherLibrary(place).trigger(channel.name, 'Afterwards', { id: 7 });
  await until(() => heard.length === 1);
  pusher.disconnect();
}

async function overSocketIo(place: Place): Promise<void> {
  const barista = await guest(place, '/orders', { token: cafeTokens.barista }, { cafe_id: cafeId });
  const waiter = await guest(place, '/', { token: brasserieTokens.charlie });
  const floor = await guest(place, '/events');
  const content = randomUUID();
  expect(await barista.socket.emitWithAck('join_counter', { counter: 'Counter 1' })).toEqual({ ok: true });
  const order = { items: [{ product_id: 'latte', quantity: 1 }] };
  expect(await ask('POST', `${place.url}/table-tap/orders`, cafeTokens.jane, order)).toMatchObject({ status: 201 });
  const dish = { erp_order_id: 'K788', dish_name: 'Crème', table_id: 12 };
  const hook = `${place.url}/brasserie/api/webhooks/erp/dish-ready`;
  expect(await ask('POST', hook, brasserieTokens.erp, dish)).toMatchObject({ status: 200 });
  const written = await ask('POST', `${place.url}/service-floor/messages`, undefined, { content });
  expect(written).toMatchObject({ status: 201 });
  await until(() => barista.heard.some(([name]) => name === 'order:created'));
  await until(() => waiter.heard.some(([name]) => name === 'dish_ready'));
  await until(() =>
    floor.heard.some(([name, said]) => name === 'newMessage' && JSON.stringify(said).includes(content)),
  );
  for (const { socket } of [barista, waiter, floor]) socket.disconnect();
}

async function overWebSockets(place: Place): Promise<void> {
  const floor = await plain(`${place.ws}/socket`);
  floor.say({ type: 'auth', version: 1 });
  floor.say({ type: 'subscribe', channel: '/events' });
  const page = await plain(`${place.ws}/ws`);
  await until(() => floor.heard.some(({ type }) => type === 'ack'));
  await ask('POST', `${place.url}/service-floor/messages`, undefined, { content: 'still here' });
  await until(() => floor.heard.some(({ name }) => name === 'newMessage'));
  const batches = `${place.url}/restaurant-os/api/ingredients/ingr00000000000000000001/batches`;
  expect((await ask('POST', batches, undefined, { data: { quantity: 1 } })).status).toBeLessThan(300);
  await until(() => page.heard.some(({ event }) => event === 'storage.batch_received'));
  for (const { socket } of [floor, page]) socket.close();

  const till = posDevice(place, 'pos', 'pos');
  await live(till);
  const { settled } = await till.mutate('order.create', { channel: 'pos', items: [{ item_id: 1, qty: 1 }] });
  expect(await settled).toMatchObject({ outcome: 'done', by: 'answer' });
  await till.dispose();
}

async function overRest({ url }: Place): Promise<void> {
  const lists: readonly (readonly [string, string | undefined])[] = [
    ['laravel-pos/v1/orders', posTokens.pos],
    ['restaurant-os/api/tables', undefined],
    [`table-tap/orders?cafe_id=${cafeId}`, cafeTokens.jane],
    ['brasserie/api/orders', brasserieTokens.charlie],
    ['service-floor/tables', undefined],
  ];
  for (const [path, token] of lists) expect(await ask('GET', `${url}/${path}`, token)).toMatchObject({ status: 200 });
  expect(Object.keys(Object.prototype)).toEqual([]);
}
