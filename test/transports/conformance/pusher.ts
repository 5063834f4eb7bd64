import type { TransportUnderTest } from '../../../src/testing/transport-conformance.ts';
import { pusher, type PusherOptions } from '../../../src/transports/pusher.ts';
import { everybody } from './members.ts';
import { control } from './rig.ts';

/** The Pusher transport and a server of its protocol whose every word is the suite's. */
export async function pusherUnderTest(url: string, options: Partial<PusherOptions> = {}): Promise<TransportUnderTest> {
  const { hostname, port } = new URL(url);
  const to = (wsPath: string, wsPort = Number(port)): ReturnType<typeof pusher> =>
    pusher({ key: 'key', wsHost: hostname, wsPort, wsPath, forceTLS: false, ...options });
  return {
    ...(await control(url)),
    transport: to(''),
    silent: to('/silent'),
    refusing: to('/refusing'),
    absent: to('', 9),
    channels: ['orders', 'private-kitchen'],
    refused: { channel: 'private-not-yours', refusal: { status: 401, code: 'AuthError' } },
    credential: (channel, { socketId }) =>
      channel === 'private-not-yours'
        ? undefined
        : {
            kind: 'signature',
            auth: `key:${socketId}:${channel}`,
            ...(channel === 'presence-kitchen' && { channelData: `{"user_id":${everybody.me}}` }),
          },
    presence: {
      channel: 'presence-kitchen',
      everybody,
      spell(news) {
        const [word, data] =
          news.kind === 'came'
            ? ['added', { user_id: news.member.id, user_info: news.member.info }]
            : ['removed', { user_id: news.id }];
        return JSON.stringify({
          event: `pusher_internal:member_${word}`,
          channel: 'presence-kitchen',
          data: JSON.stringify(data),
        });
      },
    },
    messageName: 'client-hello',
    oddChannels: ['__proto__', 'constructor', 'prototype', 'toString', '#server-to-user-7', 'private-encrypted-x'],
    nonsense: [
      '',
      'not json',
      '[]',
      'null',
      '{',
      '{"event":7}',
      '{"event":"pusher:new-word","channel":"orders","data":{}}',
      '{"event":"pusher_internal:spoof","channel":"orders","data":"{}"}',
      '{"event":"pusher_internal:subscription_succeeded"}',
      '{"event":"pusher:subscription_error","data":{}}',
      '{"event":"pusher:connection_established","data":"{}"}',
      '{"event":"pusher:connection_established","data":{"socket_id":"9.9","activity_timeout":1}}',
      '{"event":"pusher:error","data":null}',
      '{"event":"constructor","data":{}}',
      '{"__proto__":{"event":"pusher:error"}}',
      '['.repeat(100_000),
    ],
  };
}
