import { patch } from '../../contract/collection.ts';
import { mutation, showBy, verifyBy, type MutationDefinition } from '../../contract/mutation.ts';
import { validate } from '../../contract/schema.ts';
import { rowsOf } from '../../contract/list-page.ts';
import * as collections from './collections.ts';
import { stepTookEffect } from './order-course.ts';
import * as queries from './queries.ts';
import * as shape from './schemas.ts';

/** Settled. */
const confirmWithinMs = 10_000;

/**
 * The one thing that is asked of the server over the socket. It is repeated only when the list shows that the order has
 * not come that far: setting a status twice changes nothing by itself, but a repeat that arrives late would set an order
 * back that a colleague has moved on, and no server of the document refuses that.
 */
export const orderUpdateStatus: MutationDefinition<shape.OrderStep, undefined> = mutation({
  input: shape.orderStep,
  // An acknowledgement says that it arrived; what it may carry beside that is not documented.
  answer: 'empty',
  carrier: {
    kind: 'socket',
    channel: 'orders',
    message: 'update_order_status',
    body: ({ order_id, status, notes }) => ({ order_id, status, ...(notes != null && { notes }) }),
    confirmBy: {
      acknowledgement: 'perhaps',
      event: { name: 'order:status_changed', matches: isShownBy },
      timeoutMs: confirmWithinMs,
    },
  },
  repeat: 'none',
  verify: verifyBy(queries.orders, {
    params: () => ({}),
    tookEffect({ order_id, status }, answer) {
      // The list may be paged: an order that is not on it may still exist.
      const row = rowsOf(answer).find(({ id }) => id === order_id);
      return row === undefined ? undefined : stepTookEffect(status, row.status);
    },
  }),
  shows: showBy(collections.orders, {
    change: ({ order_id, status }) => patch<shape.Order>(order_id, { status }),
  }),
  lane: ({ order_id }) => `order:${order_id}`,
  priority: 'status',
  answers: {},
});

/** Whoever moved the order to this status, it has it now. */
function isShownBy({ order_id, status }: shape.OrderStep, data: unknown): boolean {
  const changed = validate(shape.orderStatusChanged, data);
  return changed.ok && changed.value.order_id === order_id && changed.value.new_status === status;
}
