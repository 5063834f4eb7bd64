import {
  amount,
  decimal,
  either,
  flag,
  key,
  list,
  maybe,
  oneOf,
  record,
  text,
  wordLike,
  words,
  type Decimal,
  type Maybe,
  type Open,
  type Shape,
} from '../shapes.ts';

// Every amount is a decimal and is kept as it was sent, which may be text, as database drivers give decimals and counts;
// `toMinorUnits` counts with money exactly. Every moment is ISO 8601 by the server's clock. What is optional is optional all
// the way down: a line without a name is no reason to lose its order.

/** Numbers or texts, as the backend's tables have them. */
export type Id = string | number;
/** Where an id is optional, an empty one is as good as none. */
const id: Shape<Id> = either(text, amount);

export interface TableTapScope {
  /** Compared as text: 7 is the café "7". */
  readonly cafeId: Id;
  /** Who is signed in: the server sends what concerns one employee to that employee alone. */
  readonly userId?: Maybe<string>;
  /** The counter that this device stands at, "Counter 1". */
  readonly counter?: Maybe<string>;
}
export const scope: Shape<TableTapScope> = record<TableTapScope>({
  cafeId: key,
  userId: maybe(words),
  counter: maybe(words),
});

/** What the server calls a person's role: in the handshake, in the names of rooms, in events. */
export type UserRole = Open<'employee' | 'manager'>;
const userRole: Shape<UserRole> = wordLike('employee', 'manager');

/** Whoever did something, as far as an event tells. */
export interface Person {
  readonly id?: Maybe<Id>;
  readonly name?: Maybe<string>;
  readonly role?: Maybe<UserRole>;
}
const person: Shape<Person> = record<Person>({ id: maybe(id), name: maybe(text), role: maybe(userRole) });

/**
 * `pending` and `preparing` are the document's words; `ready` and `cancelled` are those of its events. Settled: they are
 * statuses, too, and an order that was handed over is `completed`.
 */
export type OrderStatus = Open<'pending' | 'preparing' | 'ready' | 'completed' | 'cancelled'>;
const orderStatus: Shape<OrderStatus> = wordLike('pending', 'preparing', 'ready', 'completed', 'cancelled');

export interface OrderItem {
  readonly id?: Maybe<Id>;
  readonly product_name?: Maybe<string>;
  readonly quantity?: Maybe<Decimal>;
  readonly unit_price?: Maybe<Decimal>;
  readonly total_price?: Maybe<Decimal>;
  readonly customizations?: Maybe<readonly string[]>;
}
const orderItem: Shape<OrderItem> = record<OrderItem>({
  id: maybe(id),
  product_name: maybe(text),
  quantity: maybe(decimal),
  unit_price: maybe(decimal),
  total_price: maybe(decimal),
  customizations: maybe(list(text)),
});

export interface OrderTotals {
  readonly subtotal?: Maybe<Decimal>;
  readonly tax_amount?: Maybe<Decimal>;
  readonly tip_amount?: Maybe<Decimal>;
  readonly total_amount?: Maybe<Decimal>;
}
const orderTotals: Shape<OrderTotals> = record<OrderTotals>({
  subtotal: maybe(decimal),
  tax_amount: maybe(decimal),
  tip_amount: maybe(decimal),
  total_amount: maybe(decimal),
});

/** An order that one employee placed for another. */
export interface ProxyOrderInfo {
  readonly is_proxy?: Maybe<boolean>;
  readonly ordered_for?: Maybe<Person>;
}
const proxyOrderInfo: Shape<ProxyOrderInfo> = record<ProxyOrderInfo>({
  is_proxy: maybe(flag),
  ordered_for: maybe(person),
});

export interface Order {
  readonly id: string;
  /** What is called out: "ORD20240101001". */
  readonly order_number?: Maybe<Id>;
  readonly cafe_id?: Maybe<Id>;
  readonly customer_name?: Maybe<string>;
  readonly customer_phone?: Maybe<string>;
  readonly status: OrderStatus;
  readonly assigned_counter?: Maybe<string>;
  readonly items?: Maybe<readonly OrderItem[]>;
  readonly totals?: Maybe<OrderTotals>;
  readonly estimated_ready_at?: Maybe<string>;
  readonly created_at?: Maybe<string>;
  readonly created_by?: Maybe<Person>;
  readonly proxy_order_info?: Maybe<ProxyOrderInfo>;
  /** Settled: on the rows of lists. */
  readonly updated_at?: Maybe<string>;
}
export const order: Shape<Order> = record<Order>({
  id: words,
  order_number: maybe(id),
  cafe_id: maybe(id),
  customer_name: maybe(text),
  customer_phone: maybe(text),
  status: orderStatus,
  assigned_counter: maybe(text),
  items: maybe(list(orderItem)),
  totals: maybe(orderTotals),
  estimated_ready_at: maybe(text),
  created_at: maybe(text),
  created_by: maybe(person),
  proxy_order_info: maybe(proxyOrderInfo),
  updated_at: maybe(text),
});

