// Work that the tab that leads has and another one does: each piece of it once, or marked, whoever of them goes when.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { patience, runs } from '../effort.ts';
import { openPrinters, type Print, type PrintTab } from './print-crew.ts';

const idle = { waiting: 0, running: 0, dead: 0 };

describe.each([
  { hasLocks: true, takeOverMs: 500, what: 'with locks' },
  { hasLocks: false, takeOverMs: 15_000, what: 'without locks' },
])('$what', ({ hasLocks, takeOverMs }) => {
  const openCrew = () => openPrinters({ hasLocks });

  test('T9, T10: a tab that follows prints what only it declares, and the leader knows that it is done', async () => {
    const { pass, open, ask, begun, last } = openCrew();
    const leader = await open('leader', { prints: false });
    const printer = await open('printer');
    ask(1);
    await pass(4_000);
    expect(begun()).toEqual(['printer 1.1']);
    expect(leader.pos.health().work).toEqual({ waiting: 0, running: 1, dead: 0 });
    expect(printer.pos.health().work).toMatchObject({ running: 1 });
    last().done();
    await pass(100);
    expect(leader.pos.health().work).toEqual(idle);
    await pass(60_000);
    expect(begun()).toEqual(['printer 1.1']);
    await Promise.all([leader.stop(), printer.stop()]);
  });

  test('T9: what the leader declares it does itself, also where others do', async () => {
    const { pass, open, ask, begun, last } = openCrew();
    const leader = await open('leader');
    const other = await open('other');
    for (const id of [1, 2]) {
      ask(id);
      await pass(100);
      last().done();
      await pass(5_000);
    }
    expect(begun()).toEqual(['leader 1.1', 'leader 2.1']);
    await Promise.all([leader.stop(), other.stop()]);
  });

  test('T9: of two that declare it one gets each job, and never both', async () => {
    const { pass, open, ask, prints, begun } = openCrew();
    const tabs = [await open('leader', { prints: false }), await open('one'), await open('two')];
    for (let id = 1; id <= 20; id += 1) ask(id, id);
    await pass(2_000);
    for (let round = 0; round < 20; round += 1) {
      for (const print of prints) print.done();
      await pass(1_000);
    }
    expect(prints.map(({ job }) => job).toSorted((one, other) => one - other)).toEqual(
      Array.from({ length: 20 }, (_, at) => at + 1),
    );
    expect(begun().filter((line) => line.includes('again') || !line.endsWith('.1'))).toEqual([]);
    await Promise.all(tabs.map((tab) => tab.stop()));
  });

  test('T9, I15, I20: what comes while nobody prints waits for a tab that does, and holds nobody up', async () => {
    const { pass, open, ask, begun, last } = openCrew();
    const leader = await open('leader', { prints: false });
    const printer = await open('printer');
    await printer.stop();
    for (const id of [1, 2, 3]) ask(id);
    await pass(60_000);
    expect(begun()).toEqual([]);
    expect(leader.pos.health().work).toEqual({ waiting: 3, running: 0, dead: 0 });
    const next = await open('next', { lane: 'printer' });
    for (const id of [1, 2, 3]) {
      expect(begun().at(-1)).toBe(`next ${id}.1`);
      last().done();
      await pass(5_000);
    }
    expect(leader.pos.health().work).toEqual(idle);
    await Promise.all([leader.stop(), next.stop()]);
  });

  test('T9: what is asked for in the moment in which the tab has started is work', async () => {
    const { kitchen, pass, open, ask, begun } = openCrew();
    const leader = await open('leader', { prints: false });
    let hasStarted = false;
    const opening = open('printer', {
      started() {
        hasStarted = true;
        ask(1);
      },
    });
    await opening;
    expect(hasStarted).toBe(true);
    await pass(5_000);
    expect(begun()).toEqual(['printer 1.1']);
    expect(kitchen.transport.live).toHaveLength(1);
    await Promise.all([leader.stop(), opening.then(({ stop }) => stop())]);
  });

  test('T9: what nobody of this device has ever declared is no work', async () => {
    const { pass, open, ask, begun } = openCrew();
    const leader = await open('leader', { prints: false });
    ask(1);
    await pass(10_000);
    expect(leader.pos.health().work).toEqual(idle);
    const printer = await open('printer');
    await pass(10_000);
    expect(begun()).toEqual([]);
    await Promise.all([leader.stop(), printer.stop()]);
  });

  test('I8, I20: the lanes are those of the tab that prints: one after the other at a printer, printers side by side', async () => {
    const { pass, open, ask, prints, begun } = openCrew();
    const tabs = [await open('leader', { prints: false }), await open('printer', { lane: 'printer' })];
    ask(1, 1);
    ask(2, 1);
    ask(3, 2);
    await pass(1_000);
    expect(begun()).toEqual(['printer 1.1', 'printer 3.1']);
    prints[0]?.fail();
    await pass(50);
    expect(begun()).toHaveLength(2);
    await pass(1_000);
    expect(begun().slice(2)).toEqual(['printer 1.2']);
    prints[2]?.done();
    await pass(1_000);
    expect(begun().slice(3)).toEqual(['printer 2.1']);
    for (const print of prints) print.done();
    await Promise.all(tabs.map((tab) => tab.stop()));
  });

  test('T10, I9, I13: what fails for the sixth time is a dead letter with its class, and is printed when somebody tries again', async () => {
    const { pass, open, ask, begun, last } = openCrew();
    const leader = await open('leader', { prints: false });
    const printer = await open('printer');
    ask(1);
    await pass(100);
    for (let run = 1; run <= 6; run += 1) {
      expect(begun().at(-1)).toBe(`printer 1.${run}`);
      last().fail();
      await pass(6_000);
    }
    expect(begun()).toHaveLength(6);
    expect(leader.pos.deadLetters.list()).toMatchObject([{ tries: 6, mayHaveRun: false, error: 'RangeError' }]);
    // What a handler threw is told where it was thrown.
    expect(printer.told.filter((line) => line === 'threw')).toHaveLength(6);
    expect(leader.told).toEqual(['letter']);
    const [letter] = printer.pos.deadLetters.list();
    printer.pos.deadLetters.retry(letter?.id ?? '');
    await pass(1_000);
    expect(begun().slice(6)).toEqual(['printer 1.1']);
    last().done();
    await pass(1_000);
    expect(leader.pos.health().work).toEqual(idle);
    await Promise.all([leader.stop(), printer.stop()]);
  });

  test('T10, I10, I12: after 30 s the handler is told to stop, and the next run says that it may have printed', async () => {
    const { pass, open, ask, prints, begun, last } = openCrew();
    const leader = await open('leader', { prints: false });
    const printer = await open('printer');
    ask(1);
    await pass(29_000);
    expect(last().signal.aborted).toBe(false);
    await pass(2_000);
    expect(prints[0]?.signal.aborted).toBe(true);
    await pass(1_000);
    expect(begun()).toEqual(['printer 1.1', 'printer 1.2 again']);
    last().done();
    await pass(1_000);
    expect(leader.pos.health().work).toEqual(idle);
    await Promise.all([leader.stop(), printer.stop()]);
  });

  test('T10, I10, I11: a handler that does not stop is given up, nothing of its key runs beside it, and its letter is taken back when it is done', async () => {
    const { pass, open, ask, begun, last } = openCrew();
    const leader = await open('leader', { prints: false });
    const printer = await open('printer', { obeys: false });
    ask(1);
    await pass(36_000);
    expect(leader.pos.deadLetters.list()).toMatchObject([{ mayHaveRun: true }]);
    leader.pos.deadLetters.retry(leader.pos.deadLetters.list()[0]?.id ?? '');
    await pass(60_000);
    expect(begun()).toEqual(['printer 1.1']);
    last().done();
    await pass(5_000);
    expect(begun()).toEqual(['printer 1.1']);
    expect(leader.pos.health().work).toEqual(idle);
    await Promise.all([leader.stop(), printer.stop()]);
  });

  test('T12, I20: the leader goes in the middle of a print: it is not printed again, and the next leader knows that it is done', async () => {
    const { pass, open, ask, begun, last } = openCrew();
    const leader = await open('leader', { prints: false });
    const next = await open('next', { prints: false });
    const printer = await open('printer', { lane: 'printer' });
    ask(1);
    ask(2);
    await pass(1_000);
    leader.crash();
    await pass(takeOverMs + 5_000);
    expect([next, printer].filter(({ pos }) => pos.health().tab === 'leader')).toHaveLength(1);
    expect(begun()).toEqual(['printer 1.1']);
    expect(last().signal.aborted).toBe(false);
    last().done();
    await pass(5_000);
    expect(begun()).toEqual(['printer 1.1', 'printer 2.1']);
    last().done();
    await pass(60_000);
    expect(begun()).toHaveLength(2);
    expect(printer.pos.health().work).toEqual(idle);
    await Promise.all([next.stop(), printer.stop()]);
  });

  test('T12, I12: what the leader ran itself, and had borrowed before, was interrupted when it is robbed', async () => {
    const { pass, open, ask, begun, last } = openCrew();
    const leader = await open('leader', { prints: false });
    const printer = await open('printer');
    ask(1);
    await pass(1_000);
    leader.crash();
    await pass(takeOverMs + 1_000);
    last().fail();
    await pass(1_000);
    const other = await open('other');
    printer.freeze();
    await pass(20_000);
    expect(begun()).toEqual(['printer 1.1', 'printer 1.2', 'other 1.3 again']);
    last().done();
    printer.thaw();
    await pass(60_000);
    expect(begun()).toHaveLength(3);
    await Promise.all([printer.stop(), other.stop()]);
  });

  test('I8, T13: what comes while nobody answers keeps its place behind what came before', async () => {
    const { pass, open, ask, begun, last } = openCrew();
    const leader = await open('leader', { prints: false });
    const sleeper = await open('sleeper', { lane: 'printer' });
    for (const id of [1, 2, 3]) ask(id);
    await pass(100);
    last().fail();
    await pass(10);
    sleeper.freeze();
    await pass(1_000);
    ask(4);
    await pass(60_000);
    expect(leader.pos.health().work).toEqual({ waiting: 4, running: 0, dead: 0 });
    sleeper.thaw();
    await pass(5_000);
    for (const job of ['1.2', '2.1', '3.1', '4.1']) {
      expect(begun().at(-1)).toBe(`sleeper ${job}`);
      last().done();
      await pass(5_000);
    }
    await Promise.all([leader.stop(), sleeper.stop()]);
  });

  test('I8, T13: who comes just when nobody has answered begins with the first of the lane', async () => {
    const { pass, open, ask, begun, last } = openCrew();
    const leader = await open('leader', { prints: false });
    const sleeper = await open('sleeper', { lane: 'printer' });
    for (const id of [1, 2, 3]) ask(id);
    await pass(100);
    last().fail();
    await pass(10);
    sleeper.freeze();
    await pass(300);
    const other = await open('other', { lane: 'printer' });
    await pass(5_000);
    for (const job of ['1.2', '2.1', '3.1']) {
      expect(begun().at(-1)).toBe(`other ${job}`);
      last().done();
      await pass(5_000);
    }
    await Promise.all([leader.stop(), sleeper.stop(), other.stop()]);
  });

  test('T12: what ended while nobody led is known to the next leader', async () => {
    const { pass, open, ask, begun, last } = openCrew();
    const leader = await open('leader', { prints: false });
    const next = await open('next', { prints: false });
    const printer = await open('printer');
    ask(1);
    await pass(1_000);
    leader.crash();
    last().done();
    await pass(takeOverMs + 60_000);
    expect(begun()).toEqual(['printer 1.1']);
    expect(next.pos.health().work).toEqual(idle);
    await Promise.all([next.stop(), printer.stop()]);
  });

  test('T12, I8: the tab that prints leads next: it goes on with what it was lent, begins nothing of it beside, and keeps the order', async () => {
    const { pass, open, ask, begun, last } = openCrew();
    const leader = await open('leader', { prints: false });
    const printer = await open('printer', { lane: 'printer' });
    for (const id of [1, 2, 3]) ask(id);
    await pass(1_000);
    leader.crash();
    await pass(takeOverMs + 5_000);
    expect(printer.pos.health()).toMatchObject({ tab: 'leader', work: { waiting: 2, running: 1 } });
    last().fail();
    await pass(1_000);
    expect(begun()).toEqual(['printer 1.1', 'printer 1.2']);
    for (const id of [2, 3]) {
      last().done();
      await pass(1_000);
      expect(begun().at(-1)).toBe(`printer ${id}.1`);
    }
    last().done();
    await pass(60_000);
    expect(begun()).toHaveLength(4);
    expect(printer.pos.health().work).toEqual(idle);
    await printer.stop();
  });

  test('T12, I14: a leader that is stopped does not wait for what others print, and the next one takes it over', async () => {
    const { pass, open, ask, begun, last } = openCrew();
    const leader = await open('leader', { prints: false });
    const next = await open('next', { prints: false });
    const printer = await open('printer');
    ask(1);
    await pass(1_000);
    await leader.stop();
    await pass(5_000);
    expect(begun()).toEqual(['printer 1.1']);
    expect(last().isOn()).toBe(true);
    last().done();
    await pass(60_000);
    expect(begun()).toHaveLength(1);
    expect(next.pos.health().work).toEqual(idle);
    await Promise.all([next.stop(), printer.stop()]);
  });

  test('T12, I3: what was closed while another tab prints it, and the leader goes, is not printed again', async () => {
    const { kitchen, pass, open, ask, begun, last } = openCrew();
    const leader = await open('leader', { prints: false });
    const next = await open('next', { prints: false });
    const printer = await open('printer');
    ask(1);
    await pass(1_000);
    kitchen.publish('private-store.trattoria-du-port.printing', 'PrintJobCompleted', { print_job_id: 1, attempts: 1 });
    await pass(1_000);
    leader.crash();
    await pass(takeOverMs + 5_000);
    expect(next.pos.health().work).toMatchObject({ running: 1 });
    last().fail();
    await pass(60_000);
    expect(begun()).toEqual(['printer 1.1']);
    expect(next.pos.health().work).toEqual(idle);
    await Promise.all([next.stop(), printer.stop()]);
  });

  test('T11, I12: the tab that prints is stopped: it has its time, and what did not end is printed elsewhere, marked', async () => {
    const { pass, open, ask, prints, begun, last } = openCrew();
    const leader = await open('leader', { prints: false });
    const [printer, other] = [await open('printer'), await open('other')];
    ask(1);
    await pass(1_000);
    const first = last();
    const stopped = (first.tab === 'printer' ? printer : other).pos.dispose();
    await pass(4_000);
    expect(first.signal.aborted).toBe(false);
    await pass(1_000);
    expect(first.signal.aborted).toBe(true);
    await pass(5_000);
    await stopped;
    expect(prints).toHaveLength(2);
    expect(prints[1]).toMatchObject({ attempt: 2, redelivered: true });
    expect(prints[1]?.tab).not.toBe(first.tab);
    last().done();
    await pass(1_000);
    expect(begun()).toHaveLength(2);
    expect(leader.pos.health().work).toEqual(idle);
    await Promise.all([leader.stop(), printer.stop(), other.stop()]);
  });

  test('T13: a frozen tab is lent nothing: another one prints, and when it wakes it begins nothing', async () => {
    const { pass, open, ask, begun, last } = openCrew();
    const leader = await open('leader', { prints: false });
    const [sleeper, other] = [await open('sleeper'), await open('other')];
    sleeper.freeze();
    ask(1);
    await pass(1_000);
    expect(begun()).toEqual(['other 1.1']);
    last().done();
    await pass(1_000);
    sleeper.thaw();
    await pass(10_000);
    expect(begun()).toHaveLength(1);
    await Promise.all([leader.stop(), sleeper.stop(), other.stop()]);
  });

  test('T9, T13: what comes while the only tab that prints is frozen waits until it wakes, and is no dead letter', async () => {
    const { pass, open, ask, begun, last } = openCrew();
    const leader = await open('leader', { prints: false });
    const sleeper = await open('sleeper', { lane: 'printer' });
    sleeper.freeze();
    for (const id of [1, 2, 3]) ask(id);
    await pass(120_000);
    expect(leader.pos.health().work).toEqual({ waiting: 3, running: 0, dead: 0 });
    sleeper.thaw();
    await pass(5_000);
    for (const id of [1, 2, 3]) {
      expect(begun().at(-1)).toBe(`sleeper ${id}.1`);
      last().done();
      await pass(5_000);
    }
    await Promise.all([leader.stop(), sleeper.stop()]);
  });

  test('T8, I18: who signs out is asked about what another tab prints; kept, it is printed again, marked', async () => {
    const { pass, open, ask, begun, last } = openCrew();
    const leader = await open('leader', { prints: false });
    await open('printer');
    ask(1);
    await pass(1_000);
    const refused = leader.pos.signOut().catch((error: unknown) => error);
    await pass(1_000);
    expect(await refused).toMatchObject({ code: 'unfinished' });
    expect(last().isOn()).toBe(true);
    const left = leader.pos.signOut({ pending: 'keep' });
    await pass(20_000);
    expect((await left).work).toMatchObject([{ mayHaveRun: true }]);
    await pass(20_000);
    expect(last().signal.aborted).toBe(true);
    const again = await open('again');
    // Without locks nobody can know at once that the tab is gone to which it was lent.
    await pass(hasLocks ? 5_000 : 35_000);
    expect(begun()).toEqual(['printer 1.1', 'again 1.2 again']);
    last().done();
    await again.stop();
  });

  test('T8: a device that is wiped while a tab prints forgets the job, and the tab is told to stop', async () => {
    const { pass, open, ask, begun, last } = openCrew();
    const leader = await open('leader', { prints: false });
    await open('printer');
    ask(1);
    await pass(1_000);
    const wiped = leader.pos.wipe();
    await pass(20_000);
    await wiped;
    await pass(20_000);
    expect(last().signal.aborted).toBe(true);
    const again = await open('again');
    await pass(30_000);
    expect(begun()).toEqual(['printer 1.1']);
    await again.stop();
  });

  test('T8: who signs out in the tab that prints leads first, and is asked', async () => {
    const { pass, open, ask, begun } = openCrew();
    await open('leader', { prints: false });
    const printer = await open('printer');
    ask(1);
    await pass(1_000);
    const left = printer.pos.signOut({ pending: 'discard' });
    await pass(60_000);
    expect((await left).work).toMatchObject([{ mayHaveRun: true }]);
    expect(begun()).toEqual(['printer 1.1']);
  });
});

