import { createDecoder } from 'heard';
import { createEmitter, memoryLog, replayHandler, whoMayHear, type Caller, type EventLog } from 'heard/emit';
import { laravelPos } from 'heard/contracts/laravel-pos';
import { restaurantOs } from 'heard/contracts/restaurant-os';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { runs } from '../../effort.ts';
import { order, rig, sku } from '../rig.ts';

const channel = `private-store.${sku}.orders`;
const anybody = (): boolean => true;
const address = (search: Readonly<Record<string, string>>): string =>
  `https://api.example.test/v1/events/since?${new URLSearchParams(search).toString()}`;
const asking = (search: Readonly<Record<string, string>>, headers: Readonly<Record<string, string>> = {}): Request =>
  new Request(address(search), { headers });

interface Page {
  readonly events: readonly { readonly seq: number; readonly meta: Readonly<Record<string, unknown>> }[];
  readonly next_seq: number;
  readonly has_more: boolean;
  readonly head_seq: number;
}

/** A log in which so many orders stand, and its handler. */
async function since(count: number, options: { readonly log?: EventLog; readonly mostBytes?: number } = {}) {
  const { log = memoryLog(), ...limits } = options;
  const { emitter } = rig({ log });
  for (let id = 1; id <= count; id += 1) {
    await emitter.emit('OrderCreated', {
      scope: { sku },
      data: { order: { ...order, id } },
      id: `event-${id}`,
      occurredAt: id,
    });
  }
  const handler = replayHandler(laravelPos, { log, mayRead: anybody, ...limits });
  return {
    log,
    handler,
    page: async (seq: number, limit?: number): Promise<Page> => {
      const answer = await handler(
        asking({ channel, seq: String(seq), ...(limit !== undefined && { limit: String(limit) }) }),
      );
      expect(answer.status).toBe(200);
      return (await answer.json()) as Page;
    },
  };
}

describe('replay', () => {
  test('is read by the contract as what came over the socket, marked as replayed', async () => {
    const { log, handler } = await since(3);
    const answer = await handler(asking({ channel, seq: '1', limit: '10' }));
    expect(answer.headers.get('content-type')).toBe('application/json');
    expect(answer.headers.get('cache-control')).toBe('no-store');
    const body: unknown = await answer.json();
    const { epoch } = await log.read(channel, 0, 1);
    expect(laravelPos.replay?.page(body)).toEqual({
      epoch,
      headSeq: 3,
      floorSeq: 1,
      nextSeq: 3,
      hasMore: false,
      events: [
        {
          v: 1,
          event: 'OrderCreated',
          event_id: 'event-2',
          seq: 2,
          occurred_at: '1970-01-01T00:00:00.002Z',
          store: { sku },
          subject: { type: 'Order', id: 2 },
          data: { order: { ...order, id: 2 } },
          meta: { replay: true, epoch, prev_seq: 1, head_seq: 3 },
        },
        expect.objectContaining({ event_id: 'event-3', seq: 3 }),
      ],
    });
    const decode = createDecoder(laravelPos);
    const { events } = body as Page;
    expect(events.map((payload) => decode({ channel, name: 'OrderCreated', payload }))).toMatchObject([
      { kind: 'event', event: { id: 'event-2', seq: 2, replayed: true, epoch } },
      { kind: 'event', event: { id: 'event-3', seq: 3, replayed: true } },
    ]);
  });

  test('goes on where a page ended, until there is no more', async () => {
    const { page } = await since(7);
    const seen: number[] = [];
    const pages: (readonly [next: number, more: boolean])[] = [];
    for (let at = 0; ;) {
      const { events, next_seq, has_more } = await page(at, 3);
      seen.push(...events.map(({ seq }) => seq));
      pages.push([next_seq, has_more]);
      at = next_seq;
      if (!has_more) break;
    }
    expect(seen).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(pages).toEqual([
      [3, true],
      [6, true],
      [7, false],
    ]);
  });

  test('is capped, whatever is asked for, by number and by size', async () => {
    const { log, page } = await since(30);
    const narrow = replayHandler(laravelPos, { log, mayRead: anybody, mostEvents: 4 });
    const capped = (await (await narrow(asking({ channel, seq: '0', limit: '9007199254740991' }))).json()) as Page;
    expect([capped.events.length, capped.next_seq, capped.has_more]).toEqual([4, 4, true]);
    expect((await page(0)).events).toHaveLength(30);
    const short = await since(5, { mostBytes: 10 });
    expect(await short.page(0)).toMatchObject({ events: [{ seq: 1 }], next_seq: 1, has_more: true });
  });

  test('at the head there is nothing, and that is said', async () => {
    const { page } = await since(2);
    expect(await page(2)).toMatchObject({ events: [], next_seq: 2, head_seq: 2, has_more: false });
  });

  test('who is ahead of the head is told where it is', async () => {
    const { page } = await since(2);
    expect(await page(50)).toMatchObject({ events: [], next_seq: 2, head_seq: 2, has_more: false });
  });

  test('of a store where nothing was said yet is empty', async () => {
    const { handler } = await since(0);
    const answer = await handler(asking({ channel: 'private-store.other.orders', seq: '0' }));
    expect(await answer.json()).toMatchObject({ events: [], head_seq: 0, floor_seq: 1, next_seq: 0, has_more: false });
  });

  test('of what is not kept any more is 410, with what the contract reads of it', async () => {
    const { log, handler } = await since(300, { log: memoryLog({ atLeast: 10, forMs: -1 }) });
    const { epoch, floorSeq } = await log.read(channel, 0, 1);
    expect(floorSeq).toBeGreaterThan(100);
    const answer = await handler(asking({ channel, seq: '5' }));
    expect([answer.status, answer.headers.get('content-type')]).toEqual([410, 'application/problem+json']);
    const body: unknown = await answer.json();
    expect(laravelPos.replay?.gone(body)).toEqual({ epoch, floorSeq, headSeq: 300 });
    expect(body).toMatchObject({ floor_seq: floorSeq, head_seq: 300, epoch, status: 410 });
    const [edge, before] = [floorSeq - 1, floorSeq - 2].map((seq) => asking({ channel, seq: String(seq) }));
    expect([edge && (await handler(edge)).status, before && (await handler(before)).status]).toEqual([200, 410]);
  });

  test('a station’s, whose positions only grow, is read as well', async () => {
    const log = memoryLog();
    const { emitter } = rig({ log });
    const ticket = { id: 1, items: [] } as const;
    await emitter.emit('KdsTicketCreated', { scope: { sku, station: 'grill' }, data: { ticket } });
    const handler = replayHandler(laravelPos, { log, mayRead: anybody });
    const answer = await handler(asking({ channel: `private-store.${sku}.kds.station.grill`, seq: '0' }));
    expect(await answer.json()).toMatchObject({ events: [{ event: 'KdsTicketCreated', seq: 1 }] });
  });
});

