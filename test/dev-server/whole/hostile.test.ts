// Whatever arrives, over all wires of one running server: it stays up, serves whoever is there, and keeps nothing of it.
import process from 'node:process';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { developmentApp } from '../../../src/dev-server/signature.ts';
import type { Traffic } from '../../../src/dev-server/traffic.ts';
import { patience } from '../../effort.ts';
import { frames } from './hostile-frames.ts';
import { requests } from './hostile-requests.ts';
import { serves } from './serving.ts';
import { perConnection, throwFrames, throwRequests } from './throwing.ts';
import {
  brasserieTokens,
  cafeId,
  cafeTokens,
  joined,
  posTokens,
  pusherClient,
  startWhole,
  store,
  until,
} from './whole.ts';

const count = { long: 100_000, short: 2_000 }[process.env['HEARD_LENGTH'] ?? ''] ?? 10_000;
/** HEARD_SEED=123 says the same again. */
const seed = Number(process.env['HEARD_SEED'] ?? Date.now() % 1_000_000);

/** Of the whole, by what they are. */
const shares = {
  pusher: 0.22,
  protocol: 0.21,
  protocolEnd: 0.21 / perConnection,
  socketIo: 0.2,
  socketIoEnd: 0.2 / perConnection,
  broadcast: 0.04,
  api: 0.1,
  rest: 0.17,
  wild: 0.04,
} satisfies Record<keyof typeof frames | keyof typeof requests, number>;

const some = <Thing>(arbitrary: fc.Arbitrary<Thing>, share: number): readonly Thing[] =>
  fc.sample(arbitrary, { numRuns: Math.ceil(count * share), seed });
const someFrames = (kind: keyof typeof frames) => some(frames[kind], shares[kind]);
const someRequests = (kind: keyof typeof requests) => some(requests[kind], shares[kind]);

/** What keeps this process, in which the server runs, from ending. */
function held(kind: 'sockets' | 'timers'): number {
  const named = kind === 'sockets' ? /^TCPSocketWrap$/ : /^Timeout$/;
  return process.getActiveResourcesInfo().filter((name) => named.test(name)).length;
}

function createTally() {
  const counts = new Map<string, number>();
  const failures: string[] = [];
  const add = (what: string): void => void counts.set(what, (counts.get(what) ?? 0) + 1);
  return {
    of: (what: string): number => counts.get(what) ?? 0,
    failures,
    /** Each as it comes, for there are too many to be kept. */
    take(entry: Traffic): void {
      if (entry.kind === 'frame' && entry.to === 'server') add(`frame ${entry.wire}`);
      if (entry.kind === 'request') {
        add('request');
        if (typeof entry.status === 'number' && entry.status >= 500) failures.push(`${entry.status} ${entry.path}`);
        if (typeof entry.status === 'number' && entry.status < 300) add('granted');
      }
      // Others tell of what a real server would not survive, which is what was done to it.
      if (entry.kind === 'trouble') add('trouble');
      if (entry.kind === 'trouble' && / failed: |did not publish/.test(entry.what)) failures.push(entry.what);
    },
  };
}

test(
  `${count} random and malformed frames and requests over every wire leave it up (seed ${seed})`,
  async () => {
    const rejected: unknown[] = [];
    const reject = (reason: unknown): void => void rejected.push(reason);
    process.on('unhandledRejection', reject);
    onTestFinished(() => void process.off('unhandledRejection', reject));
    const tally = createTally();
    const others = held('sockets');
    const whole = await startWhole({ traffic: tally.take });
    const { url, ws } = whole;
    await serves(whole);
    const witness = await pusherClient(whole, posTokens.pos);
    await joined(witness, `private-store.${store.sku}.orders`);
    // The witness alone, at both ends.
    await until(() => held('sockets') <= others + 2);
    const before = { sockets: held('sockets'), timers: held('timers') };

    const welcome = /"type":"welcome","socketId":"([\d.]+)"/;
    const auth = (token: string): string[] => [JSON.stringify({ type: 'auth', version: 1, token })];
    const pusher = { url: `${ws}/app/${developmentApp.key}?protocol=7`, hello: [], isIn: /socket_id\\":\\"([\d.]+)/ };
    const floor = `${ws}/socket?cafe_id=${cafeId}`;
    const namespaces = ['/orders', '/inventory'].map(
      (name) => `40${name},${JSON.stringify({ token: cafeTokens.manager })}`,
    );
    const socketIo = {
      url: `${ws}/socket.io/?EIO=4&transport=websocket&cafe_id=${cafeId}`,
      hello: [`40${JSON.stringify({ token: brasserieTokens.charlie })}`, '40/events,', ...namespaces],
      isIn: /^40\/inventory/,
    };
    const people = [cafeTokens.manager, posTokens.kds];
    const protocol = someFrames('protocol');
    const ends = someFrames('protocolEnd');
    await throwFrames(pusher, someFrames('pusher'));
    for (const [index, token] of people.entries()) {
      const mine = (_: unknown, at: number): boolean => at % people.length === index;
      const wire = { url: floor, hello: auth(token), isIn: welcome };
      await throwFrames(wire, protocol.filter(mine), ends.filter(mine));
    }
    const socketIoFrames = someFrames('socketIo');
    await throwFrames(socketIo, socketIoFrames, someFrames('socketIoEnd'));
    await throwFrames({ url: `${ws}/ws`, hello: [], isIn: undefined }, someFrames('broadcast'));
    await throwRequests(url, someRequests('api'));
    await throwRequests(url, someRequests('rest'));
    await throwRequests(url, someRequests('wild'));

    // What is over is over: nothing of it is still open or waits for something.
    await until(() => held('sockets') <= before.sockets && held('timers') <= before.timers, 40_000);
    const after = { sockets: held('sockets'), timers: held('timers') };
    expect(witness.connection.state).toBe('connected');
    witness.disconnect();
    whole.server.faults.clear();
    await serves(whole);

    expect(rejected).toEqual([]);
    expect(tally.failures).toEqual([]);
    // It was heard, and not only thrown.
    const figures = Object.fromEntries(
      ['frame pusher', 'frame websocket', 'frame socket-io', 'frame broadcast', 'request', 'granted', 'trouble'].map(
        (what) => [what, tally.of(what)],
      ),
    );
    process.stdout.write(`hostile: ${JSON.stringify({ seed, count, before, after, ...figures })}\n`);
    expect(tally.of('frame pusher')).toBeGreaterThan(0.9 * shares.pusher * count);
    expect(tally.of('frame websocket')).toBeGreaterThan(0.8 * shares.protocol * count);
    expect(tally.of('frame socket-io')).toBeGreaterThan(0.8 * shares.socketIo * count);
    expect(tally.of('frame broadcast')).toBeGreaterThan(0.9 * shares.broadcast * count);
    expect(tally.of('request')).toBeGreaterThan(0.9 * (shares.api + shares.rest) * count);
    expect(tally.of('granted')).toBeGreaterThan(0.1 * count * shares.rest);
  },
  patience,
);
