// Whatever arrives, over all wires of one running server: it stays up, serves whoever is there, and keeps nothing of it.
import process from 'node:process';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { developmentApp } from '../../../src/dev-server/signature.ts';
import type { Traffic } from '../../../src/dev-server/traffic.ts';
import { patience } from '../../effort.ts';
import { hostile } from './hostile-things.ts';
import { serves } from './serving.ts';
import { throwFrames, throwRequests } from './throwing.ts';
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
const shares: Readonly<Record<keyof typeof hostile, number>> = {
  pusherFrame: 0.22,
  protocolFrame: 0.22,
  socketIoFrame: 0.2,
  broadcastFrame: 0.04,
  apiRequest: 0.1,
  restRequest: 0.18,
  wildRequest: 0.04,
};
const some = <Kind extends keyof typeof hostile>(kind: Kind) =>
  fc.sample<unknown>(hostile[kind] as fc.Arbitrary<unknown>, {
    numRuns: Math.ceil(count * shares[kind]),
    seed,
  }) as ((typeof hostile)[Kind] extends fc.Arbitrary<infer Thing> ? Thing : never)[];

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
    const whole = await startWhole({ traffic: tally.take });
    const { url, ws } = whole;
    await serves(whole);
    const witness = await pusherClient(whole, posTokens.pos);
    await joined(witness, `private-store.${store.sku}.orders`);
    await until(() => held('sockets') <= 4);
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
    const protocol = some('protocolFrame');
    const half = Math.floor(protocol.length / 2);
    await throwFrames(pusher, some('pusherFrame'), 25);
    await throwFrames({ url: floor, hello: auth(cafeTokens.manager), isIn: welcome }, protocol.slice(0, half), 25);
    await throwFrames({ url: floor, hello: auth(posTokens.kds), isIn: welcome }, protocol.slice(half), 25);
    await throwFrames(socketIo, some('socketIoFrame'), 25);
    await throwFrames({ url: `${ws}/ws`, hello: [], isIn: undefined }, some('broadcastFrame'), 25);
    await throwRequests(url, some('apiRequest'));
    await throwRequests(url, some('restRequest'));
    await throwRequests(url, some('wildRequest'));

    // What is over is over: nothing of it is still open or waits for something.
    await until(() => held('sockets') <= before.sockets && held('timers') <= before.timers, 40_000);
    const after = { sockets: held('sockets'), timers: held('timers') };
    expect(witness.connection.state).toBe('connected');
    witness.disconnect();
    await whole.server.faults.clear();
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
    expect(tally.of('frame pusher')).toBeGreaterThan(0.9 * shares.pusherFrame * count);
    expect(tally.of('frame websocket')).toBeGreaterThan(0.5 * shares.protocolFrame * count);
    expect(tally.of('frame socket-io')).toBeGreaterThan(0.5 * shares.socketIoFrame * count);
    expect(tally.of('frame broadcast')).toBeGreaterThan(0.9 * shares.broadcastFrame * count);
    expect(tally.of('request')).toBeGreaterThan(0.9 * (shares.apiRequest + shares.restRequest) * count);
    expect(tally.of('granted')).toBeGreaterThan(0.1 * count * shares.restRequest);
  },
  patience,
);
