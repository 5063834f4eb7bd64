import { collection, feed, patch, put, type CollectionDefinition } from '../../contract/collection.ts';
import * as event from './events.ts';
import { firstStatus } from './kitchen.ts';
import { keyOf, versionOf } from './row.ts';
import * as shape from './schemas.ts';

const iso = (ms: number | undefined): string | undefined => (ms === undefined ? undefined : new Date(ms).toISOString());

/** Takes what an update says and leaves alone what it does not mention. Most mention everything, and are taken as they are. */
function said<T extends object>(fields: T): Partial<T> {
  for (const name in fields) if (fields[name] === undefined) return mentioned(fields);
  return fields;
}

const mentioned = <T extends object>(fields: T): Partial<T> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<T>;

export const orders: CollectionDefinition<shape.Order> = collection<shape.Order>({
  row: shape.order,
  key: keyOf,
  version: versionOf,
  resource: 'orders',
  from: {
    OrderCreated: feed(event.orderCreated, ({ data }) => put(data.order)),
    OrderUpdated: feed(event.orderUpdated, ({ data }) => patch(data.order.id, said(data.order))),
    OrderStatusChanged: feed(event.orderStatusChanged, ({ data }) =>
      patch<shape.Order>(data.order_id, said({ status: data.to, updated_at: data.at ?? undefined })),
    ),
  },
});

export const tickets: CollectionDefinition<shape.TicketRow> = collection<shape.TicketRow>({
  row: shape.ticketRow,
  key: keyOf,
  version: versionOf,
  resource: 'tickets',
  from: {
    KdsTicketCreated: feed(event.kdsTicketCreated, ({ data, occurredAt }) =>
      put<shape.TicketRow>({
        ...data.ticket,
        status: data.ticket.status ?? firstStatus,
        ...said({ occurred_at: iso(occurredAt) }),
      }),
    ),
    KdsTicketUpdated: feed(event.kdsTicketUpdated, ({ data, occurredAt }) => {
      const at = data.at ?? iso(occurredAt);
      return patch<shape.TicketRow>(data.ticket_id, {
        status: data.status,
        ...said({ updated_at: at }),
        // Serving leaves it alone: the kitchen was done before.
        ...(data.status === 'ready' && said({ ready_at: at })),
        ...(data.status === 'in_preparation' && { ready_at: null }),
      });
    }),
  },
});

export const printJobs: CollectionDefinition<shape.PrintJobRow> = collection<shape.PrintJobRow>({
  row: shape.printJobRow,
  key: keyOf,
  version: versionOf,
  resource: 'printJobs',
  from: {
    PrintJobQueued: feed(event.printJobQueued, ({ data }) =>
      put<shape.PrintJobRow>({ ...data.print_job, status: data.print_job.status ?? 'queued' }),
    ),
    PrintJobCompleted: feed(event.printJobCompleted, ({ data }) =>
      patch<shape.PrintJobRow>(
        data.print_job_id,
        said({ status: 'completed', attempts: data.attempts ?? undefined, updated_at: data.at ?? undefined }),
      ),
    ),
    PrintJobFailed: feed(event.printJobFailed, ({ data }) =>
      patch<shape.PrintJobRow>(
        data.print_job_id,
        said({
          status: 'failed',
          error: data.error ?? undefined,
          attempts: data.attempts ?? undefined,
          updated_at: data.at ?? undefined,
        }),
      ),
    ),
  },
});

export const devices: CollectionDefinition<shape.Device> = collection<shape.Device>({
  row: shape.device,
  key: keyOf,
  version: versionOf,
  resource: 'devices',
  from: {
    DeviceStatusChanged: feed(event.deviceStatusChanged, ({ data }) =>
      put<shape.Device>({ ...data.device, ...said({ updated_at: data.at ?? undefined }) }),
    ),
  },
});

/** There is no list of notifications to read: what was missed is missed, and said to be. */
export const notifications: CollectionDefinition<shape.NotificationRow> = collection<shape.NotificationRow>({
  row: shape.notificationRow,
  key: (row) => row.id,
  from: {
    DeviceNotification: feed(event.deviceNotification, ({ id, data, occurredAt }) =>
      id === undefined ? undefined : put<shape.NotificationRow>({ ...data, id, ...said({ at: iso(occurredAt) }) }),
    ),
  },
});
