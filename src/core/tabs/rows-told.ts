// What the others show of the leader's rows: all of those that they ask for, and from then on every change, numbered.
import type { ContractData } from '../../contract/contract.ts';
import { listAloneOf } from '../../contract/feeding.ts';
import type { Release } from '../../host/host.ts';
import type { Tables, ToldRow } from '../collections/tables.ts';
import type { ToFollowers } from './messages.ts';

export interface RowsToldOptions {
  readonly reign: string;
  readonly contract: ContractData;
  readonly tables: Tables | undefined;
  readonly post: (message: ToFollowers) => void;
  /** Keeps a list that belongs to no channel. */
  readonly openList: (resource: string) => void;
}

export interface RowsTold {
  /** How many changes were told. */
  readonly count: number;
  /** All rows of these collections, to one tab. */
  tellAll(tab: string, names: readonly string[]): void;
  stop(): void;
}

export function createRowsTold({ reign, contract, tables, post, openList }: RowsToldOptions): RowsTold {
  let count = 0;
  /** Since somebody has asked. */
  let leave: Release | undefined;

  function tell(rows: readonly ToldRow[]): void {
    count += 1;
    post({ kind: 'rows', reign, number: count, rows });
  }

  return {
    get count() {
      return count;
    },
    tellAll(tab, names) {
      if (tables === undefined) return;
      leave ??= tables.onBase(tell);
      for (const name of names) {
        const list = listAloneOf(contract, name);
        if (list !== undefined) openList(list);
      }
      const rows = names.flatMap((name) =>
        Array.from(tables.table(name)?.baseRows() ?? [], ([key, { version, row }]) => ({
          collection: name,
          key,
          version,
          row,
        })),
      );
      post({ kind: 'tables-told', tab, reign, count, names, rows });
    },
    stop: () => leave?.(),
  };
}
