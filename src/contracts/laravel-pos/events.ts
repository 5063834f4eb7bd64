import { event, type EventDefinition, type WorkRule } from '../../contract/event.ts';
import type { Maybe } from '../shapes.ts';
import * as shape from './schemas.ts';

const order = (id: number) => ({ type: 'Order', id });
const ticket = (id: number) => ({ type: 'KdsTicket', id });
const printJob = (id: number) => ({ type: 'PrintJob', id });
const device = (id: number) => ({ type: 'Device', id });

export const orderCreated: EventDefinition<shape.OrderCreated> = event({
  data: shape.orderCreated,
  subject: (data) => order(data.order.id),
});
export const orderUpdated: EventDefinition<shape.OrderUpdated> = event({
  data: shape.orderUpdated,
  subject: (data) => order(data.order.id),
});
export const orderStatusChanged: EventDefinition<shape.OrderStatusChanged> = event({
  data: shape.orderStatusChanged,
  subject: (data) => order(data.order_id),
});

export const kdsTicketCreated: EventDefinition<shape.KdsTicketCreated> = event({
  data: shape.kdsTicketCreated,
  subject: (data) => ticket(data.ticket.id),
});
export const kdsTicketUpdated: EventDefinition<shape.KdsTicketUpdated> = event({
  data: shape.kdsTicketUpdated,
  subject: (data) => ticket(data.ticket_id),
});

export const printJobQueued: EventDefinition<shape.PrintJobQueued> = event({
  data: shape.printJobQueued,
  priority: 'critical',
  subject: (data) => printJob(data.print_job.id),
  work: {
    step: 'opens',
    key: ({ print_job: { id } }) => String(id),
    // The try that is asked for comes after those that were made.
    attempt: ({ print_job: { attempts } }) => (attempts == null ? undefined : attempts + 1),
  },
});
const closesTry: WorkRule<{ readonly print_job_id: number; readonly attempts?: Maybe<number> }> = {
  step: 'closes',
  key: ({ print_job_id }) => String(print_job_id),
  attempt: ({ attempts }) => attempts ?? undefined,
};

export const printJobCompleted: EventDefinition<shape.PrintJobCompleted> = event({
  data: shape.printJobCompleted,
  priority: 'critical',
  subject: (data) => printJob(data.print_job_id),
  work: closesTry,
});
export const printJobFailed: EventDefinition<shape.PrintJobFailed> = event({
  data: shape.printJobFailed,
  priority: 'critical',
  subject: (data) => printJob(data.print_job_id),
  work: closesTry,
});

export const deviceStatusChanged: EventDefinition<shape.DeviceStatusChanged> = event({
  data: shape.deviceStatusChanged,
  subject: (data) => device(data.device.id),
});
export const deviceNotification: EventDefinition<shape.DeviceNotification> = event({ data: shape.deviceNotification });
export const mediaUpdated: EventDefinition<shape.MediaUpdated> = event({
  data: shape.mediaUpdated,
  priority: 'background',
  subject: (data) => ({ type: 'Media', id: data.media.id }),
});
