import { describe, expectTypeOf, it } from 'vitest';
import * as v from 'valibot';
import { z } from 'zod';
import {
  barePayload,
  channel,
  defineContract,
  event,
  extendContract,
  mutation,
  type MutationAnswer,
  type MutationInput,
  type SpecOf,
} from 'heard';
import { laravelPos } from 'heard/contracts/laravel-pos';
import type { RolePresence } from 'heard';
import { listen } from './listening.ts';

const bakery = defineContract({
  name: 'bakery',
  scope: z.object({ shop: z.string(), oven: z.string().optional() }),
  dialect: barePayload(),
  connection: { transports: ['websocket'], auth: { kind: 'none' } },
  events: {
    BreadReady: event({ data: z.object({ loaf: z.string(), count: z.number() }) }),
    OvenHot: event({
      data: v.object({ celsius: v.number() }),
      subject: ({ celsius }) => ({ type: 'Oven', id: celsius }),
    }),
  },
  channels: {
    counter: channel({ wire: 'shop-{shop}', events: ['BreadReady'], position: 'none' }),
    oven: channel({ wire: 'shop-{shop}-oven-{number}', events: ['OvenHot'], position: 'none' }),
  },
  mutations: {
    'bread.sell': mutation({
      input: z.object({ loaf: z.string() }),
      answer: z.object({ left: z.number() }),
      carrier: { kind: 'http', method: 'POST', path: '/sales', body: ({ loaf }) => ({ loaf }) },
      repeat: 'none',
      lane: ({ loaf }) => loaf,
      priority: 'order',
      answers: { 201: 'done' },
    }),
  },
  roles: {
    counter: { channels: ['counter'], mutations: ['bread.sell'] },
    baker: { channels: ['counter', 'oven'] },
  },
});

describe('a contract of one’s own', () => {
  it('infers everything from schemas of any library', async () => {
    const counter = listen(bakery, { role: 'counter', scope: { shop: 'corner' } });
    counter.on('BreadReady', ({ data }) => expectTypeOf(data).toEqualTypeOf<{ loaf: string; count: number }>());
    // @ts-expect-error the counter does not hear the oven
    counter.on('OvenHot', () => undefined);
    expectTypeOf(await counter.mutate('bread.sell', { loaf: 'rye' })).toEqualTypeOf<{ left: number }>();
    const baker = listen(bakery, { role: 'baker', scope: { shop: 'corner' } });
    baker.on('OvenHot', ({ data }) => expectTypeOf(data.celsius).toBeNumber());
    baker.channel('oven', { number: 2 });
    // @ts-expect-error bakers sell nothing
    void baker.mutate('bread.sell', { loaf: 'rye' });
  });

  it('cannot name what it does not define', () => {
    defineContract({
      name: 'broken',
      scope: z.object({}),
      dialect: barePayload(),
      connection: { transports: ['websocket'], auth: { kind: 'none' } },
      events: { A: event({ data: z.string() }) },
      channels: { one: channel({ wire: 'one', events: ['A'], position: 'none' }) },
      // @ts-expect-error there is no channel "two"
      roles: { role: { channels: ['two'] } },
    });
    defineContract({
      name: 'broken',
      scope: z.object({}),
      dialect: barePayload(),
      connection: { transports: ['websocket'], auth: { kind: 'none' } },
      events: { A: event({ data: z.string() }) },
      channels: { one: channel({ wire: 'one', events: ['A'], position: 'none' }) },
      // @ts-expect-error it is called "mutations"
      roles: { role: { channels: ['one'], mutation: [] } },
    });
  });
});

it('a mutation that is answered without a body has no answer', () => {
  const shop = defineContract({
    name: 'shop',
    scope: z.object({}),
    dialect: barePayload(),
    connection: { transports: ['websocket'], auth: { kind: 'none' } },
    events: { A: event({ data: z.string() }) },
    channels: { one: channel({ wire: 'one', events: ['A'], position: 'none' }) },
    mutations: {
      close: mutation({
        input: z.object({ at: z.string() }),
        answer: 'empty',
        carrier: { kind: 'http', method: 'POST', path: '/close', body: ({ at }) => ({ at }) },
        repeat: 'none',
        lane: ({ at }) => at,
        priority: 'status',
        answers: { 204: 'done' },
      }),
    },
    roles: { role: { channels: ['one'], mutations: ['close'] } },
  });
  expectTypeOf<MutationAnswer<SpecOf<typeof shop>, 'close'>>().toEqualTypeOf<undefined>();
  expectTypeOf<MutationInput<SpecOf<typeof shop>, 'close'>>().toEqualTypeOf<{ at: string }>();
});

