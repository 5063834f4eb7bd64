import type { EventDefinition } from '../../contract/event.ts';
import { derived, resource, type DerivedEvent, type ResourceDefinition } from '../../contract/resource.ts';
import { momentVersion } from '../../lib/moment.ts';
import { destinations } from './destinations.ts';
import * as event from './events.ts';
import { isOpenOrder, tableNumberOf } from './order.ts';
import { withTable } from './queries.ts';
import * as shape from './schemas.ts';
import type { RestaurantOs } from './spec.ts';
import { isLowStock } from './stock.ts';
import { listPage, snapshotSearch } from './strapi-list.ts';
import { isOpenTicket, isWaitingTicket } from './ticket.ts';

// What no list tells is lost with the connection, and that is said: warnings, batches, and the dishes of an order.

type Events = RestaurantOs['events'];

/** On every channel that the server sends it to: a screen may have opened one table and nothing else. */
const everywhere = <Name extends keyof Events>(
  definition: EventDefinition<Events[Name]>,
  name: Name,
  data: Events[Name],
): readonly DerivedEvent[] => {
  const subject = definition.subject?.(data);
  return destinations(name, data).map((destination) =>
    derived(definition, { name, ...destination, data, ...(subject !== undefined && { subject }) }),
  );
};

export const orders: ResourceDefinition<shape.OrderRow> = resource({
  path: '/api/orders',
  search: (question) => ({ ...snapshotSearch(question), ...withTable }),
  page: listPage,
  row: shape.orderRow,
  key: (row) => row.documentId,
  version: (row) => momentVersion(row.updatedAt),
  covers: ['orders', 'table'],
  isOver: (row) => !isOpenOrder(row),
  coversEvents: ['order.created', 'order.updated', 'order.cancelled'],
  rowToEvent(previous, row) {
    const { documentId, orderNumber, status, updatedAt } = row;
    const facts = { documentId, orderNumber, tableNumber: tableNumberOf(row), updatedAt };
    if (previous === undefined) {
      if (!isOpenOrder(row)) return undefined;
      return everywhere(event.orderCreated, 'order.created', { ...row, tableNumber: facts.tableNumber });
    }
    if (status === 'cancelled' && previous.status !== 'cancelled') {
      return everywhere(event.orderCancelled, 'order.cancelled', facts);
    }
    if (status == null) return undefined;
    return everywhere(event.orderUpdated, 'order.updated', { ...facts, status, previousStatus: previous.status });
  },
});

/** A ticket that waited longer than this is not begun by surprise when a display is switched on. Settled. */
const oldestTicketMs = 4 * 60 * 60_000;

export const tickets: ResourceDefinition<shape.Ticket> = resource({
  path: '/api/kitchen-tickets',
  search: snapshotSearch,
  page: listPage,
  row: shape.ticket,
  key: (row) => row.documentId,
  version: (row) => momentVersion(row.updatedAt),
  covers: ['kitchen', 'station'],
  isOver: (row) => !isOpenTicket(row),
  coversEvents: ['ticket.created', 'ticket.status_changed'],
  rowToEvent(previous, row) {
    if (previous === undefined) {
      return isOpenTicket(row) ? everywhere(event.ticketCreated, 'ticket.created', row) : undefined;
    }
    const { documentId, ticketNumber, orderNumber, tableNumber, station, status, updatedAt } = row;
    if (status == null || status === previous.status) return undefined;
    return everywhere(event.ticketStatusChanged, 'ticket.status_changed', {
      documentId,
      ticketNumber,
      orderNumber,
      tableNumber,
      station,
      status,
      previousStatus: previous.status,
      updatedAt,
    });
  },
  openWork: { is: isWaitingTicket, maxAgeMs: oldestTicketMs },
});

export const tables: ResourceDefinition<shape.Table> = resource({
  path: '/api/tables',
  search: snapshotSearch,
  page: listPage,
  row: shape.table,
  key: (row) => String(row.number),
  version: (row) => momentVersion(row.updatedAt),
  covers: ['tables', 'table'],
  coversEvents: ['table.status_changed'],
  rowToEvent(previous, { number: tableNumber, status, updatedAt }) {
    // A table that is new here has not changed its status.
    if (previous === undefined || status == null || status === previous.status) return undefined;
    const data = { tableNumber, status, previousStatus: previous.status, updatedAt };
    return everywhere(event.tableStatusChanged, 'table.status_changed', data);
  },
});

export const ingredients: ResourceDefinition<shape.Ingredient> = resource({
  path: '/api/ingredients',
  search: snapshotSearch,
  page: listPage,
  row: shape.ingredient,
  key: (row) => row.documentId,
  version: (row) => momentVersion(row.updatedAt),
  covers: ['inventory', 'alerts'],
  coversEvents: ['storage.low_stock'],
  rowToEvent(previous, row) {
    // The alert is about becoming low: stock that was low already has had its alert.
    if (!isLowStock(row) || (previous !== undefined && isLowStock(previous))) return undefined;
    const { documentId: ingredientId, name: ingredientName, currentStock, minStock, unit } = row;
    return everywhere(event.lowStock, 'storage.low_stock', {
      ingredientName,
      ingredientId,
      currentStock,
      minStock,
      unit,
    });
  },
});
