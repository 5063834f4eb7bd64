import { describe, expect, it } from 'vitest';
import {
  createDecoder,
  mutationRequest,
  queryRequest,
  splitEvenly,
  type DerivedEvent,
  type HeardEvent,
  type HttpCarrier,
  type MutationDefinition,
  type QueryDefinition,
  type RequestPlan,
  type ResourceDefinition,
  type Schema,
  type WaitingMutation,
} from 'heard';
import {
  acknowledgementOf,
  brasserie,
  calendarDay,
  dishMoment,
  drainSentence,
  erpDishReady,
  isMenuStale,
  openCovers,
  orderMutation,
  readRemaining,
  suggestWine,
  syncLatencyMs,
  syncState,
  tableConflict,
  type Bill,
  type DishReady,
  type MenuItem,
} from 'heard/contracts/brasserie';
import { momentVersion } from '../../../src/lib/moment.ts';
import { fixtures } from './fixtures.ts';

const found = <T>(value: T | undefined, name: string): T => {
  if (value === undefined) throw new Error(`There is no ${name}.`);
  return value;
};
const mutation = (name: string): MutationDefinition => found(brasserie.mutations.get(name), name);
const query = (name: string): QueryDefinition => found(brasserie.queries.get(name), name);
const resource = (name: string): ResourceDefinition => found(brasserie.resources.get(name), name);

const scope = { userId: 1 };
const createdAt = Date.parse('2026-02-02T12:00:00.000Z');
const context = { mutationId: '0c8f2e5a-4d7b-4b7e-8a51-6f0d3c2b1a90', createdAt, scope };

function request(name: string, input: object): RequestPlan {
  const { carrier } = mutation(name);
  if (carrier.kind !== 'http') throw new Error(`"${name}" does not travel over HTTP.`);
  return mutationRequest(carrier as HttpCarrier<object>, input, context);
}

const ask = (name: string, params: object): RequestPlan =>
  queryRequest(query(name) as QueryDefinition<object>, params, scope);

function accepts(schema: Schema | 'empty', value: unknown): boolean {
  if (schema === 'empty') return value === undefined;
  const result = schema['~standard'].validate(value);
  return !(result instanceof Promise) && result.issues === undefined;
}

/** What the local rules say beyond the schema. */
const refusal = (name: string, input: object) => found(mutation(name).refuse?.bind(mutation(name)), 'rule')(input);

function meaning(name: string, status: number, body: unknown = {}): string | undefined {
  const told = mutation(name).answers[status];
  return typeof told === 'function' ? told(body) : told;
}

const tookEffect = (name: string, input: object, answer: unknown) =>
  found(mutation(name).verify, 'verification').tookEffect(input, answer, context);

const magret = { dish_id: 12, qty: 1 };
const cahors = { wine_id: 34, qty: 1 };

