import type { TransportUnderTest } from '../../../src/testing/transport-conformance.ts';
import { webSocket, type WebSocketOptions } from '../../../src/transports/websocket.ts';
import { everybody } from './members.ts';
import { control } from './rig.ts';

/** The plain WebSocket transport and its server, which is anywhere. */
export async function websocketUnderTest(
  url: string,
  options: Omit<WebSocketOptions, 'url'> = {},
): Promise<TransportUnderTest> {
  const to = (path: string, from = url): ReturnType<typeof webSocket> =>
    webSocket({ url: new URL(path, from).href, ...options });
  return {
    ...(await control(url)),
    transport: to('/socket'),
    silent: to('/silent'),
    refusing: to('/refusing'),
    absent: to('/', 'ws://127.0.0.1:9/'),
    channels: ['orders', 'kitchen'],
    refused: { channel: 'not-yours', refusal: { status: 403, code: 'no' } },
    presence: {
      channel: 'presence-kitchen',
      everybody,
      spell: ({ kind, ...news }) => JSON.stringify({ type: kind, channel: 'presence-kitchen', ...news }),
    },
    oddChannels: ['__proto__', 'constructor', 'prototype', 'toString'],
    nonsense: [
      '',
      'not json',
      '[]',
      'null',
      '7',
      '{',
      '{"type":7}',
      '{"__proto__":{"type":"event"}}',
      '['.repeat(100_000),
    ],
  };
}
