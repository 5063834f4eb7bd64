// One device that does work, through crashes, a store that refuses, handlers that fail or hang, and people who press buttons.
// The inbox, its ledger and the keeper are the real ones; the server's log, the lists and the handlers are not.
import type { EventId } from '../../../src/contract/event.ts';
import { laravelPos } from '../../../src/contracts/laravel-pos/index.ts';
import type { DeliveredEvent } from '../../../src/core/consume/delivered-event.ts';
import { openInbox, type Inbox, type Processor, type WorkContext } from '../../../src/core/inbox/inbox.ts';
import { inboxRules, type InboxRules } from '../../../src/core/inbox/rules.ts';
import { openKeeper, type Keeper } from '../../../src/core/session/keeper.ts';
import type { Signal } from '../../../src/core/signals.ts';
import type { Host } from '../../../src/host/host.ts';
import { memory } from '../../../src/storage/memory.ts';
import { failingStore } from '../../../src/testing/failing-store.ts';
import { createFakeHost } from '../../../src/testing/fake-host.ts';
import { randomOf } from '../random.ts';
import { Checker, unitOf, type Entry } from './checker.ts';
import { noFaults, scenarioOf, type Fault, type FaultCounts } from './scenario.ts';

/** How the inbox is put in its place; somebody could get that wrong, too. */
export interface WorldRules {
  /** The cursor is put before the work. */
  readonly cursorFirst: boolean;
}

export interface Outcome {
  readonly asked: number;
  readonly runs: number;
  readonly done: number;
  readonly dead: number;
  readonly violations: readonly string[];
  readonly faults: FaultCounts;
}

const never = (): Promise<never> => new Promise<never>(() => undefined);