describe('an order that is taken offline', () => {
  it('goes to its own endpoint under the id of the mutation and the time of its making', () => {
    expect(request('order.submit', { table_id: 8, items: [magret, cahors] })).toEqual({
      method: 'POST',
      path: '/api/orders/sync',
      body: {
        uuid: context.mutationId,
        table_id: 8,
        items: [
          { dish_id: 12, qty: 1 },
          { wine_id: 34, qty: 1 },
        ],
        offline_timestamp: '2026-02-02T12:00:00.000Z',
      },
    });
  });

  it('keeps the uuid and the time that the app gave it', () => {
    const own = { uuid: 'offline-123-abc', offline_timestamp: '2026-02-02T11:58:00+00:00' };
    expect(request('order.submit', { table_id: 8, items: [magret], ...own }).body).toMatchObject(own);
  });

  it('takes null for what the app leaves to the SDK', () => {
    const input = { table_id: 8, items: [magret], uuid: null, offline_timestamp: null };
    expect(accepts(mutation('order.submit').input, input)).toBe(true);
    expect(request('order.submit', input).body).toMatchObject({ uuid: context.mutationId });
  });

  it('sends of each line what the server knows, and nothing else', () => {
    const [line] = (
      request('order.submit', { table_id: 8, items: [{ ...magret, label: 'Guest A' }] }).body as {
        items: unknown[];
      }
    ).items;
    expect(line).toEqual(magret);
  });

  it.each([
    ['no table', { items: [magret] }],
    ['no items', { table_id: 8, items: [] }],
    ['an item that is neither dish nor wine', { table_id: 8, items: [{ qty: 1 }] }],
    ['nothing of a dish', { table_id: 8, items: [{ dish_id: 12, qty: 0 }] }],
    ['half a dish', { table_id: 8, items: [{ dish_id: 12, qty: 0.5 }] }],
    ['an empty uuid', { table_id: 8, items: [magret], uuid: '' }],
  ])('is refused on the device with %s', (_, input) => {
    expect(accepts(mutation('order.submit').input, { table_id: 8, items: [magret] })).toBe(true);
    expect(accepts(mutation('order.submit').input, input)).toBe(false);
  });

  it('is refused with a line that is a dish and a wine, as an order that is taken online is', () => {
    for (const name of ['order.submit', 'order.create']) {
      expect(refusal(name, { table_id: 8, items: [magret, { ...magret, ...cahors }] })?.message).toContain(
        'a dish and a wine',
      );
      expect(refusal(name, { table_id: 8, items: [magret, cahors] })).toBeUndefined();
    }
  });

  it.each(['15h23', '2026-02-02T11:58:00', '2026-02-02', 'midi'])(
    'is refused with the time "%s"',
    (offline_timestamp) => {
      expect(refusal('order.submit', { table_id: 8, items: [magret], offline_timestamp })?.message).toContain(
        'ISO 8601',
      );
    },
  );

  it.each(['2026-02-02T11:58:00Z', '2026-02-02T12:58:00.123+01:00', null, undefined])(
    'is taken with the time "%s"',
    (offline_timestamp) => {
      expect(refusal('order.submit', { table_id: 8, items: [magret], offline_timestamp })).toBeUndefined();
    },
  );

  it('waits 30 s, 60 s, then 120 s between attempts', () => {
    expect(mutation('order.submit').retryDelaysMs).toEqual([30_000, 60_000, 120_000]);
  });

  it('shares one lane with every other order, so that they go out as they were taken', () => {
    const lanes = [
      mutation('order.submit').lane({ table_id: 8, items: [magret] }, context),
      mutation('order.submit').lane({ table_id: 9, items: [magret] }, context),
      mutation('order.create').lane({ table_id: 9, items: [magret] }, context),
    ];
    expect(new Set(lanes).size).toBe(1);
    expect(mutation('order.submit').priority).toBe('order');
  });

  it('is done with 201 and in conflict with 409', () => {
    expect(meaning('order.submit', 201)).toBe('done');
    expect(meaning('order.submit', 409)).toBe('conflict');
    expect(
      accepts(mutation('order.submit').answer, { order_id: 999, server_timestamp: '2026-02-02T12:00:02.300Z' }),
    ).toBe(true);
    expect(accepts(mutation('order.submit').answer, { server_timestamp: '2026-02-02T12:00:02.300Z' })).toBe(false);
  });

  it('names the table when it is in conflict, and says nothing of other refusals', () => {
    const explain = (status: number) => mutation('order.submit').explain?.({ table_id: 8 }, { status, body: {} });
    expect(explain(409)).toEqual(tableConflict({ table_id: 8, items: [magret] }));
    expect(explain(409)?.message).toContain('Table 8 ');
    expect(explain(422)).toBeUndefined();
  });

  it('is verified by asking for its uuid', () => {
    const { verify, repeat } = mutation('order.submit');
    expect(repeat).toBe('natural');
    expect(verify?.query).toBe(query('orders'));
    expect(verify?.params({ uuid: 'offline-123-abc' }, context)).toEqual({ uuid: 'offline-123-abc' });
    expect(verify?.params({}, context)).toEqual({ uuid: context.mutationId });
    expect(ask('orders', { uuid: 'offline-123-abc' }).path).toBe('/api/orders?uuid=offline-123-abc');
  });

  it('arrived when an order has its uuid, did not when there is none, and may have when the server did not filter', () => {
    const input = { uuid: 'offline-123-abc', table_id: 8, items: [magret] };
    const row = { id: 999, table_id: 8, status: 'sent', uuid: 'offline-123-abc' };
    const other = { ...row, id: 998, uuid: null };
    expect(tookEffect('order.submit', input, { data: [other, row] })).toBe(true);
    expect(tookEffect('order.submit', input, [row])).toBe(true);
    expect(tookEffect('order.submit', { ...input, uuid: undefined }, [{ ...row, uuid: context.mutationId }])).toBe(
      true,
    );
    expect(tookEffect('order.submit', input, { data: [] })).toBe(false);
    expect(tookEffect('order.submit', input, { data: [other] })).toBeUndefined();
  });

  it('is pending until it is answered, failed when it is parked', () => {
    expect((['pending', 'inflight', 'unclear', 'acked', 'parked'] as const).map(syncState)).toEqual([
      'pending_sync',
      'pending_sync',
      'pending_sync',
      'synced',
      'sync_failed',
    ]);
  });

  it('tells how long it waited, when both times can be read', () => {
    const synced = { order_id: 999, server_timestamp: '2026-02-02T12:00:02.300Z' };
    expect(syncLatencyMs('2026-02-02T12:00:00.000Z', synced)).toBe(2300);
    expect(syncLatencyMs(createdAt, synced)).toBe(2300);
    expect(syncLatencyMs('2026-02-02T13:00:00.000+01:00', synced)).toBe(2300);
    expect(syncLatencyMs('midi', synced)).toBeUndefined();
    expect(syncLatencyMs('2026-02-02T12:00:00', synced)).toBeUndefined();
    expect(syncLatencyMs(createdAt, { order_id: 999 })).toBeUndefined();
    expect(syncLatencyMs(null, synced)).toBeUndefined();
  });

  it('tells no latency that a fast clock made negative', () => {
    expect(syncLatencyMs(createdAt, { order_id: 999, server_timestamp: '2026-02-02T11:59:59.000Z' })).toBeUndefined();
    expect(syncLatencyMs(createdAt, { order_id: 999, server_timestamp: '2026-02-02T12:00:00.000Z' })).toBe(0);
  });

  it('is counted in the sentence that ends a drain', () => {
    expect(drainSentence({ sent: 3, parked: 0, remaining: 0 })).toBe('3/3 sent');
    expect(drainSentence({ sent: 1, parked: 1, remaining: 1 })).toBe('1/3 sent');
    expect(drainSentence({ sent: 0, parked: 0, remaining: 0 })).toBe('0/0 sent');
  });
});

describe('an order that is taken online', () => {
  it('goes to the other endpoint, without uuid or time', () => {
    expect(request('order.create', { table_id: 5, items: [magret, cahors] })).toEqual({
      method: 'POST',
      path: '/api/orders',
      body: { table_id: 5, items: [magret, cahors] },
    });
    expect([orderMutation(true), orderMutation(false)]).toEqual(['order.create', 'order.submit']);
  });

  it('is never repeated, for nothing would recognise the repeat', () => {
    expect(mutation('order.create').repeat).toBe('none');
    expect(mutation('order.create').verify).toBeUndefined();
    expect(mutation('order.create').retryDelaysMs).toBeUndefined();
  });

  it('is sent, or waits for the kitchen', () => {
    expect(meaning('order.create', 201)).toBe('done');
    expect(accepts(mutation('order.create').answer, { order_id: 456, status: 'pending_erp' })).toBe(true);
    expect(accepts(mutation('order.create').answer, { status: 'sent' })).toBe(false);
  });
});

