// The rooms of brasserie, for a backend on Socket.IO, and the webhook of its kitchen.
import { validate } from '../contract/schema.ts';
import { givenFor } from '../contract/channel.ts';
import {
  brasserie,
  erpDishReady,
  userRoom,
  type Brasserie,
  type ErpDishReady,
  type ErpNotified,
} from '../contracts/brasserie/index.ts';
import type { EmittedFacts, Emitter } from './emitter.ts';
import { readFields } from './http/body.ts';
import { unfailing, type Handler, type HandlerOptions } from './http/handler.ts';
import { methodNotAllowed, problem, unauthenticated } from './http/problem.ts';
import { serverTime, type ServerTime } from './server-time.ts';
import { letIn, type RoomServer } from './socket-io-rooms.ts';

export interface BrasserieOptions {
  /** Whose token it is; `undefined` refuses the connection. */
  readonly userOf: (token: string | undefined) => string | number | undefined | Promise<string | number | undefined>;
  /** Told what went wrong inside. The client learns only that it may come again. */
  readonly failed?: (error: unknown) => void;
}

/** Lets in who has a token, each into the room of their user. */
export function openBrasserie(io: RoomServer, { userOf, failed }: BrasserieOptions): void {
  for (const { wire } of brasserie.channels.values()) {
    letIn(io.of(wire), {
      whoIs: ({ handshake }) => {
        const { token } = handshake.auth;
        return userOf(typeof token === 'string' ? token : undefined);
      },
      roomsOf: (userId) => [userRoom(userId)],
      ...(failed !== undefined && { failed }),
    });
  }
}

/**
 * The rooms that an event goes to, for `createEmitter`: a dish to the waiter of the scope alone, or to everybody where the order
 * tells no waiter; rows to everybody.
 */
export function brasserieRooms({ name, scope }: EmittedFacts<Brasserie>): readonly string[] | undefined {
  const userId = givenFor('userId', scope);
  const isKnown = typeof userId === 'string' || typeof userId === 'number';
  return name === 'dish_ready' && isKnown ? [userRoom(userId)] : undefined;
}

/** What the webhook needs of an order. */
export interface ErpOrder {
  readonly id: number;
  readonly table_id: number;
  /** The waiter whose table it is. */
  readonly server_user_id?: string | number | null | undefined;
}

export interface ErpWebhookOptions<Order extends ErpOrder = ErpOrder> extends HandlerOptions {
  /** Made with `rooms: brasserieRooms`. */
  readonly emitter: Pick<Emitter<Brasserie>, 'emit'>;
  /** Whether the kitchen's system may say so: by its secret, in a header. */
  readonly mayNotify: (request: Request) => boolean | Promise<boolean>;
  /** The order that the kitchen's system knows under this id. */
  readonly findOrder: (erpOrderId: string) => Order | undefined | Promise<Order | undefined>;
  /** Notes which dish is ready, before the waiter hears of it: whoever then reads the order finds it noted. */
  readonly note?: (order: Order, said: ErpDishReady) => void | Promise<void>;
  /** Whose clocks the waiters read: `Europe/Paris`. Default this machine's. */
  readonly timeZone?: string;
  readonly time?: Pick<ServerTime, 'now'>;
}

const mostBytes = 65_536;

/** `POST { erp_order_id, dish_name, table_id }` → the waiter hears `dish_ready`, the kitchen `{ status: "notified" }`. */
export function erpWebhook<Order extends ErpOrder>(options: ErpWebhookOptions<Order>): Handler {
  const { emitter, mayNotify, findOrder, note, timeZone, time = serverTime } = options;
  const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZone });

  return unfailing(async (request) => {
    if (request.method !== erpDishReady.method) return methodNotAllowed(erpDishReady.method);
    if (!(await mayNotify(request))) return unauthenticated();
    const body = await readFields(request, mostBytes);
    if (!body.ok) return body.answer;
    const said = validate(erpDishReady.request, body.value);
    if (!said.ok) return unfit(said.mismatches.map(({ path, because }) => `${path}: ${because}`));
    const order = await findOrder(said.value.erp_order_id);
    if (order === undefined) return unknownOrder();

    await note?.(order, said.value);
    const waiter = order.server_user_id ?? undefined;
    await emitter.emit('dish_ready', {
      scope: waiter === undefined ? {} : { userId: waiter },
      data: {
        // Guests may have moved since the kitchen was told.
        table: order.table_id,
        dish: said.value.dish_name,
        // As the backend's document writes it: 15h23.
        timestamp: clock.format(time.now()).replace(':', 'h'),
        order_id: order.id,
      },
    });
    return Response.json({ status: 'notified' } satisfies ErpNotified);
  }, options);
}

const unfit = (mismatches: readonly string[]): Response =>
  problem({ status: 422, name: 'body-invalid', detail: mismatches.join('; ') });

const unknownOrder = (): Response =>
  problem({ status: 404, name: 'order-unknown', detail: 'No order has this erp_order_id.' });
