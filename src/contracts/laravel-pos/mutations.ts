import { listPage, rowsOf } from '../../contract/list-page.ts';
import { put, patch } from '../../contract/collection.ts';
import {
  legalBy,
  mutation,
  ownNumber,
  showBy,
  verifyBy,
  type HttpCarrier,
  type MutationDefinition,
} from '../../contract/mutation.ts';
import type { Shape } from '../shapes.ts';
import * as collections from './collections.ts';
import {
  bumpTookEffect,
  claimTookEffect,
  finishTookEffect,
  retryTookEffect,
  setStatusTookEffect,
  undoTookEffect,
} from './course.ts';
import { refuseStep } from './kitchen.ts';
import * as queries from './queries.ts';
import * as shape from './schemas.ts';

/*
 * Facts of the document: bump, undo and heartbeat. Everything else about these requests is settled, and so is that 409
 * means "that is done already" wherever a step is repeated.
 */

const orderLane = (id: number | string): string => `order:${id}`;

/**
 * That a server recognises `client_order_id` is settled, and no document makes it a promise. A repeat that is not
 * recognised is a second meal, so it is only sent when the list shows that the first attempt left nothing behind.
 */
export const orderCreate: MutationDefinition<shape.OrderInput, shape.One<shape.Order>> = mutation({
  input: shape.orderInput,
  answer: shape.one(shape.order),
  carrier: {
    kind: 'http',
    method: 'POST',
    path: '/v1/orders',
    body: (input, { mutationId }) => ({
      client_order_id: input.client_order_id ?? mutationId,
      channel: input.channel,
      items: input.items,
      ...(input.notes != null && { notes: input.notes }),
    }),
  },
  repeat: 'none',
  verify: verifyBy(queries.orders, {
    params: () => ({}),
    tookEffect(input, answer, { mutationId }) {
      const id = input.client_order_id ?? mutationId;
      const rows = rowsOf(answer);
      if (rows.some((row) => row.client_order_id === id)) return true;
      // An order that is missing may be on another page, or nameless on a server that does not echo what devices chose.
      const page = listPage(answer);
      const isWhole = page?.complete === true && page.next === undefined;
      return isWhole && rows.some((row) => row.client_order_id != null) ? false : undefined;
    },
  }),
  shows: showBy(collections.orders, {
    change: ({ client_order_id, channel }, context) =>
      put<shape.Order>({
        id: ownNumber(context),
        channel,
        client_order_id: client_order_id ?? context.mutationId,
        created_at: new Date(context.createdAt).toISOString(),
      }),
    answered: ({ data }: shape.One<shape.Order>) => data,
    is: (row, { client_order_id }, { mutationId }) => row.client_order_id === (client_order_id ?? mutationId),
  }),
  // No two orders wait for each other.
  lane: (input, { mutationId }) => orderLane(input.client_order_id ?? mutationId),
  priority: 'order',
  answers: { 201: 'done', 409: 'repeat' },
});

/** No document says that an order cannot be set back, so a late repeat could take one back that was served meanwhile. */
export const orderSetStatus: MutationDefinition<shape.OrderStep, shape.One<shape.Order>> = mutation({
  input: shape.orderStep,
  answer: shape.one(shape.order),
  carrier: { kind: 'http', method: 'POST', path: '/v1/orders/{orderId}/status', body: ({ to }) => ({ to }) },
  repeat: 'none',
  verify: verifyBy(queries.order, {
    params: ({ orderId }) => ({ id: orderId }),
    tookEffect: ({ to }, answer) => setStatusTookEffect(to, answer.data.status),
  }),
  shows: showBy(collections.orders, {
    change: ({ orderId, to }) => patch<shape.Order>(orderId, { status: to }),
    answered: ({ data }: shape.One<shape.Order>) => data,
  }),
  lane: ({ orderId }) => orderLane(orderId),
  priority: 'status',
  answers: { 200: 'done', 409: 'repeat' },
  abilities: ['order.status.set'],
});

/** A repeat is harmless by itself: the course of a ticket allows no step to be taken twice. */
const ticketStep = <To extends shape.TicketStatus>(
  step: 'bump' | 'undo',
  input: Shape<shape.TicketStep<To>>,
  tookEffect: (asked: To, found: shape.KdsTicket['status']) => boolean | undefined,
): MutationDefinition<shape.TicketStep<To>, shape.One<shape.KdsTicket>> =>
  mutation({
    input,
    answer: shape.one(shape.ticket),
    carrier: { kind: 'http', method: 'POST', path: `/v1/kds/tickets/{ticketId}/${step}`, body: ({ to }) => ({ to }) },
    repeat: 'natural',
    verify: verifyBy(queries.tickets, {
      params: () => ({}),
      tookEffect({ ticketId, to }, answer) {
        // The list may be paged: a ticket that is not on it may still exist.
        const row = rowsOf(answer).find(({ id }) => id === ticketId);
        return row && tookEffect(to, row.status);
      },
    }),
    shows: showBy(collections.tickets, {
      change: ({ ticketId, to }) => patch<shape.TicketRow>(ticketId, { status: to }),
      answered: ({ data }: shape.One<shape.KdsTicket>) => data,
    }),
    lane: ({ ticketId }) => `ticket:${ticketId}`,
    priority: 'status',
    answers: { 200: 'done', 409: 'repeat' },
    abilities: ['kds.update'],
    legal: legalBy(collections.tickets, {
      key: ({ ticketId }) => String(ticketId),
      refuse: ({ to }, row) => refuseStep(step, row.status, to),
    }),
  });