export interface OrderCreated {
  readonly order: Order;
}
export const orderCreated: Shape<OrderCreated> = record<OrderCreated>({ order });

export interface OrderRef {
  readonly order_id: string;
  readonly order_number?: Maybe<Id>;
}

export interface StatusHistoryEntry {
  readonly status?: Maybe<OrderStatus>;
  readonly timestamp?: Maybe<string>;
  readonly user_id?: Maybe<Id>;
  readonly notes?: Maybe<string>;
}
export interface OrderStatusChanged extends OrderRef {
  readonly previous_status?: Maybe<OrderStatus>;
  readonly new_status: OrderStatus;
  readonly updated_by?: Maybe<Person>;
  readonly estimated_ready_at?: Maybe<string>;
  readonly notes?: Maybe<string>;
  readonly status_history?: Maybe<readonly StatusHistoryEntry[]>;
}
export const orderStatusChanged: Shape<OrderStatusChanged> = record<OrderStatusChanged>({
  order_id: words,
  order_number: maybe(id),
  previous_status: maybe(orderStatus),
  new_status: orderStatus,
  updated_by: maybe(person),
  estimated_ready_at: maybe(text),
  notes: maybe(text),
  status_history: maybe(
    list(
      record<StatusHistoryEntry>({
        status: maybe(orderStatus),
        timestamp: maybe(text),
        user_id: maybe(id),
        notes: maybe(text),
      }),
    ),
  ),
});

export interface OrderReady extends OrderRef {
  readonly customer_name?: Maybe<string>;
  readonly customer_phone?: Maybe<string>;
  readonly assigned_counter?: Maybe<string>;
  readonly ready_at?: Maybe<string>;
  readonly prep_time_minutes?: Maybe<Decimal>;
  /** The customer was told already. */
  readonly notification_sent?: Maybe<boolean>;
}
export const orderReady: Shape<OrderReady> = record<OrderReady>({
  order_id: words,
  order_number: maybe(id),
  customer_name: maybe(text),
  customer_phone: maybe(text),
  assigned_counter: maybe(text),
  ready_at: maybe(text),
  prep_time_minutes: maybe(decimal),
  notification_sent: maybe(flag),
});

export interface RefundInfo {
  readonly refund_amount?: Maybe<Decimal>;
  readonly refund_method?: Maybe<Open<'original_payment'>>;
  readonly processed?: Maybe<boolean>;
}
export interface OrderCancelled extends OrderRef {
  readonly cancelled_by?: Maybe<Person>;
  readonly reason?: Maybe<string>;
  readonly refund_info?: Maybe<RefundInfo>;
  readonly cancelled_at?: Maybe<string>;
}
export const orderCancelled: Shape<OrderCancelled> = record<OrderCancelled>({
  order_id: words,
  order_number: maybe(id),
  cancelled_by: maybe(person),
  reason: maybe(text),
  refund_info: maybe(
    record<RefundInfo>({
      refund_amount: maybe(decimal),
      refund_method: maybe(wordLike('original_payment')),
      processed: maybe(flag),
    }),
  ),
  cancelled_at: maybe(text),
});

export interface OrderAssignedCounter extends OrderRef {
  readonly previous_counter?: Maybe<string>;
  readonly new_counter: string;
  readonly assigned_by?: Maybe<Person>;
  readonly reason?: Maybe<string>;
}
export const orderAssignedCounter: Shape<OrderAssignedCounter> = record<OrderAssignedCounter>({
  order_id: words,
  order_number: maybe(id),
  previous_counter: maybe(text),
  new_counter: words,
  assigned_by: maybe(person),
  reason: maybe(text),
});

/** What every payment event tells of the attempt that it is about. */
export interface PaymentAttempt {
  readonly order_id: string;
  readonly transaction_id?: Maybe<Id>;
  readonly payment_method?: Maybe<Open<'card'>>;
  readonly amount?: Maybe<Decimal>;
  readonly provider?: Maybe<Open<'payconic'>>;
}
const paymentMethod: Shape<Open<'card'>> = wordLike('card');
const paymentProvider: Shape<Open<'payconic'>> = wordLike('payconic');

