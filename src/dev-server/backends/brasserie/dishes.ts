// A dish is ready: the kitchen's system says so, its waiter hears it, and says that it was picked up.
import { erpDishReady, type OrderItem } from '../../../contracts/brasserie/index.ts';
import { orderRef } from '../../../contracts/brasserie/schemas.ts';
import { validate } from '../../../contract/schema.ts';
import type { Backend } from '../../backend.ts';
import { found, readInput } from '../rest/input.ts';
import { json } from '../rest/problem.ts';
import type { KnownCall, Route } from '../rest/routes.ts';
import { told } from '../tell.ts';
import type { Brasserie } from './brasserie.ts';
import type { FullOrder } from './seed.ts';

export const dishRoute = (house: Brasserie): Route => ({
  method: erpDishReady.method,
  path: erpDishReady.path,
  to: ['erp'],
  answer: (call) => dishIsReady(house, call),
});

async function dishIsReady(house: Brasserie, { body }: KnownCall): Promise<Response> {
  const { erp_order_id, dish_name, table_id } = readInput(erpDishReady.request, body);
  const known = house.orders.rows().find((row) => row.erp_id === erp_order_id && row.table_id === table_id);
  const before = found(known, 'order');
  const item = dishOf(before, dish_name);
  const at = house.stamps.current();
  const items = before.items.map((one) => (one === item ? { ...one, status: 'ready', ready_at: at } : one));
  const order = found(house.orders.patch(before.id, { items }));
  const data = { table: table_id, dish: dish_name.slice(0, 200), timestamp: clockTime(at), order_id: order.id };
  await told(house.tellDish(order.server_user_id ?? '', data), ...house.tellOrder(order));
  return json(200, { status: 'notified' });
}

/** The kitchen has names of its own: "Magret canard". What it does not call by our name is what waits longest. */
const dishOf = ({ items }: FullOrder, name: string): OrderItem | undefined => {
  const pending = items.filter(({ status, dish_id }) => status === 'pending' && dish_id != null);
  return pending.find((item) => item.name === name) ?? pending[0];
};

/** "15h23", by the restaurant's clock. */
function clockTime(moment: string): string {
  const at = new Date(moment);
  return `${at.getHours()}h${String(at.getMinutes()).padStart(2, '0')}`;
}

export const acknowledge =
  (house: Brasserie): NonNullable<Backend['message']> =>
  async (_connection, name, payload) => {
    if (name !== 'dish_acknowledged') return undefined;
    const ref = validate(orderRef, payload);
    const order = ref.ok
      ? house.orders.patch(ref.value.order_id, { acknowledged_at: house.stamps.current() })
      : undefined;
    // An acknowledgement would say that it was noted.
    if (order === undefined) return undefined;
    try {
      await told(...house.tellOrder(order));
    } catch {
      // It is noted all the same; lists show it.
    }
    return { ok: true };
  };
