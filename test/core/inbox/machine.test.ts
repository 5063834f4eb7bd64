import { expect, test } from 'vitest';
import {
  initialInbox,
  isOpen,
  step,
  type InboxEffect,
  type InboxInput,
  type InboxState,
  type Work,
} from '../../../src/core/inbox/machine.ts';
import { inboxRules } from '../../../src/core/inbox/rules.ts';
import { defaultInboxSettings } from '../../../src/core/inbox/settings.ts';

const work = (id: string, changes: Partial<Work> = {}): Work => ({
  id,
  lane: id,
  key: id,
  attempt: undefined,
  priority: 'normal',
  isHandled: true,
  ...changes,
});

/** Steps, and tells what is to be done in a few words. */
function createBench({ begins = true, random = 0 } = {}) {
  let state: InboxState = initialInbox();
  let nowMs = 0;
  const settings = defaultInboxSettings;
  const all: InboxEffect[] = [];
  function tell(input: InboxInput): string[] {
    const stepped = step(state, input, { nowMs, random }, settings, inboxRules);
    ({ state } = stepped);
    all.push(...stepped.effects);
    return stepped.effects.map(({ kind, id }) => `${kind} ${id}`);
  }
  if (begins) tell({ kind: 'begin' });
  return {
    tell,
    last: (): InboxEffect | undefined => all.at(-1),
    get state() {
      return state;
    },
    arrive: (id: string, changes?: Partial<Work>) =>
      tell({ kind: 'arrived', work: work(id, changes), redelivered: false }),
    claimed: (id: string) => tell({ kind: 'claimed', id }),
    done: (id: string) => tell({ kind: 'done', id }),
    fail: (id: string) => tell({ kind: 'failed', id }),
    close: (key: string, attempt?: number) => tell({ kind: 'closed', key, attempt }),
    pass(ms: number) {
      nowMs += ms;
      return tell({ kind: 'tick' });
    },
  };
}

test('I7: it is called after it is written that it runs', () => {
  const bench = createBench();
  expect(bench.arrive('a')).toEqual(['claim a']);
  expect(bench.claimed('a')).toEqual(['run a']);
  expect(bench.done('a')).toEqual(['finish a']);
  expect(bench.state.items.size).toBe(0);
});

test('I8: the lane waits, and the next one begins when the work before is gone', () => {
  const bench = createBench();
  bench.arrive('a', { lane: 'printer' });
  expect(bench.arrive('b', { lane: 'printer' })).toEqual([]);
  bench.claimed('a');
  bench.fail('a');
  expect(bench.arrive('c', { lane: 'printer' })).toEqual([]);
  expect(bench.pass(200)).toEqual(['claim a']);
  bench.claimed('a');
  expect(bench.done('a')).toEqual(['finish a', 'claim b']);
});

test('I8: at most 16 at once, and whoever rests has no place among them', () => {
  const bench = createBench();
  const begun = Array.from({ length: 20 }, (_, number) => bench.arrive(`job ${number}`)).flat();
  expect(begun).toHaveLength(16);
  bench.claimed('job 0');
  expect(bench.fail('job 0')).toEqual(['release job 0', 'claim job 16']);
});

test('I8: under backlog what is critical begins first', () => {
  const bench = createBench({ begins: false });
  const works = (['background', 'normal', 'critical'] as const).map((priority) => ({
    work: work(priority, { priority }),
    tries: 0,
    redelivered: false,
  }));
  bench.tell({ kind: 'restored', works });
  expect(bench.tell({ kind: 'begin' })).toEqual(['claim critical', 'claim normal', 'claim background']);
});

test('I9: six runs, at least half of 0.2 s, 0.4 s … 5 s apart, then it is given up', () => {
  const bench = createBench();
  bench.arrive('a');
  const waits: number[] = [];
  for (let round = 0; round < 5; round += 1) {
    bench.claimed('a');
    expect(bench.fail('a')).toEqual(['release a']);
    let waited = 0;
    while (bench.pass(50).length === 0) waited += 50;
    waits.push(waited + 50);
  }
  expect(waits).toEqual([100, 200, 400, 800, 1_600]);
  bench.claimed('a');
  expect(bench.fail('a')).toEqual(['dead-letter a']);
  expect(bench.last()).toMatchObject({ tries: 6, mayHaveRun: false });
});

test('I9: what was begun six times and never ended is given up and not begun again', () => {
  const bench = createBench({ begins: false });
  bench.tell({ kind: 'restored', works: [{ work: work('a'), tries: 6, redelivered: true }] });
  expect(bench.tell({ kind: 'begin' })).toEqual(['dead-letter a']);
  expect(bench.last()).toMatchObject({ mayHaveRun: true });
});

