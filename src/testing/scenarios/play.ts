// Plays one scenario: does what it says, moves the device's time while it waits, and holds what came of it against what must
// hold. Nothing sleeps: while the device says or hears something its time passes slowly, and quickly while nothing happens.
import type { SignalKind } from '../../core/signals.ts';
import { judge, type Ledger } from './judge.ts';
import type { Moment, Scenario, Step } from './scenario.ts';
import type { DeviceView, ScenarioStage, Strike } from './stage.ts';

/** What came of a scenario. Two transports that play the same one must come to the same `end`. */
export interface Played {
  /** What did not hold; nothing when all is well. */
  readonly problems: readonly string[];
  readonly end: {
    readonly status: DeviceView['status'];
    /** Labels of the events, in the order in which the server accepted them, and how often each was told. */
    readonly told: Readonly<Record<string, number>>;
    /** Labels of the mutations, and how often each took effect. */
    readonly effects: Readonly<Record<string, number>>;
    readonly parked: number;
  };
  /** Every fault that was asked for, with how often it happened. */
  readonly strikes: readonly Strike[];
  readonly signals: readonly SignalKind[];
  readonly sockets: number;
  readonly requests: number;
  /** How long it took on the device’s clock. */
  readonly tookMs: number;
}

/** While the device says or hears something; while it waits for an answer; and at most while nothing is under way. */
const slowTickMs = 20;
const waitingTickMs = 40;
const fastTickMs = 250;
/** So many turns without a word are quiet: an answer of a server takes some. */
const quietTurns = 12;
/** The last frames of a scenario are on their way for so long, and what is told twice shows. */
const aftermathMs = 1_500;
/** Within that a device has connected, if the machine has nothing else to do; twice that is no outage yet. */
const usualStartMs = 3_000;
const patienceMs = 120_000;
/** Backstage is asked this often, in turns, because it may be in another process. */
const askEveryTurns = 8;

/**
 * @example
 * ```ts
 * for (const scenario of scenarios) {
 *   test(scenario.name, async () => {
 *     expect((await playScenario(scenario, await myStage())).problems).toEqual([])
 *   })
 * }
 * ```
 */
