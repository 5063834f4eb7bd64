import { validate } from '../../../src/contract/schema.ts';
import { listPage, rowsOf } from '../../../src/contract/list-page.ts';
import type { ContractData } from '../../../src/contract/contract.ts';
import { mutationRequest, type HttpCarrier, type SocketCarrier } from '../../../src/contract/mutation.ts';
import { queryRequest } from '../../../src/contract/query.ts';
import { fillPath, withSearch } from '../../../src/contract/request.ts';
import { backends } from '../../../src/dev-server/backends/index.ts';
import { tokens as brasserieTokens } from '../../../src/dev-server/backends/brasserie/tokens.ts';
import { deviceIds, store, tokens as posTokens } from '../../../src/dev-server/backends/laravel-pos/tokens.ts';
import { cafeId, tokens as cafeTokens } from '../../../src/dev-server/backends/table-tap/tokens.ts';
import { describe, expect, test } from 'vitest';
import { createStage, part, requestOf, seat, type Stage } from './stage.ts';

/** One correct use of everything that a contract lets a device ask. */
interface Use {
  readonly scope: object;
  /** Whose token, where one is needed. */
  readonly token?: string;
  readonly mutations: Readonly<
    Record<string, { readonly input: object; readonly token?: string; before?(stage: Stage): Promise<unknown> }>
  >;
  readonly queries: Readonly<Record<string, { readonly params: object; readonly token?: string }>>;
  readonly resources: Readonly<Record<string, { readonly token?: string }>>;
}

const { pos, kds, printerGateway, backOffice } = posTokens;
const { alice, cashier } = brasserieTokens;
const claimed = (stage: Stage) => stage.ask('POST', '/v1/print-jobs/5503/retry', { token: printerGateway });
const held = async (stage: Stage) => {
  await claimed(stage);
  await stage.ask('POST', '/v1/print-jobs/5503/claim', { token: printerGateway });
};
const any: { readonly params: object; readonly token?: string } = { params: {} };

const uses: Readonly<Record<keyof typeof backends, Use>> = {
  'laravel-pos': {
    scope: { sku: store.sku, deviceId: deviceIds.printerGateway },
    mutations: {
      'order.create': { token: pos, input: { channel: 'pos', items: [{ item_id: 1, qty: 2 }], notes: 'no ice' } },
      'order.setStatus': { token: pos, input: { orderId: 120_042, to: 'served' } },
      'kds.bump': { token: kds, input: { ticketId: 98_703, to: 'ready' } },
      'kds.undo': { token: kds, input: { ticketId: 98_702, to: 'in_preparation' } },
      'print.retry': { token: pos, input: { printJobId: 5_503 } },
      'print.claim': { token: printerGateway, input: { printJobId: 5_503 }, before: claimed },
      'print.complete': { token: printerGateway, input: { printJobId: 5_503, printer_id: 31 }, before: held },
      'print.fail': { token: printerGateway, input: { printJobId: 5_503, error: { code: 'no-paper' } }, before: held },
      'device.heartbeat': { token: printerGateway, input: {} },
    },
    queries: {
      order: { params: { id: 120_041 }, token: pos },
      orders: { ...any, token: pos },
      tickets: { ...any, token: kds },
      printJobs: { ...any, token: printerGateway },
      devices: { ...any, token: backOffice },
    },
    resources: {
      orders: { token: pos },
      tickets: { token: kds },
      printJobs: { token: printerGateway },
      devices: { token: backOffice },
    },
  },
  'restaurant-os': {
    scope: {},
    mutations: {},
    queries: { orders: any, tickets: any, tables: any, ingredients: any },
    resources: { orders: {}, tickets: {}, tables: {}, ingredients: {} },
  },
  'table-tap': {
    scope: { cafeId },
    token: cafeTokens.jane,
    mutations: { 'order.updateStatus': { input: { order_id: 'order-1', status: 'ready', notes: 'hot' } } },
    queries: { orders: any, inventory: any, counters: any },
    resources: { orders: {}, inventory: {}, counters: {} },
  },
  brasserie: {
    scope: { userId: 1 },
    token: alice,
    mutations: {
      'order.submit': { input: { table_id: 8, items: [{ dish_id: 12, qty: 1 }] } },
      'order.create': {
        input: {
          table_id: 5,
          items: [
            { dish_id: 12, qty: 1 },
            { wine_id: 34, qty: 1 },
          ],
        },
      },
      'payment.split': { token: cashier, input: { order_id: 789, cover_number: 1, amount: 25.5, method: 'CB' } },
      'close.day': { token: cashier, input: { date: '2026-03-14' } },
      'dish.acknowledge': { input: { order_id: 789 } },
    },
    queries: { bill: { params: { id: 789 } }, menu: any, orders: any, tables: any },
    resources: { orders: {}, tables: {}, menu: {} },
  },
  'service-floor': {
    scope: {},
    mutations: {},
    queries: { orders: any, tables: any, menu: any, users: any, messages: any, serviceCalls: any },
    resources: { orders: {}, tables: {}, menu: {}, users: {}, messages: {}, serviceCalls: {} },
  },
};

