// What the kitchen does.
import {
  legalBumps,
  legalUndos,
  laravelPos,
  type KdsTicket,
  type TicketStatus,
} from '../../../contracts/laravel-pos/index.ts';
import { bumpTookEffect } from '../../../contracts/laravel-pos/course.ts';
import { bump, undo } from '../../../contracts/laravel-pos/schemas.ts';
import { found, idOf, readInput } from '../rest/input.ts';
import { json, Refused } from '../rest/problem.ts';
import type { KnownCall, Route } from '../rest/routes.ts';
import { told } from '../tell.ts';
import { moveOrder } from './orders.ts';
import type { Shop } from './shop.ts';

const updaters = laravelPos.mutations.get('kds.bump')?.abilities ?? [];

export const ticketRoutes = (shop: Shop): readonly Route[] => [
  {
    method: 'POST',
    path: '/v1/kds/tickets/{id}/bump',
    to: updaters,
    answer(call) {
      const { ticketId, to } = readInput(bump, call.body, { ticketId: idOf(call.params['id']) });
      const ticket = found(shop.tickets.get(ticketId), 'ticket');
      // Beyond it, it has been there.
      return step(shop, call, ticket, to, legalBumps(ticket.status), bumpTookEffect(to, ticket.status) === true);
    },
  },
  {
    method: 'POST',
    path: '/v1/kds/tickets/{id}/undo',
    to: updaters,
    answer(call) {
      const { ticketId, to } = readInput(undo, call.body, { ticketId: idOf(call.params['id']) });
      const ticket = found(shop.tickets.get(ticketId), 'ticket');
      return step(shop, call, ticket, to, legalUndos(ticket.status), ticket.status === to);
    },
  },
];

async function step(
  shop: Shop,
  cause: KnownCall,
  { id, status }: KdsTicket,
  to: TicketStatus,
  legal: readonly TicketStatus[],
  isDone: boolean,
): Promise<Response> {
  const details = { current: status, legal };
  if (isDone) throw new Refused(409, 'already-there', `The ticket was "${to}" already.`, { details });
  if (!legal.includes(to)) {
    const legally = legal.length === 0 ? 'Nothing follows.' : `Legal: ${legal.join(', ')}.`;
    throw new Refused(422, 'illegal-transition', `A ticket that is "${status}" cannot become "${to}". ${legally}`, {
      details,
    });
  }
  const ticket = found(shop.tickets.patch(id, { status: to }));
  const data = { ticket_id: id, status: to, at: ticket.updated_at };
  const following = ticket.order_id == null ? undefined : orderStatusBy(shop, ticket.order_id);
  await told(
    shop.emit('KdsTicketUpdated', { data, cause, station: ticket.station }),
    ...(following === undefined ? [] : [moveOrder(shop, ticket.order_id ?? 0, following, cause)]),
  );
  return json(200, { data: ticket });
}

/** An order is as far as the slowest of its tickets. A cancelled one stays cancelled. */
function orderStatusBy(shop: Shop, orderId: number): string | undefined {
  if (shop.orders.get(orderId)?.status === 'cancelled') return undefined;
  const statuses = shop.tickets.rows().flatMap(({ order_id, status }) => (order_id === orderId ? [status] : []));
  if (statuses.includes('in_preparation')) return 'in_preparation';
  if (statuses.includes('ready')) return 'ready';
  return statuses.includes('served') ? 'served' : 'delivered';
}
