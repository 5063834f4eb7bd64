import { createHmac } from 'node:crypto';
import { listPage } from '../../../src/contract/list-page.ts';
import { createLaravelPos } from '../../../src/dev-server/backends/laravel-pos/index.ts';
import { deviceIds, store, tokens } from '../../../src/dev-server/backends/laravel-pos/tokens.ts';
import { describe, expect, test, vi } from 'vitest';
import { app, createStage, part, requestOf, settled, type Stage } from './stage.ts';

const { pos, kiosk, kds, printerGateway, backOffice } = tokens;
const burger = { channel: 'pos', items: [{ item_id: 1, qty: 1 }] };
const wire = (channel: string): string => `private-store.${store.sku}.${channel}`;

const take = async (stage: Stage, body: object = burger, headers: Readonly<Record<string, string>> = {}) =>
  stage.ask('POST', '/v1/orders', { token: pos, body, headers });

test('an order becomes a ticket for each station and a receipt, told in this order', async () => {
  const stage = createStage(createLaravelPos);
  const { status, body } = await take(stage, {
    channel: 'pos',
    items: [
      { item_id: 1, qty: 2 },
      { item_id: 11, qty: 1 },
    ],
  });
  expect(status).toBe(201);
  expect(part(body, 'data')).toMatchObject({ number: 'A044', status: 'accepted', totals_cents: { total: 240_000 } });
  expect(stage.published.map(({ name, channel }) => [name, channel.replace(wire(''), '')])).toEqual([
    ['OrderCreated', 'orders'],
    ['KdsTicketCreated', 'kds'],
    ['KdsTicketCreated', 'kds.station.grill'],
    ['KdsTicketCreated', 'kds'],
    ['KdsTicketCreated', 'kds.station.oven'],
    ['PrintJobQueued', 'printing'],
  ]);
  expect(stage.published[0]?.payload).toMatchObject({
    store,
    sender: { device_id: deviceIds.pos, device_type: 'POS' },
    subject: { type: 'Order', id: 120_044 },
    meta: { replay: false },
  });
});

test('an order is as far as the slowest of its tickets', async () => {
  const stage = createStage(createLaravelPos);
  await take(stage, {
    channel: 'pos',
    items: [
      { item_id: 1, qty: 1 },
      { item_id: 11, qty: 1 },
    ],
  });
  const status = async (): Promise<unknown> => {
    const { body } = await stage.ask('GET', '/v1/orders/120044', { token: pos });
    return part(body, 'data', 'status');
  };
  const bump = (id: number, to: string) =>
    stage.ask('POST', `/v1/kds/tickets/${id}/bump`, { token: kds, body: { to } });
  await bump(98_704, 'ready');
  expect(await status()).toBe('in_preparation');
  await bump(98_705, 'ready');
  expect(await status()).toBe('ready');
  await stage.ask('POST', '/v1/kds/tickets/98705/undo', { token: kds, body: { to: 'in_preparation' } });
  expect(await status()).toBe('in_preparation');
});

describe('steps', () => {
  test.each([
    ['bump', 98_703, { to: 'ready' }, 200],
    ['bump', 98_703, { to: 'served' }, 422],
    ['bump', 98_702, { to: 'ready' }, 409],
    ['bump', 98_701, { to: 'ready' }, 409],
    ['bump', 98_701, { to: 'delivered' }, 422],
    ['bump', 98_703, { to: 'eaten' }, 422],
    ['bump', 1, { to: 'ready' }, 404],
    ['undo', 98_702, { to: 'in_preparation' }, 200],
    ['undo', 98_703, { to: 'in_preparation' }, 409],
    ['undo', 98_701, { to: 'in_preparation' }, 422],
  ])('%s of ticket %d to %o is answered with %d', async (step, id, body, expected) => {
    const stage = createStage(createLaravelPos);
    const answer = await stage.ask('POST', `/v1/kds/tickets/${id}/${step}`, { token: kds, body });
    expect(answer.status).toBe(expected);
    expect(stage.published.length > 0).toBe(expected === 200);
  });

  test('a refusal names the steps that are legal', async () => {
    const stage = createStage(createLaravelPos);
    const answer = await stage.ask('POST', '/v1/kds/tickets/98702/undo', {
      token: kds,
      body: { to: 'in_preparation' },
    });
    expect(answer.status).toBe(200);
    const { body, headers } = await stage.ask('POST', '/v1/kds/tickets/98702/bump', {
      token: kds,
      body: { to: 'served' },
    });
    expect(headers.get('content-type')).toBe('application/problem+json');
    expect(body).toMatchObject({ type: 'urn:problem:illegal-transition', status: 422, legal: ['ready'] });
    const order = await stage.ask('POST', '/v1/orders/120041/status', { token: pos, body: { to: 'cancelled' } });
    expect(order).toMatchObject({ status: 422, body: { legal: [], current: 'served', status: 422 } });
  });
});

