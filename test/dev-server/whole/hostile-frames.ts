// What nobody should say, and somebody will: for each wire, frames that are nearly right, and those that are nothing at all.
import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { developmentApp as app } from '../../../src/dev-server/signature.ts';
import { store } from './whole.ts';

/** A frame may need the id of the connection that it is said on. */
export type Frame = (socketId: string) => string | Uint8Array;

export const json = (value: unknown): string => JSON.stringify(value) ?? '';
const plainly = (text: string): Frame => {
  return () => text;
};
export const sign = (text: string): string => createHmac('sha256', app.secret).update(text).digest('hex');

const words = fc.oneof(
  fc.constantFrom('constructor', '__proto__', 'toString', '', 'error', 'a'.repeat(300), '\u0000', '\uD800'),
  fc.string({ unit: 'grapheme', maxLength: 60 }),
);
export const anything: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 3, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
  { weight: 1, arbitrary: words },
  { weight: 1, arbitrary: fc.constantFrom<unknown>(undefined, { toString: 1 }, { length: 1e9 }, { toJSON: 7 }, 1e308) },
);
export const channel: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(
    `private-store.${store.sku}.orders`,
    `private-store.${store.sku}.kds`,
    `presence-store.${store.sku}.kds.presence`,
    'orders',
    '/orders',
    '/events',
    '/',
    'cache-menu',
    '#server-to-user-1',
  ),
  words,
);
/** An empty one is no name, and ends a connection. */
const named = channel.filter((name) => name !== '');
const nonsense: fc.Arbitrary<Frame> = fc.oneof(
  fc.string({ maxLength: 200 }).map(plainly),
  fc.uint8Array({ maxLength: 200 }).map((bytes) => () => bytes),
  fc.json({ maxDepth: 3 }).map(plainly),
  fc.nat(2_000).map((depth) => plainly(`{"event":"client-a","data":${'['.repeat(depth)}${']'.repeat(depth)}}`)),
);

const pusherFrame: fc.Arbitrary<Frame> = fc.oneof(
  { weight: 2, arbitrary: nonsense },
  {
    weight: 3,
    arbitrary: fc
      .record(
        {
          event: fc.oneof(
            fc.constantFrom('pusher:subscribe', 'pusher:unsubscribe', 'pusher:ping', 'pusher:signin', 'client-typing'),
            anything,
          ),
          channel: fc.oneof(channel, anything),
          data: anything,
        },
        { requiredKeys: [] },
      )
      .map((value) => plainly(json(value))),
  },
  {
    weight: 3,
    arbitrary: fc
      .record({ channel, member: anything.map(json), isSigned: fc.boolean(), to: fc.constantFrom('', 'un') })
      .map(({ channel, member, isSigned, to }): Frame => (socketId) => {
        const isPresence = channel.startsWith('presence-');
        const signed = [socketId, channel, ...(isPresence ? [member] : [])].join(':');
        const data = { channel, auth: isSigned ? `${app.key}:${sign(signed)}` : 'x', channel_data: member };
        return json({ event: `pusher:${to}subscribe`, data });
      }),
  },
);

const spoken = fc.oneof(
  fc.constantFrom(
    'join_counter',
    'leave_counter',
    'update_order_status',
    'dish_acknowledged',
    'inventory:stock_updated',
  ),
  words,
);
const said = fc.oneof(
  anything,
  fc.constantFrom<unknown>(
    { counter: 'Counter 1' },
    { counter: 'x:role:manager' },
    { order_id: 'order-1', status: 'ready' },
    { order_id: 789 },
    { product_id: 'stock-oat-milk', change_amount: -1, change_type: 'waste' },
  ),
);

const protocolFrame: fc.Arbitrary<Frame> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .record({ channel: named, isSigned: fc.boolean(), channelData: words })
      .map(({ channel, isSigned, channelData }): Frame => (socketId) => {
        const auth = `${app.key}:${sign(`${socketId}:${channel}`)}`;
        return json({ type: 'subscribe', channel, ...(isSigned ? { auth } : { channelData }) });
      }),
  },
  {
    weight: 4,
    arbitrary: fc
      .record(
        {
          type: fc.constant('send'),
          channel: named,
          name: spoken.filter((name) => name !== ''),
          id: fc.maxSafeInteger(),
          payload: said,
        },
        { requiredKeys: ['type', 'channel', 'name'] },
      )
      .map((value) => plainly(json(value))),
  },
  {
    weight: 2,
    arbitrary: fc
      .record({
        type: fc.constantFrom('ping', 'pong', 'unsubscribe', 'hologram', '__proto__'),
        channel,
        more: anything,
      })
      .map((value) => plainly(json(value))),
  },
);
/** The server ends the connection for it. */
const protocolEnd: fc.Arbitrary<Frame> = fc.oneof(
  nonsense,
  fc
    .record({ type: fc.constantFrom('auth', 'subscribe', 'send'), channel: anything, name: anything, id: anything })
    .map((value) => plainly(json(value))),
);

const spaces = ['/orders,', '/inventory,', '/events,', '', '/nowhere,', '/__proto__,'];
const socketIoFrame: fc.Arbitrary<Frame> = fc
  .tuple(fc.constantFrom('/orders,', '/inventory,', '/events,', ''), fc.constantFrom('', '1', '77'), spoken, said)
  .map(([space, id, name, payload]) => plainly(`42${space}${id}${json([name, payload ?? null])}`));
const socketIoEnd: fc.Arbitrary<Frame> = fc
  .tuple(
    fc.constantFrom('4', '40', '41', '42', '43', '44', '45', '451-', '2', '3', '1', '5', '0', '6', '', '4251-'),
    fc.constantFrom(...spaces),
    fc.constantFrom('', '1', '99999999999999999999'),
    fc.oneof(
      fc.tuple(fc.constantFrom('error', 'disconnect', 'newListener', 'connect_error'), anything).map(json),
      fc.constant('[{"_placeholder":true,"num":0}]'),
      fc.json({ maxDepth: 2 }),
    ),
  )
  .map((parts) => plainly(parts.join('')));

/** By the wire that they are for. The ends come last: most servers close for them, and would not hear what follows. */
export const frames: Readonly<
  Record<'pusher' | 'protocol' | 'protocolEnd' | 'socketIo' | 'socketIoEnd' | 'broadcast', fc.Arbitrary<Frame>>
> = {
  pusher: pusherFrame,
  protocol: protocolFrame,
  protocolEnd,
  socketIo: socketIoFrame,
  socketIoEnd,
  broadcast: nonsense,
};
