import type { ListAnswer } from '../../contract/list-page.ts';
import type { AnyEvent, MenuEvent, MessageEvent, OrderEvent, ServiceCallEvent, TableEvent } from './channels.ts';
import type {
  AllMessagesDeleted,
  ListParams,
  MenuCreated,
  MenuItem,
  Message,
  Order,
  Ref,
  ServiceCall,
  ServiceFloorScope,
  Table,
  TableRef,
  User,
  UserCreated,
} from './schemas.ts';

/** The contract as a table: who hears what. Nobody sends anything. */
export interface ServiceFloor {
  readonly scope: ServiceFloorScope;
  readonly events: {
    readonly 'order:created': Order;
    readonly 'order:served': Order;
    readonly 'order:completed': Order;
    readonly 'order:cancelled': Order;
    readonly 'table:activated': TableRef;
    readonly 'table:checkoutStarted': TableRef;
    readonly 'table:checkoutCompleted': TableRef;
    readonly 'table:forceReset': TableRef;
    readonly 'menu.created': MenuCreated;
    readonly 'menu.updated': Ref;
    readonly 'menu.deleted': Ref;
    readonly 'user.created': UserCreated;
    readonly 'user.deleted': Ref;
    readonly newMessage: Message;
    readonly messageUpdated: Message;
    readonly messagePinned: Message;
    readonly messageDeleted: Ref;
    readonly allMessagesDeleted: AllMessagesDeleted;
    readonly serviceCall: ServiceCall;
    readonly serviceCallHandled: ServiceCall;
  };
  readonly channels: {
    readonly events: { readonly events: AnyEvent; readonly params: Nothing };
  };
  readonly mutations: Nothing;
  readonly messages: Nothing;
  readonly queries: {
    readonly orders: { readonly params: ListParams; readonly answer: ListAnswer<Order> };
    readonly tables: { readonly params: ListParams; readonly answer: ListAnswer<Table> };
    readonly menu: { readonly params: ListParams; readonly answer: ListAnswer<MenuItem> };
    readonly users: { readonly params: ListParams; readonly answer: ListAnswer<User> };
    readonly messages: { readonly params: ListParams; readonly answer: ListAnswer<Message> };
    readonly serviceCalls: { readonly params: ListParams; readonly answer: ListAnswer<ServiceCall> };
  };
  readonly collections: {
    readonly orders: Order;
    readonly tables: Table;
    readonly menu: MenuItem;
    readonly users: User;
    readonly messages: Message;
    readonly serviceCalls: ServiceCall;
  };
  readonly roles: {
    readonly floor: {
      readonly channels: 'events';
      readonly events: OrderEvent | TableEvent | MenuEvent | MessageEvent | ServiceCallEvent;
      readonly mutations: never;
      readonly messages: never;
    };
    readonly kitchen: {
      readonly channels: 'events';
      readonly events: OrderEvent | MenuEvent | MessageEvent;
      readonly mutations: never;
      readonly messages: never;
    };
    readonly dashboard: {
      readonly channels: 'events';
      readonly mutations: never;
      readonly messages: never;
    };
  };
}

type Nothing = Readonly<Record<never, never>>;