describe('an extension', () => {
  const extended = extendContract(laravelPos, {
    events: { TipAdded: event({ data: z.object({ order_id: z.number(), cents: z.number() }) }) },
    carries: { orders: ['TipAdded'] },
    roles: { 'tip-board': { channels: ['orders'] } },
    grants: { kiosk: { channels: ['kds'] } },
  });
  const scope = { sku: 'pizza-bab-el-oued', deviceId: 42 };

  it('adds events to channels, and so to the roles that hear them', () => {
    listen(extended, { role: 'pos', scope }).on('TipAdded', ({ data }) => expectTypeOf(data.cents).toBeNumber());
    listen(extended, { role: 'tip-board', scope }).on('OrderCreated', () => undefined);
    // @ts-expect-error the kitchen hears no tips
    listen(extended, { role: 'kds', scope }).on('TipAdded', () => undefined);
  });

  it('grants channels to roles and leaves the base alone', () => {
    listen(extended, { role: 'kiosk', scope }).on('KdsTicketCreated', () => undefined);
    // @ts-expect-error the base is as it was
    listen(laravelPos, { role: 'kiosk', scope }).on('KdsTicketCreated', () => undefined);
    expectTypeOf<keyof SpecOf<typeof extended>['roles']>().toEqualTypeOf<
      'pos' | 'kiosk' | 'kds' | 'printer-gateway' | 'back-office' | 'tip-board'
    >();
  });

  it('refuses names that neither side defines', () => {
    // @ts-expect-error no such event
    extendContract(laravelPos, { carries: { orders: ['Nothing'] } });
    // @ts-expect-error no such channel
    extendContract(laravelPos, { grants: { pos: { channels: ['nowhere'] } } });
  });
});

describe('a channel that tells who is there', () => {
  const house = defineContract({
    name: 'house',
    scope: z.object({ house: z.string() }),
    dialect: barePayload(),
    connection: { transports: ['websocket'], auth: { kind: 'handshake' } },
    events: { Called: event({ data: z.object({ by: z.string() }) }) },
    channels: {
      bySaying: channel({ wire: '/room-{number}', events: ['Called'], position: 'none', access: 'presence' }),
      byName: { wire: 'presence-{house}', events: [], position: 'none' },
      plain: { wire: 'presence-like', events: [], position: 'none', access: 'private' },
      other: channel({ wire: 'private-{house}', events: ['Called'], position: 'none' }),
    },
    roles: { cook: { channels: ['bySaying', 'byName', 'plain', 'other'] }, guest: { channels: ['other'] } },
  });
  type House = SpecOf<typeof house>;

  it('is one by its access, or else by its name', () => {
    expectTypeOf<RolePresence<House, 'cook'>>().toEqualTypeOf<'bySaying' | 'byName'>();
    expectTypeOf<RolePresence<House, 'guest'>>().toEqualTypeOf<never>();
  });

  it('stays one in a contract that is extended, and can be added to one', () => {
    const larger = extendContract(house, {
      events: { Rang: event({ data: z.object({ by: z.string() }) }) },
      channels: { door: channel({ wire: 'presence-door', events: ['Rang'], position: 'none' }) },
      carries: { bySaying: ['Rang'] },
      grants: { guest: { channels: ['door', 'bySaying'] } },
    });
    type Larger = SpecOf<typeof larger>;
    expectTypeOf<RolePresence<Larger, 'guest'>>().toEqualTypeOf<'door' | 'bySaying'>();
    expectTypeOf<RolePresence<Larger, 'cook'>>().toEqualTypeOf<'bySaying' | 'byName'>();
  });
});