test('T11, I12: the tab that prints is closed in the middle: another one prints at once, marked', async () => {
  const { pass, open, ask, begun, last, prints } = openPrinters();
  const leader = await open('leader', { prints: false });
  const [one, two] = [await open('one'), await open('two')];
  ask(1);
  await pass(1_000);
  const [gone, rest] = last().tab === 'one' ? [one, two] : [two, one];
  gone.crash();
  await pass(1_000);
  expect(prints).toHaveLength(2);
  expect(prints[1]).toMatchObject({ attempt: 2, redelivered: true });
  last().done();
  await pass(60_000);
  expect(begun()).toHaveLength(2);
  expect(leader.pos.health().work).toEqual(idle);
  await Promise.all([leader.stop(), rest.stop()]);
});

test('T11, T12: leader and printer are closed together: the next printer prints again, marked', async () => {
  const { pass, open, ask, begun, last } = openPrinters();
  const leader = await open('leader', { prints: false });
  const rest = await open('rest', { prints: false });
  const printer = await open('printer');
  ask(1);
  await pass(1_000);
  leader.crash();
  printer.crash();
  await pass(10_000);
  expect(rest.pos.health()).toMatchObject({ tab: 'leader', work: { waiting: 1, running: 0, dead: 0 } });
  const next = await open('next');
  await pass(1_000);
  expect(begun()).toEqual(['printer 1.1', 'next 1.2 again']);
  last().done();
  await Promise.all([rest.stop(), next.stop()]);
});

