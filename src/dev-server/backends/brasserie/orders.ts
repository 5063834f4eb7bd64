// Taking orders, with and without a network.
import { tokenRoles, type OrderLine } from '../../../contracts/brasserie/index.ts';
import { newOrder, offlineOrder } from '../../../contracts/brasserie/schemas.ts';
import { toMinorUnits } from '../../../contract/money.ts';
import { readMoment } from '../../../contract/dialects/parts.ts';
import { fieldsOf, flagOf, numberOf } from '../rest/fields.ts';
import { found, readInput } from '../rest/input.ts';
import { json, Refused } from '../rest/problem.ts';
import type { KnownCall, Route } from '../rest/routes.ts';
import { told } from '../tell.ts';
import type { Brasserie } from './brasserie.ts';
import { wines, type FullOrder } from './seed.ts';

const waiters = [tokenRoles.waiter];

export const orderRoutes = (house: Brasserie): readonly Route[] => [
  { method: 'POST', path: '/api/orders', to: waiters, answer: (call) => takeOrder(house, call) },
  { method: 'POST', path: '/api/orders/sync', to: waiters, answer: (call) => syncOrder(house, call) },
  // Settled, for demonstrations: makes the kitchen's system fail, and come back.
  { method: 'POST', path: '/api/erp', to: [], answer: (call) => switchErp(house, call) },
];

async function takeOrder(house: Brasserie, call: KnownCall): Promise<Response> {
  const input = readInput(newOrder, call.body);
  const { order, telling } = open(house, call, input);
  await told(...telling);
  return json(201, { order_id: order.id, status: order.status });
}

/** Known by its uuid, an order is there already and the answer is the same again. The document's server knows no uuid. */
async function syncOrder(house: Brasserie, call: KnownCall): Promise<Response> {
  const input = readInput(offlineOrder, call.body);
  const { uuid, offline_timestamp, table_id } = input;
  if (uuid == null || uuid.length > 128) throw new Refused(422, 'invalid', '"uuid" has to be a text.');
  if (offline_timestamp == null || typeof readMoment(offline_timestamp) !== 'number') {
    throw new Refused(422, 'invalid', '"offline_timestamp" has to be ISO 8601 with a zone.');
  }
  const server_timestamp = house.stamps.current();
  const same = house.v1 ? undefined : house.orders.rows().find((row) => row.uuid === uuid);
  if (same !== undefined) return json(201, { order_id: same.id, server_timestamp });
  if (house.tables.get(table_id)?.status === 'occupied') {
    const details = { table_id };
    throw new Refused(409, 'table-occupied', `Table ${table_id} déjà occupée`, { details });
  }
  const { order, telling } = open(house, call, input, uuid);
  await told(...telling);
  return json(201, { order_id: order.id, server_timestamp });
}

interface Lines {
  readonly table_id: number;
  readonly items: readonly OrderLine[];
}

function open(house: Brasserie, call: KnownCall, { table_id, items }: Lines, uuid?: string) {
  const table = found(house.tables.get(table_id), 'table');
  if (items.length > 50) throw new Refused(422, 'invalid', 'An order has at most 50 lines.');
  const covers = numberOf(fieldsOf(call.body), 'covers') ?? 2;
  if (!Number.isInteger(covers) || covers < 1 || covers > 40) {
    throw new Refused(422, 'invalid', '"covers" has to be a number from 1 to 40.');
  }
  const lines = items.map((line) => priced(house, line));
  const id = house.counters.order.next();
  const totalCents = lines.reduce((sum, { cents, qty }) => sum + cents * qty, 0);
  const order = house.orders.put({
    id,
    table_id,
    ...sentToKitchen(house),
    ...(uuid !== undefined && { uuid }),
    server_user_id: call.caller.scope['userId'] ?? call.caller.id,
    totalCents,
    total_amount: totalCents / 100,
    covers,
    items: lines.map(({ cents, ...line }, index) => ({
      id: `${id}-${index + 1}`,
      ...line,
      price: cents / 100,
      status: 'pending',
    })),
    payments: [],
  });
  const occupied = table.status === 'occupied' ? undefined : house.tables.patch(table_id, { status: 'occupied' });
  const telling = [...house.tellOrder(order), ...(occupied === undefined ? [] : house.tellTable(occupied))];
  return { order, telling };
}

function priced({ menu }: Brasserie, line: OrderLine) {
  if (line.qty > 99) throw new Refused(422, 'invalid', 'Nobody orders more than 99.');
  if (line.dish_id !== undefined && line.wine_id !== undefined) {
    throw new Refused(422, 'invalid', 'A line is a dish or a wine, not both.');
  }
  const { dish_id, wine_id, qty } = line;
  const item = dish_id === undefined ? wines.get(wine_id ?? 0) : menu.get(dish_id);
  if (item === undefined) throw new Refused(422, 'no-such-dish', 'That is not on the menu.', { details: { line } });
  const what = dish_id === undefined ? { wine_id } : { dish_id };
  return { ...what, name: item.name, cents: toMinorUnits(item.price ?? 0), qty };
}

/** An order that the kitchen's system does not take is kept until it does. */
const sentToKitchen = ({ outside, counters }: Brasserie): Pick<FullOrder, 'status' | 'erp_id'> =>
  outside.get().erpIsUp ? { status: 'sent', erp_id: `K${counters.erp.next()}` } : { status: 'pending_erp' };

async function switchErp(house: Brasserie, { body }: KnownCall): Promise<Response> {
  const available = flagOf(fieldsOf(body), 'available') ?? true;
  house.outside.set({ ...house.outside.get(), erpIsUp: available });
  const waiting = available ? house.orders.rows().filter(({ status }) => status === 'pending_erp') : [];
  const sent = waiting.map(({ id }) => found(house.orders.patch(id, sentToKitchen(house))));
  await told(...sent.flatMap((order) => house.tellOrder(order)));
  return json(200, { available, sent: sent.map(({ id }) => id) });
}
