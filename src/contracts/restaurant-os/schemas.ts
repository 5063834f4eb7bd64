import {
  amount,
  integer,
  integerFrom,
  key,
  list,
  maybe,
  record,
  text,
  wordLike,
  words,
  type Maybe,
  type Open,
  type Shape,
} from '../shapes.ts';

/** One backend is one restaurant: there is nothing to choose. */
export type RestaurantOsScope = Readonly<Record<never, never>>;
export const scope: Shape<RestaurantOsScope> = record<RestaurantOsScope>({});

// The document shows the fields of `order.created`, `storage.low_stock` and `timer.sla_warning`. Those of the other
// events, and every word that a status may have, are settled here.

/** Settled: the document names no status. */
export type OrderStatus = Open<'new' | 'confirmed' | 'in_progress' | 'ready' | 'served' | 'paid' | 'cancelled'>;
const orderStatus: Shape<OrderStatus> = wordLike(
  'new',
  'confirmed',
  'in_progress',
  'ready',
  'served',
  'paid',
  'cancelled',
);

/** A number, or the same as text. Rows are known by it as text, and so is the channel of a table. */
export type TableNumber = string | number;

/** What every event about an order says of it. */
export interface OrderFacts {
  readonly documentId: string;
  readonly orderNumber?: Maybe<string | number>;
  /** Absent when the order has no table. */
  readonly tableNumber?: Maybe<TableNumber>;
  /** Settled: events may say it, rows of lists do. ISO 8601. */
  readonly updatedAt?: Maybe<string>;
}
const orderFacts = {
  documentId: words,
  orderNumber: maybe(key),
  tableNumber: maybe(key),
  updatedAt: maybe(text),
};

export interface Order extends OrderFacts {
  readonly status?: Maybe<OrderStatus>;
  readonly createdAt?: Maybe<string>;
}
const orderFields = { ...orderFacts, status: maybe(orderStatus), createdAt: maybe(text) };
export const order: Shape<Order> = record<Order>(orderFields);

/** An order as the list gives it: the table is a relation there. `tableNumberOf` reads either form. */
export interface OrderRow extends Order {
  readonly table?: Maybe<{ readonly number: TableNumber }>;
}
export const orderRow: Shape<OrderRow> = record<OrderRow>({
  ...orderFields,
  table: maybe(record<{ readonly number: TableNumber }>({ number: key })),
});

export interface OrderUpdated extends OrderFacts {
  readonly status: OrderStatus;
  /** Settled. */
  readonly previousStatus?: Maybe<OrderStatus>;
}
export const orderUpdated: Shape<OrderUpdated> = record<OrderUpdated>({
  ...orderFacts,
  status: orderStatus,
  previousStatus: maybe(orderStatus),
});

export interface OrderCancelled extends OrderFacts {
  /** Settled. */
  readonly reason?: Maybe<string>;
}
export const orderCancelled: Shape<OrderCancelled> = record<OrderCancelled>({ ...orderFacts, reason: maybe(text) });

/** Settled: one dish of an order is cooking, ready, served. The ids are document ids. */
export interface OrderItemStatusChanged {
  readonly orderId: string;
  readonly itemId: string;
  readonly status: string;
  readonly previousStatus?: Maybe<string>;
  readonly name?: Maybe<string>;
  readonly orderNumber?: Maybe<string | number>;
  readonly tableNumber?: Maybe<TableNumber>;
}
export const orderItemStatusChanged: Shape<OrderItemStatusChanged> = record<OrderItemStatusChanged>({
  orderId: words,
  itemId: words,
  status: text,
  previousStatus: maybe(text),
  name: maybe(text),
  orderNumber: maybe(key),
  tableNumber: maybe(key),
});

/** Settled. */
export type TicketStatus = Open<'queued' | 'in_progress' | 'ready' | 'served' | 'cancelled'>;
const ticketStatus: Shape<TicketStatus> = wordLike('queued', 'in_progress', 'ready', 'served', 'cancelled');

/** Settled. */
export interface TicketItem {
  readonly itemId?: Maybe<string>;
  readonly name: string;
  readonly quantity?: Maybe<number>;
  readonly notes?: Maybe<string>;
}
const ticketItem: Shape<TicketItem> = record<TicketItem>({
  itemId: maybe(text),
  name: text,
  quantity: maybe(amount),
  notes: maybe(text),
});

/** What every event about a ticket says of it. Settled, but for the station, which has a channel of its own. */
export interface TicketFacts {
  readonly documentId: string;
  readonly ticketNumber?: Maybe<string | number>;
  readonly orderNumber?: Maybe<string | number>;
  readonly tableNumber?: Maybe<TableNumber>;
  /** As it is spelt in the channel's name: `grill`. */
  readonly station?: Maybe<string>;
  readonly updatedAt?: Maybe<string>;
}
const ticketFacts = {
  documentId: words,
  ticketNumber: maybe(key),
  orderNumber: maybe(key),
  tableNumber: maybe(key),
  station: maybe(text),
  updatedAt: maybe(text),
};