const share = { order_id: 789, cover_number: 1, amount: 25.5, method: 'CB' };
const paid = { cover_number: 1, amount: 25.5, method: 'CB', status: 'paid' };
const bill = (payments?: Bill['payments']): Bill => ({
  total: 102,
  covers: 4,
  ...(payments !== undefined && { payments }),
});

describe('a split bill', () => {
  it('is read by the id of its order', () => {
    expect(ask('bill', { id: 789 })).toEqual({ method: 'GET', path: '/api/orders/789/bill' });
    expect(accepts(query('bill').answer, { total: 102, covers: 4, items: [{ anything: 'a till may print' }] })).toBe(
      true,
    );
    expect(accepts(query('bill').answer, { covers: 4, items: [] })).toBe(false);
  });

  it('gives every cover its share to the cent, and the first the remainder', () => {
    expect(splitEvenly(102, 4)).toEqual([25.5, 25.5, 25.5, 25.5]);
    expect(splitEvenly('100.00', 3)).toEqual([33.34, 33.33, 33.33]);
    for (const amount of splitEvenly(84.9, 7)) {
      expect(accepts(mutation('payment.split').input, { ...share, amount })).toBe(true);
    }
  });

  it('is paid cover by cover', () => {
    expect(request('payment.split', { ...share, note: 'not for the server' })).toEqual({
      method: 'POST',
      path: '/api/payments/split',
      body: { order_id: 789, cover_number: 1, amount: 25.5, method: 'CB' },
    });
  });

  it.each([0, -25.5, 0.001, 0.009, Number.NaN, Number.POSITIVE_INFINITY, '25.50', null])(
    'takes no payment of %s',
    (amount) => {
      expect(accepts(mutation('payment.split').input, { ...share, amount })).toBe(false);
    },
  );

  it.each([25.505, 0.011, 1e300])('takes no payment of %s, which is no sum of cents', (amount) => {
    expect(refusal('payment.split', { ...share, amount })?.message).toContain(String(amount));
  });

  it.each([0.01, 25.5, 19.99, 4.35, 1_234_567.89])('takes a payment of %s', (amount) => {
    expect(accepts(mutation('payment.split').input, { ...share, amount })).toBe(true);
    expect(refusal('payment.split', { ...share, amount })).toBeUndefined();
  });

  it.each([
    ['cover 0', { cover_number: 0 }],
    ['half a cover', { cover_number: 1.5 }],
    ['no method', { method: '' }],
    ['an order that is not a number', { order_id: '789' }],
  ])('takes no payment for %s', (_, parts) => {
    expect(accepts(mutation('payment.split').input, { ...share, ...parts })).toBe(false);
  });

  it('takes the payments of one order one after the other, and before everything else', () => {
    const { priority } = mutation('payment.split');
    const lane = (input: object) => mutation('payment.split').lane(input, context);
    expect(lane(share)).toBe(lane({ ...share, cover_number: 2 }));
    expect(lane(share)).not.toBe(lane({ ...share, order_id: 790 }));
    expect(priority).toBe('payment');
  });

  it('answers with what remains, or that the order is complete', () => {
    const { answer } = mutation('payment.split');
    expect(accepts(answer, { payment_id: 1234, remaining: '3/4' })).toBe(true);
    expect(accepts(answer, { status: 'order_complete' })).toBe(true);
    expect(accepts(answer, { remaining: '3/4' })).toBe(false);
    expect(accepts(answer, { status: 'pending' })).toBe(false);
  });

  it('asks the bill when the server says that the cover is paid', () => {
    const { verify, repeat } = mutation('payment.split');
    expect(meaning('payment.split', 409)).toBe('repeat');
    // A payment whose terminal did not answer in time is rolled back: the server would not refuse its repeat.
    expect(repeat).toBe('none');
    expect(verify?.query).toBe(query('bill'));
    expect(verify?.params(share, context)).toEqual({ id: 789 });
  });

  it('finds its payment on the bill by cover, amount and method', () => {
    expect(tookEffect('payment.split', share, bill([paid]))).toBe(true);
    expect(tookEffect('payment.split', share, bill([{ ...paid, amount: '25.50' }]))).toBe(true);
    expect(tookEffect('payment.split', share, bill([{ ...paid, method: null }]))).toBe(true);
    expect(tookEffect('payment.split', share, bill([{ ...paid, status: 'failed' }, paid]))).toBe(true);
  });

  it("knows somebody else's payment by its method or its amount", () => {
    expect(tookEffect('payment.split', share, bill([{ ...paid, method: 'TR' }]))).toBe(false);
    expect(tookEffect('payment.split', share, bill([{ ...paid, amount: 30 }]))).toBe(false);
    expect(
      tookEffect(
        'payment.split',
        share,
        bill([
          { ...paid, status: 'failed' },
          { ...paid, amount: 30 },
        ]),
      ),
    ).toBe(false);
  });

  it('never takes its absence from the bill for a card that was not charged: the server rolls back after a timeout', () => {
    expect(tookEffect('payment.split', share, bill([]))).toBeUndefined();
    expect(tookEffect('payment.split', share, bill([{ ...paid, cover_number: 2 }]))).toBeUndefined();
    expect(tookEffect('payment.split', share, bill([{ ...paid, status: 'failed' }]))).toBeUndefined();
  });

  it('leaves it open while the terminal has not answered, or the bill does not tell', () => {
    expect(tookEffect('payment.split', share, bill([{ ...paid, status: 'pending' }]))).toBeUndefined();
    expect(tookEffect('payment.split', share, bill([{ ...paid, status: 'reversing' }]))).toBeUndefined();
    expect(tookEffect('payment.split', share, bill())).toBeUndefined();
    expect(tookEffect('payment.split', share, bill([{ cover_number: 1, status: 'paid' }]))).toBeUndefined();
    expect(tookEffect('payment.split', share, bill([{ ...paid, amount: '25,50 €' }]))).toBeUndefined();
  });

  it('takes a card for declined only when the server says so: one 402 stands for a timeout, too', () => {
    expect(meaning('payment.split', 402, { reason: 'declined' })).toBe('declined');
    expect(meaning('payment.split', 402, { reason: 'terminal_timeout' })).toBe('unclear');
    for (const body of [{ error: 'Carte refusée' }, 'declined', null, {}]) {
      expect(meaning('payment.split', 402, body)).toBe('unclear');
    }
  });

  it('sends nobody to another card before the terminal was looked at', () => {
    const advice = (body: unknown) =>
      found(mutation('payment.split').explain?.(share, { status: 402, body }), 'advice').remediation;
    expect(advice({ reason: 'declined' })).toContain('another card');
    for (const body of [{ error: 'Carte refusée' }, { reason: 'terminal_timeout' }, null]) {
      expect(advice(body)).toContain('Look at the terminal');
      expect(advice(body)).not.toContain('another card');
    }
  });

  it('names the cover when a payment is refused', () => {
    const explain = (status: number, body: unknown = {}) =>
      mutation('payment.split').explain?.({ ...share, cover_number: 3 }, { status, body })?.message;
    expect(explain(409)).toContain('cover 3');
    expect(explain(402, { reason: 'declined' })).toContain('declined for cover 3');
    expect(explain(402)).toContain('declined for cover 3, or the terminal did not answer');
    expect(explain(402, { reason: 'terminal_timeout' })).toContain('did not answer for cover 3');
    expect(explain(422)).toBeUndefined();
  });

  it('refuses a cover that the device knows to be paid, naming the open ones', () => {
    const legal = found(mutation('payment.split').legal, 'rule');
    const row = { id: 789, updated_at: '2026-02-02T20:00:00Z', ...bill([paid]) };
    expect(legal.collection).toBe(brasserie.collections.get('bills'));
    expect(legal.key(share)).toBe('789');
    expect(legal.refuse(share, row)?.remediation).toContain('2, 3, 4');
    expect(legal.refuse({ ...share, cover_number: 2 }, row)).toBeUndefined();
    expect(legal.refuse({ ...share, cover_number: 5 }, row)?.remediation).toContain('1 to 4');
    expect(legal.refuse(share, { ...row, ...bill(null) })).toBeUndefined();
    expect(legal.refuse(share, undefined)).toBeUndefined();
  });

  it('is complete when no cover is open', () => {
    const all = [1, 2, 3, 4].map((cover_number) => ({ ...paid, cover_number }));
    expect(openCovers(bill(all))).toEqual([]);
    expect(openCovers(bill([paid, { ...paid, cover_number: 2, status: 'failed' }]))).toEqual([2, 3, 4]);
    expect(openCovers(bill())).toBeUndefined();
  });

  it('reads "3/4" as three open covers of four, and nothing else', () => {
    expect(readRemaining('3/4')).toEqual({ open: 3, covers: 4 });
    expect(readRemaining('0/12')).toEqual({ open: 0, covers: 12 });
    for (const text of ['5/4', '3', '3/4 ', 'three/4', '', undefined, null])
      expect(readRemaining(text)).toBeUndefined();
  });
});

