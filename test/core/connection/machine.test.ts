import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ceilingMs } from '../../../src/core/connection/backoff.ts';
import { statusOf } from '../../../src/core/connection/connection-status.ts';
import {
  dueAtMs,
  initialState,
  step,
  type ConnectionEffect,
  type ConnectionInput,
  type ConnectionState,
  type MachineOptions,
} from '../../../src/core/connection/machine.ts';
import { defaultConnectionSettings as settings } from '../../../src/core/connection/settings.ts';
import { ownVerdicts, type Action, type Verdict } from '../../../src/core/connection/verdict.ts';
import { patience, runs } from '../../effort.ts';

const actions: readonly Action[] = ['retry', 'retry-slowly', 'spread', 'reauthorise', 'renew', 'block'];
const verdicts: fc.Arbitrary<Verdict> = fc.record({
  cause: fc.constant(ownVerdicts.silent.cause),
  fault: fc.constant(ownVerdicts.silent.fault),
  action: fc.constantFrom(...actions, ...actions, 'disable' as const),
  remediation: fc.constant('x'),
});

/** Numbers near the newest, so that late, current and future ones are all tried. */
const offset = fc.constantFrom(0, 0, 0, 0, -1, -2, 1);

type Stimulus =
  | { readonly kind: 'start' | 'stop' | 'tick' | 'woke' | 'hinted' | 'restored' }
  | { readonly kind: 'tokenAnswered'; readonly offset: number; readonly token: 'new' | 'unchanged' | 'missing' }
  | { readonly kind: 'tokenFailed'; readonly offset: number }
  | { readonly kind: 'opened'; readonly offset: number; readonly pings: boolean }
  | { readonly kind: 'ended'; readonly offset: number; readonly verdict: Verdict };

const plain = (kind: 'start' | 'stop' | 'tick' | 'woke' | 'hinted' | 'restored'): fc.Arbitrary<Stimulus> =>
  fc.constant({ kind });
const tokens = fc.constantFrom('new' as const, 'new' as const, 'unchanged' as const, 'missing' as const);

/** Weighted so that clients get somewhere: stopping is rare, and what was asked for is mostly answered. */
const stimulus: fc.Arbitrary<Stimulus> = fc.oneof(
  { weight: 4, arbitrary: plain('start') },
  { weight: 6, arbitrary: plain('tick') },
  { weight: 1, arbitrary: plain('stop') },
  { weight: 2, arbitrary: plain('woke') },
  { weight: 2, arbitrary: plain('hinted') },
  { weight: 1, arbitrary: plain('restored') },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('tokenAnswered' as const), offset, token: tokens }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('tokenFailed' as const), offset }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('opened' as const), offset, pings: fc.boolean() }) },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('ended' as const), offset, verdict: verdicts }) },
);

interface Move {
  readonly stimulus: Stimulus;
  /** `due`: exactly when the machine wants its tick. */
  readonly afterMs: number | 'due';
  readonly random: number;
  readonly hears: boolean;
}

const moves = fc.array(
  fc.record({
    stimulus,
    afterMs: fc.oneof(
      fc.constant('due' as const),
      fc.constant(0),
      fc.nat({ max: 2_000 }),
      fc.nat({ max: 30_000 }),
      fc.nat({ max: 100_000_000 }),
    ),
    random: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
    hears: fc.boolean(),
  }),
  { minLength: 1, maxLength: 120, size: 'max' },
);

/** What the outside world can tell of the machine: everything below is judged by this and not by its inner state. */
interface World {
  alive: number | undefined;
  newest: number;
  newestAsk: number;
  linkUp: number | undefined;
  readonly attemptsAtMs: number[];
}

interface Scene {
  readonly before: ConnectionState;
  readonly input: ConnectionInput;
  readonly after: ConnectionState;
  readonly effects: readonly ConnectionEffect[];
  readonly nowMs: number;
  readonly world: World;
}

function inputOf(from: Stimulus, world: World): ConnectionInput {
  if (from.kind === 'tokenAnswered') return { kind: from.kind, ask: world.newestAsk + from.offset, token: from.token };
  if (from.kind === 'tokenFailed') return { kind: from.kind, ask: world.newestAsk + from.offset };
  if (from.kind === 'ended') {
    return { kind: from.kind, generation: world.newest + from.offset, verdict: from.verdict };
  }
  if (from.kind === 'opened') {
    const manners = { pings: from.pings, silenceLimitMs: 45_000 };
    return { kind: from.kind, generation: world.newest + from.offset, manners };
  }
  return from;
}

