import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { AuthoriseAnswer, AuthoriseQuestion } from '../../../src/core/channels/authorise.ts';
import { createJoiner, type Joiner } from '../../../src/core/channels/joiner.ts';
import type { Needs } from '../../../src/core/channels/joining.ts';
import { createCredentials } from '../../../src/core/connection/credentials.ts';
import type { Host } from '../../../src/host/host.ts';
import { createFakeHost, seededRandom, type FakeHost } from '../../../src/testing/fake-host.ts';
import type { JoinCredential } from '../../../src/transports/transport.ts';
import { patience, runs } from '../../effort.ts';

const kinds: ReadonlyMap<string, Needs> = new Map([
  ['menu', 'nothing'],
  ['__proto__', 'nothing'],
  ['/kitchen', 'token'],
  ['private-orders', 'signature'],
  ['private-tables', 'signature'],
  ['private-stock', 'signature'],
  ['private-forbidden', 'signature'],
  ['private-missing', 'signature'],
]);
const wires = [...kinds.keys()];
const isClosed = (wire: string): boolean => wire === 'private-forbidden' || wire === 'private-missing';
const maxAuthorising = 2;

interface Socket {
  readonly generation: number;
  readonly subscribed: Set<string>;
  /** Everybody that it has ever let in. */
  readonly admitted: Set<string>;
  over: boolean;
  toServerAtMs: number;
  toClientAtMs: number;
}

type Move =
  | { readonly kind: 'up' | 'down' | 'rotate' | 'tell-token' }
  | { readonly kind: 'add' | 'remove' | 'kick'; readonly wire: string };

const move: fc.Arbitrary<{ readonly move: Move; readonly afterMs: number }> = fc.record({
  move: fc.oneof(
    { weight: 5, arbitrary: fc.constant<Move>({ kind: 'up' }) },
    { weight: 2, arbitrary: fc.constant<Move>({ kind: 'down' }) },
    { weight: 2, arbitrary: fc.constant<Move>({ kind: 'rotate' }) },
    { weight: 1, arbitrary: fc.constant<Move>({ kind: 'tell-token' }) },
    {
      weight: 12,
      arbitrary: fc.record({
        kind: fc.constantFrom('add' as const, 'add' as const, 'add' as const, 'remove' as const, 'kick' as const),
        wire: fc.constantFrom(...wires),
      }),
    },
  ),
  afterMs: fc.oneof(fc.constant(0), fc.nat({ max: 50 }), fc.nat({ max: 3_000 }), fc.nat({ max: 40_000 })),
});

