import {
  amount,
  atLeast,
  day,
  decimal,
  either,
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
  type Decimal,
  type Maybe,
  type Open,
  type Shape,
} from '../shapes.ts';

export type { Decimal };

export interface BrasserieScope {
  /** Whose token this is: the server joins the socket to the room `user:{userId}`. */
  readonly userId: string | number;
}
export const scope: Shape<BrasserieScope> = record<BrasserieScope>({ userId: key });

/** A dish is ready at the pass. Sent to the waiter of its table alone. */
export interface DishReady {
  /** The table as it is called in the room. */
  readonly table: string | number;
  readonly dish: string;
  /** Free text, "15h23": read it with `dishMoment`. */
  readonly timestamp?: Maybe<string>;
  /** Settled: what an acknowledgement needs. */
  readonly order_id?: Maybe<number>;
}
export const dishReady: Shape<DishReady> = record<DishReady>({
  table: key,
  dish: words,
  timestamp: maybe(text),
  order_id: maybe(integer),
});

// The rows below are settled as wholes; the document shows the columns that its queries name.

export type ItemStatus = Open<'pending' | 'ready' | 'served'>;

/** One line of an order or of its bill. */
export interface OrderItem {
  readonly id?: Maybe<string | number>;
  /** What the kitchen calls it. */
  readonly name?: Maybe<string>;
  readonly dish_id?: Maybe<number>;
  readonly wine_id?: Maybe<number>;
  readonly qty?: Maybe<number>;
  readonly price?: Maybe<Decimal>;
  readonly status?: Maybe<ItemStatus>;
  readonly ready_at?: Maybe<string>;
}
const orderItem: Shape<OrderItem> = record<OrderItem>({
  id: maybe(key),
  name: maybe(text),
  dish_id: maybe(integer),
  wine_id: maybe(integer),
  qty: maybe(amount),
  price: maybe(decimal),
  status: maybe(wordLike('pending', 'ready', 'served')),
  ready_at: maybe(text),
});

/** How the document's till groups a day: card, cash, meal voucher. */
export type PaymentMethod = Open<'CB' | 'Espèces' | 'TR'>;
export type PaymentStatus = Open<'pending' | 'paid' | 'failed'>;

export interface Payment {
  readonly payment_id?: Maybe<number>;
  readonly cover_number: number;
  readonly amount?: Maybe<Decimal>;
  readonly method?: Maybe<PaymentMethod>;
  readonly status: PaymentStatus;
  readonly approval_code?: Maybe<string>;
  readonly paid_at?: Maybe<string>;
}
const payment: Shape<Payment> = record<Payment>({
  payment_id: maybe(integer),
  cover_number: integer,
  amount: maybe(decimal),
  method: maybe(wordLike('CB', 'Espèces', 'TR')),
  status: wordLike('pending', 'paid', 'failed'),
  approval_code: maybe(text),
  paid_at: maybe(text),
});

export type OrderStatus = Open<'sent' | 'pending_erp' | 'paid_complete'>;
const orderStatus: Shape<OrderStatus> = wordLike('sent', 'pending_erp', 'paid_complete');

export interface Order {
  readonly id: number;
  readonly table_id: number;
  readonly status: OrderStatus;
  readonly items?: Maybe<readonly OrderItem[]>;
  /** The id under which a device kept the order while it was offline. */
  readonly uuid?: Maybe<string>;
  /** The waiter whose table it is. */
  readonly server_user_id?: Maybe<string | number>;
  /** The order's id in the kitchen's own system. */
  readonly erp_id?: Maybe<string>;
  readonly total_amount?: Maybe<Decimal>;
  readonly covers?: Maybe<number>;
  readonly payments?: Maybe<readonly Payment[]>;
  readonly acknowledged_at?: Maybe<string>;
  readonly paid_at?: Maybe<string>;
  readonly updated_at?: Maybe<string>;
}

