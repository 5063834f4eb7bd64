// What screens say over their sockets, and who hears what.
import { validate } from '../../../contract/schema.ts';
import { counterRef, orderStep, stockChange } from '../../../contracts/table-tap/schemas.ts';
import { roomsOf } from '../../../contracts/table-tap/index.ts';
import type { Backend, Caller, Connection } from '../../backend.ts';
import { told } from '../tell.ts';
import type { Cafe } from './cafe.ts';
import { setStatus, statuses } from './orders.ts';
import { changeStock } from './stock.ts';
import { callerOf } from './tokens.ts';

/** The document's word; clients compare the whole of it. */
const stranger = { refused: 'Authentication error' } as const;

type Listener = (connection: Connection, payload: unknown, caller: Caller) => unknown;

export function createSockets(cafe: Cafe): Required<Pick<Backend, 'connected' | 'message' | 'disconnected'>> {
  const callers = new Map<string, Caller>();
  /** The same socket has a connection in each namespace. */
  const nameOf = ({ channel, id }: Connection): string => `${channel} ${id}`;

  const listeners: ReadonlyMap<string, Listener> = new Map<string, Listener>([
    ['/orders update_order_status', updateOrderStatus],
    ['/orders join_counter', (connection, payload) => counterRoom(connection, payload, 'join')],
    ['/orders leave_counter', (connection, payload) => counterRoom(connection, payload, 'leave')],
    ['/inventory inventory:stock_updated', updateStock],
  ]);

  async function updateOrderStatus(connection: Connection, payload: unknown, caller: Caller): Promise<unknown> {
    if (!caller.abilities.includes('order.update')) return denied(connection, 'update_order_status');
    const step = validate(orderStep, payload);
    const order = step.ok ? cafe.orders.get(step.value.order_id) : undefined;
    const to = step.ok ? statuses.find((status) => status === step.value.status) : undefined;
    const notes = step.ok ? step.value.notes?.slice(0, 500) : undefined;
    if (order === undefined || to === undefined) return invalid(connection, 'update_order_status');
    await told(...setStatus(cafe, order, to, caller, notes).telling);
    return done;
  }

  /** The only room that a client chooses. */
  function counterRoom(connection: Connection, payload: unknown, step: 'join' | 'leave'): unknown {
    const ref = validate(counterRef, payload);
    const counter = ref.ok ? ref.value.counter : '';
    // A name with a colon could spell another room, and a counter has few letters.
    if (counter.trim() === '' || counter.includes(':') || counter.length > 64) {
      return invalid(connection, `${step}_counter`);
    }
    const cafeId = connection.query['cafe_id'] ?? '';
    const others = roomsOf({ cafeId });
    for (const room of roomsOf({ cafeId, counter })) if (!others.includes(room)) connection[step](room);
    return done;
  }

  async function updateStock(connection: Connection, payload: unknown, caller: Caller): Promise<unknown> {
    if (!caller.abilities.includes('inventory.update')) return denied(connection, 'inventory:stock_updated');
    const change = validate(stockChange, payload);
    const row = change.ok ? cafe.inventory.get(change.value.product_id) : undefined;
    if (!change.ok || row === undefined || Math.abs(change.value.change_amount) > 1e6) {
      return invalid(connection, 'inventory:stock_updated');
    }
    const { change_amount, change_type, reference } = change.value;
    const updated_by = { id: caller.id };
    // By how much, not to what: another device may have counted meanwhile.
    const why = { change_type, updated_by, ...(reference != null && { reference: referenceOf(reference) }) };
    await told(...changeStock(cafe, row, change_amount, why));
    return done;
  }

  /** The document's server acknowledges nothing: screens wait for the event. */
  const done = cafe.v1 ? undefined : { ok: true };

  return {
    connected(connection) {
      const { token } = connection.auth;
      const caller = callerOf(typeof token === 'string' ? token : undefined);
      // The café is the client's claim; the token knows better.
      const cafeId = connection.query['cafe_id'];
      if (caller === undefined || cafeId !== String(caller.scope['cafeId'])) return stranger;
      callers.set(nameOf(connection), caller);
      const claimed = connection.query['user_role'] ?? '';
      // A manager may sit down as an employee, and not the other way round.
      const role = caller.abilities.includes(claimed) ? claimed : 'employee';
      for (const room of roomsOf({ cafeId, role, userId: caller.id })) connection.join(room);
      return undefined;
    },
    async message(connection, name, payload) {
      const caller = callers.get(nameOf(connection));
      const listener = listeners.get(`${connection.channel} ${name}`);
      // Nobody listens to anything else, and Socket.IO does not tell.
      if (caller === undefined || listener === undefined) return undefined;
      try {
        return await listener(connection, payload, caller);
      } catch {
        return invalid(connection, name);
      }
    },
    disconnected(connection) {
      callers.delete(nameOf(connection));
    },
  };
}

/** Said as an event of its own; an acknowledgement would mean that it was done. */
const denied = (connection: Connection, message: string): undefined => {
  connection.say('error', { type: 'PERMISSION_DENIED', message: `You may not "${message}".`, event: message });
};
const invalid = (connection: Connection, message: string): undefined => {
  connection.say('error', { type: 'INVALID_DATA', message: `"${message}" cannot be understood.`, event: message });
};

const referenceOf = ({
  type,
  id,
}: {
  readonly type?: string | null | undefined;
  readonly id?: string | number | null | undefined;
}) => ({
  ...(type != null && { type: type.slice(0, 64) }),
  ...(id != null && { id: typeof id === 'string' ? id.slice(0, 64) : id }),
});