function play(options: MachineOptions, script: readonly Move[], look: (scene: Scene) => void): void {
  let state = initialState(options);
  let nowMs = 0;
  let heard = { count: 0, atMs: 0 };
  const world: World = { alive: undefined, newest: 0, newestAsk: 0, linkUp: undefined, attemptsAtMs: [] };
  for (const { stimulus: from, afterMs, random, hears } of script) {
    const due = dueAtMs(state, settings);
    nowMs = afterMs === 'due' ? Math.max(nowMs, due ?? nowMs) : nowMs + afterMs;
    const input = inputOf(from, world);
    if (hears || input.kind === 'opened') heard = { count: heard.count + 1, atMs: nowMs };
    const before = state;
    const { state: after, effects } = step(options, before, input, { nowMs, random, heard });
    state = after;
    look({ before, input, after, effects, nowMs, world });
  }
}

/** Keeps the world's books, and says where an effect makes no sense in it. */
function account({ effects, nowMs, world }: Scene): readonly string[] {
  const wrong: string[] = [];
  const must = (holds: boolean, sentence: string): void => void (holds || wrong.push(sentence));
  for (const effect of effects) {
    switch (effect.kind) {
      case 'open':
        must(world.alive === undefined, 'a socket was opened beside another');
        must(effect.generation === world.newest + 1, 'a generation was used twice or left out');
        world.alive = effect.generation;
        world.newest = effect.generation;
        world.attemptsAtMs.push(nowMs);
        break;
      case 'close':
        must(effect.generation === world.alive, 'a socket was closed that was not alive');
        world.alive = undefined;
        break;
      case 'ping':
        must(effect.generation === world.linkUp, 'something was asked that is no link');
        break;
      case 'link-up':
        must(effect.generation === world.alive && world.linkUp === undefined, 'a link came up from nowhere');
        world.linkUp = effect.generation;
        break;
      case 'link-down':
        must(effect.generation === world.linkUp, 'a link went down that was not up');
        world.linkUp = undefined;
        break;
      case 'ask-token':
        must(effect.ask === world.newestAsk + 1, 'a question was numbered wrongly');
        world.newestAsk = effect.ask;
        break;
      case 'look':
        must(world.linkUp === undefined, 'a server was looked for that is there');
    }
  }
  return wrong;
}

const options = fc.record({ settings: fc.constant(settings), asksForTokens: fc.boolean() });

/** For properties that also say how often they saw what they are about: the same histories every time. */
const fixed: fc.Parameters<unknown> = { numRuns: 500, seed: 4 };

function always(parameters: fc.Parameters<unknown>, look: (scene: Scene) => void): void {
  fc.assert(
    fc.property(options, moves, (machine, script) =>
      play(machine, script, (scene) => {
        expect(account(scene)).toEqual([]);
        look(scene);
      }),
    ),
    { ...parameters },
  );
}

test(
  'C1: whatever happens in whatever order, one socket is alive at most, and each is closed once',
  { timeout: patience },
  () => {
    always(runs(1_000), ({ after, world }) => {
      const inUse = 'generation' in after.phase ? after.phase.generation : undefined;
      expect(inUse).toBe(world.alive);
      expect(after.phase.name === 'open').toBe(world.linkUp !== undefined);
    });
  },
);

test('C2: news of another socket or of an older question changes nothing', { timeout: patience }, () => {
  let stale = 0;
  always(fixed, ({ before, input, after, effects }) => {
    const { phase } = before;
    const current = 'generation' in phase ? phase.generation : undefined;
    const asked = phase.name === 'asking' ? phase.ask : undefined;
    const isStale = ('generation' in input && input.generation !== current) || ('ask' in input && input.ask !== asked);
    if (!isStale) return;
    stale += 1;
    expect(effects).toEqual([]);
    expect(after).toEqual(before);
  });
  expect(stale).toBeGreaterThan(1_000);
});

