import { expect, test } from 'vitest';
import type { ChannelDefinition } from '../../../src/contract/channel.ts';
import { laravelPos } from '../../../src/contracts/laravel-pos/index.ts';
import { restaurantOs } from '../../../src/contracts/restaurant-os/index.ts';
import { tableTap } from '../../../src/contracts/table-tap/index.ts';
import { needsOf } from '../../../src/core/session/place.ts';
import { pusher } from '../../../src/transports/pusher.ts';
import { socketIo } from '../../../src/transports/socket-io.ts';
import { webSocket } from '../../../src/transports/websocket.ts';

const transports = {
  pusher: pusher({ key: 'app-key', wsHost: 'ws.example.test' }),
  'socket-io': socketIo({ url: 'https://api.example.test' }),
  websocket: webSocket({ url: 'wss://ws.example.test' }),
};

const of = (wire: string): { readonly definition: ChannelDefinition } => ({
  definition: { wire, events: [], position: 'none' },
});

const signed = of('private-store.A.orders');
const open = of('menu');

test.each([
  ['a signed channel', 'pusher', 'signature', laravelPos, signed],
  ['a signed channel', 'websocket', 'signature', laravelPos, signed],
  ['a signed channel', 'socket-io', 'token', laravelPos, signed],
  ['a signed channel with members', 'socket-io', 'token', laravelPos, of('presence-store.A.kds')],
  ['a channel for everybody', 'pusher', 'nothing', laravelPos, open],
  ['a channel for everybody', 'socket-io', 'nothing', laravelPos, open],
  ['a namespace', 'socket-io', 'token', tableTap, of('/orders')],
  ['a namespace', 'websocket', 'token', tableTap, of('/orders')],
  ['a channel of a server that asks nobody', 'socket-io', 'nothing', restaurantOs, signed],
] as const)('J6: %s needs, over %s: %s', (_, transport, needs, contract, place) => {
  expect(needsOf(contract, place, transports[transport].capabilities.joinsWith)).toBe(needs);
});
