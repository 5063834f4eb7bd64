// What receiving costs from a real socket on, beside what an app has without us.
import { pusher, type AuthoriseChannel } from '../../src/transports/pusher.ts';
import type { Transport } from '../../src/transports/transport.ts';
import { webSocket } from '../../src/transports/websocket.ts';
import { createDevice, expectHeard, ordersWire } from './device.ts';
import { pusherListener, webSocketListener } from './official-listeners.ts';
import { eventsPerRound, orders, someHistory, type Told } from './orders.ts';
import { perEvent, type Load } from './per-event.ts';
import type { BenchRow } from './rows.ts';
import { socketProcess } from './socket-process.ts';

export type Join = (port: number, heard: () => void) => Promise<() => unknown>;
type Spell = (told: Told) => string;

/** As Soketi spells it, with a text inside the text. */
export const asPusher: Spell = ({ wire, name, text }) => JSON.stringify({ event: name, channel: wire, data: text });

/** As docs/protocol.md has it. */
const asProtocol: Spell = ({ wire, name, text }) =>
  `{"type":"event","channel":"${wire}","name":"${name}","payload":${text}}`;

/** Orders from another process, until each was heard. */
async function over(spell: Spell, join: Join): Promise<Load> {
  const server = await socketProcess();
  const { write } = orders();
  let left = 0;
  let allHeard = (): void => undefined;
  const leave = await join(server.port, () => {
    left -= 1;
    if (left === 0) allHeard();
  });
  const load: Load = {
    events: eventsPerRound,
    prepare: () => server.give(write().map(spell)),
    async run() {
      left = eventsPerRound;
      const heard = new Promise<void>((resolve) => {
        allHeard = resolve;
      });
      server.say();
      await heard;
    },
    async close() {
      await leave();
      await server.stop();
    },
  };
  for (let done = 0; done < someHistory; done += eventsPerRound) {
    await load.prepare();
    await load.run();
  }
  return load;
}

const till =
  (transportTo: (port: number) => Transport): Join =>
  async (port, heard) => {
    const device = createDevice('pos', {
      transport: transportTo(port),
      push: () => undefined,
      drop: () => undefined,
    });
    device.client.on('OrderCreated', heard);
    await device.client.start();
    await device.live();
    return async () => {
      expectHeard(0, 0, device);
      await device.client.dispose();
    };
  };

const authorise: AuthoriseChannel = ({ socketId, channel }) => Promise.resolve({ auth: `key:${socketId}:${channel}` });

export const tillOverPusher: Join = till((port) =>
  pusher({ key: 'key', wsHost: '127.0.0.1', wsPort: port, forceTLS: false, authorise }),
);
const tillOverWebSocket = till((port) => webSocket({ url: `ws://127.0.0.1:${port}/` }));
const officialTill: Join = (port, heard) => pusherListener(port, ordersWire, 'OrderCreated', heard);

export const rows: readonly BenchRow[] = [
  {
    kind: 'ratio',
    name: 'receive an event, over Pusher, from the socket to handler and memory',
    against: 'pusher-js alone, to its listener',
    must: 1.4,
    aim: 1,
    open: async () => perEvent(await over(asPusher, tillOverPusher), await over(asPusher, officialTill)),
  },
  {
    kind: 'ratio',
    name: 'receive an event, over WebSocket, from the socket to handler and memory',
    against: 'the same WebSocket and JSON.parse',
    must: 2.2,
    aim: 1.6,
    open: async () => perEvent(await over(asProtocol, tillOverWebSocket), await over(asProtocol, webSocketListener)),
  },
];
