import { query, type QueryDefinition } from '../../contract/query.ts';
import type { SearchValues } from '../../contract/request.ts';
import type { Schema } from '../../contract/schema.ts';
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

const listOf = <Row>(
  path: string,
  answer: Schema<shape.Page<Row>>,
): QueryDefinition<shape.ListParams, shape.Page<Row>> => query({ path, params: shape.listParams, search, answer });

export const orders: QueryDefinition<shape.ListParams, shape.Page<shape.Order>> = listOf(
  '/v1/orders',
  shape.page(shape.order),
);
export const tickets: QueryDefinition<shape.ListParams, shape.Page<shape.KdsTicket>> = listOf(
  '/v1/kds/tickets',
  shape.page(shape.ticket),
);
export const printJobs: QueryDefinition<shape.ListParams, shape.Page<shape.PrintJob>> = listOf(
  '/v1/print-jobs',
  shape.page(shape.printJob),
);
export const devices: QueryDefinition<shape.ListParams, shape.Page<shape.Device>> = listOf(
  '/v1/devices',
  shape.page(shape.device),
);
