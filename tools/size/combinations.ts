/** What a user of that kind puts into one bundle, and what it may cost them. */
export interface Combination {
  readonly name: string;
  /** From which entry, which names: `*` is everything. */
  readonly imports: Readonly<Record<string, string>>;
  /** An entry that such a user has in any case: what it needs is not counted. */
  readonly beside?: string;
  /** Minified and gzipped, with every dependency but the optional peers. */
  readonly limit: string;
}

const decoder = '{ createDecoder, foreignTo }';
const withContract = (name: string, contract: string, limit: string): Combination => ({
  name: `decoding ${name}`,
  imports: { '.': decoder, [`./contracts/${name}`]: `{ ${contract} }` },
  limit,
});

export const combinations: readonly Combination[] = [
  { name: 'everything from heard', imports: { '.': '*' }, limit: '104 kB' },
  {
    name: 'a client over plain WebSocket, without a contract',
    // Aim: 24 kB (record 14 says what stands between).
    imports: { '.': '{ createClient }', './transports/websocket': '{ webSocket }' },
    limit: '98.75 kB',
  },
  {
    name: 'a kitchen display over plain WebSocket that remembers',
    imports: {
      '.': '{ createClient }',
      './transports/websocket': '{ webSocket }',
      './contracts/laravel-pos': '{ laravelPos }',
      './storage/indexed-db': '{ indexedDb }',
    },
    limit: '118.25 kB',
  },
  {
    name: 'a kitchen display over Pusher that remembers',
    imports: {
      '.': '{ createClient }',
      './transports/pusher': '{ pusher }',
      './contracts/laravel-pos': '{ laravelPos }',
      './storage/indexed-db': '{ indexedDb }',
    },
    // Aim: 55 kB, of which pusher-js has 18.
    limit: '139 kB',
  },
  {
    name: 'a waiter’s client over Socket.IO that remembers',
    imports: {
      '.': '{ createClient }',
      './transports/socket-io': '{ socketIo }',
      './contracts/brasserie': '{ brasserie }',
      './storage/indexed-db': '{ indexedDb }',
    },
    limit: '133 kB',
  },
  { name: 'several tabs as one device, beside a client', imports: { './tabs': '*' }, beside: '.', limit: '12 kB' },
  { name: 'the hooks of React, beside a client', imports: { './react': '*' }, beside: '.', limit: '3 kB' },
  {
    name: 'decoding a contract of one’s own',
    imports: { '.': '{ defineContract, barePayload, createDecoder }' },
    limit: '6.75 kB',
  },
  withContract('laravel-pos', 'laravelPos', '20.5 kB'),
  withContract('restaurant-os', 'restaurantOs', '17.25 kB'),
  withContract('table-tap', 'tableTap', '19.25 kB'),
  withContract('brasserie', 'brasserie', '19.5 kB'),
  withContract('service-floor', 'serviceFloor', '16.75 kB'),
];
