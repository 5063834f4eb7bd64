// What receiving costs a whole client: from the frame to the handler, with everything that is remembered on the way.
import { pusher, type AuthoriseChannel } from '../../src/transports/pusher.ts';
import { stationWire, createDevice, ordersWire, pageKey, type Device } from './device.ts';
import { referenceEnvelope } from './reference-envelope.ts';
import { perEvent, type Load } from './per-event.ts';
import { frameText, officialListener, pusherProcess } from './pusher-line.ts';
import type { BenchRow } from './rows.ts';

const eventsPerRound = 10_000;
/** Enough that everything is compiled, and as many ids are remembered as ever. */
const someHistory = 60_000;
/** As many frames as one read of a socket brings. */
const framesPerRead = 16;
/** Orders that change again and again: what is known of them does not grow without end. */
const openOrders = 1_000;
const pageLimit = 500;

interface Told {
  readonly wire: string;
  readonly name: string;
  readonly text: string;
}

let written = 0;

/** No two have the same id, and no two leave the same row behind. */
function orderText(seq: number): string {
  written += 1;
  const id = referenceEnvelope.data.order.id + (seq % openOrders);
  return JSON.stringify({
    ...referenceEnvelope,
    event_id: `${written.toString(16).padStart(8, '0')}${referenceEnvelope.event_id.slice(8)}`,
    seq,
    occurred_at: new Date().toISOString(),
    subject: { type: 'Order', id },
    data: { order: { ...referenceEnvelope.data.order, id, number: `C${written}` } },
  });
}

function ticketText(seq: number, station: string, number: number): string {
  const { data: _, ...envelope } = referenceEnvelope;
  written += 1;
  const id = 98_765 + (number % openOrders);
  return JSON.stringify({
    ...envelope,
    event: 'KdsTicketCreated',
    event_id: `${written.toString(16).padStart(8, '0')}${envelope.event_id.slice(8)}`,
    seq,
    occurred_at: new Date().toISOString(),
    subject: { type: 'KdsTicket', id },
    data: {
      ticket: { id, order_id: written, items: [{ name: 'Margherita', qty: 1 }], status: 'in_preparation', station },
    },
  });
}

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

function expectHeard(count: number, sent: number, { troubles }: Pick<Device<'pos'>, 'troubles'>): void {
  const complaints = [...troubles].join(', ');
  if (count !== sent || complaints !== '')
    throw new Error(`Not what was to be measured: ${count} of ${sent} events were heard. ${complaints}`);
}

/** Writes the orders of one channel, one after the other. */
interface Printer {
  seq: number;
  /** The newest one. */
  last: string;
  write(): readonly Told[];
}

function orders(): Printer {
  const printer: Printer = {
    seq: 0,
    last: '',
    write: () =>
      Array.from({ length: eventsPerRound }, () => {
        printer.seq += 1;
        printer.last = orderText(printer.seq);
        return { wire: asRead(ordersWire), name: 'OrderCreated', text: printer.last };
      }),
  };
  return printer;
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

function tickets(stations: number): () => readonly Told[] {
  let number = 0;
  return () =>
    Array.from({ length: eventsPerRound }, () => {
      const station = `s${number % stations}`;
      number += 1;
      const text = ticketText(Math.ceil(number / stations), station, number);
      return { wire: asRead(stationWire(station)), name: 'KdsTicketCreated', text };
    });
}

/** A text of its own, as it comes out of a frame. */
const asRead = (text: string): string => Buffer.from(text).toString('latin1');

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

/** Orders over the wire of the Pusher protocol, from another process, until each was heard. */
async function overPusher(join: (port: number, heard: () => void) => Promise<() => unknown>): Promise<Load> {
  const server = await pusherProcess();
  const { write } = orders();
  let left = 0;
  let allHeard = (): void => undefined;
  const leave = await join(server.port, () => {
    left -= 1;
    if (left === 0) allHeard();
  });
  const load: Load = {
    events: eventsPerRound,
    prepare: () => server.give(write().map(({ wire, name, text }) => frameText(wire, name, text))),
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

async function tillOverPusher(port: number, heard: () => void): Promise<() => Promise<void>> {
  const transport = pusher({ key: 'key', wsHost: '127.0.0.1', wsPort: port, forceTLS: false, authorise });
  const device = createDevice('pos', { transport, push: () => undefined, drop: () => undefined });
  device.client.on('OrderCreated', heard);
  await device.client.start();
  await device.live();
  return async () => {
    expectHeard(0, 0, device);
    await device.client.dispose();
  };
}

const authorise: AuthoriseChannel = ({ socketId, channel }) => Promise.resolve({ auth: `key:${socketId}:${channel}` });

const officialTill = (port: number, heard: () => void): Promise<() => void> =>
  officialListener(port, ordersWire, 'OrderCreated', heard);

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
    name: 'receive an event, over Pusher, from the socket to handler and memory',
    against: 'pusher-js alone, to its listener',
    must: 1.4,
    aim: 1,
    async open() {
      return perEvent(await overPusher(tillOverPusher), await overPusher(officialTill));
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