describe('the daily close', () => {
  const date = '2026-02-02';
  const noon = new Date(2026, 1, 2, 12).getTime();
  const waiting = (name: string, at: number, state: WaitingMutation['state'] = 'pending', input: unknown = {}) => ({
    id: `${name}-${at}`,
    name,
    input,
    createdAt: at,
    state,
  });
  const blocking = (items: readonly WaitingMutation[]) =>
    found(mutation('close.day').blockedBy, 'rule')({ date }, items).map(({ id }) => id);

  it('says which day, and nothing else', () => {
    expect(request('close.day', { date })).toEqual({ method: 'POST', path: '/api/nf525/close', body: { date } });
    expect(accepts(mutation('close.day').input, { date })).toBe(true);
    expect(accepts(mutation('close.day').input, { date: '02/02/2026' })).toBe(false);
  });

  it('is answered by a ticket, a hash and a signature, all of which the law wants', () => {
    const closed = { audit_log_id: 5678, ticket: 'TICKET Z', hash: 'a7b2', signature: 'MIIB' };
    expect(meaning('close.day', 200)).toBe('done');
    expect(accepts(mutation('close.day').answer, closed)).toBe(true);
    for (const field of Object.keys(closed)) {
      expect(accepts(mutation('close.day').answer, { ...closed, [field]: undefined })).toBe(false);
    }
  });

  it('is never repeated blindly', () => {
    expect(mutation('close.day').repeat).toBe('none');
  });

  it('waits for everything of that day, whatever its state', () => {
    const items = (['pending', 'inflight', 'unclear', 'parked'] as const).map((state, index) =>
      waiting('payment.split', noon + index, state),
    );
    expect(blocking(items)).toEqual(items.map(({ id }) => id));
    expect(blocking([])).toEqual([]);
  });

  it('does not wait for what belongs to another day', () => {
    const lastMinute = new Date(2026, 1, 2, 23, 59, 59, 999).getTime();
    expect(blocking([waiting('order.submit', lastMinute), waiting('order.submit', lastMinute + 1)])).toEqual([
      `order.submit-${lastMinute}`,
    ]);
    expect(blocking([waiting('order.submit', new Date(2026, 1, 1, 23).getTime())])).toEqual([]);
  });

  it('waits for another closing of the same day, whenever that was asked for', () => {
    const nextMorning = new Date(2026, 1, 3, 1).getTime();
    expect(blocking([waiting('close.day', nextMorning, 'parked', { date })])).toEqual([`close.day-${nextMorning}`]);
    expect(blocking([waiting('close.day', noon, 'parked', { date: '2026-02-01' })])).toEqual([]);
  });

  it('writes a day as the device’s calendar does', () => {
    expect(calendarDay(new Date(2026, 0, 9, 23, 30).getTime())).toBe('2026-01-09');
  });
});

