import { parseMoment } from '../../../lib/moment.ts';
import { momentOf } from '../rest/input.ts';
import { json } from '../rest/problem.ts';
import type { Route } from '../rest/routes.ts';
import type { Table } from '../rows/table.ts';
import type { Brasserie } from './brasserie.ts';

// The contract's search knows no cursor, so each list comes in one piece.

export const listRoutes = (house: Brasserie): readonly Route[] => [
  {
    method: 'GET',
    path: '/api/orders',
    to: [],
    answer({ search }) {
      const uuid = search.get('uuid');
      const answer = listOf(house, house.orders, search);
      const rows = uuid === null ? answer.data : answer.data.filter((row) => row.uuid === uuid);
      return json(200, {
        ...answer,
        data: rows.map((row) => house.shown(row)),
        ...(uuid !== null && { complete: false }),
      });
    },
  },
  {
    method: 'GET',
    path: '/api/tables',
    to: [],
    answer: ({ search }) => json(200, listOf(house, house.tables, search)),
  },
  // The menu is read whole.
  {
    method: 'GET',
    path: '/api/menu',
    to: [],
    answer: () => json(200, house.v1 ? house.menu.rows() : listOf(house, house.menu, new URLSearchParams())),
  },
];

function listOf<Row extends { readonly updated_at?: string | null | undefined }>(
  { stamps, v1 }: Brasserie,
  table: Table<Row>,
  search: URLSearchParams,
) {
  const since = momentOf(search.get('updated_since'), 'updated_since');
  const isWanted = (stamp: string): boolean => since === undefined || (parseMoment(stamp) ?? 0) >= since;
  const data = table.rows().filter(({ updated_at }) => isWanted(updated_at ?? ''));
  if (v1) return { data };
  return {
    data,
    deleted: since === undefined ? [] : table.tombstones.filter(({ deleted_at }) => isWanted(deleted_at)),
    as_of: stamps.current(),
    complete: since === undefined,
  };
}
