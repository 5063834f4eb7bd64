// What receiving costs a whole client: from the frame to the handler, with everything that is remembered on the way.
import { createDevice, expectHeard, ordersWire, pageKey, type Device } from './device.ts';
import { eventsPerRound, orders, someHistory, tickets, type Printer, type Told } from './orders.ts';
import { perEvent, type Load } from './per-event.ts';
import type { BenchRow } from './rows.ts';

/** As many frames as one read of a socket brings. */
const framesPerRead = 16;
const pageLimit = 500;

const nextRead = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

async function read(all: readonly Told[], take: (told: Told) => void): Promise<void> {
  for (let from = 0; from < all.length; from += framesPerRead) {
    for (let index = from; index < from + framesPerRead; index += 1) {
      const told = all[index];
      if (told !== undefined) take(told);
    }
    await nextRead();
  }
}

/** What has to be done in any case: the texts come in the same way and are parsed. */
function parsing(write: () => readonly Told[]): Load {
  let all: readonly Told[] = [];
  let parsed: unknown;
  return {
    events: eventsPerRound,
    prepare() {
      all = write();
    },
    async run() {
      await read(all, ({ text }) => {
        parsed = JSON.parse(text);
      });
      if (parsed === undefined) throw new Error('Nothing was parsed.');
    },
  };
}

interface Listener {
  readonly device: Pick<Device<'pos'>, 'push' | 'troubles'>;
  heard(): number;
  close(): Promise<void>;
}

function receiving({ device, heard, close }: Listener, write: () => readonly Told[]): Load {
  let all: readonly Told[] = [];
  return {
    events: eventsPerRound,
    prepare() {
      all = write();
    },
    async run() {
      const before = heard();
      await read(all, ({ wire, name, text }) => device.push({ channel: wire, name, payload: text }));
      expectHeard(heard() - before, all.length, device);
    },
    close,
  };
}

interface Till extends Listener {
  readonly device: Device<'pos'>;
  readonly printer: Printer;
}

async function openTill(history: number): Promise<Till> {
  const device = createDevice('pos');
  let count = 0;
  device.client.on('OrderCreated', () => {
    count += 1;
  });
  await device.client.start();
  await device.live();
  const till: Till = { device, printer: orders(), heard: () => count, close: () => device.client.dispose() };
  const past = receiving(till, till.printer.write);
  for (let done = 0; done < history; done += eventsPerRound) {
    await past.prepare();
    await past.run();
  }
  return till;
}

/** A screen that hears so many stations. */
async function openKitchen(stations: number): Promise<Listener> {
  const device = createDevice('kds');
  let count = 0;
  for (let station = 0; station < stations; station += 1) {
    device.client.channel('station', { station: `s${station}` }).on('KdsTicketCreated', () => {
      count += 1;
    });
  }
  await device.client.start();
  await device.live();
  return { device, heard: () => count, close: () => device.client.dispose() };
}

/** What comes in pages of the log after an outage. */
function catchingUp(till: Till): Load {
  const { device, printer } = till;
  return {
    events: eventsPerRound,
    prepare() {
      // The last known event is asked for again.
      let behind = printer.seq - 1;
      const texts = [printer.last, ...printer.write().map(({ text }) => text)];
      const head = printer.seq;
      for (let from = 0; from < texts.length; from += pageLimit) {
        const page = texts.slice(from, from + pageLimit);
        const next = behind + page.length;
        device.pages.set(
          pageKey(ordersWire, behind),
          `{"events":[${page.join(',')}],"head_seq":${head},"floor_seq":1,"next_seq":${next},"has_more":${next < head}}`,
        );
        behind = next;
      }
    },
    async run() {
      const before = till.heard();
      device.drop();
      await device.live();
      while (till.heard() - before < eventsPerRound) await nextRead();
      expectHeard(till.heard() - before, eventsPerRound, device);
      device.pages.clear();
    },
    close: till.close,
  };
}

const live = (till: Till): Load => receiving(till, till.printer.write);

/** Another device each time, that has heard of nothing yet. */
function withoutHistory(): Load {
  let load: Load | undefined;
  return {
    events: eventsPerRound,
    async prepare() {
      await load?.close?.();
      load = live(await openTill(0));
      await load.prepare();
    },
    run: async () => load?.run(),
    close: async () => load?.close?.(),
  };
}

async function withListeners(count: number): Promise<Till> {
  const till = await openTill(someHistory);
  const names = ['OrderUpdated', 'OrderStatusChanged', 'PrintJobQueued', 'DeviceNotification'] as const;
  for (let index = 0; index < count; index += 1) {
    till.device.client.on(names[index % names.length] ?? 'OrderUpdated', () => undefined);
  }
  return till;
}

async function screen(stations: number, used = stations): Promise<Load> {
  return receiving(await openKitchen(stations), tickets(used));
}

export const rows: readonly BenchRow[] = [
  {
    kind: 'ratio',
    // What peers take for a socket and JSON.parse, times 2.2 (and 1.6), less the socket: see the targets over WebSocket.
    name: 'receive an event, over memory, from frame to handler and memory',
    against: 'JSON.parse of it',
    must: 3.1,
    aim: 2.1,
    async open() {
      return perEvent(live(await openTill(someHistory)), parsing(orders().write));
    },
  },
  {
    kind: 'ratio',
    name: 'with 1 000 channels that are all in use',
    against: 'one channel',
    must: 1.15,
    open: async () => perEvent(await screen(1_000), await screen(1)),
  },
  {
    kind: 'ratio',
    name: 'with 1 000 channels, of which one is in use',
    against: 'one channel',
    must: 1.15,
    open: async () => perEvent(await screen(1_000, 1), await screen(1)),
  },
  {
    kind: 'ratio',
    name: 'after 1 000 000 events',
    against: 'the first 10 000',
    must: 1.15,
    open: async () => perEvent(live(await openTill(1_000_000)), withoutHistory()),
  },
  {
    kind: 'ratio',
    name: 'with 1 000 listeners of other events',
    against: 'one of them',
    must: 1.15,
    open: async () => perEvent(live(await withListeners(1_000)), live(await withListeners(1))),
  },
  {
    kind: 'ratio',
    name: 'catch up with 10 000 events from pages of 500',
    against: 'the same live',
    must: 1.5,
    aim: 1.1,
    open: async () => perEvent(catchingUp(await openTill(someHistory)), live(await openTill(someHistory))),
  },
];