describe('a ready dish', () => {
  const plus1 = (iso: string) => ({ near: Date.parse(iso), utcOffsetMinutes: 60 });
  const moment = (text: string, iso = '2026-02-02T14:23:40Z') => {
    const ms = dishMoment(text, plus1(iso));
    return ms === undefined ? undefined : new Date(ms).toISOString();
  };

  it.each(['15h23', '15:23', '15 h 23', '15H23', ' 15h23 '])('was ready at the moment that "%s" names', (text) => {
    expect(moment(text)).toBe('2026-02-02T14:23:00.000Z');
  });

  it('was ready at a full hour when no minutes are told', () => {
    expect(moment('15h')).toBe('2026-02-02T14:00:00.000Z');
  });

  it('was ready yesterday when it is heard just after midnight', () => {
    expect(moment('23h58', '2026-02-02T23:01:00Z')).toBe('2026-02-02T22:58:00.000Z');
    expect(moment('0h01', '2026-02-02T22:59:30Z')).toBe('2026-02-02T23:01:00.000Z');
  });

  it('takes a full timestamp as it is, wherever the restaurant stands', () => {
    expect(moment('2026-01-31T15:23:00+01:00')).toBe('2026-01-31T14:23:00.000Z');
  });

  it.each([
    'à l’instant',
    '25h00',
    '15h60',
    '15',
    '15h2',
    '15h23m',
    '3:15 pm',
    '',
    '2026-02-02',
    '2026-02-02T15:23:00',
  ])('was ready nobody knows when, by "%s"', (text) => {
    expect(moment(text)).toBeUndefined();
  });

  it('was ready nobody knows on which day, exactly half a day away', () => {
    expect(moment('15h00', '2026-02-03T02:00:00Z')).toBeUndefined();
    expect(moment('15h00', '2026-02-03T01:59:59Z')).toBe('2026-02-02T14:00:00.000Z');
  });

  it('was ready nobody knows when, without a time or a reference', () => {
    expect(dishMoment(null, plus1('2026-02-02T14:00:00Z'))).toBeUndefined();
    expect(dishMoment(undefined, plus1('2026-02-02T14:00:00Z'))).toBeUndefined();
    expect(dishMoment('15h23', { near: Number.NaN, utcOffsetMinutes: 60 })).toBeUndefined();
  });

  it('goes before other events, and is about its order or else its table', () => {
    const definition = found(brasserie.events.get('dish_ready'), 'event');
    const dish = { table: 5, dish: 'Magret canard' };
    expect(definition.priority).toBe('critical');
    expect(definition.subject?.({ ...dish, order_id: 456 })).toEqual({ type: 'Order', id: 456 });
    expect(definition.subject?.(dish)).toEqual({ type: 'Table', id: 5 });
  });

  it('is never called a repetition without an id: a second portion looks the same', () => {
    expect(brasserie.events.get('dish_ready')?.identity).toBeUndefined();
  });

  it('is known again by its event id, where the server sends one', () => {
    const decode = createDecoder(brasserie);
    const payload = { table: 5, dish: 'Magret canard' };
    const idOf = (more: object) => {
      const decoded = decode({ channel: '/', name: 'dish_ready', payload: { ...payload, ...more } });
      return decoded.kind === 'event' ? decoded.event.id : decoded.kind;
    };
    expect(idOf({ event_id: 'evt-1' })).toBe('evt-1');
    expect(idOf({})).toBeUndefined();
  });

  it('is acknowledged over the socket by its order', () => {
    const { carrier, repeat, answer } = mutation('dish.acknowledge');
    if (carrier.kind !== 'socket') throw new Error('It does not travel over the socket.');
    expect(carrier).toMatchObject({
      channel: 'service',
      message: 'dish_acknowledged',
      confirmBy: { acknowledgement: 'always' },
    });
    expect(carrier.body({ order_id: 456, table: 5 }, context)).toEqual({ order_id: 456 });
    expect([repeat, answer]).toEqual(['natural', 'empty']);
  });

  it('is not acknowledged without an order', () => {
    expect(accepts(mutation('dish.acknowledge').input, { order_id: 456 })).toBe(true);
    expect(accepts(mutation('dish.acknowledge').input, {})).toBe(false);
    expect(accepts(mutation('dish.acknowledge').input, { order_id: null })).toBe(false);
    const dish: DishReady = { table: 5, dish: 'Magret canard' };
    expect(acknowledgementOf({ ...dish, order_id: 456 })).toEqual({ order_id: 456 });
    expect(acknowledgementOf({ ...dish, order_id: null })).toBeUndefined();
    expect(acknowledgementOf(dish)).toBeUndefined();
  });

  it('is acknowledged without waiting for the payments of its order', () => {
    expect(mutation('dish.acknowledge').lane({ order_id: 789 }, context)).not.toBe(
      mutation('payment.split').lane(share, context),
    );
  });
});

const order = (parts: object = {}) => ({
  id: 456,
  table_id: 5,
  status: 'sent',
  server_user_id: 1,
  updated_at: '2026-02-02T14:23:05Z',
  items: [
    { id: 1, name: 'Magret canard', qty: 1, status: 'pending' },
    { id: 2, name: 'Cassoulet', qty: 1, status: 'pending' },
  ],
  ...parts,
});
const items = (...states: readonly string[]) => ({
  items: order().items.map((item, index) => ({ ...item, status: states[index] })),
});

