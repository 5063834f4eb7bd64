// What a tab does about rows of its leader that it has not heard of.
import { expect, test } from 'vitest';
import type { CollectionDefinition } from '../../../src/contract/collection.ts';
import type { ToldRow } from '../../../src/core/collections/tables.ts';
import { LeadersRows } from '../../../src/core/tabs/leaders-rows.ts';
import type { ToLeader } from '../../../src/core/tabs/messages.ts';

const told = (status: string): ToldRow => ({ collection: 'orders', key: '1', version: 1, row: { status } });

function openRows() {
  const asked: ToLeader[] = [];
  const shown: unknown[] = [];
  const rows = new LeadersRows('two', 'one', (message) => void asked.push(message));
  rows.follow('orders', {} as CollectionDefinition, {
    begin: () => undefined,
    end: () => undefined,
    show: (_, __, row) => void shown.push(row),
  });
  const takeAll = (count: number, status: string): void =>
    rows.takeAll({ kind: 'tables-told', tab: 'two', reign: 'one', count, names: ['orders'], rows: [told(status)] });
  const take = (number: number, status: string): void =>
    rows.take({ kind: 'rows', reign: 'one', number, rows: [told(status)] });
  return { rows, asked, shown, takeAll, take };
}

test('V12: what was missed is asked for once, and not again while the answer may be on its way', () => {
  const { rows, asked, shown, takeAll, take } = openRows();
  takeAll(3, 'new');
  take(4, 'ready');
  expect(asked).toHaveLength(1);
  take(6, 'served');
  rows.told(6);
  expect(asked).toHaveLength(2);
  takeAll(6, 'served');
  rows.told(6);
  expect(asked).toHaveLength(2);
  expect(shown).toEqual([{ status: 'new' }, { status: 'ready' }, { status: 'served' }]);
});

test('V12: an answer that does not come, because this tab fell asleep, is asked for again', () => {
  const { rows, asked, shown, takeAll } = openRows();
  takeAll(3, 'new');
  rows.told(5);
  expect(asked).toHaveLength(2);
  rows.told(5);
  rows.told(5);
  expect(asked).toHaveLength(3);
  takeAll(5, 'ready');
  expect(shown).toEqual([{ status: 'new' }, { status: 'ready' }]);
});
