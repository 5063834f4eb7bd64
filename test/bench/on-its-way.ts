// How long an event is on its way, on the loopback: from the moment that a server of another process says it to the handler. One by
// one, as a shop has them, with a client that waits for them.
import { p99Of } from './figures.ts';
import { webSocketListener } from './official-listeners.ts';
import { orders } from './orders.ts';
import type { OpenRow, TimeRow, Times } from './rows.ts';
import { socketProcess } from './socket-process.ts';
import { asPusher, tillOverPusher, type Join } from './sockets.ts';

const eventsPerRound = 1_000;
const everyMs = 3;

/** A clock that all processes of a machine share. */
const nowMs = (): number => Number(process.hrtime.bigint()) / 1e6;

/** Tells how long each of so many was on its way. */
async function line(join: Join): Promise<OpenRow<readonly number[]>> {
  const server = await socketProcess();
  const printer = orders();
  let heardAtMs: number[] = [];
  let allHeard = (): void => undefined;
  const leave = await join(server.port, () => {
    heardAtMs.push(nowMs());
    if (heardAtMs.length === eventsPerRound) allHeard();
  });
  return {
    async round() {
      heardAtMs = [];
      const heard = new Promise<void>((resolve) => {
        allHeard = resolve;
      });
      await server.give(printer.write(eventsPerRound).map(asPusher));
      const saidAtMs = await server.sayOneByOne(everyMs);
      await heard;
      return heardAtMs.map((atMs, index) => atMs - (saidAtMs[index] ?? Number.NaN));
    },
    async close() {
      await leave();
      await server.stop();
    },
  };
}

async function open(): Promise<OpenRow<Times>> {
  const ours = await line(tillOverPusher);
  const bare = await line(webSocketListener);
  return {
    round: async () => ({ ms: p99Of(await ours.round()), bareMs: p99Of(await bare.round()) }),
    async close() {
      await ours.close();
      await bare.close();
    },
  };
}

export const rows: readonly TimeRow[] = [
  {
    kind: 'time',
    name: 'an event over Pusher, from a server of another process to the handler',
    figure: 'p99',
    bare: 'socket',
    mustMs: 5,
    aimMs: 2,
    open,
  },
];