export interface PaymentProcessing extends PaymentAttempt {
  readonly status?: Maybe<Open<'processing'>>;
}
export const paymentProcessing: Shape<PaymentProcessing> = record<PaymentProcessing>({
  order_id: words,
  transaction_id: maybe(id),
  payment_method: maybe(paymentMethod),
  amount: maybe(decimal),
  provider: maybe(paymentProvider),
  status: maybe(wordLike('processing')),
});

export interface PaymentCompleted extends PaymentAttempt {
  readonly fee_amount?: Maybe<Decimal>;
  readonly net_amount?: Maybe<Decimal>;
  readonly provider_transaction_id?: Maybe<Id>;
  readonly completed_at?: Maybe<string>;
}
export const paymentCompleted: Shape<PaymentCompleted> = record<PaymentCompleted>({
  order_id: words,
  transaction_id: maybe(id),
  payment_method: maybe(paymentMethod),
  amount: maybe(decimal),
  fee_amount: maybe(decimal),
  net_amount: maybe(decimal),
  provider: maybe(paymentProvider),
  provider_transaction_id: maybe(id),
  completed_at: maybe(text),
});

export interface PaymentFailed extends PaymentAttempt {
  readonly error_code?: Maybe<Open<'insufficient_funds'>>;
  readonly error_message?: Maybe<string>;
  readonly retry_allowed?: Maybe<boolean>;
}
export const paymentFailed: Shape<PaymentFailed> = record<PaymentFailed>({
  order_id: words,
  transaction_id: maybe(id),
  payment_method: maybe(paymentMethod),
  amount: maybe(decimal),
  provider: maybe(paymentProvider),
  error_code: maybe(wordLike('insufficient_funds')),
  error_message: maybe(text),
  retry_allowed: maybe(flag),
});

export interface QrGenerated {
  readonly order_id: string;
  readonly qr_code_id?: Maybe<Id>;
  /** What the code shows; without it there is nothing to draw. */
  readonly qr_code_data: string;
  readonly amount?: Maybe<Decimal>;
  readonly expires_at?: Maybe<string>;
}
export const qrGenerated: Shape<QrGenerated> = record<QrGenerated>({
  order_id: words,
  qr_code_id: maybe(id),
  qr_code_data: words,
  amount: maybe(decimal),
  expires_at: maybe(text),
});

export interface ProductRef {
  readonly product_id: string;
  readonly product_name?: Maybe<string>;
  readonly sku?: Maybe<string>;
}

export type StockChangeType = 'sale' | 'purchase' | 'adjustment' | 'waste';

/** Whoever changed a stock; a sale does it by itself. */
export interface StockActor {
  readonly id?: Maybe<Id>;
  readonly name?: Maybe<string>;
  readonly type?: Maybe<Open<'automatic'>>;
}
const stockActor: Shape<StockActor> = record<StockActor>({
  id: maybe(id),
  name: maybe(text),
  type: maybe(wordLike('automatic')),
});

/** What a change of stock goes back to. */
export interface StockReference {
  readonly type?: Maybe<Open<'order'>>;
  readonly id?: Maybe<Id>;
}
const stockReference: Shape<StockReference> = record<StockReference>({
  type: maybe(wordLike('order')),
  id: maybe(id),
});

export interface StockUpdated extends ProductRef {
  readonly previous_stock?: Maybe<Decimal>;
  readonly new_stock: Decimal;
  readonly change_amount?: Maybe<Decimal>;
  readonly change_type?: Maybe<Open<StockChangeType>>;
  readonly updated_by?: Maybe<StockActor>;
  readonly reference?: Maybe<StockReference>;
  readonly reorder_needed?: Maybe<boolean>;
}
export const stockUpdated: Shape<StockUpdated> = record<StockUpdated>({
  product_id: words,
  product_name: maybe(text),
  sku: maybe(text),
  previous_stock: maybe(decimal),
  new_stock: decimal,
  change_amount: maybe(decimal),
  change_type: maybe(wordLike('sale', 'purchase', 'adjustment', 'waste')),
  updated_by: maybe(stockActor),
  reference: maybe(stockReference),
  reorder_needed: maybe(flag),
});