export async function playScenario(scenario: Scenario, stage: ScenarioStage): Promise<Played> {
  const { device, backstage } = stage;
  const problems: string[] = [];
  const ledger: Ledger = { accepted: [], wanted: [], refused: [], livesLost: 0 };
  let tickMs = slowTickMs;
  let quiet = 0;
  let lastActivity = -1;
  let passedMs = 0;

  async function turn(mostMs: number): Promise<void> {
    const { activity, underWay } = device.look();
    quiet = activity === lastActivity ? quiet + 1 : 0;
    lastActivity = activity;
    const mostTickMs = underWay > 0 ? waitingTickMs : fastTickMs;
    tickMs = quiet < quietTurns ? slowTickMs : Math.min(mostTickMs, tickMs * 1.2);
    const ms = Math.min(tickMs, mostMs);
    await stage.breathe();
    await device.host.pass(ms);
    await backstage.pass(ms);
    passedMs += ms;
  }

  /** Sockets are made in real time, and browsers hold back some of many at once: the device must not call that an outage. */
  async function firstConnection(): Promise<void> {
    for (const untilMs = passedMs + 2 * usualStartMs; passedMs < untilMs && device.look().status !== 'live';)
      await turn(passedMs < usualStartMs ? slowTickMs : 1);
  }

  async function pass(ms: number): Promise<void> {
    for (const untilMs = passedMs + ms; passedMs < untilMs;) await turn(untilMs - passedMs);
  }

  /** False when it did not become so in time. */
  async function wait(isSo: () => boolean | Promise<boolean>, withinMs: number, everyTurns = 1): Promise<boolean> {
    const untilMs = passedMs + withinMs;
    for (let turns = 0; ; turns += 1) {
      if (turns % everyTurns === 0 && (await isSo())) return true;
      if (passedMs >= untilMs) return false;
      await turn(untilMs - passedMs);
    }
  }

  const isTold = (): boolean => {
    const told = new Set(device.look().told.map(({ label }) => label));
    return ledger.accepted.every((label) => told.has(label));
  };

  async function reached(moment: Moment, withinMs: number): Promise<boolean> {
    switch (moment) {
      case 'live':
        return wait(() => device.look().status === 'live', withinMs);
      case 'not-live':
        return wait(() => device.look().status !== 'live', withinMs);
      case 'told':
        return wait(isTold, withinMs);
      case 'drained':
        return wait(() => device.look().waiting === 0, withinMs);
      case 'struck':
    }
    const isStruck = async (): Promise<boolean> =>
      (await strikesOf(stage)).every(({ wanted, fired }) => fired >= wanted);
    return wait(isStruck, withinMs, askEveryTurns);
  }

  async function until(moment: Moment, withinMs: number): Promise<void> {
    if (await reached(moment, withinMs)) return;
    const { status, waiting } = device.look();
    problems.push(`not ${moment} within ${withinMs} ms: ${status}, ${waiting} waiting`);
  }

  /** A promise of the device may need time to pass before it settles. */
  async function settled(promise: Promise<void>): Promise<'fulfilled' | 'rejected' | 'pending'> {
    let state: 'fulfilled' | 'rejected' | 'pending' = 'pending';
    promise.then(
      () => (state = 'fulfilled'),
      () => (state = 'rejected'),
    );
    await wait(() => state !== 'pending', patienceMs);
    return state;
  }

  async function mutate(count: number, isInVain: boolean): Promise<void> {
    for (let at = 0; at < count; at += 1) {
      const label = `m${ledger.wanted.length + ledger.refused.length + 1}`;
      const taken = await settled(device.mutate(label));
      (taken === 'fulfilled' ? ledger.wanted : ledger.refused).push(label);
      if ((taken === 'rejected') !== isInVain) problems.push(`${label} was ${taken} by the device`);
    }
  }

  async function cut(step: Extract<Step, { readonly do: 'cut' }>): Promise<void> {
    const { sockets, ended } = device.look();
    await backstage.act(step);
    // What comes next is meant for a device that has noticed.
    if (sockets > ended) await wait(() => device.look().ended > ended, 5_000);
  }

  async function act(step: Step): Promise<void> {
    const { host } = device;
    switch (step.do) {
      case 'publish': {
        const labels = Array.from({ length: step.count }, (_, at) => `e${ledger.accepted.length + at + 1}`);
        ledger.accepted.push(...labels);
        return backstage.publish(labels);
      }
      case 'mutate':
        return mutate(step.count, false);
      case 'mutate-in-vain':
        return mutate(step.count, true);
      case 'retry-parked':
        return device.retryParked();
      case 'hint':
        return host.emit(step.event === 'pageshow' ? { kind: step.event, persisted: true } : { kind: step.event });
      case 'sleep':
        host.sleep(step.ms, step.monotonicClock);
        return backstage.pass(step.ms);
      case 'throttle':
        return host.throttle(step.everyMs);
      case 'set-clock':
        return host.setWall(host.clock.wallMs() + step.byMs);
      case 'spoil-storage':
        return device.spoilStorage(step.fault, step.times, step.of);
      case 'restart-device':
        if (step.how !== 'in-order') ledger.livesLost += 1;
        if ((await settled(device.restart(step.how))) !== 'fulfilled') problems.push('the device did not start again');
        return;
      case 'handler':
        return device.misbehave(step.does, step.times);
      case 'pass':
        return pass(step.ms);
      case 'until':
        return until(step.moment, step.withinMs);
      case 'cut':
        return cut(step);
      case 'half-open':
      case 'heal':
      case 'spoil':
      case 'inject':
      case 'server-down':
      case 'server-up':
      case 'restart-server':
      case 'expire-token':
      case 'reset-epoch':
      case 'restore-database':
        return backstage.act(step);
    }
  }

  await settled(device.start());
  await firstConnection();
  await until('live', patienceMs);
  for (const step of scenario.steps) {
    await act(step);
    await turn(slowTickMs);
  }
  for (const moment of ['struck', 'told', 'drained'] as const) await until(moment, patienceMs);
  const wanted = scenario.holds?.status ?? 'live';
  if (!(await wait(() => device.look().status === wanted, patienceMs))) problems.push(`it never became ${wanted}`);
  await pass(aftermathMs);

  const view = device.look();
  const effects = await backstage.effects();
  const strikes = await strikesOf(stage);
  problems.push(...judge({ scenario, ledger, view, effects, strikes, mayTell: stage.mayTell ?? [] }));
  const told = view.told.map(({ label }) => label);
  return {
    problems,
    end: {
      status: view.status,
      told: counted(ledger.accepted, told),
      effects: counted([...ledger.wanted, ...ledger.refused], effects),
      parked: view.parked,
    },
    strikes,
    signals: view.signals,
    sockets: view.sockets,
    requests: view.requests,
    tookMs: passedMs,
  };
}

const counted = (labels: readonly string[], seen: readonly string[]): Readonly<Record<string, number>> =>
  Object.fromEntries(labels.map((label) => [label, seen.filter((one) => one === label).length]));

const strikesOf = async ({ device, backstage }: ScenarioStage): Promise<readonly Strike[]> => [
  ...(await backstage.strikes()),
  ...device.strikes(),
];
