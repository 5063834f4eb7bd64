import { collection, feed, put, type CollectionDefinition } from '../../contract/collection.ts';
import { momentVersion } from '../../lib/moment.ts';
import * as event from './events.ts';
import * as shape from './schemas.ts';

export const orders: CollectionDefinition<shape.Order> = collection({
  row: shape.order,
  key: ({ id }) => String(id),
  version: ({ updated_at }) => momentVersion(updated_at),
  resource: 'orders',
  from: { order_updated: feed(event.orderUpdated, ({ data }) => put<shape.Order>(data)) },
});

export const tables: CollectionDefinition<shape.Table> = collection({
  row: shape.table,
  key: ({ id }) => String(id),
  version: ({ updated_at }) => momentVersion(updated_at),
  resource: 'tables',
  from: { table_updated: feed(event.tableUpdated, ({ data }) => put<shape.Table>(data)) },
});

/** Bills by the id of their order, so that every terminal sees what another one took. */
export const bills: CollectionDefinition<shape.BillUpdated> = collection({
  row: shape.billUpdated,
  key: ({ id }) => String(id),
  version: ({ updated_at }) => momentVersion(updated_at),
  from: { bill_updated: feed(event.billUpdated, ({ data }) => put(data)) },
});

/** Kept on the device: a waiter without Wi-Fi still reads the menu. */
export const menu: CollectionDefinition<shape.MenuItem> = collection({
  row: shape.menuItem,
  key: ({ id }) => String(id),
  version: ({ updated_at }) => momentVersion(updated_at),
  resource: 'menu',
});