export async function simulate(
  seed: number,
  rules: InboxRules = inboxRules,
  world: WorldRules = { cursorFirst: false },
  trace?: (line: string) => void,
): Promise<Outcome> {
  const random = randomOf(seed);
  const scenario = scenarioOf(random);
  const host = createFakeHost({ random });
  const faults = noFaults();
  const count = (fault: Fault): void => void (faults[fault] += 1);
  const checker = new Checker(count);
  const say = (line: string): void => trace?.(`${String(host.clock.monotonicMs()).padStart(8)} ${line}`);
  const chance = (likelihood: number): boolean => random() < likelihood;
  const choose = <Value>(values: readonly Value[]): Value | undefined => values[Math.floor(random() * values.length)];

  const log: Entry[] = [];
  let isCalm = false;
  let processes = 1;
  let sessions = 0;
  let hadTrouble = false;
  let processor: Processor | undefined;

  const store = failingStore(memory(), ({ kind }) => {
    if (isCalm) return undefined;
    if (chance(scenario.crashes / 10)) return { kind: chance(0.5) ? 'crash-before' : 'crash-after' };
    if (kind === 'commit' && chance(scenario.refusals)) {
      count('full storage');
      return { kind: 'fail', fault: 'full' };
    }
    return undefined;
  });

  /** What a process has scheduled ends with it. */
  function hostOf(process: number): Host {
    const isAlive = (): boolean => process === processes && !store.crashed;
    return {
      ...host,
      schedule: (delayMs, callback) =>
        host.schedule(delayMs, () => {
          if (isAlive()) callback();
        }),
    };
  }

  /** The server's log grows: new work, reprints, closings by somebody else. */
  function publish(): Entry {
    const seq = log.length + 1;
    const known = [...new Set(log.map(({ key }) => key))];
    const isOld = known.length > 0 && (known.length >= scenario.keys || chance(0.5));
    const key = (isOld ? choose(known) : undefined) ?? String(known.length + 1);
    const highest = Math.max(0, ...log.filter((entry) => entry.key === key).map(({ attempt }) => attempt ?? 0));
    const lane = `printer ${Number(key) % scenario.lanes}`;
    const id = `event-${seq}`;
    if (isOld && chance(scenario.closings)) {
      const attempt = scenario.isNumbered && chance(0.8) ? Math.max(1, highest - Number(chance(0.2))) : undefined;
      const entry: Entry = { seq, kind: 'closes', key, attempt, id, lane };
      log.push(entry);
      count('closed elsewhere');
      return entry;
    }
    if (isOld) count('reprint');
    const attempt = scenario.isNumbered ? highest + Number(highest === 0 || chance(scenario.reprints)) : undefined;
    const entry: Entry = { seq, kind: 'opens', key, attempt, id, lane };
    log.push(entry);
    return entry;
  }

  function eventOf(entry: Entry, isRow: boolean): DeliveredEvent {
    const { key, attempt, seq } = entry;
    const data =
      entry.kind === 'opens'
        ? {
            print_job: {
              id: Number(key),
              type: 'kitchen',
              target_printer_id: entry.lane,
              ...(attempt !== undefined && { attempts: attempt - 1 }),
            },
          }
        : { print_job_id: Number(key), ...(attempt !== undefined && { attempts: attempt }) };
    return {
      name: entry.kind === 'opens' ? 'PrintJobQueued' : 'PrintJobCompleted',
      data,
      channel: 'printing',
      params: {},
      id: entry.id as EventId,
      seq: isRow ? undefined : seq,
      epoch: undefined,
      previousSeq: undefined,
      headSeq: undefined,
      occurredAt: undefined,
      subject: { type: 'PrintJob', id: Number(key) },
      sender: undefined,
      correlationId: undefined,
      tenant: undefined,
      replayed: false,
      known: true,
      origin: isRow ? 'snapshot' : 'live',
      redelivered: false,
      continuity: 'kept',
      ageMs: undefined,
    };
  }

  function handlerOf(process: number, own: Host): Processor['handler'] {
    const isDead = (): boolean => process !== processes || store.crashed;
    return (event: DeliveredEvent, { signal, redelivered }: WorkContext) => {
      if (isDead()) return never();
      const { print_job } = event.data as { print_job: { id: number; attempts?: number; target_printer_id: string } };
      const key = String(print_job.id);
      const attempt = print_job.attempts === undefined ? undefined : print_job.attempts + 1;
      const isRow = event.origin === 'snapshot';
      const run = checker.started(
        {
          unit: unitOf(key, attempt, event.id),
          key,
          attempt,
          lane: print_job.target_printer_id,
          seq: event.seq,
          redelivered,
          session: sessions,
          process,
          startedMs: host.clock.monotonicMs(),
        },
        isRow,
        hadTrouble,
      );
      say(`run ${run.unit}${redelivered ? ' redelivered' : ''}`);
      signal.addEventListener('abort', () => {
        run.isAborted = true;
        if (!isDead()) count('aborted run');
      });
      const ending = (how: 'done' | 'failed', afterMs: number): Promise<void> =>
        new Promise((resolve, reject) => {
          own.schedule(afterMs, () => {
            checker.ended(run, how);
            say(`${how} ${run.unit}`);
            if (how === 'done') resolve();
            else reject(new TypeError('no paper'));
          });
        });
      if (isCalm) return ending('done', random() * 100);
      if (chance(scenario.hangs)) {
        if (chance(0.3)) {
          count('hanging run');
          return never();
        }
        count('late end');
        return ending(chance(0.6) ? 'done' : 'failed', 31_000 + random() * 40_000);
      }
      if (chance(scenario.failures)) {
        count('failing run');
        if (chance(0.3)) {
          checker.ended(run, 'failed');
          throw new TypeError('no paper');
        }
        return ending('failed', random() * 2_000);
      }
      if (chance(0.2)) {
        // Until it is told to stop.
        return new Promise((_, reject) => {
          signal.addEventListener('abort', () => {
            if (isDead()) return;
            checker.ended(run, 'failed');
            reject(new TypeError('aborted'));
          });
        });
      }
      return ending('done', random() * 3_000);
    };
  }

  function signalled(signal: Signal): void {
    if (signal.kind === 'deadLetter') {
      count('dead letter');
      say(`dead letter ${signal.eventId ?? ''}`);
    }
    if (signal.kind === 'storage') checker.violate(`the storage is ${signal.fault}`);
    if (signal.kind === 'callback') checker.violate(`a callback threw: ${String(signal.error)}`);
  }

  function feed(inbox: Inbox, keeper: Keeper, entry: Entry, moves: boolean): void {
    say(`take ${entry.kind} ${unitOf(entry.key, entry.attempt, entry.id)}`);
    checker.took(entry, sessions, false);
    if (moves && world.cursorFirst) moveCursor(keeper, entry.seq);
    inbox.take(eventOf(entry, false));
    if (moves && !world.cursorFirst) moveCursor(keeper, entry.seq);
  }

  function moveCursor(keeper: Keeper, seq: number): void {
    keeper.put('cursors', 'printing', seq);
    if (chance(0.5)) void keeper.stored();
  }

  function takeRow(inbox: Inbox): void {
    const open = log.filter(({ kind }) => kind === 'opens');
    const entry = choose(open);
    if (entry === undefined) return;
    // As the list shows it: not always as it is now, and its id is its own.
    const attempt = entry.attempt === undefined ? undefined : Math.max(1, entry.attempt - Number(chance(0.3)));
    const row: Entry = { ...entry, attempt, id: `row ${entry.key} ${Math.floor(random() * 3)}` };
    if (log.some(({ kind, key, seq }) => kind === 'closes' && key === row.key && seq > entry.seq)) count('late row');
    count('row of a list');
    checker.took(row, sessions, true);
    say(`take row ${unitOf(row.key, row.attempt, row.id)}`);
    inbox.take(eventOf(row, true));
  }

  function press(inbox: Inbox): void {
    const letter = choose(inbox.deadLetters());
    if (letter === undefined) return;
    const { print_job } = letter.event.data as { print_job: { id: number; attempts?: number } };
    const key = String(print_job.id);
    const attempt = print_job.attempts === undefined ? undefined : print_job.attempts + 1;
    const unit = unitOf(key, attempt, letter.event.id);
    if (chance(0.8)) {
      count('tried again');
      say(`try again ${unit}`);
      checker.retried(unit);
      if (!inbox.retry(letter.id)) checker.violate('a dead letter is listed and not there');
    } else {
      count('discarded');
      say(`discard ${unit}`);
      checker.discarded(key);
      inbox.discard(letter.id);
    }
  }

  /** From opening the store until it stops, in whatever way. */
  async function session(isLast: boolean): Promise<void> {
    sessions += 1;
    const process = processes;
    const own = hostOf(process);
    const isDead = (): boolean => process !== processes || store.crashed;
    const opening = (async () => {
      const database = await store.open('gateway');
      const keeper = await openKeeper({ host: own, database, problem: () => undefined });
      const cursor = (await database.read('cursors')).find(({ key }) => key === 'printing')?.value;
      processor ??= {
        handler: handlerOf(process, own),
        lane: ({ data }) => (data as { print_job: { target_printer_id: string } }).print_job.target_printer_id,
        runs: new Map(),
      };
      const isIdle = !isLast && chance(scenario.idle);
      if (isIdle) count('no handler');
      const inbox = await openInbox({
        host: own,
        contract: laravelPos,
        store: {
          read: (table) => database.read(table),
          put: keeper.put,
          stored: keeper.stored,
          setAside: (table, key) => checker.violate(`${table} ${key} could not be read`),
        },
        processors: isIdle ? new Map() : new Map([['PrintJobQueued', processor]]),
        serverNowMs: () => host.clock.wallMs(),
        signal: signalled,
        rules,
      });
      return { database, keeper, inbox, cursor: typeof cursor === 'number' ? cursor : 0, isIdle };
    })().catch((error: unknown) => {
      if (!isDead()) checker.violate(`opening failed: ${String(error)}`);
      return undefined;
    });
    const opened = await patiently(opening);
    if (opened === undefined || isDead()) return crashed();
    const { keeper, inbox, isIdle } = opened;
    let { cursor } = opened;
    say(`session ${sessions} from ${cursor}`);
    for (const entry of log.slice(0, cursor)) if (entry.kind === 'closes') checker.closed(entry, sessions);
    inbox.begin();
    // Nothing that was asked for is forgotten by a session without a handler: the cursor waits.
    const rounds = isLast ? log.length - cursor : isIdle ? 3 : 6 + Math.floor(random() * 14);
    for (let round = 0; round < rounds && !isDead(); round += 1) {
      if (!isLast && chance(scenario.rows)) takeRow(inbox);
      if (!isLast && chance(scenario.people)) press(inbox);
      const next = log[cursor] ?? (log.length < scenario.events && !isLast ? publish() : undefined);
      if (next !== undefined && !isIdle) {
        cursor += 1;
        feed(inbox, keeper, next, true);
      }
      const again = chance(scenario.duplicates) ? choose(log.slice(0, cursor)) : undefined;
      if (again !== undefined && !isDead()) {
        count('duplicate event');
        if (again.kind === 'opens') feed(inbox, keeper, again, false);
      }
      if (chance(0.7)) await host.pass(random() * scenario.pauseMs);
      if (!isLast && chance(scenario.crashes / 4)) store.crash();
    }
    if (isDead()) return crashed();
    if (isLast) {
      await host.pass(600_000);
      const { waiting, running } = inbox.counts();
      // Behind a handler of this process that never ends.
      const held = new Set(
        checker.runs.filter((run) => run.end === undefined && run.process === process).map(({ key }) => key),
      );
      const kept = new Set(
        inbox.deadLetters().map(({ event }) => String((event.data as { print_job: { id: number } }).print_job.id)),
      );
      if (running > 0 || (waiting > 0 && held.size === 0))
        checker.violate(`${waiting} wait and ${running} run for ever`);
      for (const key of held) kept.add(key);
      checker.nothingIsLost(log, kept);
      return;
    }
    await host.pass(random() * scenario.pauseMs * 4);
    if (isDead() || !chance(scenario.stops)) return crashed();
    count('clean stop');
    hadTrouble = true;
    say('stop');
    const stopping = (async () => {
      await inbox.stop();
      await keeper.close(true);
      return 'stopped' as const;
    })();
    const end = await patiently(stopping);
    if (end === undefined && !isDead()) checker.violate('it does not stop');
    if (end === undefined) crashed();
  }

  /** What comes while time passes; a store that died gives nothing. */
  async function patiently<Value>(coming: Promise<Value>): Promise<Value | undefined> {
    const come: Value[] = [];
    void coming.then((value) => come.push(value));
    for (let round = 0; round < 20 && come.length === 0 && !store.crashed; round += 1) await host.pass(2_000);
    return come[0];
  }

  function crashed(): void {
    say('crash');
    count('crash');
    hadTrouble = true;
    if (!store.crashed) store.crash();
    store.restart();
    processes += 1;
    processor = undefined;
  }

  for (let round = 0; round < scenario.sessions; round += 1) await session(false);
  isCalm = true;
  // A process of its own, so that nothing of the others hangs in it; now and then the same one.
  if (chance(0.8)) crashed();
  await session(true);
  return {
    asked: log.filter(({ kind }) => kind === 'opens').length,
    runs: checker.runs.length,
    done: checker.runs.filter(({ end }) => end === 'done').length,
    dead: faults['dead letter'],
    violations: checker.violations,
    faults,
  };
}
