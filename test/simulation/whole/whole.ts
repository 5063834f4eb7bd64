// One seed: a server, a network and a device with the whole client on it, until everything is healed, and then the
// question whether the app knows what the server knows.
import { createClient } from '../../../src/client.ts';
import type { Contract, ContractSpec } from '../../../src/contract/contract.ts';
import type { Collection } from '../../../src/core/collections/collection.ts';
import type { DeliveredEvent } from '../../../src/core/consume/delivered-event.ts';
import type { MutationHandle } from '../../../src/core/outbox/handles.ts';
import type { HttpAnswer, HttpRequest } from '../../../src/http/http.ts';
import { failingStore, type FailPlan, type Failure } from '../../../src/testing/failing-store.ts';
import { createFakeHost } from '../../../src/testing/fake-host.ts';
import { memory } from '../../../src/storage/memory.ts';
import type { Client } from '../../../src/surface.ts';
import type { Frame } from '../../../src/transports/transport.ts';
import type { Input } from '../outbox/mutations.ts';
import type { TillDevice } from '../outbox/till.ts';
import { backends, sku, type Row } from './backends.ts';
import { createDevice, type Life } from './device.ts';
import { createDisturbances } from './disturbances.ts';
import { noWholeFaults, type WholeFault, type WholeFaultCounts } from './faults.ts';
import { Ledger, type Totals } from './ledger.ts';
import { createNetwork } from './network.ts';
import { Office, type Accepted } from './office.ts';
import { orderHeaders, Orders, type OrderTotals } from './orders.ts';
import { PushFirst } from './push-first.ts';
import { collectionsOf, tableDifferences } from './tables.ts';
import { wholeScenarioOf, type WholeScenario } from './scenario.ts';

export interface WholeOutcome extends Totals {
  readonly seed: number;
  readonly orders: OrderTotals;
  readonly faults: WholeFaultCounts;
  /** How long it took after healing until the app was live and knew everything. */
  readonly healedMs: number;
  /** The same until it was live on every channel; what was lost without a trace is found by the periodic look later. */
  readonly liveMs: number;
  readonly violations: readonly string[];
}

/** A contract and a role that are only known at run time. */
type AnyClient = Omit<Client<ContractSpec, never>, 'mutate' | 'collection'> & {
  collection(name: string): Collection<object>;
  on(names: '*', handler: (event: DeliveredEvent) => unknown): () => void;
  mutate(name: string, input: unknown): Promise<MutationHandle>;
};

export interface WholeOptions {
  readonly scenario?: (seed: number) => WholeScenario;
  readonly trace?: (line: string) => void;
}

/** A half-open connection is noticed within 20 s; answers take their time. */
const detectionMs = 22_000;
const lagMs = 7_000;
/** Handlers have 5 s, and the store has its time. */
const stopMs = 6_000;
const reconcileMs = 72_000;
const healMs = 30_000;
/** An order may wait 60 s for its next attempt, and another one behind it; 5 min, when the clock was set in between. */
const orderMs = { usual: 240_000, ageless: 480_000 };

