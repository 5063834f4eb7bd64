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
import { isFinished } from './course.ts';
import * as event from './events.ts';
import { atStation } from './kitchen.ts';
import { keyOf, versionOf } from './row.ts';
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

const list = { search, page: listPage, key: keyOf, version: versionOf };

/** A receipt that waited longer than this is not printed by surprise when a gateway is switched on. Settled. */
const oldestPrintJobMs = 30 * 60_000;

export const orders: ResourceDefinition<shape.Order> = resource<shape.Order>({
  path: '/v1/orders',
  ...list,
  row: shape.order,
  covers: ['orders'],
  isOver: ({ status }) => isFinished(status),
  rowToEvent(previous, row) {
    const subject = { type: 'Order', id: row.id };
    if (previous !== undefined) {
      return derived(event.orderUpdated, { name: 'OrderUpdated', channel: 'orders', data: { order: row }, subject });
    }
    if (isFinished(row.status)) return undefined;
    return derived(event.orderCreated, { name: 'OrderCreated', channel: 'orders', data: { order: row }, subject });
  },
});

const stationOf = ({ station }: SnapshotQuestion['scope']): string | undefined =>
  typeof station === 'string' ? station : undefined;

export const tickets: ResourceDefinition<shape.KdsTicket> = resource<shape.KdsTicket>({
  path: '/v1/kds/tickets',
  ...list,
  row: shape.ticket,
  // Settled: the list of one station is asked for by its slug.
  search: (question) => ({ ...search(question), station: stationOf(question.scope) }),
  covers: ['kds', 'station'],
  isOver: ({ status }) => isFinished(status),
  rowToEvent(previous, row, scope) {
    const station = stationOf(scope);
    // A server that knows no stations answers for all of them.
    if (station !== undefined && !atStation(row, station)) return undefined;
    // On the channel that a screen of this scope joins.
    const where = station === undefined ? { channel: 'kds' } : { channel: 'station', params: { station } };
    const subject = { type: 'KdsTicket', id: row.id };
    if (previous === undefined) {
      if (isFinished(row.status)) return undefined;
      return derived(event.kdsTicketCreated, { name: 'KdsTicketCreated', ...where, data: { ticket: row }, subject });
    }
    // What became of it cannot be told without the status; the collection shows the rest.
    if (row.status == null) return undefined;
    const data = { ticket_id: row.id, status: row.status, at: row.updated_at };
    return derived(event.kdsTicketUpdated, { name: 'KdsTicketUpdated', ...where, data, subject });
  },
});

export const printJobs: ResourceDefinition<shape.PrintJobRow> = resource<shape.PrintJobRow>({
  path: '/v1/print-jobs',
  ...list,
  row: shape.printJobRow,
  covers: ['printing'],
  // One that failed may be tried again by a person.
  isOver: ({ status }) => status === 'completed',
  rowToEvent(previous, row) {
    const subject = { type: 'PrintJob', id: row.id };
    if (row.status === 'queued') {
      const data = { print_job: row };
      return derived(event.printJobQueued, { name: 'PrintJobQueued', channel: 'printing', data, subject });
    }
    if (previous === undefined) return undefined;
    const { id: print_job_id, target_printer_id: printer_id, attempts, error, updated_at: at } = row;
    if (row.status === 'completed') {
      const data = { print_job_id, printer_id, attempts, at };
      return derived(event.printJobCompleted, { name: 'PrintJobCompleted', channel: 'printing', data, subject });
    }
    if (row.status === 'failed') {
      const data = { print_job_id, printer_id, error, attempts, at };
      return derived(event.printJobFailed, { name: 'PrintJobFailed', channel: 'printing', data, subject });
    }
    return undefined;
  },
  openWork: { is: (row) => row.status === 'queued', maxAgeMs: oldestPrintJobMs },
});

export const devices: ResourceDefinition<shape.Device> = resource<shape.Device>({
  path: '/v1/devices',
  ...list,
  row: shape.device,
  covers: ['devices'],
  rowToEvent: (_previous, row) =>
    derived(event.deviceStatusChanged, {
      name: 'DeviceStatusChanged',
      channel: 'devices',
      data: { device: row, at: row.updated_at },
      subject: { type: 'Device', id: row.id },
    }),
});
