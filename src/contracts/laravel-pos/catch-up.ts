import { isRecord } from '../../lib/json.ts';
import {
  derived,
  resource,
  type ReplayDefinition,
  type ReplayPage,
  type ResourceDefinition,
  type SnapshotQuestion,
} from '../../contract/resource.ts';
import { listPage, positionIn, textIn } from '../../contract/list-page.ts';
import type { SearchValues } from '../../contract/request.ts';
import * as event from './events.ts';
import * as shape from './schemas.ts';

/** How far the server's memory reaches, which it tells with every page and when a position is gone. */
function bordersOf(body: Readonly<Record<string, unknown>>): Pick<ReplayPage, 'epoch' | 'headSeq' | 'floorSeq'> {
  const epoch = textIn(body, 'epoch');
  const headSeq = positionIn(body, 'head_seq');
  const floorSeq = positionIn(body, 'floor_seq');
  return {
    ...(epoch !== undefined && { epoch }),
    ...(headSeq !== undefined && { headSeq }),
    ...(floorSeq !== undefined && { floorSeq }),
  };
}

/** V1.1: the events behind a position. A server of V1 answers 404, and the lists below are read instead. */
export const replay: ReplayDefinition = {
  path: '/v1/events/since',
  search: ({ channel, seq, limit }) => ({ channel, seq, limit }),
  page(body) {
    if (!isRecord(body) || !Array.isArray(body['events'])) return undefined;
    const nextSeq = positionIn(body, 'next_seq');
    return {
      ...bordersOf(body),
      events: body['events'],
      hasMore: body['has_more'] === true,
      ...(nextSeq !== undefined && { nextSeq }),
    };
  },
  gone: (body) => (isRecord(body) ? bordersOf(body) : undefined),
  commitOrdered: false,
};

/** V1.1 tells deletions, `as_of` and positions; V1 gives the rows alone or `{ data }`. */
const search = ({ updatedSince, cursor }: SnapshotQuestion): SearchValues => ({ updated_since: updatedSince, cursor });

const finishedOrder: ReadonlySet<string> = new Set(['served', 'delivered', 'cancelled']);
const finishedTicket: ReadonlySet<string> = new Set(['served', 'delivered']);

/** A receipt that waited longer than this is not printed by surprise when a gateway is switched on. Settled. */
const oldestPrintJobMs = 30 * 60_000;

export const orders: ResourceDefinition<shape.Order> = resource({
  path: '/v1/orders',
  search,
  page: listPage,
  row: shape.order,
  key: (row) => String(row.id),
  version: (row) => row.updated_at ?? undefined,
  covers: ['orders'],
  rowToEvent(previous, row) {
    const subject = { type: 'Order', id: row.id };
    if (previous !== undefined) {
      return derived(event.orderUpdated, { name: 'OrderUpdated', channel: 'orders', data: { order: row }, subject });
    }
    if (finishedOrder.has(row.status)) return undefined;
    return derived(event.orderCreated, { name: 'OrderCreated', channel: 'orders', data: { order: row }, subject });
  },
});

export const tickets: ResourceDefinition<shape.KdsTicket> = resource({
  path: '/v1/kds/tickets',
  search,
  page: listPage,
  row: shape.ticket,
  key: (row) => String(row.id),
  version: (row) => row.updated_at ?? undefined,
  covers: ['kds', 'station'],
  rowToEvent(previous, row) {
    const subject = { type: 'KdsTicket', id: row.id };
    if (previous !== undefined) {
      const data = { ticket_id: row.id, status: row.status, at: row.updated_at };
      return derived(event.kdsTicketUpdated, { name: 'KdsTicketUpdated', channel: 'kds', data, subject });
    }
    if (finishedTicket.has(row.status)) return undefined;
    return derived(event.kdsTicketCreated, {
      name: 'KdsTicketCreated',
      channel: 'kds',
      data: { ticket: row },
      subject,
    });
  },
});

export const printJobs: ResourceDefinition<shape.PrintJob> = resource({
  path: '/v1/print-jobs',
  search,
  page: listPage,
  row: shape.printJob,
  key: (row) => String(row.id),
  version: (row) => row.updated_at ?? undefined,
  covers: ['printing'],
  rowToEvent(previous, row) {
    const subject = { type: 'PrintJob', id: row.id };
    if (row.status === 'queued') {
      const data = { print_job: row };
      return derived(event.printJobQueued, { name: 'PrintJobQueued', channel: 'printing', data, subject });
    }
    if (previous === undefined) return undefined;
    if (row.status === 'completed') {
      const data = { print_job_id: row.id, printer_id: row.target_printer_id, at: row.updated_at };
      return derived(event.printJobCompleted, { name: 'PrintJobCompleted', channel: 'printing', data, subject });
    }
    if (row.status === 'failed') {
      const data = { print_job_id: row.id, error: row.error, attempts: row.attempts, at: row.updated_at };
      return derived(event.printJobFailed, { name: 'PrintJobFailed', channel: 'printing', data, subject });
    }
    return undefined;
  },
  openWork: { is: (row) => row.status === 'queued', maxAgeMs: oldestPrintJobMs },
});

export const devices: ResourceDefinition<shape.Device> = resource({
  path: '/v1/devices',
  search,
  page: listPage,
  row: shape.device,
  key: (row) => String(row.id),
  version: (row) => row.updated_at ?? undefined,
  covers: ['devices'],
  rowToEvent: (_previous, row) =>
    derived(event.deviceStatusChanged, {
      name: 'DeviceStatusChanged',
      channel: 'devices',
      data: { device: row, at: row.updated_at },
      subject: { type: 'Device', id: row.id },
    }),
});