describe('who asks', () => {
  const callers: Readonly<Record<string, Caller>> = {
    till: { id: 1, abilities: ['order.read'], scope: { sku, deviceId: 42 } },
    kitchen: { id: 2, abilities: ['kds.read'], scope: { sku, deviceId: 43 } },
    elsewhere: { id: 3, abilities: ['order.read'], scope: { sku: 'other', deviceId: 44 } },
  };
  const callerOf = (request: Request): Caller | undefined =>
    callers[request.headers.get('authorization')?.replace('Bearer ', '') ?? ''];

  test.each([
    ['till', 200],
    ['kitchen', 403],
    ['elsewhere', 403],
    ['nobody', 401],
  ])('%s: %i', async (token, status) => {
    const { log } = await since(1);
    const handler = replayHandler(laravelPos, { log, mayRead: whoMayHear(laravelPos, callerOf) });
    const answer = await handler(asking({ channel, seq: '0' }, { authorization: `Bearer ${token}` }));
    expect([answer.status, (await answer.text()).includes('event-1')]).toEqual([status, status === 200]);
  });
});

describe('a question that is none', () => {
  test.each([
    ['no channel', { seq: '0' }, 400],
    ['no position', { channel }, 400],
    ['a position below 0', { channel, seq: '-1' }, 400],
    ['a position with a fraction', { channel, seq: '1.5' }, 400],
    ['a position beyond all numbers', { channel, seq: '99999999999999999999' }, 400],
    ['a position in other digits', { channel, seq: '0x10' }, 400],
    ['a limit of nothing', { channel, seq: '0', limit: '0' }, 400],
    ['a limit that is a word', { channel, seq: '0', limit: 'all' }, 400],
    ['a channel of somebody else’s', { channel: 'orders', seq: '0' }, 404],
    ['a channel without positions', { channel: `presence-store.${sku}.kds.presence`, seq: '0' }, 404],
  ])('%s', async (_, search, status) => {
    const { handler } = await since(1);
    const answer = await handler(asking(search));
    expect([answer.status, answer.headers.get('content-type')]).toEqual([status, 'application/problem+json']);
    expect(await answer.json()).toMatchObject({ status, type: expect.stringMatching(/^urn:heard:problem:/) as string });
  });

  test('another method is told which one is meant', async () => {
    const { handler } = await since(1);
    const answer = await handler(new Request(address({ channel, seq: '0' }), { method: 'POST' }));
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET']);
  });

  test('whatever it is, it is answered, and not with a server’s failure', async () => {
    const { handler } = await since(2);
    await fc.assert(
      fc.asyncProperty(fc.dictionary(fc.constantFrom('channel', 'seq', 'limit', 'x'), fc.string()), async (search) => {
        const answer = await handler(asking(search));
        expect(answer.status).toBeLessThan(500);
      }),
      runs(300),
    );
  });
});

describe('a log that fails', () => {
  test('is answered 503, and the reason is told to the backend alone', async () => {
    const log: EventLog = { ...memoryLog(), read: () => Promise.reject(new Error('disk on fire')) };
    const told: unknown[] = [];
    const failed = (error: unknown): void => {
      told.push(error);
      throw new Error('of the app');
    };
    const handler = replayHandler(laravelPos, { log, mayRead: anybody, failed });
    const answer = await handler(asking({ channel, seq: '0' }));
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '1']);
    expect(await answer.text()).not.toContain('fire');
    expect(told).toMatchObject([{ message: 'disk on fire' }]);
  });

  test('a contract without replay has no handler', () => {
    const publisher = { publish: () => Promise.resolve() };
    createEmitter(restaurantOs, { publisher });
    expect(() => replayHandler(restaurantOs, { log: memoryLog(), mayRead: anybody })).toThrow(
      expect.objectContaining({ code: 'options-invalid' }),
    );
  });
});
