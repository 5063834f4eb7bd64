// A dish is ready: the kitchen's system says so, its waiter hears it, and says that it was picked up.
import { erpDishReady, type ErpDishReady, type OrderItem } from '../../../contracts/brasserie/index.ts';
import { orderRef } from '../../../contracts/brasserie/schemas.ts';
import { validate } from '../../../contract/schema.ts';
import { erpWebhook } from '../../../emit/brasserie.ts';
import type { Backend, BackendSeams } from '../../backend.ts';
import type { Route } from '../rest/routes.ts';
import { told } from '../tell.ts';
import type { Brasserie } from './brasserie.ts';
import type { FullOrder } from './seed.ts';

export const dishRoute = (house: Brasserie, { time }: Pick<BackendSeams, 'time'>): Route => ({
  method: erpDishReady.method,
  path: erpDishReady.path,
  to: ['erp'],
  handle: erpWebhook({
    emitter: house.emitter,
    // Whoever gets this far is the kitchen's system.
    mayNotify: () => true,
    findOrder: (erpOrderId) => house.orders.rows().find(({ erp_id }) => erp_id === erpOrderId),
    note: (order, said) => dishIsReady(house, order, said),
    time,
  }),
});

async function dishIsReady(house: Brasserie, order: FullOrder, { dish_name }: ErpDishReady): Promise<void> {
  const item = dishOf(order, dish_name);
  const at = house.stamps.current();
  const items = order.items.map((one) => (one === item ? { ...one, status: 'ready', ready_at: at } : one));
  const changed = house.orders.patch(order.id, { items });
  if (changed !== undefined) await told(...house.tellOrder(changed));
}

/** The kitchen has names of its own: "Magret canard". What it does not call by our name is what waits longest. */
const dishOf = ({ items }: FullOrder, name: string): OrderItem | undefined => {
  const pending = items.filter(({ status, dish_id }) => status === 'pending' && dish_id != null);
  return pending.find((item) => item.name === name) ?? pending[0];
};

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
