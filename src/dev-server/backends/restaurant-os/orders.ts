// An order, the tickets that it becomes, and how both go on. Settled as a whole: the document describes events only.
import type { Ticket } from '../../../contracts/restaurant-os/index.ts';
import { countOf, linesOf, numberOf, oneOf, requireText, textOf, type Fields } from '../rest/fields.ts';
import { found } from '../rest/input.ts';
import { empty, json, Refused } from '../rest/problem.ts';
import type { Call, Route } from '../rest/routes.ts';
import { told } from '../tell.ts';
import { dataOf } from './data.ts';
import type { House } from './house.ts';
import { documentId, menu, type Dish, type FullOrder } from './seed.ts';
import { takeOut } from './stock.ts';
import { setTable } from './tables.ts';

export const orderRoutes = (house: House): readonly Route[] => [
  { method: 'POST', path: '/api/orders', isOpen: true, answer: (call) => takeOrder(house, call) },
  {
    method: 'GET',
    path: '/api/orders/{id}',
    isOpen: true,
    answer: ({ params }) => json(200, { data: found(house.orders.get(params['id'] ?? ''), 'order') }),
  },
  { method: 'PUT', path: '/api/orders/{id}', isOpen: true, answer: (call) => updateOrder(house, call) },
  {
    method: 'DELETE',
    path: '/api/orders/{id}',
    isOpen: true,
    answer({ params }) {
      found(house.orders.remove(params['id'] ?? ''), 'order');
      return empty();
    },
  },
  { method: 'PUT', path: '/api/kitchen-tickets/{id}', isOpen: true, answer: (call) => updateTicket(house, call) },
  {
    method: 'POST',
    path: '/api/kitchen-tickets/{id}/sla-warning',
    isOpen: true,
    answer: (call) => warn(house, call),
  },
];

/** Few enough that a ticket stays below the 10 kB that hosted Pusher lets through. */
const mostLines = 25;
const longestNote = 80;

async function takeOrder(house: House, { body }: Call): Promise<Response> {
  const fields = dataOf(body);
  const tableNumber = numberOf(fields, 'tableNumber');
  if (tableNumber !== undefined) found(house.tables.get(tableNumber), 'table');
  const items = linesOf(fields, 'items', mostLines).map((line) => dishOf(house, line));
  const number = house.counters.order.next();
  const order = house.orders.put({
    documentId: documentId('order', number),
    orderNumber: 100 + number,
    status: 'new',
    table: tableNumber === undefined ? null : { number: tableNumber },
    createdAt: house.stamps.current(),
    items,
  });
  const { documentId: id, orderNumber, status, createdAt, updatedAt } = order;
  const tickets = ticketsOf(house, order);
  const used = items.flatMap(({ name, quantity }) =>
    (menu.get(name)?.takes ?? []).map(({ ingredientId, amount }) => ({
      ingredientId,
      amount: amount * (quantity ?? 1),
    })),
  );
  await told(
    house.emit('order.created', { documentId: id, orderNumber, tableNumber, status, createdAt, updatedAt }),
    ...tickets.map((ticket) => house.emit('ticket.created', ticket)),
    ...(tableNumber === undefined ? [] : setTable(house, tableNumber, 'occupied')),
    ...used.flatMap(({ ingredientId, amount }) => takeOut(house, ingredientId, amount)),
  );
  return json(201, { data: order });
}

function dishOf(house: House, line: Fields): Dish {
  const name = requireText(line, 'name');
  const dish = menu.get(name);
  if (dish === undefined) {
    throw new Refused(400, 'validation-error', `"${name.slice(0, 40)}" is not on the menu.`, {
      details: { legal: [...menu.keys()] },
    });
  }
  const notes = textOf(line, 'notes')?.slice(0, longestNote);
  return {
    itemId: documentId('item', house.counters.item.next()),
    name,
    quantity: countOf(line, 'quantity'),
    ...(notes !== undefined && { notes }),
    status: 'queued',
    station: dish.station,
  };
}

/** One for each station that has a part in the order. */
function ticketsOf(house: House, { orderNumber, table, items, createdAt }: FullOrder): readonly Ticket[] {
  return [...new Set(items.map(({ station }) => station))].map((station) => {
    const number = house.counters.ticket.next();
    return house.tickets.put({
      documentId: documentId('ticket', number),
      ticketNumber: 500 + number,
      orderNumber,
      ...(table != null && { tableNumber: table.number }),
      station,
      status: 'queued',
      items: items
        .filter((item) => item.station === station)
        .map(({ itemId, name, quantity, notes }) => ({ itemId, name, quantity, notes })),
      createdAt,
    });
  });
}

const orderStatuses = ['new', 'confirmed', 'in_progress', 'ready', 'served', 'paid', 'cancelled'] as const;