test('C8: in every phase but two there is a next moment, and it is not for ever away', { timeout: patience }, () => {
  always(runs(500), ({ after, nowMs }) => {
    const due = dueAtMs(after, settings);
    const rests = after.phase.name === 'stopped' || after.phase.name === 'disabled';
    expect(due === undefined).toBe(rests);
    expect((due ?? nowMs) - nowMs).toBeLessThanOrEqual(settings.blockedProbeMs * 1.5);
  });
});

test(
  'C8: a tick at its moment always makes progress: the next moment is later, or nothing is left',
  { timeout: patience },
  () => {
    fc.assert(
      fc.property(
        options,
        moves,
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (machine, script, random) => {
          let end: Scene | undefined;
          play(machine, script, (scene) => (end = scene));
          if (end === undefined) return;
          let { after: state, nowMs } = end;
          const heard = { count: 0, atMs: nowMs };
          // A machine that ticks without moving would be a loop of the timer.
          for (let ticks = 0, still = 0; ticks < 50; ticks += 1) {
            const due = dueAtMs(state, settings);
            if (due === undefined) return;
            still = due > nowMs ? 0 : still + 1;
            expect(still).toBeLessThanOrEqual(3);
            nowMs = Math.max(nowMs, due);
            state = step(machine, state, { kind: 'tick' }, { nowMs, random, heard }).state;
          }
        },
      ),
      runs(1_000),
    );
  },
);

test('C9: attempts are bounded in every two minutes, whatever the world does', { timeout: patience }, () => {
  // Nothing is stable here, because nothing is heard.
  fc.assert(
    fc.property(options, moves, (machine, script) => {
      let world: World | undefined;
      const mute = script.map((move) => ({
        ...move,
        hears: false,
        afterMs: move.afterMs === 'due' ? ('due' as const) : Math.min(move.afterMs, 9_000),
      }));
      play(machine, mute, (scene) => {
        expect(account(scene)).toEqual([]);
        ({ world } = scene);
      });
      const attempts = world?.attemptsAtMs ?? [];
      expect(attempts.filter((atMs) => atMs < 120_000).length).toBeLessThanOrEqual(12);
    }),
    runs(1_000),
  );
});

test('C6: a wait is never longer than its ceiling, the budget and the floor allow', { timeout: patience }, () => {
  always(runs(500), ({ after, nowMs }) => {
    const { phase, memory } = after;
    if (phase.name !== 'waiting') return;
    const jitterMs = ceilingMs({ ...memory, failures: memory.failures - 1 }, settings) + settings.backoffFloorMs;
    expect(phase.untilMs - nowMs).toBeLessThanOrEqual(Math.max(jitterMs, 1.5 * settings.attemptEveryMs));
  });
});

test('C14: blocked always has a probe, a minute or more after it was reached', { timeout: patience }, () => {
  let reached = 0;
  always(fixed, ({ before, after, nowMs }) => {
    if (after.phase.name !== 'blocked' || before.phase.name === 'blocked') return;
    reached += 1;
    expect(after.phase.untilMs - nowMs).toBeGreaterThanOrEqual(settings.blockedProbeMs);
    expect(after.phase.untilMs - nowMs).toBeLessThanOrEqual(settings.blockedProbeMs * 1.5);
  });
  expect(reached).toBeGreaterThan(100);
});

test('C33: stop ends every phase at once', { timeout: patience }, () => {
  always(runs(500), ({ input, after, world }) => {
    if (input.kind !== 'stop') return;
    expect(after.phase.name).toBe('stopped');
    expect(world.alive).toBeUndefined();
    expect(dueAtMs(after, settings)).toBeUndefined();
  });
});

test('C35: the word open is said exactly while a link is open', { timeout: patience }, () => {
  always(runs(500), ({ after, world }) => {
    expect(statusOf(after).word === 'open').toBe(world.linkUp !== undefined);
  });
});

test('the sequences above reach every phase with every input', { timeout: patience }, () => {
  const seen = new Set<string>();
  always(fixed, ({ before, input }) => seen.add(`${before.phase.name} ${input.kind}`));
  expect(seen.size).toBe(7 * 10);
});

test('C17: no token is in the state', { timeout: patience }, () => {
  // By construction: the inputs carry none. What is left to check is that the state is plain data that a log could show.
  always(runs(500), ({ after }) => {
    expect(structuredClone(after)).toEqual(after);
  });
});
