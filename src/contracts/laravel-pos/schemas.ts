import {
  amount,
  integer,
  integerFrom,
  key,
  list,
  maybe,
  oneOf,
  record,
  some,
  text,
  wordLike,
  words,
  type Maybe,
  type Open,
  type Shape,
} from '../shapes.ts';

export interface LaravelPosScope {
  /** The store's public identifier. */
  readonly sku: string;
  readonly deviceId: string | number;
  /** A kitchen screen that shows one station only. */
  readonly station?: Maybe<string>;
}
export const scope: Shape<LaravelPosScope> = record<LaravelPosScope>({
  sku: words,
  deviceId: key,
  station: maybe(words),
});

export type OrderStatus = Open<'accepted' | 'in_preparation' | 'ready' | 'served' | 'delivered' | 'cancelled'>;
const orderStatus: Shape<OrderStatus> = wordLike(
  'accepted',
  'in_preparation',
  'ready',
  'served',
  'delivered',
  'cancelled',
);

export interface OrderTotals {
  readonly subtotal?: Maybe<number>;
  readonly tax?: Maybe<number>;
  readonly total?: Maybe<number>;
}

export interface Order {
  readonly id: number;
  readonly channel?: Maybe<string>;
  readonly status?: Maybe<OrderStatus>;
  readonly totals_cents?: Maybe<OrderTotals>;
  /** What is called out: "A047". */
  readonly number?: Maybe<string>;
  readonly created_at?: Maybe<string>;
  /** Settled: on the rows of lists. */
  readonly updated_at?: Maybe<string>;
  /** Settled: echoes the id that the creating device chose. */
  readonly client_order_id?: Maybe<string>;
}

const totals: Shape<OrderTotals> = record<OrderTotals>({
  subtotal: maybe(integer),
  tax: maybe(integer),
  total: maybe(integer),
});

export const order: Shape<Order> = record<Order>({
  id: integer,
  channel: maybe(text),
  status: maybe(orderStatus),
  totals_cents: maybe(totals),
  number: maybe(text),
  created_at: maybe(text),
  updated_at: maybe(text),
  client_order_id: maybe(text),
});

export interface OrderCreated {
  readonly order: Order;
}
export const orderCreated: Shape<OrderCreated> = record<OrderCreated>({ order });

/** Settled: the shape of an order. */
export interface OrderUpdated {
  readonly order: Order;
}
export const orderUpdated: Shape<OrderUpdated> = record<OrderUpdated>({ order });

export interface OrderStatusChanged {
  readonly order_id: number;
  readonly from?: Maybe<OrderStatus>;
  readonly to: OrderStatus;
  readonly at?: Maybe<string>;
}
export const orderStatusChanged: Shape<OrderStatusChanged> = record<OrderStatusChanged>({
  order_id: integer,
  from: maybe(orderStatus),
  to: orderStatus,
  at: maybe(text),
});

export type TicketStatus = Open<'in_preparation' | 'ready' | 'served' | 'delivered'>;
const ticketStatus: Shape<TicketStatus> = wordLike('in_preparation', 'ready', 'served', 'delivered');

export interface TicketItem {
  readonly id?: Maybe<number>;
  readonly name: string;
  readonly qty: number;
  readonly modifiers?: Maybe<readonly string[]>;
}

export interface KdsTicket {
  readonly id: number;
  readonly order_id?: Maybe<number>;
  readonly items: readonly TicketItem[];
  /** Settled: one that does not tell is at the beginning of its course. */
  readonly status?: Maybe<TicketStatus>;
  readonly notes?: Maybe<string>;
  readonly created_at?: Maybe<string>;
  /** Told by servers that let screens filter by category. */
  readonly category_ids?: Maybe<readonly number[]>;
  /** Settled: the slug of the station that prepares it. */
  readonly station?: Maybe<string>;
  /** Settled: on the rows of lists. */
  readonly updated_at?: Maybe<string>;
}

const ticketItem: Shape<TicketItem> = record<TicketItem>({
  id: maybe(integer),
  name: text,
  qty: amount,
  modifiers: maybe(list(text)),
});

const ticketFields = {
  id: integer,
  order_id: maybe(integer),
  items: list(ticketItem),
  status: maybe(ticketStatus),
  notes: maybe(text),
  created_at: maybe(text),
  category_ids: maybe(list(integer)),
  station: maybe(text),
  updated_at: maybe(text),
};
export const ticket: Shape<KdsTicket> = record<KdsTicket>(ticketFields);

