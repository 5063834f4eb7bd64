// What becomes of an order, whoever asks for it: a screen over its socket, or the office over REST.
import type { OrderItem } from '../../../contracts/table-tap/index.ts';
import { isFinished } from '../../../contracts/table-tap/order-course.ts';
import type { Caller } from '../../backend.ts';
import { countOf, linesOf, requireText, textOf, type Fields } from '../rest/fields.ts';
import { Refused } from '../rest/problem.ts';
import { personOf, type Cafe } from './cafe.ts';
import { products, type FullOrder, type Product } from './seed.ts';
import { changeStock } from './stock.ts';
import { cafeId } from './tokens.ts';

export const statuses = ['pending', 'preparing', 'ready', 'completed', 'cancelled'] as const;
export type Status = (typeof statuses)[number];

interface Change {
  readonly telling: readonly Promise<unknown>[];
}

const money = (cents: number): number => Number((cents / 100).toFixed(2));
const mostLines = 50;
const mostHistory = 20;

export function takeOrder(cafe: Cafe, fields: Fields, caller: Caller): Change & { readonly order: FullOrder } {
  const lines = linesOf(fields, 'items', mostLines).map((line) => ({
    product: productOf(line),
    quantity: countOf(line, 'quantity'),
    customization: textOf(line, 'customization'),
  }));
  const customer_name = textOf(fields, 'customer_name');
  const number = cafe.numbers.next();
  const id = `order-${number}`;
  const subtotal = lines.reduce((sum, { product, quantity }) => sum + product.cents * quantity, 0);
  const tax = Math.round(subtotal / 10);
  const created_at = cafe.stamps.current();
  const assigned_counter = quietestCounter(cafe);
  const order = cafe.orders.put({
    id,
    order_number: `ORD${created_at.slice(0, 10).replaceAll('-', '')}${String(number).padStart(3, '0')}`,
    cafe_id: cafeId,
    ...(customer_name !== undefined && { customer_name }),
    status: 'pending',
    ...(assigned_counter !== undefined && { assigned_counter }),
    items: lines.map(({ product, quantity, customization }, index): OrderItem => ({
      id: `${id}-${index + 1}`,
      product_name: product.name,
      quantity,
      unit_price: money(product.cents),
      total_price: money(product.cents * quantity),
      customizations: customization === undefined ? [] : [customization],
    })),
    totals: {
      subtotal: money(subtotal),
      tax_amount: money(tax),
      tip_amount: 0,
      total_amount: money(subtotal + tax),
    },
    created_at,
    created_by: personOf(caller),
    status_history: [{ status: 'pending', timestamp: created_at, user_id: caller.id, notes: 'Order created' }],
  });
  recount(cafe);
  const { status_history: _, ...told } = order;
  return {
    order,
    telling: [
      cafe.emit('order:created', { order: told }),
      ...lines.flatMap(({ product: { uses }, quantity }) => {
        const row = cafe.inventory.get(uses.productId);
        const why = { change_type: 'sale', reference: { type: 'order', id } } as const;
        return row === undefined ? [] : changeStock(cafe, row, -uses.amount * quantity, why);
      }),
    ],
  };
}

function productOf(line: Fields): Product {
  const product = products.get(requireText(line, 'product_id'));
  if (product !== undefined) return product;
  throw new Refused(422, 'no-such-product', 'That is not sold here.', { details: { legal: [...products.keys()] } });
}

/** Where the fewest orders wait. */
function quietestCounter(cafe: Cafe): string | undefined {
  const active = cafe.counters.rows().filter(({ status }) => status === 'active');
  const load = ({ active_orders_count }: (typeof active)[number]): number => Number(active_orders_count ?? 0);
  return active.toSorted((left, right) => load(left) - load(right))[0]?.counter_name;
}

/** Keeps the counters' rows true; no event tells of it. */
export function recount(cafe: Cafe): void {
  const open = cafe.orders.rows().filter(({ status }) => !isFinished(status));
  for (const { counter_name, active_orders_count } of cafe.counters.rows()) {
    const count = open.filter(({ assigned_counter }) => assigned_counter === counter_name).length;
    if (count !== active_orders_count) cafe.counters.patch(counter_name, { active_orders_count: count });
  }
}

/** Said again, it is told again: a screen that missed it the first time takes that for its confirmation. */
export function setStatus(cafe: Cafe, before: FullOrder, to: Status, caller: Caller, notes?: string | null): Change {
  const at = cafe.stamps.current();
  const entry = { status: to, timestamp: at, user_id: caller.id, ...(notes != null && { notes }) };
  const status_history = [...before.status_history, entry].slice(-mostHistory);
  const order = cafe.orders.patch(before.id, { status: to, status_history }) ?? before;
  recount(cafe);
  const { id: order_id, order_number, customer_name, customer_phone, assigned_counter } = order;
  const changed = cafe.emit('order:status_changed', {
    order_id,
    order_number,
    previous_status: before.status,
    new_status: to,
    updated_by: personOf(caller),
    ...(notes != null && { notes }),
    status_history,
  });
  if (to === before.status) return { telling: [changed] };
  if (to === 'ready') {
    const waited = Date.parse(at) - Date.parse(before.created_at ?? at);
    const data = {
      order_id,
      order_number,
      customer_name,
      customer_phone,
      assigned_counter,
      ready_at: at,
      prep_time_minutes: Math.round(waited / 60_000),
      notification_sent: false,
    };
    return { telling: [changed, cafe.emit('order:ready', data)] };
  }
  if (to !== 'cancelled') return { telling: [changed] };
  const data = {
    order_id,
    order_number,
    cancelled_by: personOf(caller),
    ...(notes != null && { reason: notes }),
    refund_info: {
      refund_amount: order.totals?.total_amount ?? 0,
      refund_method: 'original_payment',
      processed: false,
    },
    cancelled_at: at,
  };
  return { telling: [changed, cafe.emit('order:cancelled', data)] };
}

export function assignCounter(cafe: Cafe, before: FullOrder, counter: string, caller: Caller, reason?: string): Change {
  const previous_counter = before.assigned_counter;
  if (previous_counter === counter) return { telling: [] };
  cafe.orders.patch(before.id, { assigned_counter: counter });
  recount(cafe);
  const data = {
    order_id: before.id,
    order_number: before.order_number,
    previous_counter,
    new_counter: counter,
    assigned_by: personOf(caller),
    ...(reason !== undefined && { reason }),
  };
  return { telling: [cafe.emit('order:assigned_counter', data)] };
}
