// The conformance suite lets a store fail from the outside; here the browser fails under it, at every request.
import { afterEach, expect, test, vi } from 'vitest';
import { indexedDb } from '../../../src/storage/indexed-db.ts';
import { liveOver, lookAfter, type Told } from '../../../src/testing/store-fail-points.ts';

afterEach(() => void vi.restoreAllMocks());

/** Counts requests, and does `fail` in place of the one with that number, or after it. Says how many there were. */
function failingAt(at: number, fail: (request: () => IDBRequest) => IDBRequest): () => number {
  let asked = 0;
  for (const method of ['get', 'getAll', 'getAllKeys', 'put', 'delete'] as const) {
    const original = IDBObjectStore.prototype[method] as (...args: unknown[]) => IDBRequest;
    vi.spyOn(IDBObjectStore.prototype, method).mockImplementation(function request(
      this: IDBObjectStore,
      ...args: unknown[]
    ) {
      asked += 1;
      return asked === at ? fail(() => original.apply(this, args)) : original.apply(this, args);
    });
  }
  return () => asked;
}

/** As a browser that ends the transaction by itself, and says why. */
const aborted = (name: string) => (request: () => IDBRequest) => {
  const asked = request();
  Object.defineProperty(asked.transaction, 'error', { value: new DOMException('The browser says so.', name) });
  asked.transaction?.abort();
  return asked;
};

test.each([
  [
    'throws',
    () => {
      throw new DOMException('The connection is dead.', 'InvalidStateError');
    },
  ],
  [
    'fails in a way that nobody knows',
    () => {
      throw new DOMException('An internal error was encountered.', 'UnknownError');
    },
  ],
  ['finds the disk full', aborted('QuotaExceededError')],
  ['is taken back by the browser', aborted('AbortError')],
] as const)('whichever request it is that %s, what was told holds afterwards (F76, F77)', async (_, fail) => {
  let points = 0;
  for (let isReached = true; isReached; points += 1) {
    const at = points + 1;
    const name = `points ${fail.name} ${at}`;
    const told: Told = { written: [], refused: [], unclear: [] };
    const asked = failingAt(at, fail);
    await liveOver(indexedDb(), name, told);
    vi.restoreAllMocks();
    expect([at, await lookAfter(indexedDb(), name, told)]).toEqual([at, []]);
    await indexedDb().destroy(name);
    isReached = asked() >= at;
  }
  // From the id of the database to the last reading of the second life.
  expect(points).toBeGreaterThan(16);
});
