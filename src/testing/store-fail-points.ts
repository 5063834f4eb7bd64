// A short life over a store in which one operation goes wrong, and what must hold afterwards, wherever and however that was.
import { StoreError, type Commit, type Store } from '../storage/store.ts';
import { failingStore, type Failure, type FailPlan } from './failing-store.ts';

/** What became of each commit, as far as whoever asked for it was told. */
export interface Told {
  readonly written: number[];
  readonly refused: number[];
  /** `lost`: nobody knows. */
  readonly unclear: number[];
}

/** Records that belong together. */
const written = ['outbox', 'cursors', 'rows'] as const;
const together = (number: number): Commit => ({
  writes: written.map((table) => ({ table, key: String(number), value: number })),
  durability: 'strict',
});

const openings = 2;
const commits = 2;

/** Opens, writes, reads, closes, and once more; a life that met a fault goes on with the next opening. */
export async function liveOver(store: Store, name: string, told: Told): Promise<void> {
  for (let opening = 0; opening < openings; opening += 1) {
    try {
      const database = await store.open(name);
      try {
        for (let step = 0; step < commits; step += 1) await write(opening * commits + step);
      } finally {
        await database.close();
      }

      async function write(number: number): Promise<void> {
        try {
          await database.commit(together(number));
          told.written.push(number);
        } catch (error) {
          if (error instanceof StoreError) (error.fault === 'lost' ? told.unclear : told.refused).push(number);
          throw error;
        }
        await database.read('outbox');
      }
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
    }
  }
}

/** What is there, and what should not be so; nothing when all is well. */
export async function lookAfter(store: Store, name: string, told: Told): Promise<readonly string[]> {
  const database = await store.open(name);
  const valuesOf = async (table: (typeof written)[number]): Promise<readonly number[]> =>
    (await database.read(table)).map(({ value }) => Number(value));
  const found = [await valuesOf('outbox'), await valuesOf('cursors'), await valuesOf('rows')];
  const present = [...new Set(found.flat())];
  const half = present.filter((each) => !found.every((values) => values.includes(each)));
  const problems = [
    ...half.map((each) => `only a part of ${each} was written`),
    ...told.written
      .filter((each) => !present.includes(each))
      .map((each) => `${each} was told to be written, and is not`),
    ...told.refused.filter((each) => present.includes(each)).map((each) => `${each} was refused, and was written`),
  ];
  await database.commit(together(99));
  if (!(await valuesOf('outbox')).includes(99)) problems.push('afterwards nothing can be written');
  await database.close();
  return problems;
}

/** What can go wrong with an operation, from the outside. */
export const storeFailures: readonly Failure[] = [
  { kind: 'fail', fault: 'full' },
  { kind: 'fail', fault: 'failed' },
  { kind: 'lose' },
  { kind: 'lose-after' },
  { kind: 'hang' },
  { kind: 'crash-before' },
  { kind: 'crash-after' },
];

export interface SweepFinding {
  /** How many operations failed, each in a life of its own. */
  readonly points: number;
  readonly problems: readonly string[];
}

/** Lets each operation of that life fail in one way, one after the other. */
export async function sweepFailPoints(store: Store, name: string, failure: Failure): Promise<SweepFinding> {
  const problems: string[] = [];
  for (let at = 1; ; at += 1) {
    const own = `${name}, ${failure.kind} ${at}`;
    const told: Told = { written: [], refused: [], unclear: [] };
    let reached = (): void => undefined;
    const failed = new Promise<void>((resolve) => (reached = resolve));
    const plan: FailPlan = ({ number }) => {
      if (number !== at) return undefined;
      reached();
      return failure;
    };
    const failing = failingStore(store, plan);
    // Where the store hangs or the process dies, that life has no end.
    const isSilent = failure.kind === 'hang' || failure.kind.startsWith('crash');
    const life = liveOver(failing, own, told);
    await (isSilent ? Promise.race([life, failed]) : life);
    // What hangs is closed by the end of its process; what was written in the same moment is still written.
    if (!failing.crashed) failing.crash();
    if (failing.fired.length === 0) return { points: at - 1, problems };
    for (const problem of await lookAfter(store, own, told)) problems.push(`operation ${at}: ${problem}`);
    await store.destroy(own);
  }
}
