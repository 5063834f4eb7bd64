// Our own client through the fault proxy: what a network does between a device and the development server.
import { expect, onTestFinished, test } from 'vitest';
import { createFaultProxy, type FaultProxy } from '../../../src/testing/proxy/index.ts';
import { ask, isLive, live, posDevice, posTokens, startWhole, until, type Whole } from './whole.ts';

const burger = { channel: 'pos', items: [{ item_id: 1, qty: 1 }] } as const;

async function proxied() {
  const whole = await startWhole();
  const proxy = createFaultProxy({ target: whole.url });
  const url = await proxy.listen();
  onTestFinished(() => proxy.stop());
  const client = posDevice({ url, ws: proxy.wsUrl }, 'pos', 'pos');
  const heard: number[] = [];
  client.on('OrderCreated', ({ data }) => void heard.push(data.order.id));
  await live(client);
  return { whole, proxy, client, heard };
}

async function place({ url }: Whole): Promise<number> {
  const { body } = await ask('POST', `${url}/laravel-pos/v1/orders`, posTokens.pos, burger);
  return (body as { data: { id: number } }).data.id;
}

const kinds = ({ log }: FaultProxy): readonly string[] => log.map(({ kind }) => kind);

test.each(['drop', 'dup', 'reorder', 'corrupt', 'slicer'] as const)(
  '%s of an event on the socket: every order is heard once, in order (F18, F27, F28, F35)',
  async (kind) => {
    const { whole, proxy, heard } = await proxied();
    const placed = [await place(whole)];
    await until(() => heard.length === 1);
    proxy.add({ match: { direction: 's2c', text: 'OrderCreated' }, action: { kind }, times: 2 });
    for (let at = 0; at < 5; at += 1) placed.push(await place(whole));
    await until(() => heard.length === placed.length);
    expect(heard).toEqual(placed);
    expect(kinds(proxy)).toEqual([kind, kind]);
  },
);

test.each([{ kind: 'rst' }, { kind: 'fin' }, { kind: 'close', code: 4200 }] as const)(
  '$kind: the device comes back, and has missed nothing (F01, F10)',
  async (action) => {
    const { whole, proxy, client, heard } = await proxied();
    proxy.add({ match: { on: 'upgrade' }, action: { kind: 'http-respond', status: 503 } });
    expect(proxy.now(action)).toBe(1);
    await until(() => !isLive(client));
    const placed = [await place(whole), await place(whole)];
    await until(() => isLive(client) && heard.length === placed.length);
    expect(heard).toEqual(placed);
    expect(kinds(proxy)).toEqual([action.kind, 'http-respond']);
  },
);

test('an order whose answer is lost has been placed once, and a web page in place of a list is no list (F16, F59)', async () => {
  const { whole, proxy, client } = await proxied();
  const path = '/laravel-pos/v1/orders';
  const lost = proxy.add({ match: { method: 'POST', path }, action: { kind: 'http-drop-reply' } });
  const page = proxy.add({ match: { method: 'GET', path }, action: { kind: 'http-html' } });
  const { settled } = await client.mutate('order.create', burger);
  expect(await settled).toMatchObject({ outcome: 'done', by: 'verification' });
  const { body } = await ask('GET', `${whole.url}${path}`, posTokens.pos);
  expect((body as { data: readonly unknown[] }).data).toHaveLength(4);
  expect([lost.fired, page.fired]).toEqual([1, 1]);
});