function derive(name: string, previous: unknown, row: unknown, userId: string | number = 1): readonly DerivedEvent[] {
  const told = resource(name).rowToEvent?.(previous, row, { userId });
  if (told === undefined) return [];
  return 'name' in told ? [told] : told;
}
const names = (events: readonly DerivedEvent[]) => events.map(({ name }) => name);
const dishes = (events: readonly DerivedEvent[]) =>
  events.filter(({ name }) => name === 'dish_ready').map(({ data }) => (data as DishReady).dish);

describe('the list of orders', () => {
  it('is asked for what changed since the server’s own time', () => {
    const { path, search } = resource('orders');
    expect(path).toBe('/api/orders');
    expect(search?.({ updatedSince: '2026-02-02T14:00:00Z', scope })).toEqual({
      updated_since: '2026-02-02T14:00:00Z',
    });
    expect(ask('orders', { updated_since: '2026-02-02T14:00:00Z' }).path).toBe(
      '/api/orders?updated_since=2026-02-02T14%3A00%3A00Z',
    );
    expect(ask('orders', {}).path).toBe('/api/orders');
  });

  it('tells an order that is new or changed', () => {
    const [event, ...more] = derive('orders', undefined, order());
    expect(more).toEqual([]);
    expect(event).toMatchObject({ name: 'order_updated', channel: 'service', subject: { type: 'Order', id: 456 } });
    expect(accepts(found(brasserie.events.get('order_updated'), 'event').data, event?.data)).toBe(true);
    expect(names(derive('orders', order(), order({ status: 'pending_erp' })))).toEqual(['order_updated']);
  });

  it('says nothing of an order that was over before it was seen', () => {
    expect(derive('orders', undefined, order({ status: 'paid_complete', ...items('ready', 'ready') }))).toEqual([]);
  });

  it('tells that an order is paid, and calls no dish of it', () => {
    const over = order({ status: 'paid_complete', ...items('ready', 'ready') });
    expect(names(derive('orders', order(), over))).toEqual(['order_updated']);
  });

  it('calls the dish that got ready meanwhile, with its table and its order', () => {
    const events = derive('orders', order(), order(items('pending', 'ready')));
    expect(names(events)).toEqual(['order_updated', 'dish_ready']);
    expect(events[1]).toEqual({
      name: 'dish_ready',
      channel: 'service',
      subject: { type: 'Order', id: 456 },
      data: { table: 5, dish: 'Cassoulet', timestamp: '2026-02-02T14:23:05Z', order_id: 456 },
    });
    expect(accepts(found(brasserie.events.get('dish_ready'), 'event').data, events[1]?.data)).toBe(true);
  });

  it('calls every dish that got ready, and none twice', () => {
    expect(dishes(derive('orders', undefined, order(items('ready', 'ready'))))).toEqual(['Magret canard', 'Cassoulet']);
    expect(dishes(derive('orders', order(items('ready', 'pending')), order(items('ready', 'ready'))))).toEqual([
      'Cassoulet',
    ]);
    expect(dishes(derive('orders', order(items('ready', 'ready')), order(items('ready', 'served'))))).toEqual([]);
  });

  it('calls a dish again that went back to the kitchen', () => {
    expect(dishes(derive('orders', order(items('served', 'served')), order(items('ready', 'served'))))).toEqual([
      'Magret canard',
    ]);
  });

  it('tells dishes apart by their lines when lines have no ids', () => {
    const lines = (...states: readonly string[]) => ({
      items: states.map((status) => ({ name: 'Cassoulet', status })),
    });
    expect(dishes(derive('orders', order(lines('ready', 'pending')), order(lines('ready', 'ready'))))).toEqual([
      'Cassoulet',
    ]);
  });

  it('does not call a dish that nobody could name', () => {
    expect(
      names(
        derive(
          'orders',
          order(),
          order({
            items: [
              { id: 9, status: 'ready' },
              { id: 10, name: '', status: 'ready' },
            ],
          }),
        ),
      ),
    ).toEqual(['order_updated']);
  });

  it('calls a dish for its waiter alone, and for everyone when the order does not tell its waiter', () => {
    const ready = order(items('ready', 'pending'));
    expect(dishes(derive('orders', order(), ready, 2))).toEqual([]);
    expect(dishes(derive('orders', order(), ready, '1'))).toEqual(['Magret canard']);
    expect(dishes(derive('orders', order(), { ...ready, server_user_id: null }, 2))).toEqual(['Magret canard']);
  });

  it('does not call a dish that was picked up, but one that got ready after that', () => {
    const row = order({
      acknowledged_at: '2026-02-02T14:24:00Z',
      items: [
        { id: 1, name: 'Magret canard', status: 'ready', ready_at: '2026-02-02T14:23:00Z' },
        { id: 2, name: 'Cassoulet', status: 'ready', ready_at: '2026-02-02T14:25:00Z' },
        { id: 3, name: 'Garbure', status: 'ready' },
      ],
    });
    const events = derive('orders', undefined, row);
    expect(dishes(events)).toEqual(['Cassoulet', 'Garbure']);
    expect(events[1]).toMatchObject({ data: { timestamp: '2026-02-02T14:25:00Z' } });
  });

  it('calls a dish that got ready unheard, however late an older acknowledgement arrived', () => {
    const ready = { id: 1, name: 'Magret canard', status: 'ready', ready_at: '2026-02-02T14:23:00Z' };
    const before = order({ items: [{ ...ready, status: 'pending' }] });
    const row = order({ acknowledged_at: '2026-02-02T14:24:00Z', items: [ready] });
    expect(dishes(derive('orders', before, row))).toEqual(['Magret canard']);
  });

  it('takes no dish for picked up by a time without a zone', () => {
    const row = order({
      acknowledged_at: '2026-02-02 14:24:00',
      items: [{ id: 1, name: 'Magret canard', status: 'ready', ready_at: '2026-02-02 14:23:00' }],
    });
    expect(dishes(derive('orders', undefined, row))).toEqual(['Magret canard']);
  });

  it('counts an order with a waiting dish as open work, for half an hour', () => {
    const open = found(resource('orders').openWork, 'open work');
    expect(open.is(order(items('served', 'ready')))).toBe(true);
    expect(open.is(order(items('served', 'pending')))).toBe(false);
    expect(open.is(order({ status: 'paid_complete', ...items('served', 'ready') }))).toBe(false);
    expect(open.maxAgeMs).toBe(30 * 60_000);
  });

  it('shows a payment that another terminal took meanwhile', () => {
    const before = order({ total_amount: '102.00', covers: 4, payments: [] });
    const after = { ...before, payments: [paid] };
    const events = derive('orders', before, after);
    expect(names(events)).toEqual(['order_updated', 'bill_updated']);
    expect(events[1]).toMatchObject({
      subject: { type: 'Bill', id: 456 },
      data: { id: 456, total: '102.00', covers: 4, payments: [paid] },
    });
    expect(accepts(found(brasserie.events.get('bill_updated'), 'event').data, events[1]?.data)).toBe(true);
    expect(names(derive('orders', after, { ...after, payments: [{ ...paid }] }))).toEqual(['order_updated']);
    expect(names(derive('orders', after, { ...after, payments: [{ ...paid, status: 'failed' }] }))).toContain(
      'bill_updated',
    );
  });

  it('makes no bill of a row that does not tell its total', () => {
    expect(names(derive('orders', order(), order({ payments: [paid] })))).toEqual(['order_updated']);
  });

  it('tells no change of a row without a version', () => {
    expect(
      derive('orders', order(), order({ updated_at: null, total_amount: 102, covers: 4, payments: [paid] })),
    ).toEqual([]);
  });
});

