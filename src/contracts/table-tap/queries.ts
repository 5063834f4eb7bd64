import type { ListAnswer } from '../../contract/list-page.ts';
import { query, type QueryDefinition } from '../../contract/query.ts';
import { listAnswer, type Shape } from '../shapes.ts';
import { listSearch } from './lists.ts';
import * as shape from './schemas.ts';

// Settled: all three.

const listOf = <Row>(path: string, row: Shape<Row>): QueryDefinition<shape.ListParams, ListAnswer<Row>> =>
  query({
    path,
    params: shape.listParams,
    search: ({ updated_since, cursor }, scope) => listSearch({ updatedSince: updated_since, cursor, scope }),
    answer: listAnswer(row),
  });

export const orders: QueryDefinition<shape.ListParams, ListAnswer<shape.Order>> = listOf('/orders', shape.order);
export const inventory: QueryDefinition<shape.ListParams, ListAnswer<shape.StockRow>> = listOf(
  '/inventory',
  shape.stockRow,
);
export const counters: QueryDefinition<shape.ListParams, ListAnswer<shape.CounterRow>> = listOf(
  '/counters',
  shape.counterRow,
);