/** A ticket as it is created, listed and kept. */
export interface Ticket extends TicketFacts {
  readonly status?: Maybe<TicketStatus>;
  readonly items?: Maybe<readonly TicketItem[]>;
  readonly createdAt?: Maybe<string>;
}
export const ticket: Shape<Ticket> = record<Ticket>({
  ...ticketFacts,
  status: maybe(ticketStatus),
  items: maybe(list(ticketItem)),
  createdAt: maybe(text),
});

export interface TicketStatusChanged extends TicketFacts {
  readonly status: TicketStatus;
  readonly previousStatus?: Maybe<TicketStatus>;
}
export const ticketStatusChanged: Shape<TicketStatusChanged> = record<TicketStatusChanged>({
  ...ticketFacts,
  status: ticketStatus,
  previousStatus: maybe(ticketStatus),
});

/** How much there is of an ingredient. Settled. */
export interface StockLevel {
  readonly currentStock?: Maybe<number>;
  /** Below or at this much, the stock is low. */
  readonly minStock?: Maybe<number>;
  readonly unit?: Maybe<string>;
}
const stockLevel = { currentStock: maybe(amount), minStock: maybe(amount), unit: maybe(text) };

export interface LowStock extends StockLevel {
  readonly ingredientName: string;
  /** Settled: the ingredient's document id. Screens of one ingredient filter by it. */
  readonly ingredientId?: Maybe<string>;
}
const stockFacts = { ingredientName: text, ingredientId: maybe(words), ...stockLevel };
export const lowStock: Shape<LowStock> = record<LowStock>(stockFacts);

/** Settled: what came in, and how much there is now. */
export interface BatchReceived extends LowStock {
  readonly batchId?: Maybe<string>;
  readonly quantity?: Maybe<number>;
}
export const batchReceived: Shape<BatchReceived> = record<BatchReceived>({
  ...stockFacts,
  batchId: maybe(text),
  quantity: maybe(amount),
});

export interface Ingredient extends StockLevel {
  readonly documentId: string;
  readonly name: string;
  readonly updatedAt?: Maybe<string>;
}
export const ingredient: Shape<Ingredient> = record<Ingredient>({
  documentId: words,
  name: text,
  ...stockLevel,
  updatedAt: maybe(text),
});

/** Settled. */
export type TableStatus = Open<'free' | 'occupied' | 'reserved' | 'cleaning'>;
const tableStatus: Shape<TableStatus> = wordLike('free', 'occupied', 'reserved', 'cleaning');

/** Settled. A table is known by its number, as in the name of its channel. */
export interface TableStatusChanged {
  readonly tableNumber: TableNumber;
  readonly status: TableStatus;
  readonly previousStatus?: Maybe<TableStatus>;
  readonly updatedAt?: Maybe<string>;
}
export const tableStatusChanged: Shape<TableStatusChanged> = record<TableStatusChanged>({
  tableNumber: key,
  status: tableStatus,
  previousStatus: maybe(tableStatus),
  updatedAt: maybe(text),
});

export interface Table {
  readonly number: TableNumber;
  readonly documentId?: Maybe<string>;
  readonly status?: Maybe<TableStatus>;
  readonly updatedAt?: Maybe<string>;
}
export const table: Shape<Table> = record<Table>({
  number: key,
  documentId: maybe(text),
  status: maybe(tableStatus),
  updatedAt: maybe(text),
});

/** Something takes longer than was promised. */
export interface SlaWarning {
  /** What `resourceId` is the document id of. */
  readonly type: Open<'ticket'>;
  readonly resourceId: string | number;
  readonly message: string;
  readonly severity?: Maybe<Open<'warning'>>;
}
export const slaWarning: Shape<SlaWarning> = record<SlaWarning>({
  type: wordLike('ticket'),
  resourceId: key,
  message: text,
  severity: maybe(wordLike('warning')),
});

// What is asked of the lists and what they answer. Settled: as Strapi does it.

export interface ListParams {
  /** ISO 8601; rows that changed then or later. */
  readonly updatedSince?: Maybe<string>;
  /** From 1. */
  readonly page?: Maybe<number>;
  readonly pageSize?: Maybe<number>;
}
export const listParams: Shape<ListParams> = record<ListParams>({
  updatedSince: maybe(text),
  page: maybe(integerFrom(1)),
  pageSize: maybe(integerFrom(1)),
});

export interface Pagination {
  readonly page: number;
  readonly pageSize: number;
  readonly pageCount: number;
  readonly total: number;
}
const pagination: Shape<Pagination> = record<Pagination>({
  page: integer,
  pageSize: integer,
  pageCount: integer,
  total: integer,
});

export interface List<Row> {
  readonly data: readonly Row[];
  readonly meta: { readonly pagination: Pagination };
}
export const listOf = <Row>(row: Shape<Row>): Shape<List<Row>> =>
  record<List<Row>>({ data: list(row), meta: record<{ readonly pagination: Pagination }>({ pagination }) });
