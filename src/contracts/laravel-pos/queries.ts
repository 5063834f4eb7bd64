import type { ListAnswer } from '../../contract/list-page.ts';
import { query, type QueryDefinition } from '../../contract/query.ts';
import type { SearchValues } from '../../contract/request.ts';
import { listAnswer, type Shape } from '../shapes.ts';
import * as shape from './schemas.ts';

export const order: QueryDefinition<shape.RowParams, shape.One<shape.Order>> = query({
  path: '/v1/orders/{id}',
  params: shape.rowParams,
  answer: shape.one(shape.order),
});

const search = ({ updated_since, cursor }: shape.ListParams): SearchValues => ({
  updated_since: updated_since ?? undefined,
  cursor: cursor ?? undefined,
});

/** One odd row must not spoil what a list says of the others, so the rows are read as leniently as events. */
const listOf = <Row>(path: string, row: Shape<Row>): QueryDefinition<shape.ListParams, ListAnswer<Row>> =>
  query({ path, params: shape.listParams, search, answer: listAnswer(row) });

export const orders: QueryDefinition<shape.ListParams, ListAnswer<shape.Order>> = listOf('/v1/orders', shape.order);
export const tickets: QueryDefinition<shape.ListParams, ListAnswer<shape.KdsTicket>> = listOf(
  '/v1/kds/tickets',
  shape.ticket,
);
export const printJobs: QueryDefinition<shape.ListParams, ListAnswer<shape.PrintJob>> = listOf(
  '/v1/print-jobs',
  shape.printJob,
);
export const devices: QueryDefinition<shape.ListParams, ListAnswer<shape.Device>> = listOf('/v1/devices', shape.device);
