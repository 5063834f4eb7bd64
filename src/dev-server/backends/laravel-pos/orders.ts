// Taking an order, and what becomes of it.
import { laravelPos, type KdsTicket, type PrintJobRow } from '../../../contracts/laravel-pos/index.ts';
import { orderInput, orderStep, type OrderInput } from '../../../contracts/laravel-pos/schemas.ts';
import { found, idOf, readInput } from '../rest/input.ts';
import { empty, json, Refused } from '../rest/problem.ts';
import type { KnownCall, Route } from '../rest/routes.ts';
import { told } from '../tell.ts';
import { menu, type MenuItem } from './menu.ts';
import { calledOut, printers, type OrderedItem, type OrderRow } from './seed.ts';
import type { Shop } from './shop.ts';

const readers = laravelPos.channels.get('orders')?.abilities ?? [];
const setters = laravelPos.mutations.get('order.setStatus')?.abilities ?? [];

export const orderRoutes = (shop: Shop): readonly Route[] => [
  { method: 'POST', path: '/v1/orders', to: [], answer: (call) => takeOrder(shop, call) },
  {
    method: 'GET',
    path: '/v1/orders/{id}',
    to: readers,
    answer: ({ params }) => json(200, { data: found(shop.orders.get(idOf(params['id'])), 'order') }),
  },
  { method: 'POST', path: '/v1/orders/{id}/status', to: setters, answer: (call) => setStatus(shop, call) },
  // Settled, for demonstrations: no document says how an order is changed or deleted.
  { method: 'PATCH', path: '/v1/orders/{id}', to: setters, answer: (call) => changeNotes(shop, call) },
  { method: 'DELETE', path: '/v1/orders/{id}', to: setters, answer: ({ params }) => deleteOrder(shop, params['id']) },
];

/** More than anybody orders: a slip of the finger is refused, and totals stay numbers. */
const most = { lines: 100, qty: 999 };

/** An order becomes a ticket for each station that has a part in it, and a receipt to print. */
async function takeOrder(shop: Shop, call: KnownCall): Promise<Response> {
  const input = readInput(orderInput, call.body);
  const lines = linesOf(input);
  // No document promises that a server recognises what devices chose.
  const clientId = shop.v1 ? undefined : (input.client_order_id ?? undefined);
  const same = clientId === undefined ? undefined : shop.orders.rows().find((row) => row.client_order_id === clientId);
  if (same !== undefined) {
    throw new Refused(409, 'already-taken', `The order "${clientId}" was taken already.`, { details: { data: same } });
  }
  const total = lines.reduce((sum, { item, ordered }) => sum + item.cents * ordered.qty, 0);
  const created_at = shop.stamps.current();
  const order = shop.orders.put({
    id: shop.counters.order.next(),
    channel: input.channel,
    status: 'accepted',
    totals_cents: { subtotal: total, tax: 0, total },
    number: calledOut(shop.counters.called.next()),
    created_at,
    ...(clientId !== undefined && { client_order_id: clientId }),
    items: lines.map(({ ordered }) => ordered),
    ...(input.notes != null && { notes: input.notes }),
  });
  const tickets = ticketsOf(shop, order, lines);
  const printJob: PrintJobRow = shop.printJobs.put({
    id: shop.counters.printJob.next(),
    type: 'customer_receipt',
    target_printer_id: printers.receipts,
    order_id: order.id,
    status: 'queued',
    attempts: 0,
    created_at,
  });
  await told(
    shop.emit('OrderCreated', { data: { order }, cause: call }),
    ...tickets.map((ticket) =>
      shop.emit('KdsTicketCreated', { data: { ticket }, cause: call, station: ticket.station }),
    ),
    shop.emit('PrintJobQueued', { data: { print_job: printJob }, cause: call }),
  );
  return json(201, { data: order }, { location: `/v1/orders/${order.id}` });
}

interface Line {
  readonly item: MenuItem;
  readonly ordered: OrderedItem;
}

