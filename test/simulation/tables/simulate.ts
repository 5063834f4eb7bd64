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
  /** Everything that was asked for, in its order. */
  const all: WaitingMutation[] = [];
  let late: (() => void)[] = [];
  let moment = 0;
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
    for (const on of channels) for (const order of truth.values()) arrive(order, on);
  }

  /** A channel tells nothing that is older than what it has told, and nothing of what is gone: its stream sees to that. */
  function arrive(order: Order, on: string): void {
    const key = `${on} ${order.id}`;
    if (!channels.includes(on) || !truth.has(order.id) || (versions.get(key) ?? 0) >= (order.at ?? 0)) return;
    versions.set(key, order.at ?? 0);
    toldBy.set(key, order);
    unversioned.delete(order.id);
    tell(`${on}: ${JSON.stringify(order)}`);
    screen.show(order, on);
  }

  function change(id: number, status: string, own?: string): Order {
    moment += 1;
    const changed: Order = { ...truth.get(id), id, status, at: moment, ...(own !== undefined && { own }) };
    truth.set(id, changed);
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
    const isShown = rows.row(known) !== undefined;
    const id = screen.ask('move', { id: known, to });
    tell(`asks ${id} to move ${known} to ${to}`);
    if (isShown && rows.row(known)?.status !== to) violated(`${id} is not shown`);
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
      if (saysRow && (answeredRows.get(id)?.at ?? 0) < (changed.at ?? 0)) answeredRows.set(id, changed);
      else unversioned.add(id);
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
      tables.close('there');
      channels.pop();
    } else if (dice < 0.9) await host.pass(pick([20, 3_000, 11_000]) ?? 20);
    else if (random() < 0.6) late.shift()?.();
    else catchUp();
    checkRows();
    const looked = rows.query({ where: { status: 'ready' }, orderBy: '-at' }).get();
    if (!isDeepStrictEqual(followed.get(), looked))
      violated('an answer that is followed is another than one that is looked up');
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
      const known = [...channels.map((on) => toldBy.get(`${on} ${id}`)), answeredRows.get(id)].reduce(
        (newest, one) => ((one?.at ?? 0) > (newest?.at ?? 0) ? one : newest),
        undefined,
      );
      if (unversioned.has(id) || isDeepStrictEqual(shown, known)) continue;
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
  await host.pass(30_000);
  const isTrue = [...truth.values()].sort((left, right) => compareKeys(String(left.id), String(right.id)));
  if (!isDeepStrictEqual(rows.get(), isTrue)) {
    violated(`in the end ${JSON.stringify(rows.get())} is shown, and ${JSON.stringify(isTrue)} is true`);
  }
  for (const [own, id] of numbers) {
    if (truth.has(id) && rows.row(own)?.id !== id) violated(`order ${id} is not found by ${own}`);
  }
  if (!isDeepStrictEqual(ready, followed.get())) violated('who follows was not told of the last change');
  tables.dispose();
  if (host.pendingTimers > 0) violated(`${host.pendingTimers} timers are left`);
  for (const error of screen.errors) violated(`reported: ${String(error)}`);
  return { seed, asked, told, faults, violations };
}
