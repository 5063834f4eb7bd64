// Strapi's lists, as far as devices ask for them.
import { momentOf } from '../rest/input.ts';
import { json, Refused } from '../rest/problem.ts';
import type { Route } from '../rest/routes.ts';
import type { Table } from '../rows/table.ts';
import { parseMoment } from '../../../lib/moment.ts';
import type { FullOrder } from './seed.ts';
import type { House } from './house.ts';

export const listRoutes = (house: House): readonly Route[] => [
  listRoute('/api/orders', house.orders, (order, isPopulated) => listed(order, isPopulated)),
  listRoute('/api/kitchen-tickets', house.tickets),
  listRoute('/api/tables', house.tables),
  listRoute('/api/ingredients', house.ingredients),
];

/** A list's row has no dishes, and its table only when that is asked for. */
function listed(order: FullOrder, isPopulated: boolean): object {
  const { items: _, table, ...row } = order;
  return isPopulated ? { ...row, table: table ?? null } : row;
}

interface Listed {
  readonly updatedAt?: string | null | undefined;
}

/** Strapi's own limit unless a project raises it. */
const mostPerPage = 100;

function listRoute<Row extends Listed>(
  path: string,
  table: Table<Row>,
  shown: (row: Row, isPopulated: boolean) => object = (row) => row,
): Route {
  return {
    method: 'GET',
    path,
    isOpen: true,
    answer({ search }) {
      refuseUnknown(search);
      const since = momentOf(search.get('filters[updatedAt][$gte]'), 'filters[updatedAt][$gte]');
      const isPopulated = [...search.keys()].some((name) => name.startsWith('populate'));
      const page = countIn(search, 'pagination[page]', 1);
      const pageSize = Math.min(countIn(search, 'pagination[pageSize]', 25), mostPerPage);
      // Kept in the order of their changes, which no two rows share.
      const rows = table
        .rows()
        .filter(({ updatedAt }) => since === undefined || (parseMoment(updatedAt ?? '') ?? 0) >= since);
      const data = rows.slice((page - 1) * pageSize, page * pageSize).map((row) => shown(row, isPopulated));
      const pageCount = Math.ceil(rows.length / pageSize);
      return json(200, { data, meta: { pagination: { page, pageSize, pageCount, total: rows.length } } });
    },
  };
}

const sorts: ReadonlySet<string> = new Set(['updatedAt:asc', 'documentId:asc']);

/** A filter that is passed over in silence would answer another question than was asked. */
function refuseUnknown(search: URLSearchParams): void {
  for (const [name, value] of search) {
    const isUnknown =
      (name.startsWith('filters') && name !== 'filters[updatedAt][$gte]') ||
      (name.startsWith('sort') && !sorts.has(value));
    if (isUnknown) throw new Refused(400, 'validation-error', `The development server knows no "${name}" like that.`);
  }
}

function countIn(search: URLSearchParams, name: string, otherwise: number): number {
  const text = search.get(name);
  if (text === null) return otherwise;
  const count = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  if (count > 0) return count;
  throw new Refused(400, 'validation-error', `"${name}" has to be a number from 1.`);
}