test('a print job is claimed once, ended by who claimed it, and counts its attempts', async () => {
  const stage = createStage(createLaravelPos);
  await take(stage);
  const step = async (name: string, token: string, body?: object): Promise<readonly unknown[]> => {
    const answer = await stage.ask('POST', `/v1/print-jobs/5504/${name}`, { token, body });
    return [answer.status, answer.status < 300 ? part(answer.body, 'data', 'attempts') : part(answer.body, 'legal')];
  };
  expect(await step('complete', printerGateway)).toEqual([422, ['claim']]);
  expect(await step('claim', printerGateway)).toEqual([200, 1]);
  expect(await step('claim', printerGateway)).toEqual([200, 1]);
  // The till may print, too.
  expect(await step('claim', pos)).toEqual([409, ['complete', 'fail']]);
  expect(await step('complete', pos)).toEqual([409, ['complete', 'fail']]);
  expect(await step('fail', printerGateway, { error: {} })).toEqual(
    [422, expect.anything()].toSpliced(1, 1, undefined),
  );
  expect(await step('fail', printerGateway, { error: { code: 'no-paper' } })).toEqual([200, 1]);
  expect(await step('retry', pos)).toEqual([200, 1]);
  expect(await step('retry', pos)).toEqual([409, ['claim']]);
  expect(await step('claim', printerGateway)).toEqual([200, 2]);
  expect(await step('complete', printerGateway)).toEqual([200, 2]);
  expect(await step('complete', printerGateway)).toEqual([409, ['retry']]);
});

describe('who may', () => {
  test.each([
    ['POST', '/v1/orders', undefined, 401],
    ['POST', '/v1/orders', 'forged', 401],
    ['POST', '/v1/orders/120042/status', kiosk, 403],
    ['POST', '/v1/kds/tickets/98703/bump', pos, 403],
    ['POST', '/v1/print-jobs/5503/retry', kds, 403],
    ['GET', '/v1/devices', pos, 403],
    ['GET', '/v1/kds/tickets', kiosk, 403],
    ['POST', `/devices/${deviceIds.kds}/heartbeat`, pos, 403],
    ['GET', `/v1/events/since?channel=${wire('kds')}&seq=0`, pos, 403],
    ['GET', '/v1/events/since?channel=private-store.elsewhere.orders&seq=0', pos, 403],
    ['GET', `/v1/events/since?channel=private-device.${deviceIds.kds}.notifications&seq=0`, pos, 403],
    ['GET', `/v1/events/since?channel=private-device.${deviceIds.pos}.notifications&seq=0`, pos, 200],
  ])('%s %s', async (method, path, token, expected) => {
    const stage = createStage(createLaravelPos);
    const answer = await stage.ask(method, path, { ...(token !== undefined && { token }) });
    expect(answer.status).toBe(expected);
  });

  test('a device that the office blocks is let in nowhere, until it is not blocked any more', async () => {
    const stage = createStage(createLaravelPos);
    const set = (status: string) =>
      stage.ask('POST', `/v1/devices/${deviceIds.kiosk}/status`, { token: backOffice, body: { status } });
    const channel_name = wire('orders');
    const read = async (): Promise<readonly number[]> => {
      const answers = [
        await stage.ask('GET', '/v1/orders', { token: kiosk }),
        await stage.ask('GET', `/v1/events/since?channel=${channel_name}&seq=0`, { token: kiosk }),
        await stage.ask('POST', '/broadcasting/auth', { token: kiosk, body: { channel_name, socket_id: '1.2' } }),
        await stage.ask('POST', `/devices/${deviceIds.kiosk}/heartbeat`, {
          token: kiosk,
          body: {},
          headers: { 'idempotency-key': 'k1' },
        }),
      ];
      return answers.map(({ status }) => status);
    };
    await set('blocked');
    expect(await read()).toEqual([403, 403, 403, 403]);
    await set('online');
    // That it was refused is not remembered.
    expect(await read()).toEqual([200, 200, 200, 204]);
    expect(stage.published.map(({ name }) => name)).toEqual(['DeviceStatusChanged', 'DeviceStatusChanged']);
  });
});