export interface LowStock extends ProductRef {
  readonly current_stock?: Maybe<Decimal>;
  readonly reorder_level?: Maybe<Decimal>;
  readonly max_stock?: Maybe<Decimal>;
  readonly suggested_order_quantity?: Maybe<Decimal>;
  readonly last_restocked?: Maybe<string>;
  readonly priority?: Maybe<Open<'low' | 'medium' | 'high' | 'critical'>>;
}
export const lowStock: Shape<LowStock> = record<LowStock>({
  product_id: words,
  product_name: maybe(text),
  sku: maybe(text),
  current_stock: maybe(decimal),
  reorder_level: maybe(decimal),
  max_stock: maybe(decimal),
  suggested_order_quantity: maybe(decimal),
  last_restocked: maybe(text),
  priority: maybe(wordLike('low', 'medium', 'high', 'critical')),
});

/** A product that cannot be made while another is out of stock. */
export interface AffectedProduct {
  readonly product_id?: Maybe<Id>;
  readonly product_name?: Maybe<string>;
  readonly disabled?: Maybe<boolean>;
}
export interface OutOfStock extends ProductRef {
  readonly auto_disabled?: Maybe<boolean>;
  readonly affects_products?: Maybe<readonly AffectedProduct[]>;
}
export const outOfStock: Shape<OutOfStock> = record<OutOfStock>({
  product_id: words,
  product_name: maybe(text),
  sku: maybe(text),
  auto_disabled: maybe(flag),
  affects_products: maybe(
    list(record<AffectedProduct>({ product_id: maybe(id), product_name: maybe(text), disabled: maybe(flag) })),
  ),
});

/** Settled: a row of `/inventory`, in the words of the inventory's events. */
export interface StockRow extends ProductRef {
  readonly current_stock?: Maybe<Decimal>;
  readonly reorder_level?: Maybe<Decimal>;
  readonly max_stock?: Maybe<Decimal>;
  readonly last_restocked?: Maybe<string>;
  /** Taken off the menu, by itself or because of what it is made of. */
  readonly disabled?: Maybe<boolean>;
  readonly updated_at?: Maybe<string>;
}
export const stockRow: Shape<StockRow> = record<StockRow>({
  product_id: words,
  product_name: maybe(text),
  sku: maybe(text),
  current_stock: maybe(decimal),
  reorder_level: maybe(decimal),
  max_stock: maybe(decimal),
  last_restocked: maybe(text),
  disabled: maybe(flag),
  updated_at: maybe(text),
});

export interface EmployeeClockedIn {
  readonly user_id: string;
  /** The number on the badge: "EMP001". */
  readonly employee_id?: Maybe<Id>;
  readonly employee_name?: Maybe<string>;
  readonly timesheet_id?: Maybe<Id>;
  readonly clock_in_time?: Maybe<string>;
  /** A calendar day, `2024-01-01`. */
  readonly shift_date?: Maybe<string>;
  readonly notes?: Maybe<string>;
}
export const employeeClockedIn: Shape<EmployeeClockedIn> = record<EmployeeClockedIn>({
  user_id: words,
  employee_id: maybe(id),
  employee_name: maybe(text),
  timesheet_id: maybe(id),
  clock_in_time: maybe(text),
  shift_date: maybe(text),
  notes: maybe(text),
});

export interface EmployeeClockedOut {
  readonly user_id: string;
  readonly employee_id?: Maybe<Id>;
  readonly employee_name?: Maybe<string>;
  readonly timesheet_id?: Maybe<Id>;
  readonly clock_out_time?: Maybe<string>;
  readonly total_hours?: Maybe<Decimal>;
  readonly hourly_rate?: Maybe<Decimal>;
  readonly total_pay?: Maybe<Decimal>;
  readonly break_duration_minutes?: Maybe<Decimal>;
}
export const employeeClockedOut: Shape<EmployeeClockedOut> = record<EmployeeClockedOut>({
  user_id: words,
  employee_id: maybe(id),
  employee_name: maybe(text),
  timesheet_id: maybe(id),
  clock_out_time: maybe(text),
  total_hours: maybe(decimal),
  hourly_rate: maybe(decimal),
  total_pay: maybe(decimal),
  break_duration_minutes: maybe(decimal),
});

export interface EmployeeDrinkConsumed {
  readonly user_id: string;
  readonly employee_name?: Maybe<string>;
  readonly product_name?: Maybe<string>;
  readonly quantity?: Maybe<Decimal>;
  /** Only when the drink was ordered. */
  readonly order_id?: Maybe<Id>;
  readonly counted_against_allowance?: Maybe<boolean>;
  readonly monthly_count?: Maybe<Decimal>;
  readonly monthly_limit?: Maybe<Decimal>;
  readonly remaining_allowance?: Maybe<Decimal>;
}
export const employeeDrinkConsumed: Shape<EmployeeDrinkConsumed> = record<EmployeeDrinkConsumed>({
  user_id: words,
  employee_name: maybe(text),
  product_name: maybe(text),
  quantity: maybe(decimal),
  order_id: maybe(id),
  counted_against_allowance: maybe(flag),
  monthly_count: maybe(decimal),
  monthly_limit: maybe(decimal),
  remaining_allowance: maybe(decimal),
});