test('T11, T13: the tab is frozen in the middle of a print: a dead letter after 35 s, and told to stop when it wakes', async () => {
  const { pass, open, ask, begun, prints } = openPrinters();
  const leader = await open('leader', { prints: false });
  const [sleeper, other] = [await open('sleeper'), await open('other')];
  ask(1);
  await pass(1_000);
  const [first] = prints;
  const [asleep, awake] = first?.tab === 'sleeper' ? [sleeper, other] : [other, sleeper];
  asleep.freeze();
  await pass(36_000);
  expect(leader.pos.deadLetters.list()).toMatchObject([{ mayHaveRun: true }]);
  expect(begun()).toHaveLength(1);
  asleep.thaw();
  await pass(5_000);
  expect(first?.signal.aborted).toBe(true);
  leader.pos.deadLetters.retry(leader.pos.deadLetters.list()[0]?.id ?? '');
  await pass(1_000);
  expect(prints[1]).toMatchObject({ attempt: 1, redelivered: true });
  prints[1]?.done();
  await pass(1_000);
  await Promise.all([leader.stop(), asleep.stop(), awake.stop()]);
});

test('T11, T13: without locks, a tab that does not answer when the 30 s of its run are over counts as gone; it is told to stop when it wakes', async () => {
  const { pass, open, ask, begun, prints } = openPrinters({ hasLocks: false });
  const leader = await open('leader', { prints: false });
  const [one, two] = [await open('one'), await open('two')];
  ask(1);
  await pass(20_000);
  const [first] = prints;
  const [asleep, awake] = first?.tab === 'one' ? [one, two] : [two, one];
  asleep.freeze();
  await pass(11_000);
  expect(begun()).toHaveLength(1);
  await pass(2_000);
  expect(prints[1]).toMatchObject({ attempt: 2, redelivered: true });
  expect(leader.pos.deadLetters.list()).toEqual([]);
  asleep.thaw();
  await pass(4_000);
  expect(first?.signal.aborted).toBe(true);
  prints[1]?.done();
  await pass(60_000);
  expect(begun()).toHaveLength(2);
  await Promise.all([leader.stop(), asleep.stop(), awake.stop()]);
});

