import { broadcastCodec, type BroadcastCodec } from './broadcast-codec.ts';
import { chooseConnection, type ClientEnv } from './choose-connection.ts';

/** How to make each transport. Only the chosen one is called, so each may import its library then and not before. */
export interface TransportFactories<Chosen> {
  pusher(options: { readonly key: string; readonly cluster: string }): Chosen;
  webSocket(options: { readonly url: string; readonly codec: BroadcastCodec }): Chosen;
  /** Realtime is switched off, or its address is none. */
  none(reason: string): Chosen;
}

/**
 * The transport that a frontend's variables ask for: Pusher where its key and cluster are set, else the plain WebSocket of
 * development, else none, and the app runs without realtime.
 *
 * @example
 * ```ts
 * const transport = await restaurantOsTransport(
 *   { NEXT_PUBLIC_PUSHER_KEY: process.env.NEXT_PUBLIC_PUSHER_KEY, NEXT_PUBLIC_PUSHER_CLUSTER: process.env.NEXT_PUBLIC_PUSHER_CLUSTER },
 *   {
 *     pusher: async (options) => (await import('heard/transports/pusher')).pusher(options),
 *     webSocket: async (options) => (await import('heard/transports/websocket')).webSocket(options),
 *     none: async () => (await import('heard/transports/none')).none(),
 *   },
 * )
 * ```
 */
export function restaurantOsTransport<Chosen>(env: ClientEnv, factories: TransportFactories<Chosen>): Chosen {
  const choice = chooseConnection(env);
  if (choice.kind === 'pusher') return factories.pusher({ key: choice.key, cluster: choice.cluster });
  if (choice.kind === 'websocket') return factories.webSocket({ url: choice.url, codec: broadcastCodec });
  return factories.none(choice.reason);
}
