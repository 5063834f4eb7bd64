// An inbox over the real keeper and a store in memory, with handlers in the hands of a test.
import type { EventId } from '../../../src/contract/event.ts';
import type { ContractData } from '../../../src/contract/contract.ts';
import { laravelPos } from '../../../src/contracts/laravel-pos/index.ts';
import type { DeliveredEvent } from '../../../src/core/consume/delivered-event.ts';
import { openInbox, type Inbox, type Processor, type WorkContext } from '../../../src/core/inbox/inbox.ts';
import type { InboxSettings } from '../../../src/core/inbox/settings.ts';
import { openKeeper, type Keeper } from '../../../src/core/session/keeper.ts';
import { createSetAside, type SetAside } from '../../../src/core/session/set-aside.ts';
import type { Signal } from '../../../src/core/signals.ts';
import { memory } from '../../../src/storage/memory.ts';
import type { Database, Store } from '../../../src/storage/store.ts';
import { createFakeHost, type FakeHost } from '../../../src/testing/fake-host.ts';

/** One call of a handler, until the test ends it. */
interface Call {
  readonly event: DeliveredEvent;
  readonly context: WorkContext;
  done(): void;
  fail(error?: unknown): void;
}

interface Opened {
  readonly inbox: Inbox;
  readonly keeper: Keeper;
  readonly database: Database;
  readonly setAside: SetAside;
}

export interface Rig {
  readonly host: FakeHost;
  /** In the order in which they began. */
  readonly calls: Call[];
  readonly signals: Signal[];
  /** Which job each call was for. */
  readonly jobs: readonly number[];
  /** The newest call for a job. */
  call(job: number): Call;
  /** Opens as after a start; with `dies`, what was open before is dead first. */
  open(how?: { readonly begins?: boolean; readonly handlers?: ReadonlyMap<string, Processor> }): Promise<Opened>;
  readonly processors: Map<string, Processor>;
  /** A process that died takes its runs with it. */
  forgetRuns(): void;
}

export interface RigOptions {
  readonly store?: Store;
  readonly contract?: ContractData;
  readonly settings?: Partial<InboxSettings>;
  readonly lane?: Processor['lane'];
  readonly handler?: Processor['handler'];
}

export function createRig({ store = memory(), contract = laravelPos, settings, lane, handler }: RigOptions = {}): Rig {
  const host = createFakeHost();
  const calls: Call[] = [];
  const signals: Signal[] = [];
  const tell = (signal: Signal): void => void signals.push(signal);
  const byHand: Processor['handler'] = (event, context) =>
    new Promise<void>((resolve, reject) => {
      calls.push({ event, context, done: resolve, fail: (error = new TypeError('no paper')) => reject(error) });
    });
  const processors = new Map<string, Processor>([
    ['PrintJobQueued', { handler: handler ?? byHand, lane, runs: new Map() }],
  ]);

  return {
    host,
    calls,
    signals,
    processors,
    get jobs() {
      return calls.map(({ event }) => jobOf(event));
    },
    call(job) {
      const call = calls.findLast(({ event }) => jobOf(event) === job);
      if (call === undefined) throw new Error(`job ${job} was not begun`);
      return call;
    },
    async open({ begins = true, handlers = processors } = {}) {
      const database = await store.open('gateway');
      const keeper = await openKeeper({ host, database, problem: () => undefined });
      const setAside = createSetAside({ database, put: keeper.put, signal: tell });
      const inbox = await openInbox({
        host,
        contract,
        store: {
          read: (table) => database.read(table),
          put: keeper.put,
          stored: keeper.stored,
          setAside: setAside.keep,
        },
        processors: handlers,
        serverNowMs: () => host.clock.wallMs(),
        signal: tell,
        settings,
      });
      if (begins) inbox.begin();
      await host.pass(0);
      return { inbox, keeper, database, setAside };
    },
    forgetRuns() {
      for (const { runs } of processors.values()) runs.clear();
    },
  };
}

const jobOf = ({ data }: DeliveredEvent): number => (data as { print_job: { id: number } }).print_job.id;

export interface Telling {
  readonly id?: string | undefined;
  readonly seq?: number;
  readonly params?: Readonly<Record<string, string>>;
  readonly attempts?: number;
  readonly isRow?: boolean;
  readonly occurredAt?: number;
  readonly printer?: string;
}

let told = 0;

export function eventOf(
  name: string,
  data: unknown,
  { id, seq, params = {}, isRow, occurredAt }: Telling = {},
): DeliveredEvent {
  return {
    name,
    data,
    channel: 'printing',
    params,
    id: id as EventId | undefined,
    seq,
    epoch: undefined,
    previousSeq: undefined,
    headSeq: undefined,
    occurredAt,
    subject: undefined,
    sender: undefined,
    correlationId: undefined,
    tenant: undefined,
    replayed: false,
    known: true,
    origin: isRow === true ? 'snapshot' : 'live',
    redelivered: false,
    continuity: 'kept',
    ageMs: undefined,
  };
}

/** The server asks for a print; `attempts` is how often it was tried, as the server counts. */
export function queued(job: number, how: Telling = {}): DeliveredEvent {
  told += 1;
  const { attempts, printer = `printer ${job}` } = how;
  const print_job = {
    id: job,
    type: 'kitchen',
    target_printer_id: printer,
    ...(attempts !== undefined && { attempts }),
  };
  const event = eventOf('PrintJobQueued', { print_job }, { id: `event-${told}`, ...how });
  return { ...event, subject: { type: 'PrintJob', id: job } };
}

export const completed = (job: number, attempts?: number): DeliveredEvent =>
  eventOf('PrintJobCompleted', { print_job_id: job, ...(attempts !== undefined && { attempts }) });
