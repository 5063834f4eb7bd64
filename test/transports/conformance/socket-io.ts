import type { TransportUnderTest } from '../../../src/testing/transport-conformance.ts';
import { socketIo, type SocketIoOptions } from '../../../src/transports/socket-io.ts';
import { everybody } from './members.ts';
import { control } from './rig.ts';

/** The Socket.IO transport and its server, which is anywhere. */
export async function socketIoUnderTest(
  url: string,
  options: Omit<SocketIoOptions, 'url'> = {},
): Promise<TransportUnderTest> {
  return {
    ...(await control(url.replace('http', 'ws'))),
    transport: socketIo({ url, ...options }),
    silent: socketIo({ url, path: '/silent/', ...options }),
    refusing: socketIo({ url, path: '/refusing/', ...options }),
    absent: socketIo({ url: 'http://127.0.0.1:9', ...options }),
    channels: ['/orders', '/kitchen'],
    refused: { channel: '/not-yours', refusal: { status: 403, code: 'no' } },
    presence: {
      channel: '/presence',
      everybody,
      spell: (news) =>
        `2/presence,${JSON.stringify([`heard:${news.kind}`, news.kind === 'came' ? news.member : { id: news.id }])}`,
    },
    credential: () => ({ kind: 'token', token: 'canary-7d1e40' }),
    nonsense: [
      '',
      'not a packet',
      '9',
      '2',
      '2/orders',
      '2/orders,',
      '2/orders,{"name":1}',
      '2/orders,[',
      '2/orders,[]',
      '2/orders,[7,{}]',
      '2/orders,["',
      '2/nowhere,["Lost",{}]',
      '2/__proto__,["Lost",{}]',
      '3/orders,',
      '3/orders,99["nobody asked"]',
      '3/orders,99{"no":"array"}',
      '4/nowhere,{"message":"nobody asked"}',
      '4/nowhere,7',
      '0/nowhere,{"sid":"nobody asked"}',
      '51-["binary"',
      '61-/orders,1[{"_placeholder":true,"num":0}]',
      `2/orders,${'['.repeat(100_000)}`,
    ],
  };
}
