import { expect, test } from 'vitest';
import type { Inbox } from '../../../src/core/inbox/inbox.ts';
import type { Keeper } from '../../../src/core/session/keeper.ts';
import { memory } from '../../../src/storage/memory.ts';
import { failAt, failingStore, type Failure } from '../../../src/testing/failing-store.ts';
import { createRig, queued } from './rig.ts';

const failures: readonly Failure[] = [{ kind: 'crash-before' }, { kind: 'crash-after' }];

/** Three jobs at two printers, the cursor behind each; the process dies at one operation of the store, and another goes on. */
async function printThrough(operation: number, failure: Failure) {
  const events = [5, 6, 7].map((job) => queued(job, { attempts: 0, printer: job === 7 ? 'bar' : 'kitchen' }));
  const store = failingStore(memory(), failAt(operation, failure));
  const printed: { readonly job: number; readonly redelivered: boolean }[] = [];
  const rig = createRig({
    store,
    handler({ data }, { redelivered }) {
      if (store.crashed) return new Promise(() => undefined);
      return void printed.push({ job: (data as { print_job: { id: number } }).print_job.id, redelivered });
    },
    lane: ({ data }) => (data as { print_job: { target_printer_id: string } }).print_job.target_printer_id,
  });
  for (let life = 0; life < 2; life += 1) {
    store.restart();
    rig.forgetRuns();
    // A store that died never answers.
    const opened: { readonly inbox: Inbox; readonly keeper: Keeper; readonly cursor: number }[] = [];
    const opening = async (): Promise<void> => {
      const { inbox, keeper, database } = await rig.open();
      const [cursor] = await database.read('cursors');
      opened.push({ inbox, keeper, cursor: Number(cursor?.value ?? 0) });
    };
    void opening();
    for (let round = 0; round < 10 && opened.length === 0; round += 1) await rig.host.pass(10);
    for (const { inbox, keeper, cursor } of opened) {
      for (const [at, event] of events.entries()) {
        if (store.crashed || at < cursor) continue;
        inbox.take(event);
        keeper.put('cursors', 'printing', at + 1);
        void keeper.stored();
        await rig.host.pass(10);
      }
      await rig.host.pass(100);
    }
  }
  return { printed, fired: store.fired.length };
}

test.each(failures)(
  'F43, I1, I7, I12: nothing is lost and nothing comes twice unmarked, whichever operation dies: $kind',
  async (failure) => {
    let fired = 1;
    let crashes = 0;
    let again = 0;
    for (let operation = 1; fired > 0; operation += 1) {
      const outcome = await printThrough(operation, failure);
      ({ fired } = outcome);
      crashes += fired;
      const jobs = outcome.printed.map(({ job }) => job);
      expect([...new Set(jobs)].toSorted((one, other) => one - other)).toEqual([5, 6, 7]);
      const repeated = outcome.printed.filter(({ job }, at) => jobs.indexOf(job) < at);
      expect(repeated.filter(({ redelivered }) => !redelivered)).toEqual([]);
      again += repeated.length;
    }
    expect(crashes).toBeGreaterThan(10);
    // What was done and could not be written is done again.
    expect(again > 0).toBe(failure.kind === 'crash-before');
  },
);
