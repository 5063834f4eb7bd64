import { event, type EventDefinition } from '../../contract/event.ts';
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
  work: { step: 'opens', key: (data) => String(data.print_job.id) },
});
export const printJobCompleted: EventDefinition<shape.PrintJobCompleted> = event({
  data: shape.printJobCompleted,
  priority: 'critical',
  subject: (data) => printJob(data.print_job_id),
  work: { step: 'closes', key: (data) => String(data.print_job_id) },
});
export const printJobFailed: EventDefinition<shape.PrintJobFailed> = event({
  data: shape.printJobFailed,
  priority: 'critical',
  subject: (data) => printJob(data.print_job_id),
  work: { step: 'closes', key: (data) => String(data.print_job_id) },
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
