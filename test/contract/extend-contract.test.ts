import {
  channel,
  collection,
  createDecoder,
  encodeEvent,
  event,
  extendContract,
  isHeardError,
  joinedAtStart,
  message,
  mutation,
  query,
  resource,
  role,
  type ContractData,
  type RoleDefinition,
} from 'heard';
import { laravelPos } from 'heard/contracts/laravel-pos';
import { serviceFloor } from 'heard/contracts/service-floor';
import { describe, expect, test } from 'vitest';
import * as z from 'zod/mini';

const tip = event({ data: z.looseObject({ order_id: z.int(), cents: z.int() }) });
const loyalty = channel({ wire: 'private-store.{sku}.loyalty', events: ['TipGiven'], position: 'monotonic' });
const scope = { sku: 'trattoria', deviceId: 42 };
const roleOf = (contract: ContractData, name: string): RoleDefinition => contract.roles.get(name) as RoleDefinition;

const extended = extendContract(laravelPos, {
  events: { TipGiven: tip },
  channels: { loyalty },
  carries: { orders: ['TipGiven'] },
  grants: {
    kds: { channels: ['loyalty', 'orders'], mutations: ['order.create'] },
    'back-office': { mutations: ['print.retry'] },
  },
  roles: { waiter: role({ channels: ['loyalty'] }) },
});
const tipGiven = { name: 'TipGiven', id: 'e1', seq: 1, values: scope, data: { order_id: 7, cents: 250 } } as const;

describe('an extended contract', () => {
  test('decodes a new event on a channel that it had', () => {
    const frame = encodeEvent(extended, { ...tipGiven, channel: 'orders' });
    expect(createDecoder(extended)(frame)).toMatchObject({
      kind: 'event',
      event: { name: 'TipGiven', channel: 'orders', data: { cents: 250 } },
    });
    expect(createDecoder(laravelPos)(frame)).toMatchObject({ kind: 'unknown', because: 'name' });
  });

  test('decodes it on a new channel', () => {
    const frame = encodeEvent(extended, { ...tipGiven, channel: 'loyalty' });
    expect(frame.channel).toBe('private-store.trattoria.loyalty');
    expect(createDecoder(extended)(frame)).toMatchObject({ kind: 'event', event: { channel: 'loyalty' } });
  });

  test('keeps everything that the base says, and leaves the base as it was', () => {
    expect([...extended.events.keys()]).toEqual([...laravelPos.events.keys(), 'TipGiven']);
    expect(extended.dialect).toBe(laravelPos.dialect);
    expect(extended.replay).toBe(laravelPos.replay);
    expect(laravelPos.channels.has('loyalty')).toBe(false);
    expect(laravelPos.channels.get('orders')?.events).not.toContain('TipGiven');
    expect(roleOf(laravelPos, 'kds').channels).not.toContain('loyalty');
    expect(Object.isFrozen(extended)).toBe(true);
  });

  test('keeps the name, and with it the data of the device, unless another is chosen', () => {
    expect(extended.name).toBe('laravel-pos');
    expect(extendContract(laravelPos, { name: 'trattoria' }).name).toBe('trattoria');
  });

  test('gives roles what they are granted, once', () => {
    const kds = roleOf(extended, 'kds');
    expect(kds.channels).toEqual(['kds', 'station', 'notifications', 'presence', 'loyalty', 'orders']);
    expect(kds.mutations).toEqual(['kds.bump', 'kds.undo', 'device.heartbeat', 'order.create']);
    expect(roleOf(extended, 'back-office').mutations).toEqual(['print.retry']);
    const again = extendContract(laravelPos, { grants: { kiosk: { channels: ['orders'] } } });
    expect(roleOf(again, 'kiosk').channels).toEqual(['orders', 'notifications']);
  });

  test('joins what it was granted, also in a role that picks its channels itself', () => {
    expect(joinedAtStart(extended, roleOf(extended, 'kds'), scope)).toEqual([
      'kds',
      'notifications',
      'loyalty',
      'orders',
    ]);
    expect(joinedAtStart(extended, roleOf(extended, 'kds'), { ...scope, station: 'grill' })).toEqual([
      'station',
      'notifications',
      'loyalty',
      'orders',
    ]);
    // A channel whose name the scope does not complete is opened on request.
    const rooms = extendContract(laravelPos, {
      channels: { room: channel({ wire: 'private-room.{room}', events: ['OrderCreated'], position: 'none' }) },
      grants: { kds: { channels: ['room'] } },
    });
    expect(joinedAtStart(rooms, roleOf(rooms, 'kds'), scope)).toEqual(['kds', 'notifications']);
  });

  test('lets a role whose rooms narrow what it hears hear more', () => {
    const more = extendContract(serviceFloor, {
      events: { 'oven:hot': event({ data: z.object({}) }) },
      carries: { events: ['oven:hot'] },
      grants: { kitchen: { events: ['oven:hot'] }, dashboard: { events: ['oven:hot'] } },
    });
    expect(roleOf(more, 'kitchen').events).toEqual([...(serviceFloor.roles.get('kitchen')?.events ?? []), 'oven:hot']);
    // It has no list of its own: it hears all that its channels carry.
    expect(roleOf(more, 'dashboard').events).toBeUndefined();
  });

  test('may describe an event better than the base did', () => {
    const stricter = extendContract(laravelPos, {
      events: { OrderStatusChanged: event({ data: z.looseObject({ order_id: z.int(), to: z.enum(['ready']) }) }) },
    });
    const frame = encodeEvent(laravelPos, {
      name: 'OrderStatusChanged',
      channel: 'orders',
      id: 'e1',
      seq: 1,
      values: scope,
      data: { order_id: 1, to: 'cancelled' },
    });
    expect(createDecoder(laravelPos)(frame).kind).toBe('event');
    expect(createDecoder(stricter)(frame)).toMatchObject({
      kind: 'invalid',
      mismatches: [{ path: 'to', because: 'expected one of ready, got string' }],
    });
  });
});