const orderFields = {
  id: integer,
  table_id: integer,
  status: orderStatus,
  items: maybe(list(orderItem)),
  uuid: maybe(text),
  server_user_id: maybe(key),
  erp_id: maybe(text),
  total_amount: maybe(decimal),
  covers: maybe(integer),
  payments: maybe(list(payment)),
  acknowledged_at: maybe(text),
  paid_at: maybe(text),
};
export const order: Shape<Order> = record<Order>({ ...orderFields, updated_at: maybe(text) });

/** What tells two versions of a row apart; these events have no other identity. */
interface Versioned {
  readonly updated_at: string;
}
const versioned = { updated_at: words };

/** Settled: the row of an order, as the list gives it. */
export type OrderUpdated = Omit<Order, 'updated_at'> & Versioned;
export const orderUpdated: Shape<OrderUpdated> = record<OrderUpdated>({ ...orderFields, ...versioned });

export interface Table {
  readonly id: number;
  readonly status: Open<'free' | 'occupied'>;
  readonly updated_at?: Maybe<string>;
}
const tableFields = { id: integer, status: wordLike('free', 'occupied') };
export const table: Shape<Table> = record<Table>({ ...tableFields, updated_at: maybe(text) });

/** Settled: the row of a table, as the list gives it. */
export type TableUpdated = Omit<Table, 'updated_at'> & Versioned;
export const tableUpdated: Shape<TableUpdated> = record<TableUpdated>({ ...tableFields, ...versioned });

export interface Bill {
  readonly total: Decimal;
  readonly covers: number;
  readonly items?: Maybe<readonly OrderItem[]>;
  /** Settled: what was paid of it. An unclear payment is verified by this. */
  readonly payments?: Maybe<readonly Payment[]>;
}
const billFields = {
  total: decimal,
  covers: integer,
  items: maybe(list(orderItem)),
  payments: maybe(list(payment)),
};
export const bill: Shape<Bill> = record<Bill>(billFields);

/** Settled: the bill of the order with this id. */
export interface BillUpdated extends Bill, Versioned {
  readonly id: number;
}
export const billUpdated: Shape<BillUpdated> = record<BillUpdated>({ id: integer, ...billFields, ...versioned });

export interface Wine {
  readonly id: number;
  readonly name: string;
}

export interface MenuItem {
  readonly id: number;
  readonly name: string;
  readonly category?: Maybe<Open<'plat principal'>>;
  readonly wine_pairing_id?: Maybe<number>;
  /** Settled: the wine that `wine_pairing_id` names, joined by the server. */
  readonly wine?: Maybe<Wine>;
  readonly price?: Maybe<Decimal>;
  readonly updated_at?: Maybe<string>;
}
export const menuItem: Shape<MenuItem> = record<MenuItem>({
  id: integer,
  name: text,
  category: maybe(wordLike('plat principal')),
  wine_pairing_id: maybe(integer),
  wine: maybe(record<Wine>({ id: integer, name: text })),
  price: maybe(decimal),
  updated_at: maybe(text),
});

// What devices send. These are ours to get right, so they are strict where events are lenient.

export interface DishLine {
  readonly dish_id: number;
  readonly qty: number;
}
export interface WineLine {
  readonly wine_id: number;
  readonly qty: number;
}
/** A dish or a wine, never both. */
export type OrderLine = (DishLine & { readonly wine_id?: never }) | (WineLine & { readonly dish_id?: never });
const orderLine: Shape<OrderLine> = either(
  record<DishLine>({ dish_id: integer, qty: integerFrom(1) }),
  record<WineLine>({ wine_id: integer, qty: integerFrom(1) }),
);

export interface NewOrder {
  readonly table_id: number;
  readonly items: readonly OrderLine[];
}
const newOrderFields = { table_id: integer, items: some(orderLine) };
export const newOrder: Shape<NewOrder> = record<NewOrder>(newOrderFields);