test('T11: without locks, a tab that is gone while its letter waits is not waited for: tried again, it is printed elsewhere, marked', async () => {
  const { pass, open, ask, begun, prints } = openPrinters({ hasLocks: false });
  const leader = await open('leader', { prints: false });
  const [one, two] = [await open('one', { obeys: false }), await open('two', { obeys: false })];
  ask(1);
  await pass(36_000);
  expect(leader.pos.deadLetters.list()).toMatchObject([{ mayHaveRun: true }]);
  const [gone, rest] = prints[0]?.tab === 'one' ? [one, two] : [two, one];
  gone.crash();
  leader.pos.deadLetters.retry(leader.pos.deadLetters.list()[0]?.id ?? '');
  await pass(25_000);
  expect(begun()).toHaveLength(1);
  await pass(9_000);
  expect(prints[1]).toMatchObject({ attempt: 1, redelivered: true });
  prints[1]?.done();
  await Promise.all([leader.stop(), rest.stop()]);
});

test.each([{ hears: false }, { hears: true }])(
  'T9, T13: a tab that has slept for an hour with jobs waiting says once that it is awake, and prints them in order (hears: $hears)',
  async ({ hears }) => {
    const { pass, open, ask, begun, prints } = openPrinters();
    const [leader, printer] = [await open('leader', { prints: false }), await open('printer', { lane: 'printer' })];
    printer.freeze({ hears });
    for (const job of [1, 2, 3]) ask(job);
    await pass(3_600_000);
    expect(begun()).toEqual([]);
    const before = printer.said();
    printer.thaw();
    ask(4);
    await pass(100);
    expect(printer.said() - before).toBeLessThan(20);
    for (const _ of [1, 2, 3, 4]) {
      await pass(5_000);
      prints.at(-1)?.done();
    }
    expect(begun()).toEqual(['printer 1.1', 'printer 2.1', 'printer 3.1', 'printer 4.1']);
    await Promise.all([leader.stop(), printer.stop()]);
  },
);

