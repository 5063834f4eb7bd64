// What a screen shows against what is true. Deletions are left out: no event tells of them, and a list is read in full only
// from time to time.
import { isDeepStrictEqual } from 'node:util';
import type { Backend, Row } from './backends.ts';
import type { Office } from './office.ts';

/** A backend may put more into an event than into a list. */
const saysAll = (here: object | undefined, row: object): boolean =>
  here !== undefined && isDeepStrictEqual({ ...here, ...row }, here);

export interface TablesOptions {
  readonly backend: Backend;
  readonly office: Office;
  readonly nowMs: number;
  readonly hasNoLog: boolean;
  /** The rows of a collection, by key. */
  readonly shown: (collection: string) => ReadonlyMap<string, object>;
}

/** By the path of its list, a collection's name. */
const collectionAt = ({ contract }: Backend, path: string): string | undefined =>
  [...contract.collections].find(
    ([, { resource }]) => resource !== undefined && contract.resources.get(resource)?.path === path,
  )?.[0];

export const collectionsOf = (backend: Backend): readonly string[] =>
  backend.lists.flatMap(({ path }) => collectionAt(backend, path) ?? []);

const isNewer = (here: object | undefined, row: Row | undefined): boolean =>
  here !== undefined && row !== undefined && (here as Row).updated_at > row.updated_at;

export function tableDifferences({ backend, office, nowMs, hasNoLog, shown }: TablesOptions): readonly string[] {
  return backend.lists.flatMap(({ path, kind, isFinished }) => {
    const collection = collectionAt(backend, path);
    if (collection === undefined) return [];
    const rows = shown(collection);
    return [...office.rows(kind, nowMs)].flatMap(([id, event]) => {
      const { row } = event;
      const here = rows.get(String(id));
      // Where nothing has a position an old frame brings back what was over, and forgotten.
      if (hasNoLog && !isNewer(here, row) && office.isForgotten(event)) return [];
      // Lists without a log do not show that a server went back in time.
      if (office.restores > 0 && hasNoLog && isNewer(here, row)) return [];
      // What is finished may have been forgotten, or never been heard of.
      if (row === undefined || saysAll(here, row) || (here === undefined && isFinished(row))) return [];
      return [`${collection} shows ${JSON.stringify(here)} where the server has ${JSON.stringify(row)}`];
    });
  });
}