describe('is refused', () => {
  const row = z.looseObject({ id: z.int() });
  const codeAndText = (extension: object): string => {
    try {
      extendContract(laravelPos, extension as never);
      return 'accepted';
    } catch (error) {
      if (!isHeardError(error)) throw error;
      return `${error.code}: ${error.message} ${error.remediation}`;
    }
  };

  test.each<[string, object, RegExp]>([
    [
      'channel',
      { channels: { orders: loyalty }, events: { TipGiven: tip } },
      /^contract-invalid: .*redefines the channel "orders"\. Use "carries"/,
    ],
    ['role', { roles: { kds: role({ channels: [] }) } }, /redefines the role "kds"\. Use "grants"/],
    [
      'mutation',
      {
        mutations: {
          'kds.bump': mutation({
            input: row,
            answer: 'empty',
            carrier: { kind: 'http', method: 'POST', path: '/x' },
            repeat: 'none',
            lane: () => '',
            priority: 'status',
            answers: {},
          }),
        },
      },
      /redefines the mutation "kds\.bump"\. Choose another name; devices may hold records/,
    ],
    ['query', { queries: { orders: query({ path: '/x', params: row, answer: row }) } }, /redefines the query "orders"/],
    [
      'resource',
      { resources: { orders: resource({ path: '/x', page: () => undefined, row, key: () => '', covers: [] }) } },
      /redefines the resource "orders"/,
    ],
    [
      'collection',
      { collections: { orders: collection({ row, key: () => '' }) } },
      /redefines the collection "orders"/,
    ],
  ])('another definition of a %s', (_, extension, text) => {
    expect(codeAndText(extension)).toMatch(text);
  });

  test('a message that is defined twice over two extensions', () => {
    const wave = message({ input: row, channel: 'orders', message: 'wave' });
    const once = extendContract(laravelPos, { messages: { wave } });
    expect(() => extendContract(once, { messages: { wave } })).toThrow(/redefines the message "wave"/);
  });

  test.each<[string, object, RegExp]>([
    [
      'an event on a channel of nowhere',
      { carries: { attic: ['OrderCreated'] } },
      /adds to the channel "attic", which the contract does not have\. Define it under "channels"/,
    ],
    [
      'a grant to a role of nowhere',
      { grants: { sommelier: { channels: ['orders'] } } },
      /adds to the role "sommelier", which the contract does not have\. Define it under "roles"/,
    ],
    [
      'a channel that carries what nobody defined',
      { carries: { orders: ['TipGiven'] } },
      /the channel "orders" names the event "TipGiven", which is not defined/,
    ],
    [
      'a grant of what nobody defined',
      { grants: { kds: { mutations: ['fly'] } } },
      /the role "kds" names the mutation "fly", which is not defined/,
    ],
    ['a new event that nothing carries', { events: { TipGiven: tip } }, /the event "TipGiven" can never arrive/],
  ])('%s', (_, extension, text) => {
    expect(codeAndText(extension)).toMatch(text);
  });
});