test('T11, T12: a dead letter whose handler sleeps is not printed beside it by the next leader either', async () => {
  const { pass, open, ask, begun, prints } = openPrinters();
  const leader = await open('leader', { prints: false });
  const next = await open('next', { prints: false });
  const [one, two] = [await open('one'), await open('two')];
  ask(1);
  await pass(1_000);
  const [asleep, awake] = prints[0]?.tab === 'one' ? [one, two] : [two, one];
  asleep.freeze();
  await pass(36_000);
  leader.crash();
  await pass(5_000);
  next.pos.deadLetters.retry(next.pos.deadLetters.list()[0]?.id ?? '');
  await pass(60_000);
  expect(begun()).toHaveLength(1);
  asleep.crash();
  await pass(2_000);
  expect(prints[1]).toMatchObject({ redelivered: true });
  prints[1]?.done();
  await Promise.all([next.stop(), awake.stop()]);
});

test.each([
  { who: 'does not print', nextPrints: false },
  { who: 'prints itself', nextPrints: true },
])(
  'T11, T12, I11: a dead letter whose handler sleeps, and that was tried again, is not printed beside it by a next leader that $who',
  async ({ nextPrints }) => {
    const { pass, open, ask, begun, prints } = openPrinters();
    const leader = await open('leader', { prints: false });
    const one = await open('one', { prints: true });
    ask(1);
    await pass(1_000);
    one.freeze({ hears: true });
    const next = await open('next', { prints: nextPrints });
    await pass(36_000);
    expect(leader.pos.deadLetters.retry(leader.pos.deadLetters.list()[0]?.id ?? '')).toBe(true);
    await pass(5_000);
    leader.crash();
    await pass(5_000);
    const other = await open('other');
    await pass(60_000);
    expect(begun()).toEqual(['one 1.1']);
    one.crash();
    await pass(10_000);
    expect(begun()).toEqual(['one 1.1', `${nextPrints ? 'next' : 'other'} 1.1 again`]);
    prints[1]?.done();
    await pass(5_000);
    expect(next.pos.health().work).toEqual(idle);
    await Promise.all([next.stop(), other.stop()]);
  },
);