export type CounterStatus = Open<'active' | 'inactive'>;
const counterStatus: Shape<CounterStatus> = wordLike('active', 'inactive');

export interface CounterStatusChanged {
  readonly counter_name: string;
  readonly previous_status?: Maybe<CounterStatus>;
  readonly new_status: CounterStatus;
  readonly changed_by?: Maybe<Person>;
  readonly reason?: Maybe<string>;
  readonly active_orders_count?: Maybe<Decimal>;
  readonly orders_reassigned_to?: Maybe<string>;
}
export const counterStatusChanged: Shape<CounterStatusChanged> = record<CounterStatusChanged>({
  counter_name: words,
  previous_status: maybe(counterStatus),
  new_status: counterStatus,
  changed_by: maybe(person),
  reason: maybe(text),
  active_orders_count: maybe(decimal),
  orders_reassigned_to: maybe(text),
});

/** Settled: a row of `/counters`, under the name that events call it by. */
export interface CounterRow {
  readonly counter_name: string;
  readonly status: CounterStatus;
  readonly active_orders_count?: Maybe<Decimal>;
  readonly updated_at?: Maybe<string>;
}
export const counterRow: Shape<CounterRow> = record<CounterRow>({
  counter_name: words,
  status: counterStatus,
  active_orders_count: maybe(decimal),
  updated_at: maybe(text),
});

export interface SettingChange<Value> {
  readonly previous?: Maybe<Value>;
  readonly new?: Maybe<Value>;
}
const settingChange = <Value>(value: Shape<Value>): Shape<SettingChange<Value>> =>
  record<SettingChange<Value>>({ previous: maybe(value), new: maybe(value) });

/** The settings that the document shows. Others arrive, too: `changedSettings` lists them all. */
export interface SettingChanges {
  /** Parts of the bill: `0.15` is 15 %. */
  readonly tip_suggestions?: Maybe<SettingChange<readonly Decimal[]>>;
  readonly prep_time_minutes?: Maybe<SettingChange<Decimal>>;
}
export interface CafeSettingsUpdated {
  readonly updated_by?: Maybe<Person>;
  readonly changes: SettingChanges;
}
export const cafeSettingsUpdated: Shape<CafeSettingsUpdated> = record<CafeSettingsUpdated>({
  updated_by: maybe(person),
  changes: record<SettingChanges>({
    tip_suggestions: maybe(settingChange(list(decimal))),
    prep_time_minutes: maybe(settingChange(decimal)),
  }),
});

// What devices send. These are ours to get right, so they are strict where events are lenient.

export interface OrderStep {
  readonly order_id: string;
  readonly status: OrderStatus;
  readonly notes?: Maybe<string>;
}
export const orderStep: Shape<OrderStep> = record<OrderStep>({
  order_id: words,
  // Any word, because the café's list may be longer than ours, but a word.
  status: words,
  notes: maybe(text),
});

export interface CounterRef {
  readonly counter: string;
}
export const counterRef: Shape<CounterRef> = record<CounterRef>({ counter: words });

/** A stock that a device counted or used up, in the words of `inventory:stock_updated`. */
export interface StockChange extends ProductRef {
  readonly previous_stock: number;
  readonly new_stock: number;
  readonly change_amount: number;
  readonly change_type: StockChangeType;
  readonly updated_by?: Maybe<StockActor>;
  readonly reference?: Maybe<StockReference>;
  readonly reorder_needed?: Maybe<boolean>;
}
export const stockChange: Shape<StockChange> = record<StockChange>({
  product_id: words,
  product_name: maybe(text),
  sku: maybe(text),
  previous_stock: amount,
  new_stock: amount,
  change_amount: amount,
  change_type: oneOf(['sale', 'purchase', 'adjustment', 'waste']),
  updated_by: maybe(stockActor),
  reference: maybe(stockReference),
  reorder_needed: maybe(flag),
});

/** The café itself comes from the scope. */
export interface ListParams {
  readonly updated_since?: Maybe<string>;
  readonly cursor?: Maybe<string>;
}
export const listParams: Shape<ListParams> = record<ListParams>({ updated_since: maybe(text), cursor: maybe(text) });