test('I10: aborted after 30 s, given up 5 s later, and the lane goes on', () => {
  const bench = createBench();
  bench.arrive('a', { lane: 'printer' });
  bench.arrive('b', { lane: 'printer' });
  bench.claimed('a');
  expect(bench.pass(29_999)).toEqual([]);
  expect(bench.pass(1)).toEqual(['abort a']);
  expect(bench.pass(4_999)).toEqual([]);
  expect(bench.pass(1)).toEqual(['dead-letter a', 'claim b']);
});

test('I10: what ends in its last 5 s is done, or failed', () => {
  const bench = createBench();
  for (const id of ['a', 'b']) {
    bench.arrive(id);
    bench.claimed(id);
  }
  bench.pass(30_000);
  expect(bench.done('a')).toEqual(['finish a']);
  expect(bench.fail('b')).toEqual(['release b']);
  // It was interrupted: nobody knows how far it came.
  expect(bench.last()).toMatchObject({ redelivered: true });
});

test('I10: what was given up and is done after all takes its letter back; what fails does not', () => {
  const bench = createBench();
  for (const id of ['a', 'b']) {
    bench.arrive(id);
    bench.claimed(id);
  }
  bench.pass(30_000);
  expect(bench.pass(5_000)).toEqual(['dead-letter a', 'dead-letter b']);
  expect(bench.done('a')).toEqual(['redeem a']);
  expect(bench.fail('b')).toEqual([]);
  expect(bench.state.holders.size).toBe(0);
});

test('I11: what is tried again waits for the run that would not end, and no lane waits with it', () => {
  const bench = createBench();
  bench.arrive('a', { lane: 'printer' });
  bench.claimed('a');
  bench.pass(30_000);
  bench.pass(5_000);
  expect(bench.tell({ kind: 'arrived', work: work('a', { lane: 'printer' }), redelivered: true })).toEqual([]);
  expect(bench.arrive('b', { lane: 'printer' })).toEqual(['claim b']);
  bench.claimed('b');
  bench.done('b');
  expect(bench.fail('a')).toEqual(['claim a']);
  expect(bench.last()).toMatchObject({ redelivered: true, tries: 1 });
});

test('I10, I11: what is tried again and was done by the old run is not done once more', () => {
  const bench = createBench();
  bench.arrive('a');
  bench.claimed('a');
  bench.pass(30_000);
  bench.pass(5_000);
  bench.tell({ kind: 'arrived', work: work('a'), redelivered: true });
  expect(bench.done('a')).toEqual(['redeem a', 'finish a']);
  expect(bench.state.items.size).toBe(0);
});

test('I11: a run of an earlier session holds its key until it ends', () => {
  const bench = createBench({ begins: false });
  bench.tell({ kind: 'unfinished', id: 'old', key: 'job' });
  bench.tell({ kind: 'restored', works: [{ work: work('a', { key: 'job' }), tries: 1, redelivered: true }] });
  expect(bench.tell({ kind: 'begin' })).toEqual([]);
  expect(bench.tell({ kind: 'failed', id: 'old' })).toEqual(['claim a']);
});

test('I11: two attempts of one key do not run at once, whatever their lanes', () => {
  const bench = createBench();
  expect(bench.arrive('a', { key: 'job', attempt: 1 })).toEqual(['claim a']);
  expect(bench.arrive('b', { key: 'job', attempt: 2 })).toEqual([]);
  bench.claimed('a');
  expect(bench.done('a')).toEqual(['finish a', 'claim b']);
});

test('I3: a closing takes out what waits, rests or is about to run, and no later attempt', () => {
  const bench = createBench();
  bench.arrive('a', { key: 'job', attempt: 1, lane: 'printer' });
  bench.arrive('b', { key: 'job', attempt: 2, lane: 'printer' });
  expect(bench.close('job', 1)).toEqual(['finish a', 'claim b']);
  bench.claimed('b');
  bench.fail('b');
  expect(bench.close('job')).toEqual(['finish b']);
  expect(isOpen(bench.state, 'job')).toBe(false);
  expect(bench.pass(10_000)).toEqual([]);
});

test('I3: what runs when it is closed is not tried again, and a new request is new work', () => {
  const bench = createBench();
  bench.arrive('a', { key: 'job' });
  bench.claimed('a');
  expect(bench.close('job')).toEqual(['withdraw a']);
  expect(isOpen(bench.state, 'job')).toBe(false);
  bench.arrive('b', { key: 'job' });
  expect(bench.fail('a')).toEqual(['finish a', 'claim b']);
});

