import { legalBy, mutation, verifyBy, type MutationDefinition } from '../../contract/mutation.ts';
import { tokenRoles } from './access.ts';
import * as collections from './collections.ts';
import { openOn } from './daily-close.ts';
import { isAmong, refuseLines, refuseOfflineOrder, tableConflict } from './offline-orders.ts';
import * as queries from './queries.ts';
import * as shape from './schemas.ts';
import { explainShare, isOnBill, meaningOf402, refuseAmount, refuseShare } from './split-bill.ts';

/** Orders of one device go out in the order in which they were taken, whichever endpoint they were taken for. */
const ordersLane = 'orders';

/** Says each line as the server knows it, and nothing else. */
const lines = (items: readonly shape.OrderLine[]): readonly shape.OrderLine[] =>
  items.map((line) =>
    line.dish_id === undefined ? { wine_id: line.wine_id, qty: line.qty } : { dish_id: line.dish_id, qty: line.qty },
  );

/**
 * An order that was taken without a network. Its uuid makes a repeat recognisable. A table that is "occupied" after an
 * unclear attempt may be occupied by this very order: the uuid settles that, too.
 */
export const orderSubmit: MutationDefinition<shape.OfflineOrder, shape.OrderSynced> = mutation({
  input: shape.offlineOrder,
  answer: shape.orderSynced,
  carrier: {
    kind: 'http',
    method: 'POST',
    path: '/api/orders/sync',
    body: (input, { mutationId, createdAt }) => ({
      uuid: input.uuid ?? mutationId,
      table_id: input.table_id,
      items: lines(input.items),
      offline_timestamp: input.offline_timestamp ?? new Date(createdAt).toISOString(),
    }),
  },
  repeat: 'natural',
  verify: verifyBy(queries.orders, {
    params: ({ uuid }, { mutationId }) => ({ uuid: uuid ?? mutationId }),
    tookEffect: ({ uuid }, answer, { mutationId }) => isAmong(uuid ?? mutationId, answer),
  }),
  lane: () => ordersLane,
  priority: 'order',
  // The general rule matters here: after an unclear attempt `verify` is asked before a 409 is taken for a conflict, because
  // the table may be occupied by this very order. Only a first attempt's 409, or one whose uuid is not there, is one.
  answers: { 201: 'done', 409: 'conflict' },
  explain: (input, { status }) => (status === 409 ? tableConflict(input) : undefined),
  abilities: [tokenRoles.waiter],
  refuse: refuseOfflineOrder,
  retryDelaysMs: [30_000, 60_000, 120_000],
});

/** An order that is taken online. It has no uuid, so nobody could tell a repeat from a second order. */
export const orderCreate: MutationDefinition<shape.NewOrder, shape.OrderTaken> = mutation({
  input: shape.newOrder,
  answer: shape.orderTaken,
  carrier: {
    kind: 'http',
    method: 'POST',
    path: '/api/orders',
    body: ({ table_id, items }) => ({ table_id, items: lines(items) }),
  },
  repeat: 'none',
  lane: () => ordersLane,
  priority: 'order',
  answers: { 201: 'done' },
  abilities: [tokenRoles.waiter],
  refuse: refuseLines,
});

/**
 * The server refuses a cover that is booked, and the bill tells whose share it was. It is no protection after an unclear
 * attempt: when the terminal does not answer in time the server rolls back, and would take the card again. So nothing is
 * repeated unless the bill shows the cover as paid otherwise, which the server refuses without asking the terminal.
 */
export const paymentSplit: MutationDefinition<shape.Share, shape.ShareAnswer> = mutation({
  input: shape.share,
  answer: shape.shareAnswer,
  carrier: {
    kind: 'http',
    method: 'POST',
    path: '/api/payments/split',
    body: ({ order_id, cover_number, amount, method }) => ({
      order_id,
      cover_number,
      amount,
      method,
    }),
  },
  repeat: 'none',
  verify: verifyBy(queries.bill, {
    params: ({ order_id }) => ({ id: order_id }),
    tookEffect: isOnBill,
  }),
  lane: ({ order_id }) => `order:${order_id}`,
  priority: 'payment',
  answers: { 201: 'done', 402: meaningOf402, 409: 'repeat' },
  explain: (input, { status, body }) => explainShare(input, status, body),
  abilities: [tokenRoles.cashier],
  legal: legalBy(collections.bills, { key: ({ order_id }) => String(order_id), refuse: refuseShare }),
  refuse: refuseAmount,
});

/** The document does not say what a second closing of one day does: it is never repeated blindly. */
export const closeDay: MutationDefinition<shape.DayToClose, shape.DayClosed> = mutation({
  input: shape.dayToClose,
  answer: shape.dayClosed,
  carrier: { kind: 'http', method: 'POST', path: '/api/nf525/close', body: ({ date }) => ({ date }) },
  repeat: 'none',
  lane: () => 'close',
  // Never before a payment that waits.
  priority: 'status',
  answers: { 200: 'done' },
  abilities: [tokenRoles.cashier, tokenRoles.admin],
  blockedBy: ({ date }, waiting) => openOn(date, waiting),
});

/** Saying twice that a dish was picked up changes nothing. */
export const dishAcknowledge: MutationDefinition<shape.OrderRef, undefined> = mutation({
  input: shape.orderRef,
  answer: 'empty',
  carrier: {
    kind: 'socket',
    channel: 'service',
    message: 'dish_acknowledged',
    body: ({ order_id }) => ({ order_id }),
    // Settled: the time.
    confirmBy: { acknowledgement: 'always', timeoutMs: 10_000 },
  },
  repeat: 'natural',
  // Not the payments' lane: a slow card terminal is no reason to keep the kitchen waiting.
  lane: ({ order_id }) => `dish:${order_id}`,
  priority: 'status',
  answers: {},
});
