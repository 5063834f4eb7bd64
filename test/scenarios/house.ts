// One backend over three wires: laravel-pos as it is over Pusher and plain WebSocket, and with namespaces in place of its
// channels over Socket.IO. So the same scenario has the same end everywhere, or one of the transports is wrong.
import type { Contract } from '../../src/contract/contract.ts';
import { laravelPos, type LaravelPos } from '../../src/contracts/laravel-pos/index.ts';

export const wires = ['pusher', 'socket-io', 'websocket'] as const;
export type Wire = (typeof wires)[number];

/** Our channels by the names that they have as namespaces. */
export const namespaceOf = (channel: string): string => `/${channel}`;

/** Orders as a server takes them that honours idempotency keys, or as the document has them. */
export function houseContract(wire: Wire, honoursKeys: boolean): Contract<LaravelPos> {
  const { mutations, channels } = laravelPos;
  const create = mutations.get('order.create');
  const keyed =
    create === undefined || !honoursKeys
      ? mutations
      : new Map([...mutations, ['order.create', { ...create, repeat: 'key' } as const]]);
  if (wire !== 'socket-io') return { ...laravelPos, mutations: keyed };
  return {
    ...laravelPos,
    mutations: keyed,
    connection: { transports: ['socket-io'], auth: { kind: 'handshake' } },
    channels: new Map([...channels].map(([name, definition]) => [name, { ...definition, wire: namespaceOf(name) }])),
  };
}
