import {
  decimal,
  type Decimal,
  amount,
  either,
  flag,
  key,
  list,
  maybe,
  record,
  text,
  wordLike,
  type Maybe,
  type Open,
  type Shape,
} from '../shapes.ts';

export type { Decimal };

// The document spells out the small payloads and calls the rest "full order", "full message" and "full service call"
// objects. Of those only the id is a fact; every other field of theirs is settled, may be absent, and is read loosely.

type NoFields = Readonly<Record<never, never>>;
const noFields: Shape<NoFields> = record<NoFields>({});

/** Nothing narrows what a device hears: everyone is on one namespace. */
export type ServiceFloorScope = NoFields;
export const scope: Shape<ServiceFloorScope> = noFields;

/** Numbers or texts, as the backend's tables have them. */
export type Id = string | number;

/** ISO 8601, or ms since 1970. */
export type Moment = string | number;
const moment: Shape<Moment> = either(text, amount);

export interface OrderItem {
  readonly id?: Maybe<Id>;
  readonly menuItemId?: Maybe<Id>;
  readonly name?: Maybe<string>;
  readonly quantity?: Maybe<number>;
  readonly price?: Maybe<Decimal>;
  readonly notes?: Maybe<string>;
}
const orderItem: Shape<OrderItem> = record<OrderItem>({
  id: maybe(key),
  menuItemId: maybe(key),
  name: maybe(text),
  quantity: maybe(amount),
  price: maybe(decimal),
  notes: maybe(text),
});

/** Settled: named after the events. */
export type OrderStatus = Open<'created' | 'served' | 'completed' | 'cancelled'>;

export interface Order {
  readonly id: Id;
  readonly tableNumber?: Maybe<Id>;
  readonly status?: Maybe<OrderStatus>;
  readonly items?: Maybe<readonly OrderItem[]>;
  readonly total?: Maybe<Decimal>;
  readonly notes?: Maybe<string>;
  readonly createdAt?: Maybe<Moment>;
  readonly updatedAt?: Maybe<Moment>;
}
export const order: Shape<Order> = record<Order>({
  id: key,
  tableNumber: maybe(key),
  status: maybe(wordLike('created', 'served', 'completed', 'cancelled')),
  items: maybe(list(orderItem)),
  total: maybe(decimal),
  notes: maybe(text),
  createdAt: maybe(moment),
  updatedAt: maybe(moment),
});

export interface TableRef {
  readonly tableNumber: Id;
}
export const tableRef: Shape<TableRef> = record<TableRef>({ tableNumber: key });

/** Settled. */
export type TableStatus = Open<'inactive' | 'active' | 'checkout'>;

/** Settled: a row of `/tables`, under the number that the events call it by. */
export interface Table extends TableRef {
  readonly id?: Maybe<Id>;
  readonly status?: Maybe<TableStatus>;
  readonly updatedAt?: Maybe<Moment>;
}
export const table: Shape<Table> = record<Table>({
  id: maybe(key),
  tableNumber: key,
  status: maybe(wordLike('inactive', 'active', 'checkout')),
  updatedAt: maybe(moment),
});

/** All that some events say: which one. */
export interface Ref {
  readonly id: Id;
}
export const ref: Shape<Ref> = record<Ref>({ id: key });

export interface MenuCreated extends Ref {
  readonly name?: Maybe<string>;
}
export const menuCreated: Shape<MenuCreated> = record<MenuCreated>({ id: key, name: maybe(text) });

/** Settled: a row of `/menu`. One that is known from its event alone has no more than a name yet. */
export interface MenuItem extends MenuCreated {
  readonly price?: Maybe<Decimal>;
  readonly category?: Maybe<string>;
  readonly available?: Maybe<boolean>;
  readonly updatedAt?: Maybe<Moment>;
}
export const menuItem: Shape<MenuItem> = record<MenuItem>({
  id: key,
  name: maybe(text),
  price: maybe(decimal),
  category: maybe(text),
  available: maybe(flag),
  updatedAt: maybe(moment),
});

export interface UserCreated extends Ref {
  readonly username?: Maybe<string>;
  readonly role?: Maybe<string>;
}
export const userCreated: Shape<UserCreated> = record<UserCreated>({
  id: key,
  username: maybe(text),
  role: maybe(text),
});

/** Settled: a row of `/users`. */
export interface User extends UserCreated {
  readonly updatedAt?: Maybe<Moment>;
}
export const user: Shape<User> = record<User>({
  id: key,
  username: maybe(text),
  role: maybe(text),
  updatedAt: maybe(moment),
});

export interface Message {
  readonly id: Id;
  readonly content?: Maybe<string>;
  readonly author?: Maybe<string>;
  readonly pinned?: Maybe<boolean>;
  readonly createdAt?: Maybe<Moment>;
  readonly updatedAt?: Maybe<Moment>;
}
export const message: Shape<Message> = record<Message>({
  id: key,
  content: maybe(text),
  author: maybe(text),
  pinned: maybe(flag),
  createdAt: maybe(moment),
  updatedAt: maybe(moment),
});

/** `{}`. The name says it all, so a server that sends nothing at all is understood, too. */
export type AllMessagesDeleted = Maybe<NoFields>;
export const allMessagesDeleted: Shape<AllMessagesDeleted> = maybe(noFields);

/** Settled. */
export type ServiceCallStatus = Open<'pending' | 'handled'>;

export interface ServiceCall {
  readonly id: Id;
  readonly tableNumber?: Maybe<Id>;
  /** What the table asks for. */
  readonly type?: Maybe<string>;
  readonly status?: Maybe<ServiceCallStatus>;
  readonly handledAt?: Maybe<Moment>;
  readonly createdAt?: Maybe<Moment>;
  readonly updatedAt?: Maybe<Moment>;
}
export const serviceCall: Shape<ServiceCall> = record<ServiceCall>({
  id: key,
  tableNumber: maybe(key),
  type: maybe(text),
  status: maybe(wordLike('pending', 'handled')),
  handledAt: maybe(moment),
  createdAt: maybe(moment),
  updatedAt: maybe(moment),
});

/** A full list takes no parameters. */
export type ListParams = NoFields;
export const listParams: Shape<ListParams> = noFields;
