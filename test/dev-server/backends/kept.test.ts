// What a backend has is there again after a restart, in a file that five of them share.
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { CreateBackend } from '../../../src/dev-server/backend.ts';
import { backends } from '../../../src/dev-server/backends/index.ts';
import { cafeId, tokens as cafeTokens } from '../../../src/dev-server/backends/table-tap/tokens.ts';
import { tokens as brasserieTokens } from '../../../src/dev-server/backends/brasserie/tokens.ts';
import { tokens as posTokens } from '../../../src/dev-server/backends/laravel-pos/tokens.ts';
import { keptTables } from '../../../src/dev-server/kept-tables.ts';
import { plant } from '../../house/tree.ts';
import { createStage, part, startedAt, type Stage } from './stage.ts';

interface Runs {
  /** Ends what runs, and starts it on the same file. The clock may have been set back meanwhile. */
  run(create: CreateBackend, from?: number): Promise<Stage>;
}

function createRuns(): Runs {
  const file = join(plant({}), 'kept.db');
  let end = async (): Promise<void> => undefined;
  onTestFinished(() => end());
  return {
    async run(create, from = startedAt) {
      await end();
      const tables = keptTables(file);
      end = () => tables.close();
      return createStage(create, { keep: tables, from });
    },
  };
}

type Deed = readonly [method: string, path: string, body?: unknown];

interface House {
  readonly token?: string;
  readonly lists: readonly string[];
  readonly deeds: readonly Deed[];
}

const cafe = (list: string): string => `/${list}?cafe_id=${cafeId}&updated_since=2020-01-01T00:00:00.000Z`;
const since = 'updated_since=2020-01-01T00:00:00.000Z';

const houses: Readonly<Record<keyof typeof backends, House>> = {
  'laravel-pos': {
    token: posTokens.pos,
    lists: [`/v1/orders?${since}`, `/v1/print-jobs?${since}`],
    deeds: [
      ['DELETE', '/v1/orders/120041'],
      ['POST', '/v1/orders', { channel: 'pos', items: [{ item_id: 1, qty: 2 }] }],
      ['POST', '/v1/orders/120044/status', { to: 'in_preparation' }],
    ],
  },
  'restaurant-os': {
    lists: ['/api/orders?populate=*', '/api/kitchen-tickets', '/api/tables', '/api/ingredients'],
    deeds: [['POST', '/api/orders', { data: { tableNumber: 5, items: [{ name: 'Борщ', quantity: 2 }] } }]],
  },
  'table-tap': {
    token: cafeTokens.manager,
    lists: [cafe('orders'), cafe('inventory'), cafe('counters')],
    deeds: [
      ['DELETE', '/orders/order-1'],
      ['POST', '/orders', { items: [{ product_id: 'oat-cappuccino', quantity: 3 }] }],
    ],
  },
  brasserie: {
    token: brasserieTokens.charlie,
    lists: [`/api/orders?${since}`, `/api/tables?${since}`, '/api/menu'],
    deeds: [
      ['POST', '/api/erp', { available: false }],
      ['POST', '/api/orders', { table_id: 5, covers: 2, items: [{ dish_id: 12, qty: 1 }] }],
    ],
  },
  'service-floor': {
    lists: ['/orders', '/tables', '/menu', '/users', '/messages', '/service-calls'],
    deeds: [
      ['DELETE', '/messages'],
      ['POST', '/service-calls', { tableNumber: 2 }],
      ['POST', '/orders', { tableNumber: 1, items: [{ menuItemId: 2, quantity: 1 }] }],
    ],
  },
};

const all = Object.keys(houses) as (keyof typeof backends)[];

async function listsOf(stage: Stage, { lists, token }: House): Promise<readonly unknown[]> {
  const answers: unknown[] = [];
  for (const list of lists) {
    const { status, body } = await stage.ask('GET', list, { ...(token !== undefined && { token }) });
    expect([list, status]).toEqual([list, 200]);
    answers.push(body);
  }
  return answers;
}

async function act(stage: Stage, { deeds, token }: House): Promise<void> {
  for (const [method, path, body] of deeds) {
    const { status } = await stage.ask(method, path, { ...(token !== undefined && { token }), body });
    expect([path, status < 300]).toEqual([path, true]);
  }
}

/** Whatever a list says of time, but its rows' own. */
const rowsOf = (answers: readonly unknown[]): readonly unknown[] =>
  answers.map((body) => {
    if (Array.isArray(body)) return body as readonly unknown[];
    const { data, deleted } = body as { readonly data: unknown; readonly deleted?: unknown };
    return { data, deleted };
  });

test.each(all)('%s: every list is the same after a restart, stamps and what was deleted included', async (name) => {
  const { run } = createRuns();
  const house = houses[name];
  const first = await run(backends[name]);
  await act(first, house);
  const before = rowsOf(await listsOf(first, house));

  const second = await run(backends[name], startedAt + 60_000);
  expect(rowsOf(await listsOf(second, house))).toEqual(before);
});

test.each(all)('%s: a backend that was put back is as at the start after a restart, too', async (name) => {
  const { run } = createRuns();
  const house = houses[name];
  const first = await run(backends[name]);
  const atTheStart = rowsOf(await listsOf(first, house));
  await act(first, house);
  expect(rowsOf(await listsOf(first, house))).not.toEqual(atTheStart);

  // Of another run than the one that began.
  const second = await run(backends[name], startedAt + 60_000);
  await second.backend.restore();
  expect(rowsOf(await listsOf(second, house))).toEqual(atTheStart);
  const third = await run(backends[name], startedAt + 120_000);
  expect(rowsOf(await listsOf(third, house))).toEqual(atTheStart);
  await act(third, house);
});