describe('the list of tables', () => {
  const table = { id: 5, status: 'occupied', updated_at: '2026-02-02T12:00:00Z' };

  it('is asked for what changed', () => {
    expect(resource('tables').search?.({ updatedSince: 'T1', scope })).toEqual({ updated_since: 'T1' });
    expect(ask('tables', { updated_since: 'T1' }).path).toBe('/api/tables?updated_since=T1');
  });

  it('tells each change, and nothing of a row without a version', () => {
    expect(derive('tables', undefined, table)).toEqual([
      { name: 'table_updated', channel: 'service', data: table, subject: { type: 'Table', id: 5 } },
    ]);
    expect(derive('tables', table, { ...table, updated_at: undefined })).toEqual([]);
  });
});

describe('every list', () => {
  it.each(['orders', 'tables', 'menu'])('of %s is its rows alone or in "data", and complete', (name) => {
    const { page } = resource(name);
    const whole = { rows: [{ id: 1 }], deleted: [], tombstones: false, complete: true };
    expect(page([{ id: 1 }])).toEqual(whole);
    expect(page({ data: [{ id: 1 }] })).toEqual(whole);
    expect(page({ data: [{ id: 1 }], as_of: '2026-02-02T14:00:00Z' })).toEqual({
      ...whole,
      asOf: '2026-02-02T14:00:00Z',
    });
    expect(page({ data: [], as_of: '' })).toEqual({ ...whole, rows: [] });
  });

  it.each([undefined, null, '', 'Bad Gateway', 7, {}, { data: {} }, { rows: [] }, { error: 'nope' }])(
    'is not made of %j',
    (body) => {
      for (const name of ['orders', 'tables', 'menu']) expect(resource(name).page(body)).toBeUndefined();
    },
  );

  it('makes good what the socket lost, except the menu, which has no events', () => {
    expect(['orders', 'tables', 'menu'].map((name) => resource(name).covers)).toEqual([['service'], ['service'], []]);
    const events = [...brasserie.resources.values()].flatMap(({ coversEvents }) => coversEvents ?? []);
    expect(events.sort()).toEqual([...brasserie.events.keys()].sort());
    expect(resource('tables').coversEvents).toEqual(['table_updated']);
  });

  it.each(['orders', 'tables', 'menu'])('of %s is keyed by id and ordered by version', (name) => {
    const row = { id: 5, updated_at: '2026-02-02T12:00:00Z' };
    for (const rows of [resource(name), found(brasserie.collections.get(name), name)]) {
      expect(rows.key(row)).toBe('5');
      expect(rows.version?.(row)).toBe(Date.UTC(2026, 1, 2, 12) * 1000);
      expect(rows.version?.({ id: 5, updated_at: '2026-02-02T13:00:00.000000+01:00' })).toBe(rows.version?.(row));
      expect(rows.version?.({ id: 5, updated_at: null })).toBeUndefined();
    }
    expect(brasserie.collections.get(name)?.resource).toBe(name);
  });
});

