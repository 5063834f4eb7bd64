import { toMinorUnits } from '../../../contract/money.ts';
import type { Order, OrderItem } from '../../../contracts/service-floor/index.ts';
import { countOf, fieldsOf, linesOf, oneOf, requireNumber, textOf, type Fields } from '../rest/fields.ts';
import { found } from '../rest/input.ts';
import { json, Refused } from '../rest/problem.ts';
import type { Call, Route } from '../rest/routes.ts';
import { told } from '../tell.ts';
import type { Floor } from './floor.ts';

export const orderRoutes = (floor: Floor): readonly Route[] => [
  { method: 'POST', path: '/orders', isOpen: true, answer: (call) => takeOrder(floor, call) },
  { method: 'PATCH', path: '/orders/{id}', isOpen: true, answer: (call) => moveOrder(floor, call) },
];

async function takeOrder(floor: Floor, { body }: Call): Promise<Response> {
  const fields = fieldsOf(body);
  const { tableNumber, status } = found(floor.tables.get(requireNumber(fields, 'tableNumber')), 'table');
  const lines = linesOf(fields, 'items', 50).map((line) => itemOf(floor, line));
  const notes = textOf(fields, 'notes');
  const id = floor.ids.next();
  const cents = lines.reduce((sum, { price, quantity }) => sum + toMinorUnits(price ?? 0) * (quantity ?? 1), 0);
  const order = floor.orders.put({
    id,
    tableNumber,
    status: 'created',
    items: lines.map((line, index) => ({ id: `${id}-${index + 1}`, ...line })),
    total: (cents / 100).toFixed(2),
    ...(notes !== undefined && { notes }),
    createdAt: floor.stamps.current(),
  });
  // Guests who order are there.
  const activated = status === 'inactive' ? floor.tables.patch(tableNumber, { status: 'active' }) : undefined;
  await told(
    ...(activated === undefined ? [] : [floor.emit('table:activated', { tableNumber })]),
    floor.emit('order:created', order),
  );
  return json(201, order);
}

function itemOf(floor: Floor, line: Fields): OrderItem {
  const item = floor.menu.get(requireNumber(line, 'menuItemId'));
  if (item === undefined || item.available === false) {
    throw new Refused(422, 'no-such-item', 'That is not on the menu.');
  }
  const notes = textOf(line, 'notes');
  return {
    menuItemId: item.id,
    name: item.name ?? '',
    quantity: countOf(line, 'quantity'),
    price: item.price ?? '0.00',
    ...(notes !== undefined && { notes }),
  };
}

const next: ReadonlyMap<string, readonly string[]> = new Map([
  ['created', ['served', 'cancelled']],
  ['served', ['completed']],
]);

async function moveOrder(floor: Floor, { params, body }: Call): Promise<Response> {
  const before = found(floor.orders.get(params['id'] ?? ''), 'order');
  const status = oneOf(fieldsOf(body), 'status', ['served', 'completed', 'cancelled']);
  const legal = next.get(before.status ?? '') ?? [];
  if (!legal.includes(status)) {
    throw new Refused(409, 'illegal-transition', `An order that is "${before.status}" cannot become "${status}".`, {
      details: { current: before.status, legal },
    });
  }
  const order = found(floor.orders.patch(before.id, { status }));
  await told(floor.emit(`order:${status}`, order));
  return json(200, order);
}

/** What nobody will eat any more. */
export const cancelOrders = (floor: Floor, tableNumber: string | number): readonly Promise<unknown>[] =>
  floor.orders
    .rows()
    .filter((order: Order) => order.tableNumber === tableNumber && order.status === 'created')
    .map(({ id }) => floor.emit('order:cancelled', found(floor.orders.patch(id, { status: 'cancelled' }))));