export const kdsBump: MutationDefinition<
  shape.TicketStep<'ready' | 'served' | 'delivered'>,
  shape.One<shape.KdsTicket>
> = ticketStep('bump', shape.bump, bumpTookEffect);

export const kdsUndo: MutationDefinition<shape.TicketStep<'in_preparation'>, shape.One<shape.KdsTicket>> = ticketStep(
  'undo',
  shape.undo,
  (_, found) => undoTookEffect(found),
);

/** A step of a print job, verified by what the list says of the job afterwards. */
const printStep = <Input extends shape.PrintJobRef>(
  step: 'retry' | 'claim' | 'complete' | 'fail',
  definition: Pick<MutationDefinition<Input>, 'input' | 'repeat'> & {
    /** What the job is then. */
    readonly to: shape.PrintJobRow['status'];
    readonly body?: HttpCarrier<Input>['body'];
    tookEffect(row: shape.PrintJob, deviceId: string): boolean | undefined;
  },
): MutationDefinition<Input, shape.One<shape.PrintJob>> =>
  mutation({
    input: definition.input,
    answer: shape.one(shape.printJob),
    carrier: {
      kind: 'http',
      method: 'POST',
      path: `/v1/print-jobs/{printJobId}/${step}`,
      ...(definition.body && { body: definition.body }),
    },
    repeat: definition.repeat,
    verify: verifyBy(queries.printJobs, {
      params: () => ({}),
      tookEffect({ printJobId }: Input, answer, { scope }) {
        const row = rowsOf(answer).find(({ id }) => id === printJobId);
        return row && definition.tookEffect(row, 'deviceId' in scope ? String(scope.deviceId) : '');
      },
    }),
    shows: showBy(collections.printJobs, {
      change: ({ printJobId }: Input) => patch<shape.PrintJobRow>(printJobId, { status: definition.to }),
    }),
    lane: ({ printJobId }) => `print-job:${printJobId}`,
    priority: 'order',
    answers: { 200: 'done', 409: 'repeat' },
  });

/** No document says that a job is retried once only: a second retry may print a second receipt. */
export const printRetry: MutationDefinition<shape.PrintJobRef, shape.One<shape.PrintJob>> = printStep('retry', {
  to: 'queued',
  input: shape.printJobRef,
  repeat: 'none',
  tookEffect: retryTookEffect,
});

/** Claiming what one holds already changes nothing. */
export const printClaim: MutationDefinition<shape.PrintJobRef, shape.One<shape.PrintJob>> = printStep('claim', {
  to: 'claimed',
  input: shape.printJobRef,
  repeat: 'natural',
  tookEffect: claimTookEffect,
});

export const printComplete: MutationDefinition<shape.PrintCompletion, shape.One<shape.PrintJob>> = printStep(
  'complete',
  {
    to: 'completed',
    input: shape.printCompletion,
    repeat: 'natural',
    body: ({ printer_id }) => (printer_id == null ? {} : { printer_id }),
    tookEffect: (row, deviceId) => finishTookEffect('completed', row, deviceId),
  },
);

export const printFail: MutationDefinition<shape.PrintFailure, shape.One<shape.PrintJob>> = printStep('fail', {
  to: 'failed',
  input: shape.printFailure,
  repeat: 'natural',
  body: ({ printer_id, error }) => ({ error, ...(printer_id != null && { printer_id }) }),
  tookEffect: (row, deviceId) => finishTookEffect('failed', row, deviceId),
});

/** Saying "I am here" twice changes nothing; an old one is worth nothing, so only the newest waits. */
export const deviceHeartbeat: MutationDefinition<shape.Heartbeat, undefined> = mutation({
  input: shape.heartbeat,
  answer: 'empty',
  carrier: { kind: 'http', method: 'POST', path: '/devices/{deviceId}/heartbeat' },
  repeat: 'natural',
  lane: () => 'heartbeat',
  // Unknown fields are kept, and this one would take the place of the scope's in the path.
  refuse: (input) =>
    'deviceId' in input
      ? { message: 'A device says only of itself that it is there.', remediation: 'Leave "deviceId" to the scope.' }
      : undefined,
  priority: 'telemetry',
  answers: { 204: 'done' },
  keepsNewestOnly: true,
});