test('numbers go on, and time does, though the clock was set back', async () => {
  const { run } = createRuns();
  const take = async (stage: Stage) => {
    const body = { channel: 'pos', items: [{ item_id: 1, qty: 1 }] };
    const answer = await stage.ask('POST', '/v1/orders', { token: posTokens.pos, body });
    const order = part(answer.body, 'data') as { id: number; number: string; updated_at: string };
    const list = await stage.ask('GET', '/v1/orders', { token: posTokens.pos });
    return { ...order, asOf: String(part(list.body, 'as_of')) };
  };
  const before = await take(await run(backends['laravel-pos']));
  const after = await take(await run(backends['laravel-pos'], startedAt - 3_600_000));
  expect([before.id, before.number]).toEqual([120_044, 'A044']);
  expect([after.id, after.number]).toEqual([120_045, 'A045']);
  expect(after.updated_at > before.updated_at).toBe(true);
  expect(after.asOf >= after.updated_at).toBe(true);
});

test('a request with a key is answered as before the restart, until the database is put back', async () => {
  const { run } = createRuns();
  const take = (stage: Stage) =>
    stage.ask('POST', '/v1/orders', {
      token: posTokens.pos,
      body: { channel: 'pos', items: [{ item_id: 1, qty: 1 }] },
      headers: { 'idempotency-key': 'key-1' },
    });
  const taken = await take(await run(backends['laravel-pos']));
  const second = await run(backends['laravel-pos'], startedAt + 60_000);
  expect((await take(second)).body).toEqual(taken.body);
  expect(second.published).toEqual([]);

  await second.backend.restore();
  const third = await run(backends['laravel-pos'], startedAt + 120_000);
  const anew = await take(third);
  expect(part(anew.body, 'data', 'id')).toBe(part(taken.body, 'data', 'id'));
  expect(part(anew.body, 'data', 'updated_at')).not.toBe(part(taken.body, 'data', 'updated_at'));
  expect(third.published.length).toBeGreaterThan(0);
});

test('brasserie: what was paid, which days are closed and that the kitchen’s system is down are known after a restart', async () => {
  const { run } = createRuns();
  const { cashier, charlie } = brasserieTokens;
  const share = { order_id: 789, cover_number: 1, amount: 25.5, method: 'CB' };
  const day = { date: '2026-03-14' };
  const first = await run(backends.brasserie);
  await first.ask('POST', '/api/erp', { token: charlie, body: { available: false } });
  expect((await first.ask('POST', '/api/payments/split', { token: cashier, body: share })).status).toBe(201);
  await first.ask('POST', '/api/terminal', { token: cashier, body: { next: 'declined' } });
  const closed = await first.ask('POST', '/api/nf525/close', { token: cashier, body: day });
  expect(closed.status).toBe(200);

  const second = await run(backends.brasserie, startedAt + 60_000);
  expect((await second.ask('POST', '/api/payments/split', { token: cashier, body: share })).status).toBe(409);
  const other = { ...share, cover_number: 2 };
  expect((await second.ask('POST', '/api/payments/split', { token: cashier, body: other })).status).toBe(402);
  expect((await second.ask('POST', '/api/payments/split', { token: cashier, body: other })).status).toBe(201);
  const again = await second.ask('POST', '/api/nf525/close', { token: cashier, body: day });
  expect(again.status).toBe(409);
  expect(JSON.stringify(again.body)).toContain(String(part(closed.body, 'audit_log_id')));
  const body = { table_id: 5, covers: 2, items: [{ dish_id: 12, qty: 1 }] };
  const { body: order } = await second.ask('POST', '/api/orders', { token: charlie, body });
  expect(part(order, 'status')).toBe('pending_erp');
});

test('table-tap: who is at work, how much they drank and the settings are known after a restart', async () => {
  const { run } = createRuns();
  const token = cafeTokens.manager;
  const drink = { token, body: { product_name: 'Latte' } };
  const first = await run(backends['table-tap']);
  expect((await first.ask('POST', '/employees/clock-in', { token, body: {} })).status).toBe(201);
  await first.ask('POST', '/employees/drinks', drink);
  await first.ask('PATCH', '/settings', { token, body: { prep_time_minutes: 17 } });

  const second = await run(backends['table-tap'], startedAt + 3_600_000);
  expect((await second.ask('POST', '/employees/clock-in', { token, body: {} })).status).toBe(409);
  const out = await second.ask('POST', '/employees/clock-out', { token, body: {} });
  expect([out.status, part(out.body, 'total_hours')]).toEqual([201, 1]);
  expect((await second.ask('POST', '/employees/clock-out', { token, body: {} })).status).toBe(409);
  expect(part((await second.ask('POST', '/employees/drinks', drink)).body, 'monthly_count')).toBe(2);
  await second.ask('PATCH', '/settings', { token, body: { prep_time_minutes: 18 } });
  expect(JSON.stringify(second.published)).toContain('{"previous":17,"new":18}');
});

test('backends that share a file do not see each other’s rows', async () => {
  const { run } = createRuns();
  const floor = houses['service-floor'];
  const alone = rowsOf(await listsOf(await run(backends['service-floor']), floor));
  await act(await run(backends.brasserie), houses.brasserie);
  expect(rowsOf(await listsOf(await run(backends['service-floor']), floor))).toEqual(alone);
});
