// One seed: a screen, a server that takes and moves orders, colleagues who move them, too, and what is told of all that on
// one or two channels, in time, late or never. In the end the screen has to show what is true, and all the time what was
// asked for last.
import { isDeepStrictEqual } from 'node:util';
import { isSameAnswer } from '../../../src/core/collections/live-query.ts';
import { compareKeys } from '../../../src/core/collections/question.ts';
import { randomOf } from '../random.ts';
import type { Order } from './backend.ts';
import type { WaitingMutation } from '../../../src/contract/mutation.ts';
import { openScreen } from './screen.ts';
import { openTab, type Tab } from './tab.ts';

export const faultNames = [
  'event before answer',
  'event after answer',
  'no event',
  'event that says whose it is',
  'answer without a row',
  'refused',
  'moved by a colleague',
  'shown on the other channel first',
  'deleted',
  'restart',
  'channel closed',
  'told again as it was',
  'changed twice in one second',
  'not stored',
  'another tab',
  'another tab missed something',
] as const;

type Fault = (typeof faultNames)[number];
export type FaultCounts = Record<Fault, number>;

export const noFaults = (): FaultCounts => Object.fromEntries(faultNames.map((name) => [name, 0])) as FaultCounts;

export interface Outcome {
  readonly seed: number;
  readonly asked: number;
  readonly told: number;
  readonly faults: FaultCounts;
  readonly violations: readonly string[];
}

const statuses = ['new', 'ready', 'served'] as const;

