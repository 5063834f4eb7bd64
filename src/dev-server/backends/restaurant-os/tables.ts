// Tables and the storage: what the floor and the office change.
import { countOf, oneOf, requireNumber } from '../rest/fields.ts';
import { found } from '../rest/input.ts';
import { json, Refused } from '../rest/problem.ts';
import type { Route } from '../rest/routes.ts';
import { told } from '../tell.ts';
import { dataOf } from './data.ts';
import type { House } from './house.ts';
import { documentId } from './seed.ts';
import { receiveBatch, setStock } from './stock.ts';

const statuses = ['free', 'occupied', 'reserved', 'cleaning'] as const;

export const tableRoutes = (house: House): readonly Route[] => [
  {
    method: 'PUT',
    path: '/api/tables/{id}',
    isOpen: true,
    async answer({ params, body }) {
      // By its document id, as Strapi has it, or by the number that everybody knows.
      const id = params['id'] ?? '';
      const { number } = found(
        house.tables.get(id) ?? house.tables.rows().find((row) => row.documentId === id),
        'table',
      );
      await told(...setTable(house, number, oneOf(dataOf(body), 'status', statuses)));
      return json(200, { data: found(house.tables.get(number)) });
    },
  },
  {
    method: 'PUT',
    path: '/api/ingredients/{id}',
    isOpen: true,
    async answer({ params, body }) {
      const before = found(house.ingredients.get(params['id'] ?? ''), 'ingredient');
      const currentStock = requireNumber(dataOf(body), 'currentStock');
      if (currentStock < 0) throw new Refused(400, 'validation-error', 'There cannot be less than nothing.');
      await told(...setStock(house, before, currentStock));
      return json(200, { data: found(house.ingredients.get(before.documentId)) });
    },
  },
  {
    method: 'POST',
    path: '/api/ingredients/{id}/batches',
    isOpen: true,
    async answer({ params, body }) {
      const before = found(house.ingredients.get(params['id'] ?? ''), 'ingredient');
      const quantity = countOf(dataOf(body), 'quantity');
      await told(receiveBatch(house, before, quantity, documentId('batch', house.counters.batch.next())));
      return json(201, { data: found(house.ingredients.get(before.documentId)) });
    },
  },
];

export function setTable(house: House, number: string | number, status: string): readonly Promise<unknown>[] {
  const before = house.tables.get(number);
  if (before === undefined || before.status === status) return [];
  const updatedAt = house.tables.patch(number, { status })?.updatedAt;
  const data = { tableNumber: number, status, previousStatus: before.status, updatedAt };
  return [house.emit('table.status_changed', data)];
}
