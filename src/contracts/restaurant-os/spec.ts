import type {
  BatchReceived,
  Ingredient,
  List,
  ListParams,
  LowStock,
  Order,
  OrderCancelled,
  OrderItemStatusChanged,
  OrderRow,
  OrderUpdated,
  RestaurantOsScope,
  SlaWarning,
  Table,
  TableStatusChanged,
  Ticket,
  TicketStatusChanged,
} from './schemas.ts';

/** The contract as a table: who hears what. Nothing is sent; the document describes no way to. */
export interface RestaurantOs {
  readonly scope: RestaurantOsScope;
  readonly events: {
    readonly 'order.created': Order;
    readonly 'order.updated': OrderUpdated;
    readonly 'order.cancelled': OrderCancelled;
    readonly 'order.item_status_changed': OrderItemStatusChanged;
    readonly 'ticket.created': Ticket;
    readonly 'ticket.status_changed': TicketStatusChanged;
    readonly 'storage.low_stock': LowStock;
    readonly 'storage.batch_received': BatchReceived;
    readonly 'table.status_changed': TableStatusChanged;
    readonly 'timer.sla_warning': SlaWarning;
  };
  readonly channels: {
    readonly orders: { readonly events: OrderEvent; readonly params: None };
    readonly kitchen: { readonly events: TicketEvent | 'timer.sla_warning'; readonly params: None };
    readonly inventory: { readonly events: 'storage.low_stock' | 'storage.batch_received'; readonly params: None };
    readonly tables: { readonly events: 'table.status_changed'; readonly params: None };
    readonly alerts: { readonly events: 'timer.sla_warning' | 'storage.low_stock'; readonly params: None };
    readonly table: {
      readonly events: OrderEvent | 'table.status_changed';
      readonly params: { readonly number: string | number };
    };
    readonly station: { readonly events: TicketEvent; readonly params: { readonly type: string | number } };
  };
  readonly mutations: None;
  readonly messages: None;
  readonly queries: {
    readonly orders: { readonly params: ListParams; readonly answer: List<OrderRow> };
    readonly tickets: { readonly params: ListParams; readonly answer: List<Ticket> };
    readonly tables: { readonly params: ListParams; readonly answer: List<Table> };
    readonly ingredients: { readonly params: ListParams; readonly answer: List<Ingredient> };
  };
  readonly collections: {
    readonly orders: OrderRow;
    readonly tickets: Ticket;
    readonly tables: Table;
    readonly ingredients: Ingredient;
  };
  readonly roles: {
    readonly floor: Listener<'orders' | 'tables' | 'table'>;
    readonly kitchen: Listener<'kitchen' | 'alerts' | 'station'>;
    readonly stock: Listener<'inventory' | 'alerts'>;
    readonly manager: Listener<'orders' | 'kitchen' | 'inventory' | 'tables' | 'alerts' | 'table' | 'station'>;
  };
}

type OrderEvent = 'order.created' | 'order.updated' | 'order.cancelled' | 'order.item_status_changed';
type TicketEvent = 'ticket.created' | 'ticket.status_changed';

interface Listener<Channel extends string> {
  readonly channels: Channel;
  readonly mutations: never;
  readonly messages: never;
}

type None = Readonly<Record<never, never>>;