export async function simulateTables(seed: number, tell: (line: string) => void = () => undefined): Promise<Outcome> {
  const random = randomOf(seed);
  const faults = noFaults();
  const violations: string[] = [];
  const truth = new Map<number, Order>();
  const channels = random() < 0.4 ? ['here', 'there'] : ['here'];
  /** By channel and order, the version that was told last. */
  const versions = new Map<string, number>();
  const toldBy = new Map<string, Order>();
  /** What was answered with a row. */
  const answeredRows = new Map<number, Order>();
  /** Orders of which an answer has said nothing but that it is done, until there is news of them. */
  const unversioned = new Set<number>();
  const correlated = new Set<string>();
  /** Which change of all it is: a backend that counts seconds gives two of them one version. */
  const numberOf = new Map<Order, number>();
  /** What the last answer without a row was about, of which there is no news since. */
  const unseen = new Map<number, string>();
  const lastAnswered = new Map<number, number>();
  /** Everything that was asked for, in its order. */
  const all: WaitingMutation[] = [];
  let late: (() => void)[] = [];
  let moment = 0;
  let changes = 0;
  let tab: Tab | undefined;
  /** What was asked for and answered before it was opened it knows in part, until nothing of that is left. */
  let agreed = false;
  let isAsleep = false;
  let ids = 0;
  let asked = 0;
  let told = 0;

  const pick = <Item>(items: readonly Item[]): Item | undefined => items[Math.floor(random() * items.length)];
  const counts = (fault: Fault): void => {
    faults[fault] += 1;
    tell(`! ${fault}`);
  };
  const violated = (what: string): void => {
    tell(`VIOLATED ${what}`);
    violations.push(what);
  };

  const screen = openScreen(channels, readAll);
  const { rows, host, tables, waiting } = screen;
  const followed = rows.query({ where: { status: 'ready' }, orderBy: '-at' });
  let ready = followed.get();
  followed.subscribe((answer) => {
    told += 1;
    if (isSameAnswer(answer, ready)) violated('an answer was told that has not changed');
    ready = answer;
  });

  function readAll(): void {
    tell('everything is read');
    unseen.clear();
    for (const on of channels) for (const order of truth.values()) arrive(order, on);
  }

  /** Of two channels the higher version, or the one that was told last. */
  function newestTold(id: number): Order | undefined {
    let newest: Order | undefined;
    for (const [key, order] of toldBy) {
      const isHeard = channels.some((on) => key === `${on} ${id}`);
      if (isHeard && (order.at ?? 0) >= (newest?.at ?? 0)) newest = order;
    }
    return newest;
  }

  const nthOf = (order: Order): number => numberOf.get(order) ?? 0;

  /** A channel tells nothing that is older than what it has told, and nothing of what is gone: its stream sees to that. */
  function arrive(order: Order, on: string): void {
    const key = `${on} ${order.id}`;
    if (!channels.includes(on) || !truth.has(order.id) || (versions.get(key) ?? 0) >= nthOf(order)) return;
    const before = newestTold(order.id);
    versions.set(key, nthOf(order));
    // As the one that was told last, if it says anything new.
    if (!isDeepStrictEqual(toldBy.get(key), order)) toldBy.delete(key);
    toldBy.set(key, order);
    // There and back within one second looks as if nothing had happened, and so does what the other channel has told.
    if (!isDeepStrictEqual(newestTold(order.id), before)) unversioned.delete(order.id);
    unseen.delete(order.id);
    tell(`${on}: ${JSON.stringify(order)}`);
    screen.show(order, on);
    // As 16 ms later: what comes and goes within them no other tab is told of.
    tables.tellBase();
  }

  function change(id: number, status: string, own?: string): Order {
    if (truth.get(id)?.at === moment && random() < 0.5) counts('changed twice in one second');
    else moment += 1;
    const changed: Order = { ...truth.get(id), id, status, at: moment, ...(own !== undefined && { own }) };
    truth.set(id, changed);
    changes += 1;
    numberOf.set(changed, changes);
    tell(`${JSON.stringify(changed)} is true`);
    return changed;
  }

  /** On every channel, and not on both at once. */
  function show(order: Order): void {
    if (channels.length === 1) return arrive(order, 'here');
    if (random() < 0.5) return channels.forEach((on) => arrive(order, on));
    counts('shown on the other channel first');
    arrive(order, 'there');
    late.push(() => arrive(order, 'here'));
  }

  const someOrder = (): number | undefined => pick([...truth.keys()]);

  function ask(): void {
    asked += 1;
    const known = someOrder();
    if (known === undefined || random() < 0.4) {
      const id = screen.ask('take', { status: 'new' });
      tell(`asks ${id} to take an order`);
      if (!rows.get().some(({ own }) => own === id)) violated(`${id} is not shown`);
      if (random() < 0.3) {
        asked += 1;
        screen.ask('move', { id: { $ref: id }, to: 'ready' });
        if (rows.row(id)?.status !== 'ready') violated(`what refers to ${id} is not shown`);
      }
      return;
    }
    const to = pick(statuses) ?? 'ready';
    const before = rows.row(known);
    const id = screen.ask('move', { id: known, to });
    tell(`asks ${id} to move ${known} to ${to}`);
    if (before !== undefined && rows.row(known)?.status !== to) violated(`${id} is not shown`);
    if (!rows.waitingKeys.get().has(String(known)) && rows.row(known) !== undefined) violated(`${id} waits unseen`);
    if (random() < 0.1) {
      counts('not stored');
      screen.ends(id, 'discarded');
      if (!isDeepStrictEqual(rows.row(known), before)) violated(`${id} was not stored, and not taken back`);
    }
  }

  const numbers = new Map<string, number>();
  const served = new Set<string>();

  /** The server takes what waits in its order. */
  function serve(): void {
    const mutation = [...waiting.values()].find(({ id }) => !served.has(id));
    if (mutation === undefined) return;
    served.add(mutation.id);
    const { id: own } = mutation;
    const { id: about, to = 'new' } = mutation.input as {
      readonly id?: number | { $ref: string };
      readonly to?: string;
    };
    const parent = typeof about === 'object' ? numbers.get(about.$ref) : about;
    const isPointless = about !== undefined && !truth.has(parent ?? 0);
    if (isPointless || random() < 0.15) {
      counts('refused');
      screen.ends(own, 'parked');
      return;
    }
    if (parent === undefined) ids += 1;
    const id = parent ?? ids;
    if (mutation.name === 'take') numbers.set(own, id);
    const changed = change(id, to, mutation.name === 'take' ? own : undefined);
    const answers = (): void => {
      const saysRow = random() < 0.7;
      if (!saysRow) counts('answer without a row');
      const isNewest = nthOf(answeredRows.get(id) ?? changed) <= nthOf(changed);
      if (saysRow && isNewest) answeredRows.set(id, changed);
      else unversioned.add(id);
      unseen.delete(id);
      // What was asked for later lies over it, also when its answer comes first.
      const isLast = (lastAnswered.get(id) ?? 0) < nthOf(changed);
      if (isLast) lastAnswered.set(id, nthOf(changed));
      if (isLast && !saysRow && mutation.name === 'move' && !correlated.has(own)) unseen.set(id, to);
      screen.ends(own, 'acked', saysRow ? changed : undefined);
    };
    const dice = random();
    if (dice < 0.2) {
      counts('no event');
      return answers();
    }
    const tells = (): void => {
      show(changed);
      if (random() < 0.5) return;
      counts('event that says whose it is');
      correlated.add(own);
      screen.correlate(own);
    };
    if (dice < 0.6) {
      counts('event before answer');
      tells();
      late.push(answers);
      return;
    }
    counts('event after answer');
    answers();
    late.push(tells);
  }

  function actsOfOthers(): void {
    const id = someOrder();
    if (id === undefined) return;
    if (random() < 0.2) {
      counts('deleted');
      truth.delete(id);
      tell(`${id} is gone`);
      channels.forEach((on) => screen.gone(id, on));
      return;
    }
    counts('moved by a colleague');
    show(change(id, pick(statuses) ?? 'ready'));
  }

  /** A list that is read whole tells what was known, too. */
  function tellAgain(): void {
    for (const on of channels) {
      for (const id of truth.keys()) {
        const known = toldBy.get(`${on} ${id}`);
        if (known === undefined) continue;
        counts('told again as it was');
        screen.show({ ...known }, on);
      }
    }
  }

  function actOfTab(): void {
    if (tab === undefined) {
      counts('another tab');
      tab = openTab(screen, readAll);
      tab.hear(false);
    } else if (!isAsleep) {
      isAsleep = true;
      // What it hears late it shows for longer.
      agreed = false;
    } else if (random() < 0.5) {
      counts('another tab missed something');
      isAsleep = false;
      tab.hear(true);
    } else {
      isAsleep = false;
      tab.catchUp();
    }
  }

  async function step(): Promise<void> {
    const dice = random();
    if (dice < 0.3) ask();
    else if (dice < 0.55) serve();
    else if (dice < 0.75) actsOfOthers();
    else if (dice < 0.8) {
      counts('restart');
      // What was under way is heard in the next run.
      catchUp();
      tables.begin([...waiting.values()]);
    } else if (dice < 0.83 && channels.length > 1) {
      counts('channel closed');
      catchUp();
      unseen.clear();
      tables.close('there');
      channels.pop();
    } else if (dice < 0.86) tellAgain();
    else if (dice < 0.89) actOfTab();
    else if (dice < 0.92) await host.pass(pick([20, 3_000, 11_000]) ?? 20);
    else if (random() < 0.6) late.shift()?.();
    else catchUp();
    checkRows();
    const marked = [...rows.waitingKeys.get()];
    if (marked.some((key) => rows.waiting(key).length === 0)) violated(`${marked.join()} is marked, and nothing waits`);
    const looked = rows.query({ where: { status: 'ready' }, orderBy: '-at' }).get();
    if (!isDeepStrictEqual(followed.get(), looked))
      violated('an answer that is followed is another than one that is looked up');
    if (tab?.isInStep === true && !isAsleep) {
      tab.hear(false);
      const isSame = isDeepStrictEqual(tab.rows.get(), rows.get());
      if (agreed && !isSame)
        violated(`${JSON.stringify(tab.rows.get())} is shown in another tab, and here ${JSON.stringify(rows.get())}`);
      agreed ||= isSame && tables.table('orders')?.overlay.size === 0;
    }
  }

  /** The newest that is known of each order, or what was asked for last and has not been seen yet. */
  function checkRows(): void {
    for (const mutation of waiting.values()) if (!all.includes(mutation)) all.push(mutation);
    for (const id of truth.keys()) {
      const shown = rows.row(id);
      const asking = [...waiting.values()].filter((one) => !correlated.has(one.id) && idOf(one) === id).at(-1);
      if (asking !== undefined) {
        const { to } = asking.input as { readonly to?: string };
        const isLast = all.findLast((one) => idOf(one) === id) === asking;
        if (isLast && shown !== undefined && to !== undefined && shown.status !== to)
          violated(`${asking.id} is hidden`);
        continue;
      }
      const kept = unseen.get(id);
      if (kept !== undefined && shown !== undefined && shown.status !== kept)
        violated(`${JSON.stringify(shown)} is shown, and ${kept} was answered`);
      const candidates = [...channels.map((on) => toldBy.get(`${on} ${id}`)), answeredRows.get(id)];
      const newestAt = Math.max(0, ...candidates.map((one) => one?.at ?? 0));
      // Of two changes in one second nobody can say which is the later one, until the last of all is told.
      const known = candidates.filter((one) => (one?.at ?? 0) === newestAt);
      if (unversioned.has(id) || known.some((one) => isDeepStrictEqual(shown, one))) continue;
      violated(`${JSON.stringify(shown)} is shown where ${JSON.stringify(known)} is known`);
    }
  }

  function idOf({ id: own, input }: { readonly id: string; readonly input: unknown }): number | undefined {
    const { id } = input as { readonly id?: number | { $ref: string } };
    return typeof id === 'number' ? id : numbers.get(id?.$ref ?? own);
  }

  /** What was on its way arrives, in its order. */
  function catchUp(): void {
    while (late.length > 0) {
      const arriving = late;
      late = [];
      for (const act of arriving) act();
    }
  }

  const steps = 5 + Math.floor(random() * 40);
  for (let count = 0; count < steps && violations.length === 0; count += 1) await step();
  catchUp();
  readAll();
  // A person looks at what is left.
  for (const id of Array.from(waiting.keys())) screen.ends(id, 'discarded');
  tab?.catchUp();
  await host.pass(30_000);
  const isTrue = [...truth.values()].sort((left, right) => compareKeys(String(left.id), String(right.id)));
  if (!isDeepStrictEqual(rows.get(), isTrue)) {
    violated(`in the end ${JSON.stringify(rows.get())} is shown, and ${JSON.stringify(isTrue)} is true`);
  }
  for (const [own, id] of numbers) {
    if (truth.has(id) && rows.row(own)?.id !== id) violated(`order ${id} is not found by ${own}`);
  }
  tab?.catchUp();
  if (tab !== undefined && !isDeepStrictEqual(tab.rows.get(), isTrue))
    violated(`in the end ${JSON.stringify(tab.rows.get())} is shown in another tab`);
  for (const error of tab?.errors ?? []) violated(`reported in another tab: ${String(error)}`);
  tab?.dispose();
  if (rows.waitingKeys.get().size > 0) violated('in the end something waits');
  if (!isDeepStrictEqual(ready, followed.get())) violated('who follows was not told of the last change');
  tables.dispose();
  if (host.pendingTimers > 0) violated(`${host.pendingTimers} timers are left`);
  for (const error of screen.errors) violated(`reported: ${String(error)}`);
  return { seed, asked, told, faults, violations };
}