/** A server that is late, forgets to answer, says everything twice, and is told the truth about by nobody but the checks. */
function createWorld(seed: number, faultRate: number) {
  const host: FakeHost = createFakeHost({ seed });
  const draw = seededRandom(seed + 1);
  const chance = (rate: number): boolean => draw() < rate;
  let faults = faultRate;
  let ownTimers = 0;
  /** The joiner's own timers are counted apart from those of the world. */
  const counting: Host = {
    ...host,
    schedule(delayMs, callback) {
      ownTimers += 1;
      let isOver = false;
      const over = (): void => {
        if (!isOver) ownTimers -= 1;
        isOver = true;
      };
      const release = host.schedule(delayMs, () => {
        over();
        callback();
      });
      return () => {
        over();
        release();
      };
    },
  };

  const wanted = new Set<string>();
  const isIn = new Set<string>();
  const problems: string[] = [];
  let goodToken = 1;
  let refreshes = 0;
  let questions = 0;
  let open = 0;
  let socket: Socket | undefined;
  let generation = 0;

  const tokenOf = (number: number): string => `t${number}`;
  const delayMs = (): number => (chance(faults) ? draw() * 6_000 : draw() * 30);

  async function token(): Promise<string | undefined> {
    refreshes += 1;
    await new Promise<void>((resolve) => void host.schedule(delayMs(), resolve));
    if (chance(faults / 3)) throw new Error('sign-in is down');
    if (chance(faults / 3)) return undefined;
    if (chance(faults / 3)) return new Promise<never>(() => undefined);
    // An old one, which is refused.
    if (chance(faults / 2)) return tokenOf(goodToken - 1);
    return tokenOf(goodToken);
  }

  const credentials = createCredentials({ host, token, abandonAfterMs: 60_000, changed: () => joiner.tokenChanged() });

  function verdict({ socketId, channel, token: shown }: AuthoriseQuestion): AuthoriseAnswer {
    if (chance(faults / 4)) return { kind: 'refused', status: 500 };
    if (chance(faults / 6)) return { kind: 'refused', status: 429, retryAfterMs: draw() * 8_000 };
    if (chance(faults / 4)) return { kind: 'failed' };
    if (chance(faults / 8)) return { kind: 'refused', status: 403 };
    if (shown !== tokenOf(goodToken)) return { kind: 'refused', status: 401 };
    if (isClosed(channel)) return { kind: 'refused', status: channel === 'private-forbidden' ? 403 : 404 };
    return { kind: 'granted', auth: `${socketId}|${channel}` };
  }

  async function authorise(question: AuthoriseQuestion): Promise<AuthoriseAnswer> {
    questions += 1;
    open += 1;
    let isCounted = true;
    const close = (): void => {
      if (isCounted) open -= 1;
      isCounted = false;
    };
    question.signal.addEventListener('abort', close);
    if (open > maxAuthorising) problems.push(`${open} questions at once`);
    if (chance(faults / 4)) return new Promise<never>(() => undefined);
    await new Promise<void>((resolve) => void host.schedule(delayMs() * 2, resolve));
    close();
    if (chance(faults / 8)) throw new Error('no network');
    return verdict(question);
  }

  const joiner: Joiner = createJoiner({
    host: counting,
    credentials,
    authorise,
    maxAuthorising,
    listener: {
      joined(channel, of) {
        if (isIn.has(channel)) problems.push(`${channel} joined twice`);
        if (!wanted.has(channel)) problems.push(`${channel} joined though nobody wants it`);
        if (socket?.generation !== of) problems.push(`${channel} joined on ${of}, which is gone`);
        if (socket?.admitted.has(channel) !== true) problems.push(`${channel} joined and was never admitted`);
        isIn.add(channel);
      },
      left(channel) {
        if (!isIn.delete(channel)) problems.push(`${channel} left and was not in`);
      },
      denied(channel) {
        if (isIn.has(channel)) problems.push(`${channel} denied while in`);
      },
    },
    report: () => undefined,
  });

  /** In order in each direction, however late. */
  function toServer(at: Socket, action: () => void): void {
    at.toServerAtMs = Math.max(at.toServerAtMs, host.clock.monotonicMs() + delayMs());
    host.schedule(at.toServerAtMs - host.clock.monotonicMs(), () => at.over || action());
  }

  function toClient(at: Socket, action: () => void): void {
    at.toClientAtMs = Math.max(at.toClientAtMs, host.clock.monotonicMs() + delayMs());
    host.schedule(at.toClientAtMs - host.clock.monotonicMs(), () => {
      // Also when it is over: libraries talk after they were closed.
      if (!at.over || chance(faults)) action();
    });
  }

  function refusalOf(at: Socket, wire: string, credential: JoinCredential | undefined): number | undefined {
    if (chance(faults / 8)) return 500;
    if (chance(faults / 8)) return 401;
    const needs = kinds.get(wire);
    if (needs === 'token')
      return credential?.kind === 'token' && credential.token === tokenOf(goodToken) ? undefined : 401;
    if (needs !== 'signature') return undefined;
    return credential?.kind === 'signature' && credential.auth === `${at.generation}|${wire}` ? undefined : 401;
  }

  function joinAt(at: Socket, wire: string, credential: JoinCredential | undefined): void {
    if (socket !== at) problems.push(`join of ${wire} on a socket that is gone`);
    if (credential?.kind === 'signature' && credential.auth !== `${at.generation}|${wire}`) {
      problems.push(`${wire} joined with ${credential.auth} on ${at.generation}`);
    }
    toServer(at, () => {
      const status = refusalOf(at, wire, credential);
      if (status === undefined) {
        at.subscribed.add(wire);
        at.admitted.add(wire);
      }
      if (chance(faults / 4)) return;
      // Admissions may be repeated, refusals are not (SPEC.md, what is assumed).
      for (let times = status === undefined && chance(faults) ? 2 : 1; times > 0; times -= 1) {
        toClient(at, () => {
          if (status === undefined) joiner.joined(wire, undefined, at.generation);
          else joiner.refused(wire, { status, code: undefined }, at.generation);
        });
      }
    });
  }

  function down(): void {
    if (socket === undefined) return;
    const { generation: ended } = socket;
    socket.over = true;
    socket = undefined;
    joiner.linkDown(ended);
    if (isIn.size > 0) problems.push('somebody is in without a link');
  }

  function up(): void {
    down();
    const at: Socket = {
      generation: (generation += 1),
      subscribed: new Set(),
      admitted: new Set(),
      over: false,
      toServerAtMs: 0,
      toClientAtMs: 0,
    };
    socket = at;
    joiner.linkUp({
      generation: at.generation,
      socketId: String(at.generation),
      join: (wire, credential) => joinAt(at, wire, credential),
      leave: (wire) => toServer(at, () => void at.subscribed.delete(wire)),
      send: () => true,
    });
  }

  function perform(action: Move): void {
    switch (action.kind) {
      case 'up':
        return up();
      case 'down':
        return down();
      case 'rotate':
        goodToken += 1;
        return;
      case 'tell-token':
        return joiner.tokenChanged();
      case 'add':
        wanted.add(action.wire);
        return joiner.add(action.wire, kinds.get(action.wire) ?? 'nothing');
      case 'remove':
        wanted.delete(action.wire);
        joiner.remove(action.wire);
        if (isIn.has(action.wire)) problems.push(`${action.wire} is in after it was removed`);
        return;
      case 'kick': {
        const at = socket;
        if (at?.subscribed.delete(action.wire) !== true) return;
        toClient(at, () => joiner.refused(action.wire, { status: 500, code: undefined }, at.generation));
      }
    }
  }

  return {
    host,
    joiner,
    wanted,
    problems,
    perform,
    heal() {
      faults = 0;
      if (socket === undefined) up();
    },
    /** What the server of the live socket knows. */
    subscribed: (): readonly string[] => [...(socket?.subscribed ?? [])].sort(),
    told: (): readonly string[] => [...isIn].sort(),
    spent: () => ({ questions, refreshes }),
    ownTimers: () => ownTimers,
  };
}

