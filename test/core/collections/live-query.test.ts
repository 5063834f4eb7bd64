import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { CollectionDefinition } from '../../../src/contract/collection.ts';
import { collectionOf, type Collection } from '../../../src/core/collections/collection.ts';
import { compareKeys, compareOf, testOf, type Question } from '../../../src/core/collections/question.ts';
import { Table } from '../../../src/core/collections/table.ts';
import { runs } from '../../effort.ts';

interface Row {
  readonly id: number;
  readonly status?: string | undefined;
  readonly rank?: number | null | undefined;
}

const definition: CollectionDefinition<Row> = {
  row: { '~standard': { version: 1, vendor: 'test', validate: (value: unknown) => ({ value: value as Row }) } },
  key: ({ id }) => String(id),
};

function openTable() {
  const errors: unknown[] = [];
  const table = new Table({
    name: 'rows',
    definition,
    scope: {},
    keyOf: () => undefined,
    renamed: () => undefined,
    baseChanged: () => undefined,
    changed: () => undefined,
    report: (error) => void errors.push(error),
  });
  return { table, rows: collectionOf(table) as unknown as Collection<Row>, errors };
}

const question: fc.Arbitrary<Question<Row>> = fc.record(
  {
    where: fc.oneof(
      fc.constant(undefined),
      fc.record({ status: fc.subarray(['new', 'ready', 'served']) }),
      fc.constant({ status: 'ready', rank: [1, 2] }),
      fc.constant((row: Row) => row.id % 2 === 0),
    ),
    orderBy: fc.constantFrom<Question<Row>['orderBy']>(
      'rank',
      '-rank',
      ['status', '-id'],
      (left: Row, right: Row) => (left.rank ?? 0) - (right.rank ?? 0),
    ),
    limit: fc.constantFrom(1, 3, 100),
  },
  { requiredKeys: [] },
) as fc.Arbitrary<Question<Row>>;

const change = fc.record({
  id: fc.nat(12),
  status: fc.constantFrom(undefined, 'new', 'ready', 'served'),
  rank: fc.constantFrom<(number | null | undefined)[]>(undefined, null, 1, 2, 3, 10),
  isGone: fc.boolean(),
  settles: fc.boolean(),
});

/** What it has to be, looked up in all rows. */
function answerTo({ where, orderBy, limit = Number.POSITIVE_INFINITY }: Question<Row>, rows: readonly Row[]) {
  const isIn = where === undefined ? () => true : testOf(where);
  const compare = compareOf(orderBy);
  return rows
    .filter((row) => isIn(row))
    .sort((left, right) => (compare?.(left, right) ?? 0) || compareKeys(String(left.id), String(right.id)))
    .slice(0, limit);
}

test('V11: an answer that is followed is at any moment what looking it up anew would be', () => {
  fc.assert(
    fc.property(question, fc.array(change, { maxLength: 60 }), (asked, changes) => {
      const { table, rows } = openTable();
      const known = new Map<number, Row>();
      const followed = rows.query(asked);
      let told: readonly Row[] = followed.get();
      followed.subscribe((answer) => {
        expect(answer).not.toEqual(told);
        told = answer;
      });
      for (const { isGone, settles, ...row } of changes) {
        if (isGone) known.delete(row.id);
        else known.set(row.id, row);
        table.show('here', String(row.id), known.size, isGone ? undefined : row);
        if (!settles) continue;
        table.tell();
        expect(told).toEqual(answerTo(asked, [...known.values()]));
      }
      expect(followed.get()).toEqual(answerTo(asked, [...known.values()]));
      expect(rows.query(asked).get()).toEqual(followed.get());
    }),
    runs(300),
  );
});

test('V10: rows that have not changed are the same objects, and so is an answer', () => {
  const { table, rows } = openTable();
  for (let id = 1; id <= 5; id += 1) table.show('here', String(id), 1, { id, status: 'new' });
  const asked = rows.query({ where: { status: 'new' } });
  const before = asked.get();
  expect(asked.get()).toBe(before);
  table.show('here', '9', 1, { id: 9, status: 'served' });
  expect(asked.get()).toBe(before);
  // Read again from a store: equal, and another object.
  table.show('here', '1', 1, { id: 1, status: 'new' });
  expect(asked.get()).toBe(before);
  const leave = asked.subscribe(() => undefined);
  expect(asked.get()).toBe(before);
  leave();
  expect(asked.get()).toBe(before);
});

