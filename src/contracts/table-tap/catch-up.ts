import { resource, type ResourceDefinition } from '../../contract/resource.ts';
import { listPage } from '../../contract/list-page.ts';
import { momentVersion } from '../../lib/moment.ts';
import { listSearch } from './lists.ts';
import { isFinished } from './order-course.ts';
import * as shape from './schemas.ts';
import { counterRowTurns, orderTurns, stockTurns } from './turns.ts';

// Settled: these three lists. Payments, employees and settings have none, so a loss there is signalled.

/** An order that waited longer than this was forgotten on paper, too: no screen that is switched on rings for it. */
const oldestOrderMs = 30 * 60_000;

export const orders: ResourceDefinition<shape.Order> = resource({
  path: '/orders',
  search: listSearch,
  page: listPage,
  row: shape.order,
  key: (row) => row.id,
  version: (row) => momentVersion(row.updated_at),
  covers: ['orders'],
  isOver: ({ status }) => isFinished(status),
  rowToEvent: orderTurns,
  // Nobody has begun with it.
  openWork: { is: (row) => row.status === 'pending', maxAgeMs: oldestOrderMs },
});

export const inventory: ResourceDefinition<shape.StockRow> = resource({
  path: '/inventory',
  search: listSearch,
  page: listPage,
  row: shape.stockRow,
  key: (row) => row.product_id,
  version: (row) => momentVersion(row.updated_at),
  covers: ['inventory'],
  rowToEvent: stockTurns,
});

export const counters: ResourceDefinition<shape.CounterRow> = resource({
  path: '/counters',
  search: listSearch,
  page: listPage,
  row: shape.counterRow,
  key: (row) => row.counter_name,
  version: (row) => momentVersion(row.updated_at),
  covers: ['system'],
  coversEvents: ['counter:status_changed'],
  rowToEvent: counterRowTurns,
});
