import {
  clear,
  collection,
  feed,
  patch,
  put,
  remove,
  type Change,
  type CollectionDefinition,
} from '../../contract/collection.ts';
import type { HeardEvent } from '../../contract/event.ts';
import * as event from './events.ts';
import { version } from './revision.ts';
import * as shape from './schemas.ts';
import type { TableStage } from './status.ts';

type Feed<Row> = (event: HeardEvent) => Change<Row> | undefined;

const orderFeed: Feed<shape.Order> = feed(event.orderCreated, ({ data }) => put(data));

export const orders: CollectionDefinition<shape.Order> = collection({
  row: shape.order,
  key: (row) => String(row.id),
  version: (row) => version(row),
  resource: 'orders',
  from: {
    'order:created': orderFeed,
    'order:served': orderFeed,
    'order:completed': orderFeed,
    'order:cancelled': orderFeed,
  },
});

const turnsTo = (status: TableStage): Feed<shape.Table> =>
  feed(event.tableActivated, ({ data }) => patch<shape.Table>(data.tableNumber, { status }));

export const tables: CollectionDefinition<shape.Table> = collection({
  row: shape.table,
  key: (row) => String(row.tableNumber),
  version: (row) => version(row),
  resource: 'tables',
  from: {
    'table:activated': turnsTo('active'),
    'table:checkoutStarted': turnsTo('checkout'),
    'table:checkoutCompleted': turnsTo('inactive'),
    'table:forceReset': turnsTo('inactive'),
  },
});

/**
 * `menu.updated` does nothing here: it says that an item changed and not what about it. Removing the row would take a
 * dish off the menu that is still sold; the next read of the list brings the change, and who needs it at once listens to
 * the event and refreshes.
 */
export const menu: CollectionDefinition<shape.MenuItem> = collection({
  row: shape.menuItem,
  key: (row) => String(row.id),
  version: (row) => version(row),
  resource: 'menu',
  from: {
    'menu.created': feed(event.menuCreated, ({ data }) => put<shape.MenuItem>(data)),
    'menu.deleted': feed(event.menuDeleted, ({ data }) => remove(data.id)),
  },
});

export const users: CollectionDefinition<shape.User> = collection({
  row: shape.user,
  key: (row) => String(row.id),
  version: (row) => version(row),
  resource: 'users',
  from: {
    'user.created': feed(event.userCreated, ({ data }) => put<shape.User>(data)),
    'user.deleted': feed(event.userDeleted, ({ data }) => remove(data.id)),
  },
});

const messageFeed: Feed<shape.Message> = feed(event.newMessage, ({ data }) => put(data));

export const messages: CollectionDefinition<shape.Message> = collection({
  row: shape.message,
  key: (row) => String(row.id),
  version: (row) => version(row),
  resource: 'messages',
  from: {
    newMessage: messageFeed,
    messageUpdated: messageFeed,
    messagePinned: messageFeed,
    messageDeleted: feed(event.messageDeleted, ({ data }) => remove(data.id)),
    allMessagesDeleted: feed(event.allMessagesDeleted, () => clear()),
  },
});

const serviceCallFeed: Feed<shape.ServiceCall> = feed(event.serviceCall, ({ data }) => put(data));

export const serviceCalls: CollectionDefinition<shape.ServiceCall> = collection({
  row: shape.serviceCall,
  key: (row) => String(row.id),
  version: (row) => version(row),
  resource: 'serviceCalls',
  from: { serviceCall: serviceCallFeed, serviceCallHandled: serviceCallFeed },
});
