import { derived, resource, type ResourceDefinition } from '../../contract/resource.ts';
import { orderEvents, serviceCallEvents } from './channels.ts';
import * as event from './events.ts';
import { listPage } from '../../contract/list-page.ts';
import { version } from './revision.ts';
import * as shape from './schemas.ts';
import { isFinished, isHandled } from './status.ts';
import { messageTurn, orderTurn, serviceCallTurn, tableTurn } from './turns.ts';

// Settled: the document asks for periodic reconciliation over the API and leaves its paths to the backend. There is no
// "updated since", so every list comes whole.
//
// A list makes good what its rows can tell. None tells a table that was reset by force from one that was checked out, and
// of what was deleted there is no row: collections show it, but the loss of such an event is signalled.

const channel = 'events';
const covers: readonly string[] = [channel];

export const orders: ResourceDefinition<shape.Order> = resource({
  path: '/orders',
  page: listPage,
  row: shape.order,
  key: (row) => String(row.id),
  version: (row) => version(row),
  covers,
  coversEvents: orderEvents,
  isOver: isFinished,
  rowToEvent(previous, row) {
    const name = orderTurn(previous, row);
    if (name === undefined) return undefined;
    return derived(event.orderCreated, { name, channel, data: row, subject: { type: 'Order', id: row.id } });
  },
});

export const tables: ResourceDefinition<shape.Table> = resource({
  path: '/tables',
  page: listPage,
  row: shape.table,
  key: (row) => String(row.tableNumber),
  version: (row) => version(row),
  covers,
  coversEvents: ['table:activated', 'table:checkoutStarted', 'table:checkoutCompleted'],
  rowToEvent(previous, row) {
    const name = tableTurn(previous, row);
    if (name === undefined) return undefined;
    const { tableNumber } = row;
    return derived(event.tableActivated, {
      name,
      channel,
      data: { tableNumber },
      subject: { type: 'Table', id: tableNumber },
    });
  },
});

export const menu: ResourceDefinition<shape.MenuItem> = resource({
  path: '/menu',
  page: listPage,
  row: shape.menuItem,
  key: (row) => String(row.id),
  version: (row) => version(row),
  covers,
  coversEvents: ['menu.created', 'menu.updated'],
  rowToEvent(previous, { id, name }) {
    const subject = { type: 'MenuItem', id };
    return previous === undefined
      ? derived(event.menuCreated, { name: 'menu.created', channel, data: { id, name }, subject })
      : derived(event.menuUpdated, { name: 'menu.updated', channel, data: { id }, subject });
  },
});

export const users: ResourceDefinition<shape.User> = resource({
  path: '/users',
  page: listPage,
  row: shape.user,
  key: (row) => String(row.id),
  version: (row) => version(row),
  covers,
  coversEvents: ['user.created'],
  /** The backend has no event for a user that changed. */
  rowToEvent(previous, { id, username, role }) {
    if (previous !== undefined) return undefined;
    const subject = { type: 'User', id };
    return derived(event.userCreated, { name: 'user.created', channel, data: { id, username, role }, subject });
  },
});

export const messages: ResourceDefinition<shape.Message> = resource({
  path: '/messages',
  page: listPage,
  row: shape.message,
  key: (row) => String(row.id),
  version: (row) => version(row),
  covers,
  coversEvents: ['newMessage', 'messageUpdated', 'messagePinned'],
  rowToEvent: (previous, row) =>
    derived(event.newMessage, {
      name: messageTurn(previous, row),
      channel,
      data: row,
      subject: { type: 'Message', id: row.id },
    }),
});

/** Nobody waits longer than this without calling again. Settled. */
const oldestCallMs = 30 * 60_000;

export const serviceCalls: ResourceDefinition<shape.ServiceCall> = resource({
  path: '/service-calls',
  page: listPage,
  row: shape.serviceCall,
  key: (row) => String(row.id),
  version: (row) => version(row),
  covers,
  coversEvents: serviceCallEvents,
  isOver: isHandled,
  rowToEvent(previous, row) {
    const name = serviceCallTurn(previous, row);
    if (name === undefined) return undefined;
    return derived(event.serviceCall, { name, channel, data: row, subject: { type: 'ServiceCall', id: row.id } });
  },
  // A table that called before the tablet was switched on is still waiting.
  openWork: { is: (row) => !isHandled(row), maxAgeMs: oldestCallMs },
});
