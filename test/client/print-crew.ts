// Tabs of one printer gateway: some print, some only listen, and every printer is in the hands of the test.
import type { TabHost } from '../../src/core/tabs/tab-host.ts';
import { memory } from '../../src/storage/memory.ts';
import type { Store } from '../../src/storage/store.ts';
import { failingStore } from '../../src/testing/failing-store.ts';
import { createFakeTabs } from '../../src/testing/fake-tabs.ts';
import { sharedTabs } from '../../src/tabs.ts';
import type { LaravelPos } from '../../src/contracts/laravel-pos/spec.ts';
import type { Client } from '../../src/surface.ts';
import { createKitchen, wire, type Kitchen } from './kitchen.ts';
import { pausable } from './pausable.ts';

export interface Print {
  /** Who prints. */
  readonly tab: string;
  readonly job: number;
  readonly attempt: number;
  readonly redelivered: boolean;
  readonly signal: AbortSignal;
  /** The handler is still at it. */
  isOn(): boolean;
  ended(): 'not yet' | 'done' | 'failed' | 'stopped';
  done(): void;
  fail(): void;
}

export interface PrintTab {
  readonly pos: Client<LaravelPos, 'printer-gateway'>;
  /** As told by this tab: what its handlers threw, and letters. */
  readonly told: string[];
  /** How much it has said to the others. */
  said(): number;
  /** `hears`: as in Chromium, where what is posted is handed over, and the page knows that it is frozen. */
  freeze(how?: { readonly hears?: boolean }): void;
  thaw(): void;
  /** Gone without a word, and without having stored another thing. */
  crash(): void;
  /** Takes its time. */
  stop(): Promise<void>;
}

interface Opening {
  readonly prints?: boolean;
  readonly lane?: 'printer';
  /** Ends when it is told to stop. */
  readonly obeys?: boolean;
  /** In the moment in which `start()` has resolved. */
  started?(): void;
}

export interface Printers {
  readonly kitchen: Kitchen;
  /** In the order in which they were begun. */
  readonly prints: readonly Print[];
  open(name: string, how?: Opening): Promise<PrintTab>;
  /** The server asks for a print. */
  ask(job: number, printer?: number): void;
  pass(ms: number): Promise<void>;
  last(): Print;
  /** Which job was begun where, for the how manyeth time, and whether it says that it may have been printed. */
  begun(): readonly string[];
}

export function openPrinters({ hasLocks = true }: { readonly hasLocks?: boolean } = {}): Printers {
  const kitchen = createKitchen();
  kitchen.lists.set('print-jobs', []);
  const fake = createFakeTabs({ hasLocks });
  const shared = memory();
  const prints: Print[] = [];

  async function open(
    name: string,
    { prints: does = true, lane, obeys = true, started: hasStarted }: Opening = {},
  ): Promise<PrintTab> {
    const page = fake.open();
    let said = 0;
    const counted: TabHost = {
      ...page,
      open(line, hear) {
        const { post, close } = page.open(line, hear);
        return {
          post(message) {
            said += 1;
            post(message);
          },
          close,
        };
      },
    };
    const life = pausable(kitchen);
    const disk = failingStore(shared, () => undefined);
    const storage: Store = { ...disk, isShared: true };
    const pos = kitchen.client('printer-gateway', { ...life.options, storage, tabs: sharedTabs(counted) });
    const told: string[] = [];
    pos.signals.on('handler', ({ because }) => void told.push(because));
    pos.signals.on('deadLetter', ({ mayHaveRun }) => void told.push(`letter${mayHaveRun ? ' that may have run' : ''}`));
    const print = (job: number, attempt: number, redelivered: boolean, signal: AbortSignal): Promise<void> =>
      new Promise((resolve, reject) => {
        let ended: ReturnType<Print['ended']> = 'not yet';
        const over =
          (how: typeof ended, end: () => void): (() => void) =>
          () => {
            if (ended === 'not yet') ended = how;
            end();
          };
        const done = over('done', resolve);
        const fail = over('failed', () => reject(new RangeError('no paper')));
        const stopped = over('stopped', () => reject(new Error('stopped')));
        if (obeys) signal.addEventListener('abort', stopped);
        prints.push({
          tab: name,
          job,
          attempt,
          redelivered,
          signal,
          isOn: () => ended === 'not yet',
          ended: () => ended,
          done,
          fail,
        });
      });
    if (does) {
      pos.process(
        'PrintJobQueued',
        ({ data: { print_job } }, { attempt, redelivered, signal }) =>
          print(print_job.id, attempt, redelivered, signal),
        lane === undefined ? {} : { lane: ({ data: { print_job } }) => `printer ${print_job.target_printer_id}` },
      );
    }
    const started = pos.start().then(() => hasStarted?.());
    await kitchen.host.pass(4_000);
    await started;
    await kitchen.host.pass(100);
    return {
      pos,
      told,
      said: () => said,
      freeze({ hears = false } = {}) {
        page.freeze({ hears, says: hears });
        life.freeze();
      },
      thaw() {
        page.thaw();
        life.thaw();
      },
      crash() {
        page.crash();
        disk.crash();
        // What a dead page does is nobody's.
        life.freeze();
      },
      async stop() {
        const stopped = pos.dispose();
        await kitchen.host.pass(11_000);
        await stopped;
      },
    };
  }

  const ask = (id: number, printer = 1): void =>
    void kitchen.publish(wire('printing'), 'PrintJobQueued', {
      print_job: { id, type: 'kitchen', target_printer_id: printer },
    });

  return {
    kitchen,
    prints,
    open,
    ask,
    pass: (ms: number) => kitchen.host.pass(ms),
    last(): Print {
      const newest = prints.at(-1);
      if (newest === undefined) throw new Error('Nothing was printed.');
      return newest;
    },
    begun: () =>
      prints.map(({ tab, job, attempt, redelivered }) => `${tab} ${job}.${attempt}${redelivered ? ' again' : ''}`),
  };
}