/** A ticket as a kitchen screen keeps it. */
export interface TicketRow extends KdsTicket {
  /** When the kitchen got it, by the server's clock: the moment its timer starts. ISO 8601. */
  readonly occurred_at?: Maybe<string>;
  /** When it was last called ready: the moment its timer stops. */
  readonly ready_at?: Maybe<string>;
}
export const ticketRow: Shape<TicketRow> = record<TicketRow>({
  ...ticketFields,
  occurred_at: maybe(text),
  ready_at: maybe(text),
});

export interface KdsTicketCreated {
  readonly ticket: KdsTicket;
}
export const kdsTicketCreated: Shape<KdsTicketCreated> = record<KdsTicketCreated>({ ticket });

export interface KdsTicketUpdated {
  readonly ticket_id: number;
  readonly status: TicketStatus;
  readonly at?: Maybe<string>;
}
export const kdsTicketUpdated: Shape<KdsTicketUpdated> = record<KdsTicketUpdated>({
  ticket_id: integer,
  status: ticketStatus,
  at: maybe(text),
});

export type PrintJobStatus = Open<'queued' | 'claimed' | 'completed' | 'failed'>;

export interface PrintJob {
  readonly id: number;
  readonly type?: Maybe<string>;
  readonly target_printer_id?: Maybe<number>;
  readonly order_id?: Maybe<number>;
  /** Settled: on the rows of lists. */
  readonly status?: Maybe<PrintJobStatus>;
  /** Settled: the device that prints it. */
  readonly claimed_by?: Maybe<string | number>;
  readonly error?: Maybe<PrintError>;
  /** Settled: how often it was tried so far. A job that was never tried has none, or 0. */
  readonly attempts?: Maybe<number>;
  readonly created_at?: Maybe<string>;
  readonly updated_at?: Maybe<string>;
}

export interface PrintError {
  readonly code?: Maybe<string>;
  readonly message?: Maybe<string>;
}
const printError: Shape<PrintError> = record<PrintError>({ code: maybe(text), message: maybe(text) });

const printJobStatus: Shape<PrintJobStatus> = wordLike('queued', 'claimed', 'completed', 'failed');
const printJobFields = {
  id: integer,
  type: maybe(text),
  target_printer_id: maybe(integer),
  order_id: maybe(integer),
  status: maybe(printJobStatus),
  claimed_by: maybe(key),
  error: maybe(printError),
  attempts: maybe(integer),
  created_at: maybe(text),
  updated_at: maybe(text),
};
export const printJob: Shape<PrintJob> = record<PrintJob>(printJobFields);

/**
 * A job as lists have it. One that does not tell its status might be waiting, and would never be printed: it is set aside
 * where people see it.
 */
export interface PrintJobRow extends PrintJob {
  readonly status: PrintJobStatus;
}
export const printJobRow: Shape<PrintJobRow> = record<PrintJobRow>({ ...printJobFields, status: printJobStatus });

export interface PrintJobQueued {
  readonly print_job: PrintJob;
}
export const printJobQueued: Shape<PrintJobQueued> = record<PrintJobQueued>({ print_job: printJob });

/** Settled. */
export interface PrintJobCompleted {
  readonly print_job_id: number;
  readonly printer_id?: Maybe<number>;
  readonly attempts?: Maybe<number>;
  readonly at?: Maybe<string>;
}
export const printJobCompleted: Shape<PrintJobCompleted> = record<PrintJobCompleted>({
  print_job_id: integer,
  printer_id: maybe(integer),
  attempts: maybe(integer),
  at: maybe(text),
});

/** Settled. */
export interface PrintJobFailed {
  readonly print_job_id: number;
  readonly printer_id?: Maybe<number>;
  readonly error?: Maybe<PrintError>;
  readonly attempts?: Maybe<number>;
  readonly at?: Maybe<string>;
}
export const printJobFailed: Shape<PrintJobFailed> = record<PrintJobFailed>({
  print_job_id: integer,
  printer_id: maybe(integer),
  error: maybe(printError),
  attempts: maybe(integer),
  at: maybe(text),
});

export type DeviceStatus = Open<'online' | 'offline' | 'inactive' | 'blocked'>;

export interface Device {
  readonly id: number;
  readonly type?: Maybe<string>;
  readonly status: DeviceStatus;
  /** Settled: on the rows of lists. */
  readonly updated_at?: Maybe<string>;
}
export const device: Shape<Device> = record<Device>({
  id: integer,
  type: maybe(text),
  status: wordLike('online', 'offline', 'inactive', 'blocked'),
  updated_at: maybe(text),
});

export interface DeviceStatusChanged {
  readonly device: Device;
  readonly reason?: Maybe<string>;
  readonly at?: Maybe<string>;
}
export const deviceStatusChanged: Shape<DeviceStatusChanged> = record<DeviceStatusChanged>({
  device,
  reason: maybe(text),
  at: maybe(text),
});