test('I3: what is closed and does not end is no dead letter', () => {
  const bench = createBench();
  bench.arrive('a', { key: 'job' });
  bench.claimed('a');
  bench.close('job');
  bench.pass(30_000);
  expect(bench.pass(5_000)).toEqual(['finish a']);
  expect(bench.arrive('b', { key: 'job' })).toEqual([]);
  expect(bench.fail('a')).toEqual(['claim b']);
});

test('I14: stopping begins nothing, and what was about to run has not run', () => {
  const bench = createBench();
  bench.arrive('a');
  bench.arrive('b');
  bench.claimed('a');
  expect(bench.tell({ kind: 'stop' })).toEqual(['release b']);
  expect(bench.last()).toMatchObject({ tries: 0, redelivered: false });
  expect(bench.claimed('b')).toEqual([]);
  expect(bench.arrive('c')).toEqual([]);
  expect(bench.tell({ kind: 'end' })).toEqual(['abort a']);
  expect(bench.fail('a')).toEqual(['release a']);
  expect(bench.last()).toMatchObject({ tries: 0, redelivered: true });
});

test('I14: what fails by itself while the client stops has failed', () => {
  const bench = createBench();
  bench.arrive('a');
  bench.claimed('a');
  bench.tell({ kind: 'stop' });
  bench.fail('a');
  expect(bench.last()).toMatchObject({ kind: 'release', tries: 1, redelivered: false });
});

test('I15: work that nobody handles stands in nobody’s way', () => {
  const bench = createBench();
  expect(bench.arrive('a', { lane: 'printer', isHandled: false })).toEqual([]);
  expect(bench.arrive('b', { lane: 'printer' })).toEqual(['claim b']);
  expect(bench.state.items.size).toBe(2);
  expect(bench.close('a')).toEqual(['finish a']);
});

test('I12: a run that was interrupted is remembered by every later one', () => {
  const bench = createBench({ begins: false });
  bench.tell({ kind: 'restored', works: [{ work: work('a'), tries: 1, redelivered: true }] });
  bench.tell({ kind: 'begin' });
  bench.claimed('a');
  expect(bench.last()).toMatchObject({ kind: 'run', redelivered: true });
  bench.fail('a');
  bench.pass(10_000);
  bench.claimed('a');
  expect(bench.last()).toMatchObject({ kind: 'run', redelivered: true, tries: 3 });
});

test('answers that come late, twice or for nobody change nothing', () => {
  const bench = createBench();
  bench.arrive('a');
  expect(bench.done('a')).toEqual([]);
  expect(bench.fail('a')).toEqual([]);
  bench.claimed('a');
  expect(bench.claimed('a')).toEqual([]);
  bench.done('a');
  for (const kind of ['claimed', 'done', 'failed'] as const) expect(bench.tell({ kind, id: 'a' })).toEqual([]);
  expect(bench.close('nobody')).toEqual([]);
  expect(bench.state.running).toBe(0);
});

test('I8: ten thousand pieces of work in ten thousand lanes, or in one, cost the same each', () => {
  for (const lanes of [10_000, 1]) {
    const bench = createBench();
    const begun: string[] = [];
    const note = (effects: readonly string[]): void => {
      for (const effect of effects) if (effect.startsWith('claim ')) begun.push(effect.slice('claim '.length));
    };
    for (let number = 0; number < 10_000; number += 1)
      note(bench.arrive(`job ${number}`, { lane: `lane ${number % lanes}` }));
    for (let index = 0; index < begun.length; index += 1) {
      const id = begun[index] ?? '';
      bench.claimed(id);
      note(bench.done(id));
    }
    expect(begun).toEqual(Array.from({ length: 10_000 }, (_, number) => `job ${number}`));
    expect(bench.state).toMatchObject({ running: 0, dueAtMs: expect.any(Number) as number });
    expect(bench.state.items.size + bench.state.holders.size + bench.state.timed.size).toBe(0);
  }
});

test('I20: a run that is lost was interrupted and counts; one that is lost after it was given up frees its key', () => {
  const bench = createBench();
  bench.arrive('a', { lane: 'printer' });
  bench.claimed('a');
  expect(bench.tell({ kind: 'lost', id: 'a' })).toEqual(['release a']);
  expect(bench.last()).toMatchObject({ tries: 1, redelivered: true });
  expect(bench.pass(200)).toEqual(['claim a']);
  expect(bench.last()).toMatchObject({ tries: 2, redelivered: true });
  bench.claimed('a');
  expect(bench.pass(30_000)).toEqual(['abort a']);
  expect(bench.pass(5_000)).toEqual(['dead-letter a']);
  expect(bench.arrive('b', { key: 'a' })).toEqual([]);
  expect(bench.tell({ kind: 'lost', id: 'a' })).toEqual(['claim b']);
});