export async function simulateWhole(seed: number, options: WholeOptions = {}): Promise<WholeOutcome> {
  const scenario = (options.scenario ?? wholeScenarioOf)(seed);
  const { random } = scenario;
  const backend = backends[scenario.backend];
  const world = createFakeHost({ seed, wallMs: 0 });
  const faults = noWholeFaults();
  const violations: string[] = [];
  const nowMs = (): number => world.clock.monotonicMs();
  const trace = (line: () => string): void => options.trace?.(`${String(nowMs()).padStart(8)} ${line()}`);
  trace(() =>
    JSON.stringify({
      ...scenario,
      rates: Object.fromEntries(Object.entries(scenario.rates).filter(([, rate]) => rate > 0)),
    }),
  );

  let isHealthy = scenario.isCalmAtFirst;
  const counts = (fault: WholeFault): void => {
    faults[fault] += 1;
    if (fault === 'retention-gone') ledger.hasForgotten = true;
  };
  const fires = (fault: WholeFault): boolean => {
    if (isHealthy || random() >= scenario.rates[fault]) return false;
    counts(fault);
    trace(() => `! ${fault}`);
    return true;
  };
  const between = (fromMs: number, toMs: number): number => fromMs + Math.floor(random() * (toMs - fromMs));
  const violated = (what: string): void => {
    trace(() => `VIOLATED ${what}`);
    violations.push(what);
  };

  const office = new Office({ scenario, backend, nowMs, fires });
  const ledger = new Ledger({ scenario, backend, office, nowMs, violated });
  const orders: Orders = new Orders({
    world,
    scenario: scenario.orders,
    isHealthy: () => isHealthy,
    counts,
    expireToken: () => network.expireToken(),
    violated,
    trace,
    isAgeless: () => isAgeless,
  });
  const network = createNetwork({
    world,
    scenario,
    backend,
    office,
    fires,
    counts,
    disturb: accept,
    trace,
    serve: (request, isAuthorised) => orders.serve(request, isAuthorised),
  });
  const pushFirst = new PushFirst({
    backend,
    nowMs,
    calmSinceMs: () => calmSinceMs,
    remembers: () => remembers(),
    violated,
  });
  const device = createDevice({
    world,
    seed: seed + 0x5eed,
    wallMs: 1_767_225_600_000,
    transport: network.transport,
    http: network.http,
    frameArrives,
    parted: () => pushFirst.parted(),
    joined: (wire) => pushFirst.joined(wire, () => client?.outbox.pending() ?? []),
    leaves,
    answered,
  });
  const store = failingStore(memory(), plan);
  const disturbances = createDisturbances({
    world,
    scenario,
    backend,
    office,
    network,
    device,
    fires,
    between,
    isHealthy: () => isHealthy,
    trace,
    restored: () => arrived.clear(),
    clockMoved: () => (isAgeless = true),
    crash,
    restart: restartCleanly,
  });

  let life: Life | undefined;
  let client: AnyClient | undefined;
  let isStarted = false;
  let stopping: { sinceMs: number } | undefined;
  let liveSinceMs: number | undefined;
  let deadSinceMs: number | undefined;
  let calmSinceMs = 0;
  /** What arrived and was not handed out yet. */
  const arrived = new Map<string, { readonly atMs: number; readonly event: Accepted }>();
  const caughtUpAtMs = new Map<string, number>();
  /** Handlers that never come to an end, by the id of what they were told. */
  const hanging = new Map<string, () => void>();
  let isAgeless = false;
  let pagedAtMs = 0;
  let firstHeard: string[] = [];
  let secondHeard: string[] = [];

  // The server.

  function accept(): void {
    const { event, broadcastAtMs } = office.accept();
    trace(
      () =>
        `accepted ${event.id} ${event.name} ${event.subject} v${event.version} at ${event.seq} of ${event.topic.channel}`,
    );
    if (broadcastAtMs === undefined) return;
    world.schedule(broadcastAtMs - nowMs(), () => {
      if (office.accepted.includes(event)) network.broadcast(event);
    });
  }

  // The app.

  function begin(afterCrash: boolean): void {
    if (afterCrash || life === undefined) {
      life = device.start();
      client = freshClient(life);
    }
    const own = client;
    const ownLife = life;
    if (own === undefined) return;
    isStarted = true;
    ledger.begin(afterCrash);
    firstHeard = [];
    secondHeard = [];
    hanging.clear();
    trace(() => `start of life ${ownLife.number}`);
    own.start().then(
      () => {
        if (!ownLife.isDead && stopping === undefined) orders.begins(deviceOf(own));
        return undefined;
      },
      (error: unknown) => violated(`start failed: ${String(error)}`),
    );
  }

  const deviceOf = (own: AnyClient): TillDevice => ({
    ...own.outbox,
    enqueue: (name, input) => own.mutate(name, input),
  });

  function freshClient(own: Life): AnyClient {
    const made = createClient(backend.contract as Contract<ContractSpec>, {
      role: backend.role as never,
      scope: backend.scope,
      transport: own.transport,
      api: own.http,
      ...(backend.auth !== 'nothing' && { token: tokenFor(own) }),
      storage: store,
      host: own.host,
      startFrom: scenario.startFrom,
      ...(scenario.finishedForMs !== undefined && { retention: { finishedForMs: scenario.finishedForMs } }),
      headerNames: orderHeaders,
      onConflict: ({ input }) => ({ do: 'rebase', input: { ...(input as Input), version: 1 } }),
    }) as unknown as AnyClient;
    // From the beginning: what is shown is kept right, and not looked up in the end.
    for (const name of collectionsOf(backend)) made.collection(name).subscribe(() => undefined);
    made.outbox.subscribe((change) => {
      if (own.isDead) return;
      orders.till.heard(change);
      pushFirst.changed(change, made.outbox.pending());
    });
    made.on('*', (event) => (own.isDead ? undefined : hear(own, made, event)));
    made.on('*', (event) => {
      if (!own.isDead) secondHeard.push(`${event.name} ${event.id}`);
    });
    made.signals.on('*', (signal) => {
      if (own.isDead) return;
      trace(
        () =>
          `signal ${JSON.stringify(signal, (name, value: unknown) => (name === 'event' || name === 'mismatches' ? undefined : value))}`,
      );
      if (signal.kind === 'callback' && !isExpected(signal.error)) violated(`callback: ${String(signal.error)}`);
      if (signal.kind === 'storage') ledger.storeFailedAtMs.push(nowMs());
      pushFirst.told(signal);
      if (signal.kind === 'resync') arrived.clear();
      if (signal.kind === 'storage') orders.till.storeLost();
      if (signal.kind === 'handler' && signal.because === 'slow') hanging.get(signal.id ?? '')?.();
      ledger.signal(signal);
    });
    made.status.subscribe(({ word, reason }) => {
      if (own.isDead) return;
      trace(() => `status ${word} ${reason ?? ''}`);
      if (word !== 'live') {
        liveSinceMs = undefined;
        arrived.clear();
        return;
      }
      liveSinceMs = nowMs();
      noteCaughtUp(made);
      checkCaughtUp(made);
    });
    return made;
  }

  /** Behind a hole may wait what the run before has handed out. */
  function noteCaughtUp(made: AnyClient): void {
    if (made.health().channels.every(({ word, held }) => word === 'live' && held === 0)) ledger.caughtUp();
  }

  /** The app's own timers are not the client's. */
  const later = (own: Life, ms: number, action: () => void): void => void world.schedule(ms, () => own.receive(action));

  const tokenFor =
    (own: Life) =>
    async ({ reason }: { readonly reason: string }): Promise<string> => {
      const delayMs = between(0, 200);
      await new Promise<void>((resolve) => later(own, delayMs, resolve));
      if (reason !== 'start' && fires('token-callback-fails')) throw new Error('simulated: no token');
      return network.token;
    };

  function hear(own: Life, made: AnyClient, event: DeliveredEvent): unknown {
    trace(
      () =>
        `  told ${event.name} ${event.id} at ${event.seq} ${event.origin}${event.redelivered ? ' again' : ''} ${event.continuity}`,
    );
    firstHeard.push(`${event.name} ${event.id}`);
    const heard = ledger.heard(event);
    if (heard === undefined) return undefined;
    const { key, accepted } = heard;
    arrived.delete(accepted.id);
    if (event.continuity === 'unproven') checkOvertaking(accepted);
    const done = (): void => {
      if (!own.isDead) ledger.handled(key, accepted);
    };
    if (fires('handler-re-enters')) reEnter(made);
    if (fires('handler-slow')) {
      const forMs = between(50, 4_000);
      ledger.works(key, nowMs() + forMs);
      return new Promise<void>((resolve) => {
        later(own, forMs, () => {
          done();
          resolve();
        });
      });
    }
    if (fires('handler-hangs')) {
      // After 30 s it counts as handled, and a signal tells.
      ledger.works(key, Number.POSITIVE_INFINITY);
      hanging.set(event.id ?? '', done);
      return new Promise(() => undefined);
    }
    done();
    if (fires('handler-throws')) throw new Error('simulated: a handler throws');
    if (fires('handler-rejects')) return Promise.reject(new Error('simulated: a handler rejects'));
    return undefined;
  }

  /** What goes out behind a hole goes out in order: nothing that is there and comes before it may still wait. */
  function checkOvertaking({ id, seq, topic }: Accepted): void {
    for (const { event } of arrived.values()) {
      if (event.topic !== topic || event.seq >= seq || ledger.wasTold(event)) continue;
      if (office.accepted.includes(event)) violated(`${id} at ${seq} of ${topic.channel} overtakes ${event.id}`);
    }
  }

  function reEnter(made: AnyClient): void {
    const dice = random();
    if (dice < 0.3) {
      const off = made.on('*', () => undefined);
      world.schedule(between(0, 500), off);
    } else if (dice < 0.6) void made.refresh().catch((error: unknown) => violated(`refresh: ${String(error)}`));
    else if (dice < 0.9) {
      const topic = backend.topics[Math.floor(random() * backend.topics.length)];
      const open = made.channel as unknown as (name: string) => { dispose(): void };
      const opened = open(topic?.channel ?? '');
      world.schedule(between(0, 2_000), () => opened.dispose());
    } else made.health();
  }

  /** What the simulation throws; and a conflict that the app has decided, and the store does not take. */
  const isExpected = (error: unknown): boolean =>
    error instanceof Error &&
    ['simulated', 'The plan', 'The store that holds'].some((start) => error.message.startsWith(start));

  function crash(): void {
    const own = life;
    if (own === undefined || own.isDead || !isStarted) return;
    trace(() => `life ${own.number} dies`);
    own.die();
    if (!store.crashed) store.crash();
    // Late timers delay what is stored.
    ledger.end(false, nowMs() - calmSinceMs < 3_000 ? 120_000 : 1_500, remembers());
    orders.ends(remembers());
    ended(true);
  }

  const remembers = (): boolean => client?.health().storage.survives !== 'none';

  function ended(afterCrash: boolean): void {
    isStarted = false;
    stopping = undefined;
    liveSinceMs = undefined;
    deadSinceMs = undefined;
    arrived.clear();
    world.schedule(isHealthy ? 100 : between(200, 4_000), () => {
      if (isStarted) return;
      store.restart();
      begin(afterCrash);
    });
  }

  function restartCleanly(): void {
    const own = life;
    const made = client;
    if (own === undefined || made === undefined || stopping !== undefined || !isStarted) return;
    const since = { sinceMs: nowMs() };
    stopping = since;
    const remembered = remembers();
    const isLast = random() < 0.5;
    trace(() => 'stops');
    if (made.status.get().word === 'live') noteCaughtUp(made);
    orders.ends(remembered);
    const hasStopped = (): void => {
      if (own.isDead || stopping !== since) return;
      trace(() => 'stopped');
      checkLetGo(own);
      compareHandlers();
      ledger.end(true, 0, remembered);
      if (isLast) life = undefined;
      ended(false);
    };
    const failed = (error: unknown): void => violated(`stop failed: ${String(error)}`);
    void (isLast ? made.dispose() : made.stop()).then(hasStopped, failed);
  }

  // What the device is given.

  function frameArrives(frame: Frame, isAbandoned: boolean): void {
    if (isAbandoned || liveSinceMs === undefined || stopping !== undefined || device.isThrottled) return;
    const event = genuine(frame);
    if (event === undefined || ledger.wasTold(event) || !office.accepted.includes(event)) return;
    if (!arrived.has(event.id)) arrived.set(event.id, { atMs: nowMs(), event });
  }

  function genuine({ payload }: Frame): Accepted | undefined {
    if (typeof payload !== 'string' || !payload.startsWith('{"v":1,"event"')) return undefined;
    try {
      const envelope = JSON.parse(payload) as { event_id: string; seq: number; data: unknown; store: { sku: string } };
      const event = office.ever.get(envelope.event_id);
      const isWhole = event !== undefined && envelope.seq === event.seq && envelope.store.sku === sku;
      return isWhole && JSON.stringify(envelope.data) === JSON.stringify(event.data) ? event : undefined;
    } catch {
      return undefined;
    }
  }

  function leaves(request: HttpRequest): (answer: HttpAnswer) => void {
    orders.leaves(request);
    return pushFirst.leaves(request);
  }

  function answered(answer: HttpAnswer): void {
    if (answer.kind !== 'reply' || answer.status !== 200) return;
    const reading = network.readings.get(answer.header('x-reading') ?? '');
    if (reading?.kind === 'log') ledger.logRead(reading);
    if (reading?.isLastPage === false) pagedAtMs = nowMs();
    if (reading === undefined || !reading.isLastPage) return;
    caughtUpAtMs.set(reading.of, Math.max(caughtUpAtMs.get(reading.of) ?? -1, reading.atMs));
    if (reading.kind === 'list') ledger.listed(reading);
  }

  /** Orders are stored in commits of their own, which say nothing of what was heard. */
  function plan({ kind, commit }: Parameters<FailPlan>[0]): Failure | undefined {
    if (kind !== 'commit') return undefined;
    if (commit?.writes.some(({ table }) => table === 'outbox') === true) return orderFailure();
    const failure = commitFailure();
    const isStored = failure === undefined || failure.kind === 'lose-after' || failure.kind === 'crash-after';
    if (isStored) ledger.storedAtMs = nowMs();
    return failure;
  }

  function orderFailure(): Failure | undefined {
    const failure = orders.failure();
    if (failure === undefined) return undefined;
    if (failure.kind.startsWith('crash')) queueMicrotask(crash);
    else storeFails();
    return failure;
  }

  function storeFails(): void {
    ledger.storeFailedAtMs.push(nowMs());
    pushFirst.failed();
  }

  function commitFailure(): Failure | undefined {
    const failed = (failure: Failure): Failure => {
      storeFails();
      return failure;
    };
    if (fires('store-full')) return failed({ kind: 'fail', fault: random() < 0.5 ? 'full' : 'failed' });
    if (fires('store-lost')) return failed({ kind: 'lose' });
    if (fires('store-lost-after')) return failed({ kind: 'lose-after' });
    const before = fires('store-crash-before');
    if (!before && !fires('store-crash-after')) return undefined;
    queueMicrotask(crash);
    return { kind: before ? 'crash-before' : 'crash-after' };
  }

  // What must always be so.

  function checkCaughtUp(made: AnyClient): void {
    // Who is not told where the log begins goes on with what comes next, and tells that something is lost.
    const isWithoutFloor = faults['retention-gone'] > 0 && !scenario.tellsFloor;
    const words = new Map(made.health().channels.map(({ channel, word }) => [channel, word]));
    for (const topic of backend.topics) {
      const { channel, wire, isListed } = topic;
      if (words.get(channel) === 'denied' || network.isClosing()) continue;
      const admittedAtMs = network.admittedAtMs(wire);
      if (admittedAtMs === undefined) {
        violated(`live, and the server has not let it into ${channel}`);
        continue;
      }
      if (((scenario.logIs404 || isWithoutFloor) && !isListed) || !ledger.isPlaced(topic)) continue;
      const lists = backend.lists.filter(({ topic }) => topic.wire === wire).map(({ path }) => path);
      const isRead = (of: string): boolean => (caughtUpAtMs.get(of) ?? -1) >= admittedAtMs;
      if (!isRead(wire) && (lists.length === 0 || !lists.every(isRead)))
        violated(`live, and ${channel} was not read since it was joined`);
    }
  }

  function checkAlways(): void {
    const word = client?.status.get().word;
    const isAwake = !device.isAsleep && !device.isThrottled;
    if (!isAwake) calmSinceMs = nowMs();
    if (!isAwake || network.stalledSinceMs() === undefined) deadSinceMs = undefined;
    else deadSinceMs ??= nowMs();
    if (word === 'live' && isStarted && deadSinceMs !== undefined && nowMs() - deadSinceMs > detectionMs) {
      violated(`live for ${nowMs() - deadSinceMs} ms on a dead connection`);
    }
    if (!isAwake) arrived.clear();
    for (const [id, { atMs, event }] of arrived) {
      // As long as page after page comes, what lies before it is being told.
      if (nowMs() - Math.max(atMs, pagedAtMs) <= lagMs) continue;
      arrived.delete(id);
      if (!ledger.wasTold(event) && office.accepted.includes(event))
        violated(`${id} arrived ${nowMs() - atMs} ms ago and waits`);
    }
    if (stopping !== undefined && !isAwake) stopping.sinceMs = nowMs();
    if (stopping !== undefined && nowMs() - stopping.sinceMs > stopMs) violated('stop() does not come to an end');
    checkSettled();
    if (word === 'live' && isStarted && client !== undefined) noteCaughtUp(client);
  }

  function checkSettled(): void {
    if (liveSinceMs === undefined || nowMs() - liveSinceMs < 12_000) return;
    const words = new Map(client?.health().channels.map(({ channel, word }) => [channel, word]));
    for (const { channel } of backend.topics) if (words.get(channel) === 'live') ledger.settle(channel, liveSinceMs);
  }

  function compareHandlers(): void {
    if (firstHeard.join('\n') !== secondHeard.join('\n')) violated('two handlers of one client heard different things');
  }

  function checkLetGo(own: Life): void {
    if (own.timers > 0) violated(`${own.timers} timers are left after stop()`);
    if (own.listeners > 0) violated(`${own.listeners} listeners at the host are left after stop()`);
    if (own.requests > 0) violated(`${own.requests} requests are left after stop()`);
    if (network.sockets.live.length > 0) violated(`${network.sockets.live.length} sockets are left after stop()`);
  }

  async function pass(ms: number): Promise<void> {
    for (let left = ms; left > 0 && violations.length === 0; left -= 500) {
      await world.pass(Math.min(left, 500));
      checkAlways();
    }
  }

  async function heal(): Promise<{ readonly healedMs: number; readonly liveMs: number }> {
    isHealthy = true;
    disturbances.end();
    if (!isStarted) await pass(200);
    trace(() => 'healed');
    const sinceMs = nowMs();
    const limitMs = healLimitMs();
    // What nobody answered before the healing is given up in its own time, and the wait that comes then may be as long as
    // after any other failure.
    const isWaiting = life?.asked() ?? (() => false);
    let askedMs = sinceMs;
    let liveMs: number | undefined;
    let needsPerson = false;
    while (violations.length === 0 && !isConverged()) {
      if (nowMs() - sinceMs > limitMs) {
        const status = client?.status.get();
        violated(`${limitMs} ms after healing it is ${status?.word} ${status?.reason ?? ''}`);
        for (const { because } of ledger.losses().slice(0, 4)) violated(because);
        for (const difference of ledger.differences().slice(0, 4)) violated(difference);
        for (const difference of wrongRows().slice(0, 4)) violated(difference);
      }
      if (isLive()) liveMs ??= nowMs() - sinceMs;
      needsPerson ||= isForAPerson();
      if (isWaiting()) askedMs = nowMs();
      // Who comes with a token of before comes again with another, when there may be another attempt.
      askedMs = Math.max(askedMs, network.refusedAtMs);
      // A log of small pages takes its time.
      askedMs = Math.max(askedMs, pagedAtMs);
      if (liveMs === undefined && !needsPerson && nowMs() - askedMs > healMs) {
        violated(`${healMs} ms after healing it is not live: ${client?.status.get().reason ?? ''}`);
      }
      await pass(500);
    }
    const healedMs = nowMs() - sinceMs;
    return { healedMs, liveMs: liveMs ?? healedMs };
  }

  const isForAPerson = (): boolean =>
    client?.status.get().word === 'blocked' || client?.health().channels.some(({ word }) => word === 'denied') === true;

  /** What a person is needed for, and what a server asked to wait for, is tried again later. */
  function healLimitMs(): number {
    return healMs + reconcileMs + (isForAPerson() ? 90_000 : 0);
  }

  const isLive = (): boolean =>
    isStarted && client?.status.get().word === 'live' && client.health().channels.every(({ word }) => word === 'live');

  const isConverged = (): boolean =>
    isLive() && ledger.losses().length === 0 && ledger.differences().length === 0 && wrongRows().length === 0;

  /** Asked of the client as an app would ask it: by what it shows. */
  const wrongRows = (): readonly string[] =>
    tableDifferences({
      backend,
      office,
      nowMs: nowMs(),
      hasNoLog: scenario.logIs404 || backend.log === undefined,
      shown: (name) =>
        new Map(((client?.collection(name).get() ?? []) as readonly Row[]).map((row) => [String(row.id), row])),
    });

  /** Whoever works there looks at what is parked now and then, until nothing waits but what nobody can help. */
  async function clear(): Promise<void> {
    orders.counter.takesCards = true;
    await reloadForgetful();
    const limitMs = isAgeless ? orderMs.ageless : orderMs.usual;
    for (let looks = 0; looks < 4 && violations.length === 0; looks += 1) {
      const sinceMs = nowMs();
      while (violations.length === 0 && !orders.isQuiet && nowMs() - sinceMs <= limitMs) await pass(500);
      if (!orders.isQuiet || !orders.till.decide()) break;
      await pass(500);
    }
    orders.till.check();
  }

  /** Where the storage is lost for good people are told to load the page again, and they do. */
  async function reloadForgetful(): Promise<void> {
    if (remembers()) return;
    restartCleanly();
    const isBack = (): boolean => stopping === undefined && isLive();
    for (let waitedMs = 0; violations.length === 0 && !isBack(); waitedMs += 500) {
      if (waitedMs > stopMs + healLimitMs()) violated(`it is not live again ${waitedMs} ms after it was loaded again`);
      await pass(500);
    }
  }

  async function finish(): Promise<void> {
    const made = client;
    const own = life;
    if (made === undefined || own === undefined) return;
    let isDone = false;
    made.dispose().then(
      () => (isDone = true),
      (error: unknown) => violated(`dispose failed: ${String(error)}`),
    );
    await pass(stopMs);
    if (!isDone) violated('dispose() does not come to an end');
    ledger.end(true, 0, true);
    compareHandlers();
    accept();
    await pass(2_000);
    checkLetGo(own);
  }

  for (let index = 0; index < 3; index += 1) accept();
  await world.pass(2_000);
  orders.open(() => client?.status.get().word === 'live');
  begin(false);
  if (scenario.isCalmAtFirst) {
    await pass(16_000);
    isHealthy = false;
  }
  for (let index = 0; index < scenario.actions && violations.length === 0; index += 1) {
    accept();
    disturbances.disturb();
    await pass(Math.ceil(scenario.everyMs * (0.2 + 1.6 * random())));
  }
  const healed = violations.length === 0 ? await heal() : { healedMs: 0, liveMs: 0 };
  if (violations.length === 0) await clear();
  const totals = ledger.totals();
  const orderTotals = orders.totals();
  if (violations.length === 0) await finish();
  return { seed, ...totals, orders: orderTotals, faults, ...healed, violations };
}