async function updateOrder(house: House, { params, body }: Call): Promise<Response> {
  const order = found(house.orders.get(params['id'] ?? ''), 'order');
  const fields = dataOf(body);
  const status = oneOf(fields, 'status', orderStatuses);
  await told(...moveOrder(house, order, status, textOf(fields, 'reason')));
  return json(200, { data: found(house.orders.get(order.documentId)) });
}

function moveOrder(house: House, order: FullOrder, status: string, reason?: string): readonly Promise<unknown>[] {
  if (order.status === status) return [];
  const after = house.orders.patch(order.documentId, { status }) ?? order;
  const { documentId: id, orderNumber, table, updatedAt } = after;
  const facts = { documentId: id, orderNumber, tableNumber: table?.number, updatedAt };
  if (status !== 'cancelled') {
    const free = status === 'paid' && table != null ? setTable(house, table.number, 'cleaning') : [];
    return [house.emit('order.updated', { ...facts, status, previousStatus: order.status }), ...free];
  }
  return [
    house.emit('order.cancelled', { ...facts, ...(reason !== undefined && { reason }) }),
    ...house.tickets
      .rows()
      .filter((ticket) => ticket.orderNumber === orderNumber && ticket.status !== 'served')
      .flatMap((ticket) => moveTicket(house, ticket, 'cancelled')),
  ];
}

/** Where a ticket may go from where it is. */
const nextOfTicket: ReadonlyMap<string, readonly string[]> = new Map([
  ['queued', ['in_progress', 'ready', 'cancelled']],
  ['in_progress', ['ready', 'cancelled', 'queued']],
  ['ready', ['served', 'in_progress']],
]);

async function updateTicket(house: House, { params, body }: Call): Promise<Response> {
  const ticket = found(house.tickets.get(params['id'] ?? ''), 'ticket');
  const status = oneOf(dataOf(body), 'status', ['queued', 'in_progress', 'ready', 'served', 'cancelled']);
  const legal = nextOfTicket.get(ticket.status ?? 'queued') ?? [];
  if (status !== ticket.status && !legal.includes(status)) {
    throw new Refused(409, 'illegal-transition', `A ticket that is "${ticket.status}" cannot become "${status}".`, {
      details: { current: ticket.status, legal },
    });
  }
  const telling = status === ticket.status ? [] : moveTicket(house, ticket, status);
  const order = house.orders.rows().find(({ orderNumber }) => orderNumber === ticket.orderNumber);
  await told(...telling, ...(order === undefined ? [] : followTickets(house, order)));
  return json(200, { data: found(house.tickets.get(ticket.documentId)) });
}

/** The ticket, and each of its dishes with it. */
function moveTicket(house: House, before: Ticket, status: string): readonly Promise<unknown>[] {
  const ticket = house.tickets.patch(before.documentId, { status }) ?? before;
  const { documentId: id, ticketNumber, orderNumber, tableNumber, station, updatedAt } = ticket;
  const order = house.orders.rows().find((row) => row.orderNumber === orderNumber);
  const own = new Set((ticket.items ?? []).map(({ itemId }) => itemId));
  if (order !== undefined) {
    const items = order.items.map((item) => (own.has(item.itemId) ? { ...item, status } : item));
    house.orders.patch(order.documentId, { items });
  }
  return [
    house.emit('ticket.status_changed', {
      documentId: id,
      ticketNumber,
      orderNumber,
      tableNumber,
      station,
      updatedAt,
      status,
      previousStatus: before.status,
    }),
    ...(order?.items ?? [])
      .filter(({ itemId }) => own.has(itemId))
      .map(({ itemId, name, status: previousStatus }) =>
        house.emit('order.item_status_changed', {
          orderId: order?.documentId ?? id,
          itemId,
          name,
          status,
          previousStatus,
          orderNumber,
          tableNumber,
        }),
      ),
  ];
}

/** An order is as far as the slowest of its dishes. */
function followTickets(house: House, { documentId: id }: FullOrder): readonly Promise<unknown>[] {
  const order = house.orders.get(id);
  if (order === undefined || order.status === 'paid' || order.status === 'cancelled') return [];
  const left = order.items.filter(({ status }) => status !== 'cancelled').map(({ status }) => status);
  if (left.length === 0) return [];
  const slowest = ['queued', 'in_progress', 'ready'].find((status) => left.includes(status)) ?? 'served';
  const isBegun = slowest !== 'queued' || left.some((status) => status !== 'queued');
  return moveOrder(house, order, slowest !== 'queued' ? slowest : isBegun ? 'in_progress' : 'confirmed');
}

/** What a timer of the kitchen would find. */
async function warn(house: House, { params, body }: Call): Promise<Response> {
  const { documentId: resourceId } = found(house.tickets.get(params['id'] ?? ''), 'ticket');
  const message = textOf(dataOf(body), 'message') ?? 'Тікет перевищив SLA';
  const data = { type: 'ticket', resourceId, message, severity: 'warning' };
  await told(house.emit('timer.sla_warning', data));
  return json(202, { data });
}