describe('signatures', () => {
  const ask = (channel_name: string, token: string, v1 = false) =>
    createStage(createLaravelPos, { v1 }).ask('POST', '/broadcasting/auth', {
      token,
      body: { channel_name, socket_id: '12.34' },
    });
  const signed = (text: string): string => `${app.key}:${createHmac('sha256', app.secret).update(text).digest('hex')}`;

  test('are given as the event server checks them, for JSON and for forms', async () => {
    const channel = wire('orders');
    expect(await ask(channel, pos)).toMatchObject({ status: 200, body: { auth: signed(`12.34:${channel}`) } });
    const form = await createStage(createLaravelPos).backend.fetch(
      new Request('http://dev.test/broadcasting/auth', {
        method: 'POST',
        headers: { authorization: `Bearer ${pos}`, 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams({ channel_name: channel, socket_id: '12.34' }),
      }),
    );
    expect(await form?.json()).toEqual({ auth: signed(`12.34:${channel}`) });
  });

  test('come with the member on presence channels', async () => {
    const channel = `presence-store.${store.sku}.kds.presence`;
    const { body } = await ask(channel, kds);
    const member = String(part(body, 'channel_data'));
    expect(JSON.parse(member)).toEqual({ user_id: '21', user_info: { device_id: 21, device_type: 'KDS' } });
    expect(part(body, 'auth')).toBe(signed(`12.34:${channel}:${member}`));
  });

  test.each([
    [wire('orders'), kds],
    [wire('printing'), kiosk],
    ['private-store.elsewhere.orders', pos],
    ['private-device.12.notifications', pos],
    ['nothing', pos],
  ])('are refused for %s to %s', async (channel, token) => {
    expect((await ask(channel, token)).status).toBe(403);
  });

  test('are refused in V1 for what came with V1.1', async () => {
    expect((await ask(wire('kds.station.grill'), kds)).status).toBe(200);
    expect((await ask(wire('kds.station.grill'), kds, true)).status).toBe(403);
    expect((await ask(`presence-store.${store.sku}.kds.presence`, kds, true)).status).toBe(403);
  });

  test('a socket id that would sign another channel is none', async () => {
    const stage = createStage(createLaravelPos);
    const body = { channel_name: wire('orders'), socket_id: '1.2:private-x' };
    expect((await stage.ask('POST', '/broadcasting/auth', { token: pos, body })).status).toBe(422);
  });
});

describe('repeats', () => {
  test('the same key and body get the same answer, and one order', async () => {
    const stage = createStage(createLaravelPos);
    const headers = { 'idempotency-key': 'k1' };
    const first = await take(stage, burger, headers);
    const again = await take(stage, burger, headers);
    expect(again).toMatchObject({ status: 201, body: first.body });
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect(stage.published.filter(({ name }) => name === 'OrderCreated')).toHaveLength(1);
  });

  test('one that comes while the first is worked on is told so, and one with another body is refused', async () => {
    const stage = createStage(createLaravelPos);
    const request = () => requestOf('POST', '/v1/orders', pos, burger, { 'idempotency-key': 'k1' });
    const append = stage.log.append.bind(stage.log);
    let goOn = (): void => undefined;
    const held = new Promise<void>((resolve) => (goOn = resolve));
    const appending = vi.spyOn(stage.log, 'append').mockImplementation(async (...asked) => {
      await held;
      return append(...asked);
    });
    const first = stage.backend.fetch(request());
    await vi.waitUntil(() => appending.mock.calls.length > 0);
    expect((await stage.backend.fetch(request()))?.status).toBe(409);
    goOn();
    expect((await first)?.status).toBe(201);
    await settled();
    expect(stage.published.filter(({ name }) => name === 'OrderCreated')).toHaveLength(1);
    const other = await take(stage, { ...burger, notes: 'another' }, { 'idempotency-key': 'k1' });
    expect(other).toMatchObject({ status: 422, body: { type: 'urn:heard:problem:idempotency-key-reused' } });
  });

  test('whoever asks for the same under another token is somebody else, and a restored database knows of nothing', async () => {
    const stage = createStage(createLaravelPos);
    const order = async (token: string): Promise<readonly unknown[]> => {
      const { status, body, headers } = await stage.ask('POST', '/v1/orders', {
        token,
        body: burger,
        headers: { 'idempotency-key': 'k1' },
      });
      return [status, part(body, 'data', 'id'), headers.get('idempotency-replayed')];
    };
    expect(await order(pos)).toEqual([201, 120_044, null]);
    expect(await order(pos)).toEqual([201, 120_044, 'true']);
    expect(await order(kiosk)).toEqual([201, 120_045, null]);
    await stage.backend.restore();
    expect(await order(pos)).toEqual([201, 120_044, null]);
  });

  test('an order is known by the id that its device chose; not in V1', async () => {
    const order = { ...burger, client_order_id: 'c-1' };
    const stage = createStage(createLaravelPos);
    expect((await take(stage, order)).body).toMatchObject({ data: { client_order_id: 'c-1' } });
    expect((await take(stage, order)).status).toBe(409);
    const old = createStage(createLaravelPos, { v1: true });
    for (const _ of [1, 2]) expect((await take(old, order, { 'idempotency-key': 'k' })).status).toBe(201);
  });
});

describe('lists', () => {
  const page = async (stage: Stage, search = '') => {
    const { status, body } = await stage.ask('GET', `/v1/orders${search}`, { token: pos });
    return { status, body, page: listPage(body) };
  };

  test('come in pages that agree on what they are worth, whatever happens between them', async () => {
    const stage = createStage(createLaravelPos);
    for (let count = 0; count < 120; count += 1) await take(stage);
    const first = await page(stage);
    expect(first.page).toMatchObject({ complete: false, asOfSeq: 120, deleted: [] });
    expect(first.page?.rows).toHaveLength(100);
    // Moves from the first page to the end.
    await stage.ask('POST', '/v1/orders/120043/status', { token: pos, body: { to: 'ready' } });
    const last = await page(stage, `?cursor=${encodeURIComponent(first.page?.next ?? '')}`);
    expect(last.page).toMatchObject({ complete: true, asOf: first.page?.asOf, asOfSeq: 120, epoch: first.page?.epoch });
    expect(last.page?.rows).toHaveLength(24);
    expect(last.page?.rows.at(-1)).toMatchObject({ id: 120_043, status: 'ready' });
    const seen = new Set([...(first.page?.rows ?? []), ...(last.page?.rows ?? [])].map((row) => part(row, 'id')));
    expect(seen.size).toBe(123);
  });

  test('tell what changed and what is gone since a moment', async () => {
    const stage = createStage(createLaravelPos);
    const { page: before } = await page(stage);
    stage.pass(1_000);
    await take(stage);
    await stage.ask('DELETE', '/v1/orders/120041', { token: pos });
    const { page: since } = await page(stage, `?updated_since=${before?.asOf}`);
    expect(since?.rows.map((row) => part(row, 'id'))).toEqual([120_044]);
    expect(since).toMatchObject({ complete: false, tombstones: true, deleted: [{ id: '120041' }] });
  });

  test('of one station hold its tickets and the position of its channel', async () => {
    const stage = createStage(createLaravelPos);
    await take(stage);
    const { body } = await stage.ask('GET', '/v1/kds/tickets?station=grill', { token: kds });
    expect((part(body, 'data') as unknown[]).map((row) => part(row, 'station'))).toEqual(['grill', 'grill']);
    expect(part(body, 'as_of_seq')).toBe(1);
  });

  test.each(['?cursor=x', '?cursor=e30', '?updated_since=yesterday', '?updated_since=2026-03-14'])(
    'refuse %s',
    async (search) => {
      expect((await page(createStage(createLaravelPos), search)).status).toBe(422);
    },
  );

  test('in V1 are rows and nothing else, and there is no replay', async () => {
    const stage = createStage(createLaravelPos, { v1: true });
    await take(stage);
    expect(Object.keys((await page(stage)).body as object)).toEqual(['data']);
    expect(await stage.backend.fetch(requestOf('GET', '/v1/events/since?channel=x&seq=0', pos))).toBeUndefined();
    expect(stage.published.map(({ name }) => name)).toEqual(['OrderCreated', 'KdsTicketCreated', 'PrintJobQueued']);
  });
});

describe('replay', () => {
  const since = (stage: Stage, seq: number | string, more = '') =>
    stage.ask('GET', `/v1/events/since?channel=${wire('orders')}&seq=${seq}${more}`, { token: pos });

  test('goes on from a position, page by page', async () => {
    const stage = createStage(createLaravelPos);
    for (let count = 0; count < 3; count += 1) await take(stage);
    expect((await since(stage, 1, '&limit=1')).body).toMatchObject({ next_seq: 2, has_more: true, head_seq: 3 });
    expect((await since(stage, 3)).body).toMatchObject({ events: [], next_seq: 3, has_more: false });
    expect((await since(stage, Number.MAX_SAFE_INTEGER)).body).toMatchObject({ events: [], next_seq: 3 });
  });

  test.each(['-1', 'x', '1e3', '99999999999999999999'])('refuses the position %s', async (seq) => {
    expect((await since(createStage(createLaravelPos), seq)).status).toBe(400);
  });

  test('counts from 1 again in another epoch after a restored database', async () => {
    const stage = createStage(createLaravelPos);
    await take(stage);
    const { body: before } = await since(stage, 0);
    await stage.backend.restore();
    const { body: after } = await since(stage, 0);
    expect(after).toMatchObject({ events: [], head_seq: 0, floor_seq: 1 });
    expect(part(after, 'epoch')).not.toBe(part(before, 'epoch'));
    expect((await take(stage)).body).toMatchObject({ data: { id: 120_044 } });
  });
});