const required = <Value>(value: Value | undefined): Value => {
  if (value === undefined) throw new Error('The contract has no such name.');
  return value;
};

const overHttp = ({ mutations }: ContractData) =>
  [...mutations].flatMap(([name, { carrier }]): [string, HttpCarrier<object>][] =>
    carrier.kind === 'http' ? [[name, carrier as HttpCarrier<object>]] : [],
  );
const overSockets = ({ mutations }: ContractData) =>
  [...mutations].flatMap(([name, { carrier }]): [string, SocketCarrier<object>][] =>
    carrier.kind === 'socket' ? [[name, carrier as SocketCarrier<object>]] : [],
  );

const names = Object.keys(backends) as (keyof typeof backends)[];

describe.each(names)('%s', (name) => {
  const use = uses[name];
  const { contract } = createStage(backends[name]).backend;

  test('every mutation, query and resource of the contract is tried here', () => {
    expect(contract.name).toBe(name);
    expect(Object.keys(use.mutations)).toEqual([...contract.mutations.keys()]);
    expect(Object.keys(use.queries)).toEqual([...contract.queries.keys()]);
    expect(Object.keys(use.resources)).toEqual([...contract.resources.keys()]);
  });

  describe.each([{ v1: false }, { v1: true }])('$v1 for V1', ({ v1 }) => {
    const context = { mutationId: 'mutation-1', createdAt: Date.parse('2026-03-14T18:20:00Z'), scope: use.scope };

    test.each(overHttp(contract))('"%s" is answered as the contract promises', async (mutation, carrier) => {
      const definition = required(contract.mutations.get(mutation));
      const { input, token = use.token, before } = required(use.mutations[mutation]);
      const stage = createStage(backends[name], { v1 });
      await before?.(stage);
      expect(validate(definition.input, input)).toMatchObject({ ok: true });
      const { method, path, body } = mutationRequest(carrier, input, context);
      const answer = await stage.ask(method, path, { ...(token !== undefined && { token }), body });
      expect(definition.answers[answer.status], JSON.stringify(answer.body)).toBe('done');
      const fits =
        definition.answer === 'empty' ? answer.body === undefined : validate(definition.answer, answer.body).ok;
      expect(fits).toBe(true);
    });

    test.each(overSockets(contract))('"%s" is taken over the socket', async (mutation, carrier) => {
      const { input, token = use.token } = required(use.mutations[mutation]);
      const stage = createStage(backends[name], { v1 });
      const wire = contract.channels.get(carrier.channel)?.wire ?? '';
      const connection = seat(wire, { auth: { token }, query: { cafe_id: cafeId, user_role: 'employee' } });
      expect(stage.backend.connected?.(connection)).toBeUndefined();
      const acknowledged = await stage.backend.message?.(connection, carrier.message, carrier.body(input, context));
      expect(connection.heard).toEqual([]);
      const { acknowledgement, event } = carrier.confirmBy;
      expect(acknowledged).toEqual(v1 && acknowledgement === 'perhaps' ? undefined : { ok: true });
      const shown = stage.published.filter((one) => one.name === event?.name);
      const matching = shown.filter(({ payload }) => event?.matches(input, part(payload, 'data')));
      expect(matching).toHaveLength(event === undefined ? 0 : 1);
    });

    test.each(Object.keys(use.queries))('the query "%s" is answered as the contract promises', async (query) => {
      const definition = contract.queries.get(query);
      const { params, token = use.token } = use.queries[query] ?? any;
      if (definition === undefined) throw new Error('unreachable');
      const stage = createStage(backends[name], { v1 });
      const { path } = queryRequest(definition as never, params, use.scope);
      const answer = await stage.ask('GET', path, { ...(token !== undefined && { token }) });
      expect(answer.status).toBe(200);
      expect(validate(definition.answer, answer.body)).toMatchObject({ ok: true });
    });

    test.each(Object.keys(use.resources))('the list "%s" is read by the contract, row by row', async (list) => {
      const definition = contract.resources.get(list);
      const { token = use.token } = use.resources[list] ?? {};
      if (definition === undefined) throw new Error('unreachable');
      const stage = createStage(backends[name], { v1 });
      const question = { scope: { ...use.scope } };
      const path = withSearch(fillPath(definition.path, use.scope), definition.search?.(question) ?? {});
      const { status, body } = await stage.ask('GET', path, { ...(token !== undefined && { token }) });
      expect(status).toBe(200);
      const page = definition.page(body, question);
      expect(page).toMatchObject({ complete: true, deleted: [] });
      // Nobody has called yet.
      expect(page?.rows.length).toBeGreaterThanOrEqual(list === 'serviceCalls' ? 0 : 1);
      const keys = page?.rows.map((row) => {
        expect(validate(definition.row, row)).toMatchObject({ ok: true });
        expect(definition.version?.(row)).toBeTypeOf('number');
        return definition.key(row);
      });
      expect(new Set(keys).size).toBe(keys?.length);
      const additions = Object.keys(page ?? {}).filter((part) => ['asOf', 'asOfSeq', 'epoch', 'next'].includes(part));
      expect(v1 ? additions : []).toEqual([]);
      expect(v1 && page?.tombstones).toBe(false);
    });
  });

  test('whoever tries it out is told as whom: a role and a scope of the contract, and a token where one is needed', () => {
    const { devices, callerOf } = createStage(backends[name]).backend;
    const needsToken = contract.connection.auth.kind !== 'none';
    expect(new Set(devices.flatMap(({ role }) => role ?? []))).toEqual(new Set(contract.roles.keys()));
    for (const { role, scope, token } of devices) {
      expect(token !== undefined).toBe(needsToken);
      const caller = callerOf(token);
      expect(caller !== undefined).toBe(needsToken);
      if (role === undefined) continue;
      expect(validate(contract.scope, scope)).toMatchObject({ ok: true });
      // What the token stands for is in the scope, and the other way round.
      for (const [field, value] of Object.entries(caller?.scope ?? {})) expect(scope?.[field]).toBe(value);
    }
  });

  test('a stranger is refused wherever somebody has to be known', async () => {
    const stage = createStage(backends[name]);
    for (const [list, { token = use.token }] of Object.entries(use.resources)) {
      const definition = contract.resources.get(list);
      const path = withSearch(definition?.path ?? '', definition?.search?.({ scope: { ...use.scope } }) ?? {});
      const { status } = await stage.ask('GET', path);
      expect(status).toBe(token === undefined ? 200 : 401);
    }
  });

  test('what is none of its paths is left to others, and a wrong method is told the right ones', async () => {
    const stage = createStage(backends[name]);
    expect(await stage.backend.fetch(requestOf('GET', '/nowhere'))).toBeUndefined();
    const [resource] = contract.resources.values();
    const answer = await stage.ask('PUT', resource?.path ?? '');
    expect(answer.status).toBe(405);
    expect(answer.headers.get('allow')).toContain('GET');
  });

  test('nothing is left of what happened after a restored database', async () => {
    const stage = createStage(backends[name]);
    const lists = async (): Promise<unknown> => {
      const found = [];
      for (const [list, { token = use.token }] of Object.entries(use.resources)) {
        const definition = contract.resources.get(list);
        const path = withSearch(definition?.path ?? '', definition?.search?.({ scope: { ...use.scope } }) ?? {});
        const { body } = await stage.ask('GET', path, { ...(token !== undefined && { token }) });
        found.push(Array.isArray(body) ? body : rowsOf((listPage(body) === undefined ? { data: [] } : body) as never));
      }
      return found;
    };
    const atFirst = await lists();
    for (const { input, token = use.token, before, ...rest } of Object.entries(use.mutations).map(([key, value]) => ({
      key,
      ...value,
    }))) {
      const carrier = contract.mutations.get(rest.key)?.carrier;
      if (carrier?.kind !== 'http') continue;
      await before?.(stage);
      const { method, path, body } = mutationRequest(carrier as never, input, {
        mutationId: 'm',
        createdAt: 0,
        scope: use.scope,
      });
      await stage.ask(method, path, { ...(token !== undefined && { token }), body });
    }
    if (name === 'service-floor') await stage.ask('DELETE', '/messages');
    if (name === 'restaurant-os')
      await stage.ask('POST', '/api/orders', { body: { data: { tableNumber: 1, items: [{ name: 'Борщ' }] } } });
    if (name === 'table-tap')
      await stage.ask('POST', '/orders', { token: cafeTokens.jane, body: { items: [{ product_id: 'latte' }] } });
    expect(await lists()).not.toEqual(atFirst);
    await stage.backend.restore();
    expect(await lists()).toEqual(atFirst);
  });
});
