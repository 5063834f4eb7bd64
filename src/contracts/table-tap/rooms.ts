import { HeardError } from '../../errors.ts';
import type { Maybe } from '../shapes.ts';
import type { UserRole } from './schemas.ts';
import type { TableTap } from './spec.ts';

/** One connected device, as the server knows it. */
export interface Seat {
  /** The handshake's `cafe_id`. */
  readonly cafeId: string;
  /** The handshake's `user_role`. */
  readonly role?: Maybe<UserRole>;
  /** Whose token it was. */
  readonly userId?: Maybe<string>;
  /** What `join_counter` named. */
  readonly counter?: Maybe<string>;
}

/** `Counter 1` → `Counter1`: what a counter is called in the name of its room. */
export const counterRoomName = (counter: string): string => counter.replace(/\s+/g, '');

/**
 * The names of rooms. A client claims its café in the handshake, so a café must not be able to spell another room's name:
 * `1:role:manager` would be the managers of café 1.
 */
function cafeRoom(cafeId: string): string {
  if (cafeId === '' || cafeId.includes(':')) {
    throw new HeardError('scope-invalid', 'A café whose id is empty or has a ":" in it has no room.', {
      remediation: "Refuse the connection; the id is the client's claim.",
    });
  }
  return `cafe:${cafeId}`;
}
const ordersRoom = (cafeId: string): string => `${cafeRoom(cafeId)}:orders`;
const counterRoom = (cafeId: string, counter: string): string =>
  `${cafeRoom(cafeId)}:counter:${counterRoomName(counter)}`;
const roleRoom = (cafeId: string, role: UserRole): string => `${cafeRoom(cafeId)}:role:${role}`;
const userRoom = (userId: string): string => `user:${userId}`;

/** Every room that a device is in, as far as is known of it. */
export function roomsOf({ cafeId, role, userId, counter }: Seat): readonly string[] {
  return [
    cafeRoom(cafeId),
    ordersRoom(cafeId),
    ...(isNamed(counter) ? [counterRoom(cafeId, counter)] : []),
    ...(isNamed(role) ? [roleRoom(cafeId, role)] : []),
    ...(isNamed(userId) ? [userRoom(userId)] : []),
  ];
}

const isNamed = (value: Maybe<string>): value is string => typeof value === 'string' && value.trim() !== '';

type Events = TableTap['events'];
type Target<Data> = (cafeId: string, data: Data) => readonly string[];

const wholeCafe: Target<unknown> = (cafeId) => [cafeRoom(cafeId)];
const orderScreens: Target<unknown> = (cafeId) => [ordersRoom(cafeId)];
const managers: Target<unknown> = (cafeId) => [roleRoom(cafeId, 'manager')];
const ownUser: Target<{ readonly user_id: string }> = (_cafeId, { user_id }) => [userRoom(user_id)];
/** The counter that gains an order has to make it, and the one that loses it has to stop. */
const countersConcerned: Target<Events['order:assigned_counter']> = (cafeId, { previous_counter, new_counter }) => [
  ...new Set([new_counter, previous_counter].filter(isNamed).map((counter) => counterRoom(cafeId, counter))),
];

/**
 * Facts: order:created, order:assigned_counter (one counter's room; settled: which), inventory:low_stock and
 * employee:clocked_in. Settled: what moves an order goes to the room of orders; hours, pay and drinks are the employee's
 * own business, as clocking in is; everything else concerns the whole café.
 */
const targets: { readonly [Name in keyof Events]: Target<Events[Name]> } = {
  'order:created': wholeCafe,
  'order:status_changed': orderScreens,
  'order:ready': orderScreens,
  'order:cancelled': orderScreens,
  'order:assigned_counter': countersConcerned,
  'payment:processing': wholeCafe,
  'payment:completed': wholeCafe,
  'payment:failed': wholeCafe,
  'qr:generated': wholeCafe,
  'inventory:stock_updated': wholeCafe,
  'inventory:low_stock': managers,
  'inventory:out_of_stock': wholeCafe,
  'employee:clocked_in': ownUser,
  'employee:clocked_out': ownUser,
  'employee:drink_consumed': ownUser,
  'counter:status_changed': wholeCafe,
  'cafe:settings_updated': wholeCafe,
};

/** The rooms that an event is sent to, each once: `targetRooms('order:created', data, { cafeId })`. */
export const targetRooms = <Name extends keyof Events>(
  name: Name,
  data: Events[Name],
  { cafeId }: Pick<Seat, 'cafeId'>,
): readonly string[] => targets[name](cafeId, data);
