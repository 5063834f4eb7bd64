import { legalBy, mutation, verifyBy, type MutationDefinition, type Verification } from '../../contract/mutation.ts';
import * as collections from './collections.ts';
import { refuseStep } from './kitchen.ts';
import * as queries from './queries.ts';
import type { LaravelPosScope } from './schemas.ts';
import * as shape from './schemas.ts';

/*
 * Facts of the document: bump, undo and heartbeat. Everything else about these requests is settled, and so is that 409
 * means "that is done already" wherever a step is repeated.
 */

const orderLane = (id: number | string): string => `order:${id}`;
const ticketLane = (id: number): string => `ticket:${id}`;
const printLane = (id: number): string => `print-job:${id}`;

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
  repeat: 'natural',
  verify: verifyBy(queries.orders, {
    params: () => ({}),
    tookEffect(input, answer, { mutationId }) {
      const id = input.client_order_id ?? mutationId;
      // The list may be paged: an order that is not on it may still exist.
      return answer.data.some((row) => row.client_order_id === id) ? true : undefined;
    },
  }),
  lane: (input) => orderLane(input.client_order_id ?? 'new'),
  priority: 'order',
  answers: { 201: 'done', 409: 'repeat' },
});

export const orderSetStatus: MutationDefinition<shape.OrderStep, shape.One<shape.Order>> = mutation({
  input: shape.orderStep,
  answer: shape.one(shape.order),
  carrier: { kind: 'http', method: 'POST', path: '/v1/orders/{orderId}/status', body: ({ to }) => ({ to }) },
  repeat: 'natural',
  verify: verifyBy(queries.order, {
    params: ({ orderId }) => ({ id: orderId }),
    tookEffect: ({ to }, answer) => answer.data.status === to,
  }),
  lane: ({ orderId }) => orderLane(orderId),
  priority: 'status',
  answers: { 200: 'done', 409: 'repeat' },
  abilities: ['order.status.set'],
});

const verifyTicket: Verification<{ readonly ticketId: number; readonly to: shape.TicketStatus }> = verifyBy(
  queries.tickets,
  {
    params: () => ({}),
    tookEffect({ ticketId, to }, answer) {
      const row = answer.data.find(({ id }) => id === ticketId);
      return row === undefined ? undefined : row.status === to;
    },
  },
);

export const kdsBump: MutationDefinition<
  shape.TicketStep<'ready' | 'served' | 'delivered'>,
  shape.One<shape.KdsTicket>
> = mutation({
  input: shape.bump,
  answer: shape.one(shape.ticket),
  carrier: { kind: 'http', method: 'POST', path: '/v1/kds/tickets/{ticketId}/bump', body: ({ to }) => ({ to }) },
  repeat: 'natural',
  verify: verifyTicket,
  lane: ({ ticketId }) => ticketLane(ticketId),
  priority: 'status',
  answers: { 200: 'done', 409: 'repeat' },
  abilities: ['kds.update'],
  legal: legalBy(collections.tickets, {
    key: ({ ticketId }) => String(ticketId),
    refuse: ({ to }, row) => refuseStep('bump', row.status, to),
  }),
});

export const kdsUndo: MutationDefinition<shape.TicketStep<'in_preparation'>, shape.One<shape.KdsTicket>> = mutation({
  input: shape.undo,
  answer: shape.one(shape.ticket),
  carrier: { kind: 'http', method: 'POST', path: '/v1/kds/tickets/{ticketId}/undo', body: ({ to }) => ({ to }) },
  repeat: 'natural',
  verify: verifyTicket,
  lane: ({ ticketId }) => ticketLane(ticketId),
  priority: 'status',
  answers: { 200: 'done', 409: 'repeat' },
  abilities: ['kds.update'],
  legal: legalBy(collections.tickets, {
    key: ({ ticketId }) => String(ticketId),
    refuse: ({ to }, row) => refuseStep('undo', row.status, to),
  }),
});

/** Verifies a print job's step by the status that it leaves behind. */
const verifyPrintJob = (settled: (row: shape.PrintJob, deviceId: string) => boolean): Verification<shape.PrintJobRef> =>
  verifyBy(queries.printJobs, {
    params: () => ({}),
    tookEffect({ printJobId }, answer, { scope }) {
      const row = answer.data.find(({ id }) => id === printJobId);
      return row?.status == null ? undefined : settled(row, String((scope as LaravelPosScope).deviceId));
    },
  });

export const printRetry: MutationDefinition<shape.PrintJobRef, shape.One<shape.PrintJob>> = mutation({
  input: shape.printJobRef,
  answer: shape.one(shape.printJob),
  carrier: { kind: 'http', method: 'POST', path: '/v1/print-jobs/{printJobId}/retry' },
  repeat: 'natural',
  verify: verifyPrintJob((row) => row.status !== 'failed'),
  lane: ({ printJobId }) => printLane(printJobId),
  priority: 'order',
  answers: { 200: 'done', 409: 'repeat' },
});

export const printClaim: MutationDefinition<shape.PrintJobRef, shape.One<shape.PrintJob>> = mutation({
  input: shape.printJobRef,
  answer: shape.one(shape.printJob),
  carrier: { kind: 'http', method: 'POST', path: '/v1/print-jobs/{printJobId}/claim' },
  repeat: 'natural',
  verify: verifyPrintJob((row, deviceId) => String(row.claimed_by) === deviceId),
  lane: ({ printJobId }) => printLane(printJobId),
  priority: 'order',
  answers: { 200: 'done', 409: 'repeat' },
});

export const printComplete: MutationDefinition<shape.PrintCompletion, shape.One<shape.PrintJob>> = mutation({
  input: shape.printCompletion,
  answer: shape.one(shape.printJob),
  carrier: {
    kind: 'http',
    method: 'POST',
    path: '/v1/print-jobs/{printJobId}/complete',
    body: ({ printer_id }) => (printer_id == null ? {} : { printer_id }),
  },
  repeat: 'natural',
  verify: verifyPrintJob((row) => row.status === 'completed'),
  lane: ({ printJobId }) => printLane(printJobId),
  priority: 'order',
  answers: { 200: 'done', 409: 'repeat' },
});

export const printFail: MutationDefinition<shape.PrintFailure, shape.One<shape.PrintJob>> = mutation({
  input: shape.printFailure,
  answer: shape.one(shape.printJob),
  carrier: {
    kind: 'http',
    method: 'POST',
    path: '/v1/print-jobs/{printJobId}/fail',
    body: ({ printer_id, error }) => ({
      error,
      ...(printer_id != null && { printer_id }),
    }),
  },
  repeat: 'natural',
  verify: verifyPrintJob((row) => row.status === 'failed'),
  lane: ({ printJobId }) => printLane(printJobId),
  priority: 'order',
  answers: { 200: 'done', 409: 'repeat' },
});

/** Saying "I am here" twice changes nothing; an old one is worth nothing, so only the newest waits. */
export const deviceHeartbeat: MutationDefinition<shape.Heartbeat, undefined> = mutation({
  input: shape.heartbeat,
  answer: 'empty',
  carrier: { kind: 'http', method: 'POST', path: '/devices/{deviceId}/heartbeat' },
  repeat: 'natural',
  lane: () => 'heartbeat',
  priority: 'telemetry',
  answers: { 204: 'done' },
  keepsNewestOnly: true,
});
