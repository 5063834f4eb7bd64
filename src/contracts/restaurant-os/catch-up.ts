import { derived, resource, type ResourceDefinition } from '../../contract/resource.ts';
import * as event from './events.ts';
import { isOpenOrder, tableNumberOf } from './order.ts';
import { withTable } from './queries.ts';
import * as shape from './schemas.ts';
import { isLowStock } from './stock.ts';
import { listPage, snapshotSearch } from './strapi-list.ts';
import { isOpenTicket, isWaitingTicket } from './ticket.ts';

// What no list tells is lost with the connection: warnings, batches, and the dishes of an order. `alerts` is covered by
// nothing, so that a loss there is said.

export const orders: ResourceDefinition<shape.OrderRow> = resource({
  path: '/api/orders',
  search: (question) => ({ ...snapshotSearch(question), ...withTable }),
  page: listPage,
  row: shape.orderRow,
  key: (row) => row.documentId,
  version: (row) => row.updatedAt ?? undefined,
  covers: ['orders', 'table'],
  rowToEvent(previous, row) {
    const { documentId, orderNumber, status, updatedAt } = row;
    const subject = { type: 'order', id: documentId };
    const facts = { documentId, orderNumber, tableNumber: tableNumberOf(row), updatedAt };
    if (previous === undefined) {
      if (!isOpenOrder(row)) return undefined;
      const data = { ...row, tableNumber: facts.tableNumber };
      return derived(event.orderCreated, { name: 'order.created', channel: 'orders', data, subject });
    }
    if (status === 'cancelled' && previous.status !== 'cancelled') {
      return derived(event.orderCancelled, { name: 'order.cancelled', channel: 'orders', data: facts, subject });
    }
    if (status == null) return undefined;
    const data = { ...facts, status, previousStatus: previous.status };
    return derived(event.orderUpdated, { name: 'order.updated', channel: 'orders', data, subject });
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
  version: (row) => row.updatedAt ?? undefined,
  covers: ['kitchen', 'station'],
  rowToEvent(previous, row) {
    const subject = { type: 'ticket', id: row.documentId };
    if (previous === undefined) {
      if (!isOpenTicket(row)) return undefined;
      return derived(event.ticketCreated, { name: 'ticket.created', channel: 'kitchen', data: row, subject });
    }
    const { documentId, ticketNumber, orderNumber, tableNumber, station, status, updatedAt } = row;
    if (status == null || status === previous.status) return undefined;
    return derived(event.ticketStatusChanged, {
      name: 'ticket.status_changed',
      channel: 'kitchen',
      data: {
        documentId,
        ticketNumber,
        orderNumber,
        tableNumber,
        station,
        status,
        previousStatus: previous.status,
        updatedAt,
      },
      subject,
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
  version: (row) => row.updatedAt ?? undefined,
  covers: ['tables', 'table'],
  rowToEvent(previous, { number, status, updatedAt }) {
    // A table that is new here has not changed its status.
    if (previous === undefined || status == null || status === previous.status) return undefined;
    return derived(event.tableStatusChanged, {
      name: 'table.status_changed',
      channel: 'tables',
      data: { tableNumber: number, status, previousStatus: previous.status, updatedAt },
      subject: { type: 'table', id: number },
    });
  },
});

export const ingredients: ResourceDefinition<shape.Ingredient> = resource({
  path: '/api/ingredients',
  search: snapshotSearch,
  page: listPage,
  row: shape.ingredient,
  key: (row) => row.documentId,
  version: (row) => row.updatedAt ?? undefined,
  covers: ['inventory'],
  rowToEvent(previous, row) {
    // The alert is about becoming low: stock that was low already has had its alert.
    if (!isLowStock(row) || (previous !== undefined && isLowStock(previous))) return undefined;
    const { documentId, name, currentStock, minStock, unit } = row;
    return derived(event.lowStock, {
      name: 'storage.low_stock',
      channel: 'inventory',
      data: { ingredientName: name, ingredientId: documentId, currentStock, minStock, unit },
      subject: { type: 'ingredient', id: documentId },
    });
  },
});
