import type { ListAnswer } from '../../contract/list-page.ts';
import { query, type QueryDefinition } from '../../contract/query.ts';
import { listAnswer, type Shape } from '../shapes.ts';
import * as shape from './schemas.ts';

// Settled: each list is read whole.

const listOf = <Row>(path: string, row: Shape<Row>): QueryDefinition<shape.ListParams, ListAnswer<Row>> =>
  query({ path, params: shape.listParams, answer: listAnswer(row) });

export const orders: QueryDefinition<shape.ListParams, ListAnswer<shape.Order>> = listOf('/orders', shape.order);
export const tables: QueryDefinition<shape.ListParams, ListAnswer<shape.Table>> = listOf('/tables', shape.table);
export const menu: QueryDefinition<shape.ListParams, ListAnswer<shape.MenuItem>> = listOf('/menu', shape.menuItem);
export const users: QueryDefinition<shape.ListParams, ListAnswer<shape.User>> = listOf('/users', shape.user);
export const messages: QueryDefinition<shape.ListParams, ListAnswer<shape.Message>> = listOf(
  '/messages',
  shape.message,
);
export const serviceCalls: QueryDefinition<shape.ListParams, ListAnswer<shape.ServiceCall>> = listOf(
  '/service-calls',
  shape.serviceCall,
);