test('T12, I10: a dead letter tried again before another one leads is not printed again if its handler is done all the same', async () => {
  const { pass, open, ask, begun, prints } = openPrinters();
  const [leader, one] = [await open('leader', { prints: false }), await open('one', { obeys: false })];
  ask(1);
  await pass(1_000);
  one.freeze({ hears: true });
  const next = await open('next', { prints: false });
  await pass(36_000);
  expect(leader.pos.deadLetters.retry(leader.pos.deadLetters.list()[0]?.id ?? '')).toBe(true);
  await pass(1_000);
  leader.crash();
  await pass(5_000);
  one.thaw();
  prints[0]?.done();
  await pass(60_000);
  expect(begun()).toEqual(['one 1.1']);
  expect(next.pos.health().work).toEqual(idle);
  await Promise.all([next.stop(), one.stop()]);
});

test(
  'T9, T11, T12, T13: however tabs come, go, freeze and wake, each job is printed, and again only where it says so',
  async () => {
    const step = fc.record({
      what: fc.constantFrom(
        'ask',
        'ask',
        'done',
        'done',
        'fail',
        'open',
        'crash',
        'stop',
        'freeze',
        'thaw',
        'retry',
        'pass',
      ),
      which: fc.nat(9),
      hears: fc.boolean(),
      ms: fc.oneof(fc.integer({ min: 0, max: 9_000 }), fc.constant(36_000)),
    });
    await fc.assert(
      fc.asyncProperty(fc.boolean(), fc.array(step, { minLength: 5, maxLength: 50 }), async (hasLocks, steps) => {
        const crew = openPrinters({ hasLocks });
        const { pass, prints } = crew;
        const tabs: { readonly name: string; readonly tab: PrintTab; readonly does: boolean; isFrozen: boolean }[] = [];
        const gone = new Set<string>();
        const onPrinter = new Map<number, number>();
        let [opened, asked] = [0, 0];
        const add = async (does: boolean): Promise<void> => {
          opened += 1;
          const name = `tab ${opened}`;
          tabs.push({ name, tab: await crew.open(name, { prints: does, lane: 'printer' }), does, isFrozen: false });
        };
        const isAwake = ({ tab }: Print): boolean => tabs.some(({ name, isFrozen }) => name === tab && !isFrozen);
        const ends = (which: number): Print | undefined =>
          prints.filter((print) => print.isOn() && isAwake(print))[which];
        await add(false);
        await add(true);
        for (const { what, which, hears, ms } of steps) {
          const at = which % Math.max(1, tabs.length);
          const one = tabs[at];
          if (what === 'ask') {
            asked += 1;
            onPrinter.set(asked, which % 2);
            crew.ask(asked, which % 2);
          } else if (what === 'done') ends(which % 3)?.done();
          else if (what === 'fail') ends(which % 3)?.fail();
          else if (what === 'open' && tabs.length < 5) await add(which > 2);
          else if (what === 'crash' && tabs.length > 1 && one !== undefined) {
            one.tab.crash();
            gone.add(one.name);
            tabs.splice(at, 1);
            await pass(0);
          } else if (what === 'stop' && tabs.length > 1 && one?.isFrozen === false) {
            tabs.splice(at, 1);
            await one.tab.stop();
            gone.add(one.name);
          } else if (what === 'freeze' && one !== undefined && (!one.does || one.tab.pos.health().tab === 'follower')) {
            // A leader that prints itself is as one that has crashed: the next one prints again, marked.
            one.isFrozen = true;
            one.tab.freeze({ hears });
          } else if (what === 'thaw' && one !== undefined) {
            one.isFrozen = false;
            one.tab.thaw();
          } else if (what === 'retry' && one?.isFrozen === false) {
            for (const { id } of one.tab.pos.deadLetters.list()) one.tab.pos.deadLetters.retry(id);
          } else await pass(ms);
          // Without locks nobody can tell a tab that sleeps from one that is gone.
          const on = prints.filter((print) => print.isOn() && hasLocks && !gone.has(print.tab)).map(({ job }) => job);
          expect(on).toHaveLength(new Set(on).size);
        }
        for (const { tab } of tabs) tab.thaw();
        await add(true);
        for (let round = 0; round < 60; round += 1) {
          for (const print of prints) if (print.isOn() && !gone.has(print.tab)) print.done();
          const [listening] = tabs;
          for (const { id } of listening?.tab.pos.deadLetters.list() ?? []) listening?.tab.pos.deadLetters.retry(id);
          await pass(2_000);
        }
        await pass(40_000);
        expect(tabs.map(({ tab }) => tab.pos.health().work)).toEqual(tabs.map(() => idle));
        // A printer keeps its order, whoever has it.
        for (const printer of [0, 1]) {
          const begun = [...new Set(prints.map(({ job }) => job))].filter((job) => onPrinter.get(job) === printer);
          expect(begun).toEqual(begun.toSorted((one, other) => one - other));
        }
        for (let job = 1; job <= asked; job += 1) {
          const all = prints.filter((print) => print.job === job);
          expect(all.some(({ ended }) => ended() === 'done')).toBe(true);
          // Unmarked is what nobody has begun, or what has failed each time and said so.
          const unmarked = all.filter(({ redelivered }) => !redelivered);
          const before = all.slice(
            0,
            Math.max(
              0,
              all.findLastIndex((print) => unmarked.includes(print)),
            ),
          );
          expect(before.filter(({ ended }) => ended() !== 'failed')).toEqual([]);
        }
        for (const { tab } of tabs) await tab.stop();
      }),
      runs(60),
    );
  },
  patience,
);
