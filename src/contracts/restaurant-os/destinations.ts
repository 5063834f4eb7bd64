import type { Maybe } from '../shapes.ts';
import type { TableNumber } from './schemas.ts';
import type { RestaurantOs } from './spec.ts';

/** A channel as the contract calls it, with the values that its name on the wire needs. */
export type Destination =
  | { readonly channel: 'orders' | 'kitchen' | 'inventory' | 'tables' | 'alerts'; readonly params: Nothing }
  | { readonly channel: 'table'; readonly params: { readonly number: TableNumber } }
  | { readonly channel: 'station'; readonly params: { readonly type: string } };

type Nothing = Readonly<Record<never, never>>;
type Events = RestaurantOs['events'];

const to = (channel: 'orders' | 'kitchen' | 'inventory' | 'tables' | 'alerts'): Destination => ({
  channel,
  params: {},
});

/** Pusher's channel names are made of these. What cannot be in a name has no channel of its own. */
const nameable = /^[\w\-=@,.;]+$/;

const tableOf = (number: Maybe<TableNumber>): readonly Destination[] =>
  number == null || !nameable.test(String(number)) ? [] : [{ channel: 'table', params: { number } }];

const stationOf = (type: Maybe<string>): readonly Destination[] =>
  type == null || !nameable.test(type) ? [] : [{ channel: 'station', params: { type } }];

const order = (data: { readonly tableNumber?: Maybe<TableNumber> }) => [to('orders'), ...tableOf(data.tableNumber)];
const ticket = (data: { readonly station?: Maybe<string> }) => [to('kitchen'), ...stationOf(data.station)];

const table: { readonly [Name in keyof Events]: (data: Events[Name]) => readonly Destination[] } = {
  'order.created': order,
  'order.updated': order,
  'order.cancelled': order,
  'order.item_status_changed': order,
  'ticket.created': ticket,
  'ticket.status_changed': ticket,
  'storage.low_stock': () => [to('inventory'), to('alerts')],
  'storage.batch_received': () => [to('inventory')],
  'table.status_changed': (data) => [to('tables'), ...tableOf(data.tableNumber)],
  'timer.sla_warning': () => [to('alerts'), to('kitchen')],
};

/**
 * Where an event goes: an order's to `orders` and, when it has a table, to that table; a ticket's to `kitchen` and, when
 * it has a station, to that station. Who sends gives all copies one `event_id`, so that whoever hears both counts one.
 */
export const destinations = <Name extends keyof Events>(name: Name, data: Events[Name]): readonly Destination[] =>
  table[name](data);
