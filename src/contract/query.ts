import { fillPath, withSearch, type RequestPlan, type SearchValues } from './request.ts';
import type { Schema } from './schema.ts';

/** A question to the backend's REST interface, which is the source of truth and can always be asked. */
export interface QueryDefinition<Params = unknown, Answer = unknown> {
  /** `/v1/orders/{id}`; values come from the parameters, then from the scope. */
  readonly path: string;
  readonly params: Schema<Params>;
  /** The query string; a value that every question of a device shares, such as its café, comes from the scope. */
  search?(params: Params, scope: Readonly<Record<string, unknown>>): SearchValues;
  readonly answer: Schema<Answer>;
}

/** Describes a query: `query({ path: '/v1/orders/{id}', params, answer })`. */
export const query = <Params, Answer>(definition: QueryDefinition<Params, Answer>): QueryDefinition<Params, Answer> =>
  definition;

export function queryRequest<Params extends object>(
  definition: QueryDefinition<Params>,
  params: Params,
  scope: object,
): RequestPlan {
  const path = fillPath(definition.path, { ...scope, ...params });
  return { method: 'GET', path: withSearch(path, definition.search?.(params, { ...scope }) ?? {}) };
}
