import { createEmitter, memoryLog, type Emitter, type EmitProblem, type EmitterOptions } from 'heard/emit';
import type { EventLog, Publication, Publisher, ServerTime } from 'heard/emit';
import { laravelPos, type LaravelPos } from 'heard/contracts/laravel-pos';
import { createFakeHost, type FakeHost } from '../../src/testing/fake-host.ts';

export const sku = 'pizza-bab-el-oued';
export const order = { id: 7, status: 'new' } as const;

export interface TestTime extends ServerTime {
  /** Lets time pass, and settles what the timers settle. */
  pass(ms: number): Promise<void>;
}

export function testTime(host: FakeHost = createFakeHost()): TestTime {
  return {
    now: () => host.clock.wallMs(),
    schedule: (ms, run) => host.schedule(ms, run),
    pass: (ms) => host.pass(ms),
  };
}

export interface TestPublisher extends Publisher {
  /** What was taken, in order. */
  readonly taken: Publication[];
  /** Every attempt, with how many publications it had. */
  readonly attempts: number[];
  /** What becomes of the next attempts; by default they are taken. */
  respond: (publications: readonly Publication[], attempt: number) => Promise<void> | void;
}

export function testPublisher(kind: Pick<Publisher, 'mostBytes' | 'atOnce'> = {}): TestPublisher {
  const publisher: TestPublisher = {
    ...kind,
    taken: [],
    attempts: [],
    respond: () => undefined,
    async publish(publications) {
      publisher.attempts.push(publications.length);
      await publisher.respond(publications, publisher.attempts.length);
      publisher.taken.push(...publications);
    },
  };
  return publisher;
}

export interface Rig {
  readonly emitter: Emitter<LaravelPos>;
  readonly publisher: TestPublisher;
  readonly log: EventLog;
  readonly time: TestTime;
  readonly problems: EmitProblem[];
}

/** The emitter of the reference contract, with time that stands still. */
export function rig(options: Partial<EmitterOptions<LaravelPos>> & { readonly publisher?: TestPublisher } = {}): Rig {
  const { publisher = testPublisher(), log = memoryLog() } = options;
  const time = testTime();
  const problems: EmitProblem[] = [];
  const problem = (found: EmitProblem): void => void problems.push(found);
  const emitter = createEmitter(laravelPos, { time, problem, ...options, publisher, log });
  return { emitter, publisher, log, time, problems };
}
