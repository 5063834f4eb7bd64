import type { ContractData } from '../contract/contract.ts';

/** One of the contracts that come with heard. */
export interface BuiltInContract {
  /** Imported from `heard/contracts/<name>`. */
  readonly name: string;
  /** Which backend speaks it. */
  readonly backend: string;
  /** What it can be reached over, the preferred one first. */
  readonly transports: readonly ('pusher' | 'socket-io' | 'websocket')[];
  /** Loads the contract. Only what is loaded is paid for. */
  load(): Promise<ContractData>;
}

/** Which contracts there are, and which is which. An app imports the one it needs and never this list. */
export const builtInContracts: readonly BuiltInContract[] = [
  {
    name: 'laravel-pos',
    backend: 'a point of sale on Laravel: broadcasts over a Pusher-protocol server, positions, replay',
    transports: ['pusher'],
    load: async () => (await import('./laravel-pos/index.ts')).laravelPos,
  },
  {
    name: 'restaurant-os',
    backend: 'a restaurant on Strapi and Next.js: public channels over Pusher, or a plain WebSocket without it',
    transports: ['pusher', 'websocket'],
    load: async () => (await import('./restaurant-os/index.ts')).restaurantOs,
  },
  {
    name: 'table-tap',
    backend: 'cafés that order by QR code: one Socket.IO namespace per domain, rooms per counter and role',
    transports: ['socket-io'],
    load: async () => (await import('./table-tap/index.ts')).tableTap,
  },
  {
    name: 'brasserie',
    backend: 'a brasserie whose waiters take orders offline: Socket.IO with a token, payments and menu over REST',
    transports: ['socket-io'],
    load: async () => (await import('./brasserie/index.ts')).brasserie,
  },
  {
    name: 'service-floor',
    backend: 'a dining room that is broadcast to every screen: one Socket.IO namespace, no sign-in, nothing to send',
    transports: ['socket-io'],
    load: async () => (await import('./service-floor/index.ts')).serviceFloor,
  },
];