test('numbers come in their order, before texts, and what is missing comes last', () => {
  expect(['10', '9', 'b', 'a', '-1'].sort(compareKeys)).toEqual(['-1', '9', '10', 'a', 'b']);
  const { table, rows } = openTable();
  for (const [id, rank] of [
    [1, undefined],
    [2, 10],
    [3, 9],
    [4, null],
  ] as const)
    table.show('here', String(id), 1, { id, rank });
  expect(
    rows
      .query({ orderBy: 'rank' })
      .get()
      .map(({ id }) => id),
  ).toEqual([3, 2, 1, 4]);
});

test('V9: a function of the app that throws is reported, and its row is not in the answer', () => {
  const { table, rows, errors } = openTable();
  table.show('here', '1', 1, { id: 1 });
  table.show('here', '2', 1, { id: 2 });
  const picky = rows.query({
    where({ id }) {
      if (id === 1) throw new Error('not this one');
      return true;
    },
  });
  expect(picky.get()).toEqual([{ id: 2 }]);
  expect(errors.length).toBeGreaterThan(0);
});

test('a listener that throws silences nobody, and one that leaves is told nothing more', () => {
  const { table, rows, errors } = openTable();
  const told: string[] = [];
  rows.subscribe(() => {
    throw new Error('mine');
  });
  const leave = rows.subscribe(() => void told.push('left'));
  const abort = new AbortController();
  rows.watch(1).subscribe(() => void told.push('aborted'), { signal: abort.signal });
  rows.subscribe(() => void told.push('here'));
  leave();
  leave();
  abort.abort();
  table.show('here', '1', 1, { id: 1 });
  table.tell();
  expect(told).toEqual(['here']);
  expect(errors).toHaveLength(1);
});

test('V11: a question that looks at more than the row shows no row twice, and takes nobody else’s place', () => {
  const { table, rows } = openTable();
  let least = 1;
  const followed = rows.query({ where: ({ rank }) => (rank ?? 0) >= least });
  followed.subscribe(() => undefined);
  const ids = (): readonly number[] => followed.get().map(({ id }) => id);
  for (let id = 1; id <= 20; id += 1) table.show('here', String(id), 1, { id, rank: id === 1 ? 0 : id });
  expect(ids()).toHaveLength(19);
  // The first one would have been in it by now, and the third one not any more.
  least = -1;
  table.show('here', '1', 2, { id: 1, rank: -2 });
  expect(ids()).toContain(20);
  least = 5;
  table.show('here', '3', 2, { id: 3, rank: 4 });
  table.show('here', '4', 2, { id: 4, rank: 8 });
  expect(ids().filter((id) => id === 3)).toEqual([]);
  expect(ids().filter((id) => id === 4)).toEqual([4]);
});

test('V11: a row that the app has changed in place is shown once, and where it belongs when it changes', () => {
  const { table, rows } = openTable();
  table.show('here', '1', 1, { id: 1, status: 'new' });
  const either = { where: { status: ['new', 'served'] } } as const;
  const followed = rows.query(either);
  followed.subscribe(() => undefined);
  Object.assign(rows.row(1) ?? {}, { status: 'ready' });
  table.show('here', '1', 2, { id: 1, status: 'served' });
  expect(rows.query(either).get()).toEqual([{ id: 1, status: 'served' }]);
  expect(followed.get()).toEqual([{ id: 1, status: 'served' }]);
  table.show('here', '1', 3, { id: 1, status: 'ready' });
  expect(followed.get()).toEqual([]);
});

test('what is missing comes last in the other direction, too', () => {
  const { table, rows } = openTable();
  for (const [id, rank] of [
    [1, undefined],
    [2, 9],
    [3, 10],
  ] as const)
    table.show('here', String(id), 1, { id, rank });
  expect(
    rows
      .query({ orderBy: '-rank' })
      .get()
      .map(({ id }) => id),
  ).toEqual([3, 2, 1]);
});

test('V2: a row that is told again as it was is no news', () => {
  const changed: string[] = [];
  const table = new Table({
    name: 'rows',
    definition,
    scope: {},
    keyOf: () => undefined,
    renamed: () => undefined,
    baseChanged: (key) => void changed.push(key),
    changed: () => undefined,
    report: (error) => expect.unreachable(String(error)),
  });
  table.show('here', '1', 1, { id: 1 });
  table.show('here', '1', 1, { id: 1 });
  table.show('here', '2', 1, undefined);
  expect(changed).toEqual(['1']);
});