function linesOf({ items }: OrderInput): readonly Line[] {
  if (items.length > most.lines) throw new Refused(422, 'invalid', `An order has at most ${most.lines} lines.`);
  return items.map(({ item_id, qty, modifiers }, index) => {
    const item = menu.get(item_id);
    const details = { errors: [{ path: `items[${index}]`, because: 'not on the menu, or too many' }] };
    if (item === undefined) throw new Refused(422, 'no-such-item', `There is no item ${item_id}.`, { details });
    if (qty > most.qty) throw new Refused(422, 'invalid', `Nobody orders more than ${most.qty}.`, { details });
    return { item, ordered: { item_id, name: item.name, qty, modifiers: modifiers ?? [] } };
  });
}

/** One for each station; one for all in V1, which knows no stations. */
function ticketsOf(shop: Shop, order: OrderRow, lines: readonly Line[]): readonly KdsTicket[] {
  const stations = shop.v1 ? [undefined] : [...new Set(lines.map(({ item }) => item.station))];
  return stations.map((station) => {
    const own = lines.filter(({ item }) => station === undefined || item.station === station);
    return shop.tickets.put({
      id: shop.counters.ticket.next(),
      order_id: order.id,
      items: own.map(({ ordered: { item_id, name, qty, modifiers } }) => ({ id: item_id, name, qty, modifiers })),
      status: 'in_preparation',
      notes: order.notes ?? '',
      created_at: shop.stamps.current(),
      category_ids: [...new Set(own.map(({ item }) => item.categoryId))],
      ...(station !== undefined && { station }),
    });
  });
}

/** Settled: an order goes forward, and can be cancelled as long as nobody has eaten it. */
const next: ReadonlyMap<string, readonly string[]> = new Map([
  ['accepted', ['in_preparation', 'ready', 'cancelled']],
  ['in_preparation', ['ready', 'cancelled']],
  ['ready', ['served', 'delivered', 'cancelled']],
  ['served', []],
  ['delivered', []],
  ['cancelled', []],
]);

async function setStatus(shop: Shop, call: KnownCall): Promise<Response> {
  const { to, orderId } = readInput(orderStep, call.body, { orderId: idOf(call.params['id']) });
  const { status } = found(shop.orders.get(orderId), 'order');
  const legal = next.get(status ?? '') ?? [];
  if (to === status) {
    throw new Refused(409, 'already-there', `The order is "${to}" already.`, { details: { current: status, legal } });
  }
  if (!legal.includes(to)) {
    throw new Refused(422, 'illegal-transition', `An order that is "${status}" cannot become "${to}".`, {
      details: { current: status, legal },
    });
  }
  const order = await moveOrder(shop, orderId, to, call);
  return json(200, { data: order });
}

/** Moves an order, if that is a move at all, and tells it. */
export async function moveOrder(
  shop: Shop,
  orderId: number,
  to: string,
  cause: KnownCall,
): Promise<OrderRow | undefined> {
  const before = shop.orders.get(orderId);
  if (before === undefined || before.status === to) return before;
  const order = shop.orders.patch(orderId, { status: to });
  const data = { order_id: orderId, from: before.status, to, at: order?.updated_at };
  await told(shop.emit('OrderStatusChanged', { data, cause }));
  return order;
}

async function changeNotes(shop: Shop, call: KnownCall): Promise<Response> {
  const id = idOf(call.params['id']);
  const before = found(shop.orders.get(id), 'order');
  // Checked as a whole order is, so that what comes out can be told.
  const { notes } = readInput(orderInput, call.body, { channel: before.channel ?? 'pos', items: before.items });
  const order = found(shop.orders.patch(id, { notes: notes ?? '' }));
  await told(shop.emit('OrderUpdated', { data: { order }, cause: call }));
  return json(200, { data: order });
}

/** With all that belongs to it. No event tells it: lists do. */
function deleteOrder(shop: Shop, text: string | undefined): Response {
  const order = found(shop.orders.remove(idOf(text)), 'order');
  for (const { id, order_id } of shop.tickets.rows()) if (order_id === order.id) shop.tickets.remove(id);
  for (const { id, order_id } of shop.printJobs.rows()) if (order_id === order.id) shop.printJobs.remove(id);
  return empty();
}
