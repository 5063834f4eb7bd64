import type { ListAnswer } from '../../contract/list-page.ts';
import type {
  Bill,
  BillParams,
  BillUpdated,
  BrasserieScope,
  DayClosed,
  DayToClose,
  DishReady,
  MenuItem,
  MenuParams,
  NewOrder,
  OfflineOrder,
  Order,
  OrderListParams,
  OrderRef,
  OrderSynced,
  OrderTaken,
  OrderUpdated,
  Share,
  ShareAnswer,
  Table,
  TableListParams,
  TableUpdated,
} from './schemas.ts';

/** The contract as a table: who hears what, who sends what. */
export interface Brasserie {
  readonly scope: BrasserieScope;
  readonly events: {
    readonly dish_ready: DishReady;
    readonly order_updated: OrderUpdated;
    readonly table_updated: TableUpdated;
    readonly bill_updated: BillUpdated;
  };
  readonly channels: {
    readonly service: {
      readonly events: 'dish_ready' | 'order_updated' | 'table_updated' | 'bill_updated';
      readonly params: Nothing;
    };
  };
  readonly mutations: {
    readonly 'order.submit': { readonly input: OfflineOrder; readonly answer: OrderSynced };
    readonly 'order.create': { readonly input: NewOrder; readonly answer: OrderTaken };
    readonly 'payment.split': { readonly input: Share; readonly answer: ShareAnswer };
    readonly 'close.day': { readonly input: DayToClose; readonly answer: DayClosed };
    readonly 'dish.acknowledge': { readonly input: OrderRef; readonly answer: undefined };
  };
  readonly messages: Nothing;
  readonly queries: {
    readonly bill: { readonly params: BillParams; readonly answer: Bill };
    readonly menu: { readonly params: MenuParams; readonly answer: ListAnswer<MenuItem> };
    readonly orders: { readonly params: OrderListParams; readonly answer: ListAnswer<Order> };
    readonly tables: { readonly params: TableListParams; readonly answer: ListAnswer<Table> };
  };
  readonly collections: {
    readonly orders: Order;
    readonly tables: Table;
    readonly bills: BillUpdated;
    readonly menu: MenuItem;
  };
  readonly roles: {
    readonly waiter: {
      readonly channels: 'service';
      readonly mutations: 'order.submit' | 'order.create' | 'dish.acknowledge';
      readonly messages: never;
    };
    readonly cashier: {
      readonly channels: 'service';
      readonly events: 'order_updated' | 'table_updated' | 'bill_updated';
      readonly mutations: 'payment.split' | 'close.day';
      readonly messages: never;
    };
    readonly kitchen: {
      readonly channels: 'service';
      readonly events: 'order_updated';
      readonly mutations: never;
      readonly messages: never;
    };
    readonly admin: {
      readonly channels: 'service';
      readonly events: 'order_updated' | 'table_updated' | 'bill_updated';
      readonly mutations: 'close.day';
      readonly messages: never;
    };
  };
}

type Nothing = Readonly<Record<never, never>>;
