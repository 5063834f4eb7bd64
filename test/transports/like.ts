// What makes the memory transport end and join like one over a real socket.
import type { Explanation } from '../../src/transports/explanation.ts';
import { pusherExplanations } from '../../src/transports/pusher/explanations.ts';
import { socketIoExplanations } from '../../src/transports/socket-io/explanations.ts';
import type { TransportCapabilities } from '../../src/transports/transport.ts';
import { webSocketExplanations } from '../../src/transports/websocket/explanations.ts';

export type Family = 'pusher' | 'socket-io' | 'websocket';

type Likeness = Pick<TransportCapabilities, 'joinsWith'> & { readonly explains: readonly Explanation[] };

export const like: Readonly<Record<Family, Likeness>> = {
  pusher: { explains: pusherExplanations(), joinsWith: 'signature' },
  'socket-io': { explains: socketIoExplanations(), joinsWith: 'token' },
  websocket: { explains: webSocketExplanations(), joinsWith: 'signature' },
};