test(
  'J1, J2, J3, J7, J8, J9, J10, J16, J19, J23, J24, J30: whatever happens, nobody is in who is not, and in the end everybody is in or denied',
  async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(move, { minLength: 1, maxLength: 60, size: 'max' }),
        fc.nat(),
        fc.constantFrom(0.05, 0.3, 0.7),
        async (moves, seed, faultRate) => {
          const world = createWorld(seed, faultRate);
          for (const wire of wires.slice(0, 4)) world.perform({ kind: 'add', wire });
          for (const { move: next, afterMs } of moves) {
            world.perform(next);
            await world.host.pass(afterMs);
            expect(world.problems).toEqual([]);
          }
          const minutes = world.host.clock.monotonicMs() / 60_000;
          const { questions, refreshes } = world.spent();
          // A fresh start for each change, and then what the backoff allows.
          expect(questions).toBeLessThan(wires.length * (12 + 6 * minutes) + 4 * moves.length);
          expect(refreshes).toBeLessThan(12 + 10 * minutes + moves.length);

          world.heal();
          await world.host.pass(420_000);
          expect(world.problems).toEqual([]);
          const open = [...world.wanted].filter((wire) => !isClosed(wire)).sort();
          expect(world.told()).toEqual(open);
          // The truth, and not what was said about it.
          expect(world.subscribed()).toEqual(open);
          for (const wire of world.wanted) {
            expect(world.joiner.state(wire)?.word).toBe(isClosed(wire) ? 'denied' : 'joined');
          }
          world.joiner.dispose();
          expect(world.ownTimers()).toBe(0);
        },
      ),
      runs(300),
    );
  },
  patience,
);
