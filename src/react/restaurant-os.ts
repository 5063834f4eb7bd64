'use client';
// The hooks that the document of restaurant-os names, with what its screens know: events under `payload`, and whether there
// is a connection.
import { restaurantOs } from '../contracts/restaurant-os/contract.ts';
import type { RestaurantOs } from '../contracts/restaurant-os/spec.ts';
import { concernsIngredient } from '../contracts/restaurant-os/stock.ts';
import type { RoleName } from '../contract/contract.ts';
import type { LowStock } from '../contracts/restaurant-os/schemas.ts';
import type { Status } from '../core/session/status.ts';
import type { ToldEvent } from '../surface.ts';
import { createHooks } from './create-hooks.ts';
import type { Hooks, MountedChannel } from './hooks.ts';

type Events = RestaurantOs['events'];

/** An event as it is told everywhere, and its data under the name that the document gives it. */
export type RestaurantEvent<Name extends keyof Events> = ToldEvent<RestaurantOs, Name> & {
  readonly payload: Events[Name];
};

/** Which handler is told of which event. */
type Table = { readonly [Name in keyof Events]?: string };
type Handlers<Names extends Table> = {
  readonly [Name in keyof Names & keyof Events as Names[Name] & string]?: (event: RestaurantEvent<Name>) => unknown;
};

const atTable = {
  'order.created': 'onOrderCreated',
  'order.updated': 'onOrderUpdated',
  'order.cancelled': 'onOrderCancelled',
  'order.item_status_changed': 'onItemStatusChanged',
  'table.status_changed': 'onTableStatusChanged',
} as const;
const inKitchen = {
  'ticket.created': 'onTicketCreated',
  'ticket.status_changed': 'onTicketStatusChanged',
  'timer.sla_warning': 'onSlaWarning',
} as const;
const inStore = { 'storage.low_stock': 'onLowStock', 'storage.batch_received': 'onBatchReceived' } as const;

export type TableHandlers = Handlers<typeof atTable>;
export type KitchenHandlers = Handlers<typeof inKitchen>;
export type StorageHandlers = Handlers<typeof inStore>;

export interface Connection {
  /** Over the socket. What lists tell while there is none does not count. */
  readonly isConnected: boolean;
  readonly status: Status;
}

/** All hooks of this backend, the provider among them: for screens of any role. */
export const restaurantOsHooks: Hooks<RestaurantOs, RoleName<RestaurantOs>> = createHooks(restaurantOs);
const { useChannel, useEvent, useStatus } = restaurantOsHooks;

/** What happens at one table. For the roles `floor` and `manager`. */
export function useTableEvents(tableNumber: string | number, handlers: TableHandlers): Connection {
  return useHandlers(useChannel('table', { number: tableNumber }), atTable, handlers);
}

/** What the kitchen has to know. For the roles `kitchen` and `manager`. */
export function useKitchenEvents(handlers: KitchenHandlers): Connection {
  return useHandlers(useChannel('kitchen'), inKitchen, handlers);
}

/**
 * What happens in the storeroom, to one ingredient or, with `undefined`, to all. An event that tells its ingredient by name
 * only concerns everybody. For the roles `stock` and `manager`.
 */
export function useStorageEvents(ingredientId: string | undefined, handlers: StorageHandlers): Connection {
  const concerns = (data: unknown): boolean => concernsIngredient(data as LowStock, ingredientId);
  return useHandlers(useChannel('inventory'), inStore, handlers, concerns);
}

function useHandlers<Names extends Table>(
  channel: MountedChannel<string>,
  table: Names,
  handlers: Handlers<Names>,
  concerns: (data: unknown) => boolean = () => true,
): Connection {
  const status = useStatus();
  const byName = handlers as Readonly<Record<string, ((event: object) => unknown) | undefined>>;
  useEvent(
    // Names from a table: any event, as far as types can tell.
    Object.keys(table) as unknown as '*',
    (event) => {
      const handler = byName[table[event.name as keyof Events] ?? ''];
      return concerns(event.data) ? handler?.({ ...event, payload: event.data }) : undefined;
    },
    channel,
  );
  return { isConnected: status.word === 'live' || status.word === 'catchingUp', status };
}
