// All that one backend has, made here so that it is kept and put back as a whole.
import type { IdempotencyStore } from '../../../emit/index.ts';
import type { BackendSeams } from '../../backend.ts';
import { keepNothing, type Keep } from '../../keep.ts';
import { createCell, type Cell } from './cell.ts';
import { createCounter, type Counter } from './counter.ts';
import { createStamps, type Stamps } from './stamps.ts';
import { createTable, type Table, type TableOptions } from './table.ts';

export interface Rows {
  readonly stamps: Stamps;
  table<Row extends object>(name: string, options: Omit<TableOptions<Row>, 'name' | 'stamps' | 'keep'>): Table<Row>;
  counter(name: string, first: number): Counter;
  cell<Value>(name: string, first: Value): Cell<Value>;
  /** How requests with a key were answered. */
  readonly answers: IdempotencyStore;
  /** Everything as at the start, but time: what happens afterwards is later than all before. */
  restore(): void;
}

/** Names are the contract's own: backends share a file. */
export function createRows(contract: string, seams: Pick<BackendSeams, 'keep' | 'time'>): Rows {
  const keep = of(contract, seams.keep ?? keepNothing());
  const stamps = createStamps(seams.time, keep);
  const all: { restore(): void }[] = [];
  const added = <One extends { restore(): void }>(one: One): One => {
    all.push(one);
    return one;
  };
  // Answers of what never happened are not asked for any more, and run out by themselves.
  const era = createCell({ name: 'era', first: 1, keep });
  return {
    stamps,
    table: (name, options) => added(createTable({ ...options, name, stamps, keep })),
    counter: (name, first) => added(createCounter({ name, first, keep })),
    cell: (name, first) => added(createCell({ name, first, keep })),
    answers: named(keep.answers, (key) => `${contract} ${era.get()} ${key}`),
    restore() {
      keep.together(() => {
        for (const one of all) one.restore();
        era.set(era.get() + 1);
      });
    },
  };
}

const of = (contract: string, { load, put, together, answers }: Keep): Keep => ({
  load: (table) => load(`${contract}/${table}`),
  put: (table, key, value) => put(`${contract}/${table}`, key, value),
  together,
  answers,
});

const named = (store: IdempotencyStore, nameOf: (key: string) => string): IdempotencyStore => ({
  begin: (key, attempt) => store.begin(nameOf(key), attempt),
  prolong: (key, attemptId, untilMs) => store.prolong(nameOf(key), attemptId, untilMs),
  finish: (key, attemptId, answer, untilMs) => store.finish(nameOf(key), attemptId, answer, untilMs),
  release: (key, attemptId) => store.release(nameOf(key), attemptId),
});
