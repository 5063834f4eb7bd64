import type { ListAnswer } from '../../contract/list-page.ts';
import type { EmployeeEvent, InventoryEvent, OrderEvent, PaymentEvent, SystemEvent } from './channels.ts';
import type {
  CafeSettingsUpdated,
  CounterRef,
  CounterRow,
  CounterStatusChanged,
  EmployeeClockedIn,
  EmployeeClockedOut,
  EmployeeDrinkConsumed,
  ListParams,
  LowStock,
  Order,
  OrderAssignedCounter,
  OrderCancelled,
  OrderCreated,
  OrderReady,
  OrderStatusChanged,
  OrderStep,
  OutOfStock,
  PaymentCompleted,
  PaymentFailed,
  PaymentProcessing,
  QrGenerated,
  StockChange,
  StockRow,
  StockUpdated,
  TableTapScope,
} from './schemas.ts';

/** The contract as a table: who hears what, who sends what. */
export interface TableTap {
  readonly scope: TableTapScope;
  readonly events: {
    readonly 'order:created': OrderCreated;
    readonly 'order:status_changed': OrderStatusChanged;
    readonly 'order:ready': OrderReady;
    readonly 'order:cancelled': OrderCancelled;
    readonly 'order:assigned_counter': OrderAssignedCounter;
    readonly 'payment:processing': PaymentProcessing;
    readonly 'payment:completed': PaymentCompleted;
    readonly 'payment:failed': PaymentFailed;
    readonly 'qr:generated': QrGenerated;
    readonly 'inventory:stock_updated': StockUpdated;
    readonly 'inventory:low_stock': LowStock;
    readonly 'inventory:out_of_stock': OutOfStock;
    readonly 'employee:clocked_in': EmployeeClockedIn;
    readonly 'employee:clocked_out': EmployeeClockedOut;
    readonly 'employee:drink_consumed': EmployeeDrinkConsumed;
    readonly 'counter:status_changed': CounterStatusChanged;
    readonly 'cafe:settings_updated': CafeSettingsUpdated;
  };
  readonly channels: {
    readonly orders: { readonly events: OrderEvent; readonly params: Nothing };
    readonly payments: { readonly events: PaymentEvent; readonly params: Nothing };
    readonly inventory: { readonly events: InventoryEvent; readonly params: Nothing };
    readonly employees: { readonly events: EmployeeEvent; readonly params: Nothing };
    readonly system: { readonly events: SystemEvent; readonly params: Nothing };
  };
  readonly mutations: {
    readonly 'order.updateStatus': { readonly input: OrderStep; readonly answer: undefined };
  };
  readonly messages: {
    readonly join_counter: CounterRef;
    readonly leave_counter: CounterRef;
    readonly 'inventory:stock_updated': StockChange;
  };
  readonly queries: {
    readonly orders: { readonly params: ListParams; readonly answer: ListAnswer<Order> };
    readonly inventory: { readonly params: ListParams; readonly answer: ListAnswer<StockRow> };
    readonly counters: { readonly params: ListParams; readonly answer: ListAnswer<CounterRow> };
  };
  readonly collections: {
    readonly orders: Order;
    readonly inventory: StockRow;
    readonly counters: CounterRow;
  };
  readonly roles: {
    readonly counter: {
      readonly channels: 'orders';
      readonly events: OrderEvent;
      readonly mutations: 'order.updateStatus';
      readonly messages: 'join_counter' | 'leave_counter';
    };
    readonly barista: {
      readonly channels: 'orders' | 'inventory' | 'employees';
      readonly events: CafeOrderEvent | CafeInventoryEvent | EmployeeEvent;
      readonly mutations: 'order.updateStatus';
      readonly messages: 'inventory:stock_updated';
    };
    readonly cashier: {
      readonly channels: 'orders' | 'payments';
      readonly events: CafeOrderEvent | PaymentEvent;
      readonly mutations: 'order.updateStatus';
      readonly messages: never;
    };
    readonly manager: {
      readonly channels: AnyChannel;
      readonly events: AnyEvent;
      readonly mutations: 'order.updateStatus';
      readonly messages: 'join_counter' | 'leave_counter' | 'inventory:stock_updated';
    };
    readonly 'back-office': {
      readonly channels: AnyChannel;
      readonly events: AnyEvent;
      readonly mutations: never;
      readonly messages: 'join_counter' | 'leave_counter';
    };
  };
}

type Nothing = Readonly<Record<never, never>>;
type AnyChannel = 'orders' | 'payments' | 'inventory' | 'employees' | 'system';
type AnyEvent = OrderEvent | PaymentEvent | InventoryEvent | EmployeeEvent | SystemEvent;
/** Without a counter's room nobody hears what is assigned to it. */
type CafeOrderEvent = Exclude<OrderEvent, 'order:assigned_counter'>;
/** What runs low is told to managers. */
type CafeInventoryEvent = Exclude<InventoryEvent, 'inventory:low_stock'>;
