// A table as an app sees it.
import { untilAborted } from '../../lib/until-aborted.ts';
import type { Table } from './table.ts';
import { isSameAnswer, type LiveQuery } from './live-query.ts';
import type { Question } from './question.ts';

interface ListenOptions {
  /** Ends it. */
  readonly signal?: AbortSignal;
}

/** Something that changes, and can be looked at and followed. The same object until it has changed. */
interface Followable<Value> {
  get(): Value;
  subscribe(listener: (value: Value) => void, options?: ListenOptions): () => void;
}

/** The rows of a collection as this device shows them, with what was asked for and not answered yet. */
export interface Collection<Row> extends Followable<readonly Row[]> {
  readonly size: number;
  row(key: string | number): Row | undefined;
  /** One row; undefined when there is none. A row that was made here is found by the mutation's id, too. */
  watch(key: string | number): Followable<Row | undefined>;
  /** The rows that answer a question, in order: kept right while somebody subscribes, and looked up otherwise. */
  query(question: Question<Row>): Followable<readonly Row[]>;
  /** The ids of mutations that this row shows and the server has not answered. */
  waiting(key: string | number): readonly string[];
  /** The keys of the rows that show something which the server has not answered: what a screen marks as not sent yet. */
  readonly waitingKeys: Followable<ReadonlySet<string>>;
  /** Each change by its key; undefined is a row that is gone. What comes together is told together. */
  changes(listener: (changes: ReadonlyMap<string, Row | undefined>) => void, options?: ListenOptions): () => void;
}

export function collectionOf(table: Table): Collection<object> {
  const all = queryOf(table, {});
  return {
    ...all,
    get size() {
      return table.size;
    },
    row: (key) => table.row(String(key)),
    watch: (key) => ({
      get: () => table.row(String(key)),
      subscribe: (listener, { signal } = {}) => untilAborted(signal, () => table.watch(String(key), listener)),
    }),
    query: (question) => queryOf(table, question),
    waiting: (key) => table.waiting(String(key)),
    waitingKeys: {
      get: () => table.waitingKeys(),
      subscribe: (listener, { signal } = {}) => untilAborted(signal, () => table.onWaiting(listener)),
    },
    changes: (listener, { signal } = {}) => untilAborted(signal, () => table.onChanges(listener)),
  };
}

function queryOf(table: Table, question: Question<never>): Followable<readonly object[]> {
  let live: ReturnType<Table['follow']> | undefined;
  let followers = 0;
  let looked: { readonly query: LiveQuery; readonly revision: number } | undefined;

  function lookUp(): readonly object[] {
    if (looked?.revision !== table.revision) {
      const query = table.ask(question);
      looked = {
        query: looked !== undefined && isSameAnswer(looked.query.rows, query.rows) ? looked.query : query,
        revision: table.revision,
      };
    }
    return looked.query.rows;
  }

  return {
    get() {
      if (live === undefined) return lookUp();
      table.take();
      return live.followed.query.rows;
    },
    subscribe: (listener, { signal } = {}) =>
      untilAborted(signal, () => {
        live ??= table.follow(question, looked?.query.rows);
        followers += 1;
        const { followed, end } = live;
        const release = followed.listeners.add(listener);
        return () => {
          release();
          followers -= 1;
          if (followers > 0) return;
          looked = { query: followed.query, revision: -1 };
          end();
          live = undefined;
        };
      }),
  };
}
