import { listAnswer } from '../shapes.ts';
import type { ListAnswer } from '../../contract/list-page.ts';
import { query, type QueryDefinition } from '../../contract/query.ts';
import * as shape from './schemas.ts';

export const bill: QueryDefinition<shape.BillParams, shape.Bill> = query({
  path: '/api/orders/{id}/bill',
  params: shape.billParams,
  answer: shape.bill,
});

export const menu: QueryDefinition<shape.MenuParams, ListAnswer<shape.MenuItem>> = query({
  path: '/api/menu',
  params: shape.menuParams,
  answer: listAnswer(shape.menuItem),
});

// Settled: the two lists.

export const orders: QueryDefinition<shape.OrderListParams, ListAnswer<shape.Order>> = query({
  path: '/api/orders',
  params: shape.orderListParams,
  search: ({ updated_since, uuid }) => ({ updated_since: updated_since ?? undefined, uuid: uuid ?? undefined }),
  answer: listAnswer(shape.order),
});

export const tables: QueryDefinition<shape.TableListParams, ListAnswer<shape.Table>> = query({
  path: '/api/tables',
  params: shape.tableListParams,
  search: ({ updated_since }) => ({ updated_since: updated_since ?? undefined }),
  answer: listAnswer(shape.table),
});