/** What a notification suggests. Data: follow `navigate` only through `safeNavigateTarget`. */
export interface NotificationAction {
  readonly type?: Maybe<Open<'navigate'>>;
  readonly target?: Maybe<string>;
}

export interface DeviceNotification {
  readonly title?: Maybe<string>;
  readonly message: string;
  readonly level?: Maybe<Open<'info' | 'warning' | 'error'>>;
  readonly action?: Maybe<NotificationAction>;
}
const notificationFields = {
  title: maybe(text),
  message: text,
  level: maybe(wordLike('info', 'warning', 'error')),
  action: maybe(record<NotificationAction>({ type: maybe(wordLike('navigate')), target: maybe(text) })),
};
export const deviceNotification: Shape<DeviceNotification> = record<DeviceNotification>(notificationFields);

/** Settled. */
export interface Media {
  readonly id: string | number;
  readonly type?: Maybe<string>;
  readonly url?: Maybe<string>;
  readonly version?: Maybe<string | number>;
}
export interface MediaUpdated {
  readonly media: Media;
}
export const mediaUpdated: Shape<MediaUpdated> = record<MediaUpdated>({
  media: record<Media>({ id: key, type: maybe(text), url: maybe(text), version: maybe(key) }),
});

/** A notification as a row: the event's id is its key. */
export interface NotificationRow extends DeviceNotification {
  readonly id: string;
  /** ISO 8601. */
  readonly at?: Maybe<string>;
}
export const notificationRow: Shape<NotificationRow> = record<NotificationRow>({
  ...notificationFields,
  id: words,
  at: maybe(text),
});

// What devices send. These are ours to get right, so they are strict where events are lenient.

export interface TicketStep<To extends string> {
  readonly ticketId: number;
  readonly to: To;
}
export const bump: Shape<TicketStep<'ready' | 'served' | 'delivered'>> = record<
  TicketStep<'ready' | 'served' | 'delivered'>
>({ ticketId: integer, to: oneOf(['ready', 'served', 'delivered']) });
export const undo: Shape<TicketStep<'in_preparation'>> = record<TicketStep<'in_preparation'>>({
  ticketId: integer,
  to: oneOf(['in_preparation']),
});

export interface OrderItemInput {
  readonly item_id: number;
  readonly qty: number;
  readonly modifiers?: Maybe<readonly string[]>;
}
export interface OrderInput {
  /** Chosen by the device so that a repeat is recognised. Default: the id of the mutation. */
  readonly client_order_id?: Maybe<string>;
  readonly channel: string;
  readonly items: readonly OrderItemInput[];
  readonly notes?: Maybe<string>;
}
export const orderInput: Shape<OrderInput> = record<OrderInput>({
  client_order_id: maybe(words),
  channel: words,
  items: some(record<OrderItemInput>({ item_id: integer, qty: integerFrom(1), modifiers: maybe(list(text)) })),
  notes: maybe(text),
});

export interface OrderStep {
  readonly orderId: number;
  readonly to: OrderStatus;
}
export const orderStep: Shape<OrderStep> = record<OrderStep>({ orderId: integer, to: orderStatus });

export interface PrintJobRef {
  readonly printJobId: number;
}
export const printJobRef: Shape<PrintJobRef> = record<PrintJobRef>({ printJobId: integer });

export interface PrintCompletion extends PrintJobRef {
  readonly printer_id?: Maybe<number>;
}
export const printCompletion: Shape<PrintCompletion> = record<PrintCompletion>({
  printJobId: integer,
  printer_id: maybe(integer),
});

export interface PrintFailure extends PrintJobRef {
  readonly printer_id?: Maybe<number>;
  readonly error: PrintError & { readonly code: string };
}
export const printFailure: Shape<PrintFailure> = record<PrintFailure>({
  printJobId: integer,
  printer_id: maybe(integer),
  error: record<PrintFailure['error']>({ code: text, message: maybe(text) }),
});

/** The device itself; nothing has to be told. */
export type Heartbeat = Readonly<Record<never, never>>;
export const heartbeat: Shape<Heartbeat> = record<Heartbeat>({});

// What the REST interface answers. Settled: one row is `{ data }`; a list is that or, as in V1, the rows alone.

export interface One<Row> {
  readonly data: Row;
}
export const one = <Row>(row: Shape<Row>): Shape<One<Row>> => record<One<Row>>({ data: row });

export interface RowParams {
  readonly id: number;
}
export const rowParams: Shape<RowParams> = record<RowParams>({ id: integer });

export interface ListParams {
  readonly updated_since?: Maybe<string>;
  readonly cursor?: Maybe<string>;
}
export const listParams: Shape<ListParams> = record<ListParams>({ updated_since: maybe(text), cursor: maybe(text) });
