import { collection, feed, patch, put, type CollectionDefinition } from '../../contract/collection.ts';
import { said } from '../said.ts';
import { momentVersion } from '../../lib/moment.ts';
import * as event from './events.ts';
import * as shape from './schemas.ts';

// No version is made of the envelope's timestamp: it is taken after the row was written, so that the list's row, which
// says more, would look older than the event that announced it.

/** The status of a single dish is not kept: the list's rows do not hold the dishes. */
export const orders: CollectionDefinition<shape.OrderRow> = collection({
  row: shape.orderRow,
  key: (row) => row.documentId,
  version: (row) => momentVersion(row.updatedAt),
  resource: 'orders',
  from: {
    'order.created': feed(event.orderCreated, ({ data }) => put<shape.OrderRow>(data)),
    'order.updated': feed(event.orderUpdated, ({ data }) => {
      const { orderNumber, tableNumber, status, updatedAt } = data;
      return patch(data.documentId, said<shape.OrderRow>({ orderNumber, tableNumber, status, updatedAt }));
    }),
    'order.cancelled': feed(event.orderCancelled, ({ data }) =>
      patch(data.documentId, said<shape.OrderRow>({ status: 'cancelled', updatedAt: data.updatedAt })),
    ),
  },
});

export const tickets: CollectionDefinition<shape.Ticket> = collection({
  row: shape.ticket,
  key: (row) => row.documentId,
  version: (row) => momentVersion(row.updatedAt),
  resource: 'tickets',
  from: {
    'ticket.created': feed(event.ticketCreated, ({ data }) => put(data)),
    'ticket.status_changed': feed(event.ticketStatusChanged, ({ data }) => {
      const { status, station, updatedAt } = data;
      return patch(data.documentId, said<shape.Ticket>({ status, station, updatedAt }));
    }),
  },
});

export const tables: CollectionDefinition<shape.Table> = collection({
  row: shape.table,
  key: (row) => String(row.number),
  version: (row) => momentVersion(row.updatedAt),
  resource: 'tables',
  from: {
    'table.status_changed': feed(event.tableStatusChanged, ({ data: { tableNumber, status, updatedAt } }) =>
      patch(tableNumber, said<shape.Table>({ status, updatedAt })),
    ),
  },
});

const stock = ({ ingredientId, currentStock, minStock, unit }: shape.LowStock) =>
  ingredientId == null ? undefined : patch(ingredientId, said<shape.Ingredient>({ currentStock, minStock, unit }));

/** An event that tells its ingredient by name only changes no row: names are not keys. */
export const ingredients: CollectionDefinition<shape.Ingredient> = collection({
  row: shape.ingredient,
  key: (row) => row.documentId,
  version: (row) => momentVersion(row.updatedAt),
  resource: 'ingredients',
  from: {
    'storage.low_stock': feed(event.lowStock, ({ data }) => stock(data)),
    'storage.batch_received': feed(event.batchReceived, ({ data }) => stock(data)),
  },
});