describe('collections', () => {
  const decode = createDecoder(brasserie);
  const eventOf = (name: string): HeardEvent => {
    const fixture = fixtures.good.find(({ expect: wanted }) => 'name' in wanted && wanted.name === name);
    const decoded = decode(found(fixture, name).frame);
    if (decoded.kind !== 'event') throw new Error(`"${name}" was not decoded.`);
    return decoded.event;
  };

  it.each([
    ['orders', 'order_updated'],
    ['tables', 'table_updated'],
    ['bills', 'bill_updated'],
  ])('%s take whole rows from %s', (name, event) => {
    const { from, row, key, version } = found(brasserie.collections.get(name), name);
    const heard = eventOf(event);
    expect(Object.keys(from ?? {})).toEqual([event]);
    expect(from?.[event]?.(heard)).toEqual({ kind: 'put', row: heard.data });
    expect(accepts(row, heard.data)).toBe(true);
    expect(key(heard.data)).toBe(String((heard.data as { id: number }).id));
    expect(version?.(heard.data)).toBe(momentVersion((heard.data as { updated_at: string }).updated_at));
  });

  it('keep bills from events alone, for there is no list of them', () => {
    expect(brasserie.collections.get('bills')?.resource).toBeUndefined();
  });

  it('pollute no prototype', () => {
    for (const { frame } of fixtures.good) decode(frame);
    expect('polluted' in {}).toBe(false);
  });

  it('refuse a version of a row twice, and take the next one', () => {
    const { identity } = found(brasserie.events.get('table_updated'), 'event');
    const at = (updated_at: string) => identity?.({ id: 5, status: 'free', updated_at });
    expect(at('2026-02-02T12:00:00Z')).toBe(at('2026-02-02T12:00:00Z'));
    expect(at('2026-02-02T12:00:00Z')).not.toBe(at('2026-02-02T12:00:01Z'));
  });
});

describe('the menu', () => {
  const cahorsWine = { id: 34, name: 'Cahors 2018' };
  const duck: MenuItem = {
    id: 12,
    name: 'Magret de canard',
    category: 'plat principal',
    wine_pairing_id: 34,
    wine: cahorsWine,
  };
  const bare: MenuItem = { ...duck, id: 13, name: 'Confit', wine: null };

  it('is read whole', () => {
    expect(ask('menu', {})).toEqual({ method: 'GET', path: '/api/menu' });
    expect(resource('menu').search).toBeUndefined();
    expect(accepts(query('menu').answer, [duck])).toBe(true);
    expect(accepts(query('menu').answer, { data: [duck] })).toBe(true);
    expect(accepts(query('menu').answer, { data: [{ name: 'Confit' }] })).toBe(false);
  });

  it('is current for five minutes', () => {
    expect(resource('menu').freshForMs).toBe(300_000);
    expect(isMenuStale([duck], { readAt: 1000, now: 300_999 })).toBe(false);
    expect(isMenuStale([duck], { readAt: 1000, now: 301_000 })).toBe(true);
  });

  it('is read again when it never was, when the clock went back, and when a dish is unknown', () => {
    expect(isMenuStale([], { readAt: undefined, now: 1000 })).toBe(true);
    expect(isMenuStale([duck], { readAt: 1000, now: 999 })).toBe(true);
    expect(isMenuStale([duck], { readAt: 1000, now: 1000, mentions: [12, 99] })).toBe(true);
    expect(isMenuStale([duck], { readAt: 1000, now: 1000, mentions: [12] })).toBe(false);
  });

  it('suggests the wine of a main course, told with it or with another dish', () => {
    expect(suggestWine(duck, [])).toEqual(cahorsWine);
    expect(suggestWine(bare, [bare, duck])).toEqual(cahorsWine);
    expect(suggestWine({ ...duck, category: ' Plat Principal ' }, [])).toEqual(cahorsWine);
  });

  it('suggests nothing with another dish, without a pairing, and for a wine that it does not know', () => {
    expect(suggestWine({ ...duck, category: 'dessert' }, [duck])).toBeUndefined();
    expect(suggestWine({ ...duck, category: null }, [duck])).toBeUndefined();
    expect(suggestWine({ ...duck, wine_pairing_id: null }, [duck])).toBeUndefined();
    expect(suggestWine(bare, [bare])).toBeUndefined();
    expect(suggestWine({ ...duck, wine_pairing_id: 35 }, [duck])).toBeUndefined();
  });
});

describe('roles', () => {
  const sends = (role: string) => brasserie.roles.get(role)?.mutations ?? [];

  it('send what their token allows', () => {
    expect(sends('waiter')).toEqual(['order.submit', 'order.create', 'dish.acknowledge']);
    expect(sends('cashier')).toEqual(['payment.split', 'close.day']);
    expect(sends('kitchen')).toEqual([]);
    expect(sends('admin')).toEqual(['close.day']);
    expect(mutation('order.submit').abilities).toEqual(['serveur']);
    expect(mutation('close.day').abilities).toEqual(['caissier', 'admin']);
  });

  it('hear what the others do, but no dish that is not theirs to carry', () => {
    expect(brasserie.roles.get('waiter')?.events).toBeUndefined();
    for (const role of ['cashier', 'kitchen', 'admin']) {
      expect(brasserie.roles.get(role)?.events).toContain('order_updated');
      expect(brasserie.roles.get(role)?.events).not.toContain('dish_ready');
    }
    expect(brasserie.roles.get('cashier')?.events).toContain('bill_updated');
  });

  it('belong to a user', () => {
    expect(accepts(brasserie.scope, { userId: 1 })).toBe(true);
    expect(accepts(brasserie.scope, {})).toBe(false);
  });
});

describe('the kitchen’s webhook', () => {
  it('names the order in its own words, the dish and the table', () => {
    const told = { erp_order_id: 'K789', dish_name: 'Magret canard', table_id: 5 };
    expect([erpDishReady.method, erpDishReady.path]).toEqual(['POST', '/api/webhooks/erp/dish-ready']);
    expect(accepts(erpDishReady.request, told)).toBe(true);
    for (const field of Object.keys(told))
      expect(accepts(erpDishReady.request, { ...told, [field]: undefined })).toBe(false);
  });

  it('is answered "notified"', () => {
    expect(accepts(erpDishReady.answer, { status: 'notified' })).toBe(true);
    expect(accepts(erpDishReady.answer, { status: 'lost' })).toBe(false);
  });
});
