import { query, type QueryDefinition } from '../../contract/query.ts';
import * as shape from './schemas.ts';
import { listSearch } from './strapi-list.ts';

// Settled, as all that is asked over HTTP: the document describes the realtime half only.

/** Strapi leaves relations out unless they are named. */
export const withTable = { 'populate[table][fields][0]': 'number' } as const;

export const orders: QueryDefinition<shape.ListParams, shape.List<shape.OrderRow>> = query({
  path: '/api/orders',
  params: shape.listParams,
  search: (params) => ({ ...listSearch(params), ...withTable }),
  answer: shape.listOf(shape.orderRow),
});

export const tickets: QueryDefinition<shape.ListParams, shape.List<shape.Ticket>> = query({
  path: '/api/kitchen-tickets',
  params: shape.listParams,
  search: listSearch,
  answer: shape.listOf(shape.ticket),
});

export const tables: QueryDefinition<shape.ListParams, shape.List<shape.Table>> = query({
  path: '/api/tables',
  params: shape.listParams,
  search: listSearch,
  answer: shape.listOf(shape.table),
});

export const ingredients: QueryDefinition<shape.ListParams, shape.List<shape.Ingredient>> = query({
  path: '/api/ingredients',
  params: shape.listParams,
  search: listSearch,
  answer: shape.listOf(shape.ingredient),
});
