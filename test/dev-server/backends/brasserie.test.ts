import { createHash } from 'node:crypto';
import { createBrasserie } from '../../../src/dev-server/backends/brasserie/index.ts';
import { signToken, tokens } from '../../../src/dev-server/backends/brasserie/tokens.ts';
import { describe, expect, test } from 'vitest';
import { createStage, part, seat, startedAt, type Stage } from './stage.ts';

const { alice, bob, cashier, admin, kitchen, erp } = tokens;
const sync = (stage: Stage, uuid: string, table_id = 8) =>
  stage.ask('POST', '/api/orders/sync', {
    token: alice,
    body: { uuid, table_id, items: [{ dish_id: 12, qty: 1 }], offline_timestamp: '2026-03-14T18:20:00Z' },
  });
const pay = (stage: Stage, cover_number: number, how: object = {}) =>
  stage.ask('POST', '/api/payments/split', {
    token: cashier,
    body: { order_id: 789, cover_number, amount: 25.5, method: 'CB', ...how },
  });

describe('orders that were taken offline', () => {
  test('are known by their uuid, and collide with whoever sits at the table', async () => {
    const stage = createStage(createBrasserie);
    const first = await sync(stage, 'offline-123-abc');
    expect(first).toMatchObject({ status: 201, body: { order_id: 790 } });
    expect(await sync(stage, 'offline-123-abc')).toMatchObject({ status: 201, body: { order_id: 790 } });
    expect(await sync(stage, 'offline-124-def')).toMatchObject({ status: 409, body: { table_id: 8 } });
    const { body } = await stage.ask('GET', '/api/orders?uuid=offline-123-abc', { token: alice });
    expect(part(body, 'data')).toHaveLength(1);
    expect(part((await stage.ask('GET', '/api/orders?uuid=nobody', { token: alice })).body, 'data')).toEqual([]);
  });

  test('in V1 are not recognised: the table is occupied by the order itself', async () => {
    const stage = createStage(createBrasserie, { v1: true });
    expect((await sync(stage, 'offline-123-abc')).status).toBe(201);
    expect((await sync(stage, 'offline-123-abc')).status).toBe(409);
  });
});

test('an order waits for the kitchen’s system when that is down, and is sent when it is back', async () => {
  const stage = createStage(createBrasserie);
  await stage.ask('POST', '/api/erp', { token: alice, body: { available: false } });
  const body = {
    table_id: 5,
    items: [
      { dish_id: 12, qty: 1 },
      { wine_id: 34, qty: 1 },
    ],
  };
  const taken = await stage.ask('POST', '/api/orders', { token: alice, body });
  expect(taken).toMatchObject({ status: 201, body: { order_id: 790, status: 'pending_erp' } });
  const back = await stage.ask('POST', '/api/erp', { token: alice, body: { available: true } });
  expect(back.body).toEqual({ available: true, sent: [790] });
});

describe('a split bill', () => {
  test('is paid cover by cover, each once, and frees the table at the end', async () => {
    const stage = createStage(createBrasserie);
    expect(await pay(stage, 1)).toMatchObject({ status: 201, body: { remaining: '3/4' } });
    expect(await pay(stage, 1)).toMatchObject({ status: 409, body: { cover_number: 1 } });
    expect((await pay(stage, 2, { method: 'TR' })).body).toMatchObject({ remaining: '2/4' });
    await pay(stage, 3, { method: 'Espèces' });
    expect(await pay(stage, 4)).toMatchObject({ status: 201, body: { status: 'order_complete' } });
    expect(stage.news().slice(-3)).toEqual(['order_updated', 'bill_updated', 'table_updated']);
    const { body } = await stage.ask('GET', '/api/tables', { token: cashier });
    expect((part(body, 'data') as unknown[]).at(-1)).toMatchObject({ id: 12, status: 'free' });
  });

  test('tells a declined card from a terminal that did not answer; not in V1', async () => {
    for (const v1 of [false, true]) {
      const stage = createStage(createBrasserie, { v1 });
      for (const [next, reason] of [
        ['declined', 'declined'],
        ['timeout', 'terminal_timeout'],
      ]) {
        await stage.ask('POST', '/api/terminal', { token: cashier, body: { next } });
        const { status, body } = await pay(stage, 1);
        expect([status, part(body, 'reason')]).toEqual([402, v1 ? undefined : reason]);
      }
      // Cash needs no terminal, and nothing was booked.
      expect((await pay(stage, 1)).status).toBe(201);
    }
  });

  test.each([
    [{ order_id: 1 }, 404],
    [{ cover_number: 5 }, 422],
    [{ amount: 102.01 }, 422],
    [{ amount: 25.505 }, 422],
    [{ amount: 0 }, 422],
    [{ method: '' }, 422],
  ])('refuses %o', async (how, expected) => {
    const stage = createStage(createBrasserie);
    expect((await pay(stage, 1, how)).status).toBe(expected);
    expect(stage.published).toEqual([]);
  });
});