export interface OfflineOrder extends NewOrder {
  /** The order's id on this device, by which a repeat is recognised. Default: the id of the mutation. */
  readonly uuid?: Maybe<string>;
  /** When the guest ordered. Settled: ISO 8601 with a zone. Default: when the mutation was made. */
  readonly offline_timestamp?: Maybe<string>;
}
export const offlineOrder: Shape<OfflineOrder> = record<OfflineOrder>({
  ...newOrderFields,
  uuid: maybe(words),
  offline_timestamp: maybe(words),
});

/** One cover's share of a bill. */
export interface Share {
  readonly order_id: number;
  /** From 1 up to the covers of the bill. */
  readonly cover_number: number;
  /** More than nothing, and no finer than a cent. */
  readonly amount: number;
  readonly method: PaymentMethod;
}
export const share: Shape<Share> = record<Share>({
  order_id: integer,
  cover_number: integerFrom(1),
  amount: atLeast(0.01),
  method: words,
});

export interface DayToClose {
  /** The calendar day, `2026-02-02`. */
  readonly date: string;
}
export const dayToClose: Shape<DayToClose> = record<DayToClose>({ date: day });

/** An order whose dish was picked up. A dish that came without an order id cannot be acknowledged. */
export interface OrderRef {
  readonly order_id: number;
}
export const orderRef: Shape<OrderRef> = record<OrderRef>({ order_id: integer });

// What the server answers.

export interface OrderTaken {
  readonly order_id: number;
  /** `pending_erp`: the kitchen's system did not answer, and the server keeps trying. */
  readonly status?: Maybe<OrderStatus>;
}
export const orderTaken: Shape<OrderTaken> = record<OrderTaken>({ order_id: integer, status: maybe(orderStatus) });

export interface OrderSynced {
  readonly order_id: number;
  readonly server_timestamp?: Maybe<string>;
}
export const orderSynced: Shape<OrderSynced> = record<OrderSynced>({
  order_id: integer,
  server_timestamp: maybe(text),
});

/** A cover is paid, others are open. */
export interface ShareTaken {
  readonly payment_id: number;
  /** Open covers of all covers, "3/4": read it with `readRemaining`. */
  readonly remaining?: Maybe<string>;
}
/** That was the last cover: the order is `paid_complete`. */
export interface BillSettled {
  readonly status: 'order_complete';
}
export type ShareAnswer = ShareTaken | BillSettled;
export const shareAnswer: Shape<ShareAnswer> = either(
  record<BillSettled>({ status: oneOf(['order_complete']) }),
  record<ShareTaken>({ payment_id: integer, remaining: maybe(text) }),
);

/** The law wants all four: a closing without its signature is none. */
export interface DayClosed {
  readonly audit_log_id: number;
  /** The Z ticket, ready to print. */
  readonly ticket: string;
  readonly hash: string;
  readonly signature: string;
}
export const dayClosed: Shape<DayClosed> = record<DayClosed>({
  audit_log_id: integer,
  ticket: text,
  hash: text,
  signature: text,
});

export interface BillParams {
  /** The order's id. */
  readonly id: number;
}
export const billParams: Shape<BillParams> = record<BillParams>({ id: integer });

export interface OrderListParams {
  readonly updated_since?: Maybe<string>;
  /** Settled: only the order that a device sent under this id. */
  readonly uuid?: Maybe<string>;
}
export const orderListParams: Shape<OrderListParams> = record<OrderListParams>({
  updated_since: maybe(text),
  uuid: maybe(words),
});

export interface TableListParams {
  readonly updated_since?: Maybe<string>;
}
export const tableListParams: Shape<TableListParams> = record<TableListParams>({ updated_since: maybe(text) });

/** The whole menu; nothing has to be told. */
export type MenuParams = Readonly<Record<never, never>>;
export const menuParams: Shape<MenuParams> = record<MenuParams>({});
