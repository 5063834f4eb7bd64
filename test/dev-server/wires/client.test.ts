// Our own client and transport, live against the development server.
import { expect, onTestFinished, test } from 'vitest';
import { createClient } from '../../../src/client.ts';
import { defineContract } from '../../../src/contract/define-contract.ts';
import { barePayload } from '../../../src/contract/dialects/bare-payload.ts';
import type { Schema } from '../../../src/contract/schema.ts';
import { restaurantOs } from '../../../src/contracts/restaurant-os/index.ts';
import { contractBackend, developmentToken } from '../../../src/dev-server/contract-backend.ts';
import { memory } from '../../../src/storage/memory.ts';
import { webSocket, type WebSocketCodec } from '../../../src/transports/websocket.ts';
import { connect } from '../../transports/listener.ts';
import { start, until, type Rig } from './rig.ts';

const anything: Schema<{ readonly dish: string }> = {
  '~standard': { version: 1, vendor: 'test', validate: (value) => ({ value: value as { readonly dish: string } }) },
};
const described: Schema<{ readonly house: string }> = {
  '~standard': { version: 1, vendor: 'test', validate: (value) => ({ value: value as { readonly house: string } }) },
};

/** Somebody's own contract: the development server has never heard of it. */
const kitchen = defineContract({
  name: 'kitchen',
  scope: described,
  dialect: barePayload({ idField: 'event_id' }),
  connection: { transports: ['websocket'], auth: { kind: 'channel', endpoint: '/broadcasting/auth' } },
  events: { served: { data: anything } },
  channels: { floor: { wire: 'private-floor.{house}', events: ['served'], position: 'none' } },
  roles: { cook: { channels: ['floor'] } },
});

const emit = (rig: Rig, dish: string) =>
  fetch(`${rig.url}/kitchen/emit`, {
    method: 'POST',
    body: JSON.stringify({ event: 'served', scope: { house: 'h1' }, data: { dish } }),
  });

test('the whole client: signs its channel in, hears, is cut off, renews a token that ran out, and hears again', async () => {
  const rig = await start({ backends: [contractBackend(kitchen)] });
  const reasons: string[] = [];
  const client = createClient(kitchen, {
    role: 'cook',
    scope: { house: 'h1' },
    transport: webSocket({ url: `${rig.ws}/socket` }),
    api: { baseUrl: `${rig.url}/kitchen` },
    token: ({ reason }) => {
      reasons.push(reason);
      return `${developmentToken}~${reasons.length}`;
    },
    storage: memory(),
  });
  onTestFinished(() => client.dispose());
  const heard: string[] = [];
  client.on('served', ({ data }) => void heard.push(data.dish));
  await client.start();
  const isLive = (): boolean => client.status.get().word === 'live';
  await until(isLive);
  await emit(rig, 'soup');
  await until(() => heard.length === 1);

  await rig.server.faults.add({ kind: 'expired-token', match: { wire: 'websocket' } });
  await rig.server.faults.add({ kind: 'cut-connections' });
  await until(() => !isLive());
  await until(isLive);
  await emit(rig, 'fish');
  await until(() => heard.length === 2);
  expect(heard).toEqual(['soup', 'fish']);
  expect(reasons).toContain('rejected');
  expect(rig.server.faults.list().map(({ fired }) => fired)).toEqual([1, 1]);
}, 20_000);

test('what does not fit the contract is refused with the reason, and what the server has not is not found', async () => {
  const rig = await start({ backends: [contractBackend(kitchen)] });
  const post = async (path: string, body: unknown) => {
    const answer = await fetch(`${rig.url}/kitchen${path}`, {
      method: 'POST',
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
    return [answer.status, ((await answer.json()) as { message: string }).message];
  };
  expect(await post('/emit', { event: 'burnt', scope: {}, data: {} })).toEqual([422, expect.stringContaining('burnt')]);
  expect(await post('/emit', { event: 'served', scope: {}, data: {} })).toEqual([
    422,
    expect.stringContaining('scope'),
  ]);
  expect(await post('/emit', 'no json')).toEqual([422, expect.stringContaining('Say which event')]);
  expect(await post('/broadcasting/auth', {})).toEqual([401, 'Unauthenticated.']);
  expect(await post('/orders', {})).toEqual([404, expect.stringContaining('/orders')]);
});

test('the frames of restaurant-os go to everybody, as its frontend reads them', async () => {
  const rig = await start({ backends: [contractBackend(restaurantOs)] });
  const codec: WebSocketCodec = {
    pings: false,
    acknowledges: false,
    encode: () => undefined,
    decode(received) {
      const { channel, event, data } = JSON.parse(String(received)) as Record<string, unknown>;
      return { type: 'event', channel: String(channel), name: String(event), payload: data };
    },
  };
  const screens = [1, 2].map(() => connect(webSocket({ url: `${rig.ws}/ws`, codec })));
  for (const { until: told } of screens) await told('opened');
  const answer = await fetch(`${rig.url}/restaurant-os/emit`, {
    method: 'POST',
    body: JSON.stringify({
      event: 'order.created',
      scope: {},
      data: { documentId: 'd1', orderNumber: '7', tableNumber: 5, status: 'new' },
    }),
  });
  expect(answer.status).toBe(201);
  for (const { told, until: isTold, connection } of screens) {
    await isTold('frame');
    expect(told.at(-1)).toMatchObject([
      'frame',
      { channel: 'orders', name: 'order.created', payload: { payload: { documentId: 'd1' } } },
    ]);
    connection.close();
  }
});