test('a day is closed once, in a chain of hashes', async () => {
  const stage = createStage(createBrasserie);
  await pay(stage, 1);
  const close = (date: string) => stage.ask('POST', '/api/nf525/close', { token: admin, body: { date } });
  const day = new Date(startedAt).toLocaleDateString('sv');
  const first = await close(day);
  const hash = createHash('sha256')
    .update(`${day}25.50${'0'.repeat(64)}`)
    .digest('hex');
  expect(first).toMatchObject({ status: 200, body: { audit_log_id: 5678, hash } });
  expect(part(first.body, 'ticket')).toContain('Total TTC: 25.50');
  expect(await close(day)).toMatchObject({ status: 409, body: { audit_log_id: 5678 } });
  const { body } = await close('2031-01-01');
  expect(part(body, 'hash')).toBe(createHash('sha256').update(`2031-01-010.00${hash}`).digest('hex'));
});

test.each([
  ['POST', '/api/orders', cashier],
  ['POST', '/api/orders/sync', kitchen],
  ['POST', '/api/payments/split', bob],
  ['POST', '/api/nf525/close', alice],
  ['POST', '/api/webhooks/erp/dish-ready', admin],
])('%s %s asks for the right role', async (method, path, token) => {
  expect((await createStage(createBrasserie).ask(method, path, { token, body: {} })).status).toBe(403);
});

test('a dish that nobody ordered is not announced', async () => {
  const stage = createStage(createBrasserie);
  const body = { erp_order_id: 'K1', dish_name: 'Magret', table_id: 5 };
  expect((await stage.ask('POST', '/api/webhooks/erp/dish-ready', { token: erp, body })).status).toBe(404);
  expect(stage.published).toEqual([]);
});

test('tokens are judged by their signature and their time', () => {
  const { backend, pass } = createStage(createBrasserie);
  const token = signToken({ sub: 9, role: 'serveur', name: 'Zoë ☕', exp: startedAt / 1000 + 60 });
  expect(backend.callerOf(token)).toMatchObject({ id: '9', abilities: ['serveur'] });
  expect(backend.callerOf(`${token.slice(0, -2)}xx`)).toBeUndefined();
  pass(60_000);
  expect(backend.callerOf(token)).toBeUndefined();
  for (const broken of ['', '..', 'a.b.c', 'a.b.c.d', '☕']) expect(backend.callerOf(broken)).toBeUndefined();
});

test('a socket is in its user’s room, strangers are refused, and a pick-up is noted', async () => {
  const stage = createStage(createBrasserie);
  const connection = seat('/', { auth: { token: alice } });
  expect(stage.backend.connected?.(connection)).toBeUndefined();
  expect([...connection.rooms]).toEqual(['user:1']);
  expect(stage.backend.connected?.(seat('/', { auth: { token: 7 } }))).toEqual({ refused: 'Authentication error' });
  expect(await stage.backend.message?.(connection, 'dish_acknowledged', { order_id: 789 })).toEqual({ ok: true });
  expect(await stage.backend.message?.(connection, 'dish_acknowledged', { order_id: 1 })).toBeUndefined();
  expect(stage.published).toHaveLength(1);
  expect(part(stage.published[0]?.payload, 'acknowledged_at')).toBeTypeOf('string');
});
