// Three backends as their servers see them: what may happen there, and how it is spelt on the wire and in lists.
import type { ContractData } from '../../../src/contract/contract.ts';
import { defineContract } from '../../../src/contract/define-contract.ts';
import { laravelEnvelope } from '../../../src/contract/dialects/laravel-envelope.ts';
import { event } from '../../../src/contract/event.ts';
import { brasserie } from '../../../src/contracts/brasserie/index.ts';
import { laravelPos } from '../../../src/contracts/laravel-pos/index.ts';
import { integer, record, text } from '../../../src/contracts/shapes.ts';
import { replay } from '../../../src/contracts/laravel-pos/catch-up.ts';
import { mutations } from '../outbox/mutations.ts';
import type { Random } from '../random.ts';
import type { BackendName } from './scenario.ts';
import type { Family } from '../../transports/like.ts';

/** A channel as its server sees it. */
export interface Topic {
  readonly channel: string;
  readonly wire: string;
  readonly position: 'dense' | 'monotonic' | 'none';
  /** Lists make its losses good. */
  readonly isListed: boolean;
}

export interface Row {
  readonly id: number;
  readonly updated_at: string;
  readonly [field: string]: unknown;
}

export interface Listing {
  readonly path: string;
  /** Subjects are told apart by kind and id. */
  readonly kind: string;
  readonly topic: Topic;
  isFinished(row: Row): boolean;
}

/** Something that happens at the server. */
interface Happening {
  readonly topic: Topic;
  readonly name: string;
  readonly data: object;
  readonly kind: string;
  readonly id: number;
  /** What a list shows afterwards. */
  readonly row: Row | undefined;
}

/** What the server knows when it lets something happen. */
interface Present {
  readonly random: Random;
  /** By its clock; no two happenings share one. */
  readonly moment: string;
  readonly nextId: () => number;
  /** Rows that are there. */
  rows(kind: string): readonly Row[];
}

export interface Backend {
  readonly contract: ContractData;
  readonly role: string;
  readonly scope: object;
  readonly family: Family;
  readonly auth: 'signature' | 'token' | 'nothing';
  readonly log: 'unordered' | 'commit-ordered' | undefined;
  readonly topics: readonly Topic[];
  readonly lists: readonly Listing[];
  happen(present: Present): Happening;
}

const pick = <Item>(random: Random, items: readonly Item[]): Item | undefined =>
  items[Math.floor(random() * items.length)];

export const sku = 'trattoria-du-port';
const topic = (channel: string, wire: string, position: Topic['position'], isListed: boolean): Topic => ({
  channel,
  wire,
  position,
  isListed,
});

const orders = topic('orders', `private-store.${sku}.orders`, 'dense', true);
const printing = topic('printing', `private-store.${sku}.printing`, 'dense', true);
const notifications = topic('notifications', 'private-device.18.notifications', 'monotonic', false);
const isServed = ({ status }: Row): boolean => status === 'served' || status === 'cancelled';
const isPrinted = ({ status }: Row): boolean => status !== 'queued';

function inTheOrders({ random, moment, nextId, rows }: Present): Happening {
  const known = pick(random, rows('Order').slice(-6));
  const dice = random();
  if (known === undefined || dice < 0.4) {
    const row = { id: nextId(), number: 'C1', status: 'accepted', created_at: moment, updated_at: moment };
    return { topic: orders, name: 'OrderCreated', data: { order: row }, kind: 'Order', id: row.id, row };
  }
  const { id } = known;
  if (dice < 0.6) {
    const row = { ...known, number: `C${Math.floor(random() * 100)}`, updated_at: moment };
    return { topic: orders, name: 'OrderUpdated', data: { order: row }, kind: 'Order', id, row };
  }
  const to = pick(random, ['in_preparation', 'ready', 'served']) ?? 'ready';
  const data = { order_id: id, from: known['status'], to, at: moment };
  const row = { ...known, status: to, updated_at: moment };
  return { topic: orders, name: 'OrderStatusChanged', data, kind: 'Order', id, row };
}

function atThePrinter({ random, moment, nextId, rows }: Present): Happening {
  const waiting = pick(
    random,
    rows('PrintJob').filter((row) => !isPrinted(row)),
  );
  if (waiting === undefined || random() < 0.6) {
    const row = { id: nextId(), status: 'queued', attempts: 0, created_at: moment, updated_at: moment };
    return { topic: printing, name: 'PrintJobQueued', data: { print_job: row }, kind: 'PrintJob', id: row.id, row };
  }
  const { id } = waiting;
  const isDone = random() < 0.8;
  const row = { ...waiting, status: isDone ? 'completed' : 'failed', attempts: 1, updated_at: moment };
  const data = { print_job_id: id, attempts: 1, at: moment };
  const name = isDone ? 'PrintJobCompleted' : 'PrintJobFailed';
  return { topic: printing, name, data, kind: 'PrintJob', id, row };
}

const pos: Backend = {
  contract: withCounter(laravelPos, 'pos'),
  role: 'pos',
  scope: { sku, deviceId: 18 },
  family: 'pusher',
  auth: 'signature',
  log: 'unordered',
  topics: [orders, printing, notifications],
  lists: [
    { path: '/v1/orders', kind: 'Order', topic: orders, isFinished: isServed },
    { path: '/v1/print-jobs', kind: 'PrintJob', topic: printing, isFinished: isPrinted },
  ],
  happen(present) {
    const dice = present.random();
    if (dice < 0.5) return inTheOrders(present);
    if (dice < 0.85) return atThePrinter(present);
    const id = present.nextId();
    const data = { message: `note ${id}`, level: 'info' };
    return { topic: notifications, name: 'DeviceNotification', data, kind: 'Note', id, row: undefined };
  },
};

/** The same backend with a counter at which anything can be ordered. */
function withCounter(contract: ContractData, roleName: string): ContractData {
  const role = contract.roles.get(roleName);
  if (role === undefined) throw new Error(`no role ${roleName}`);
  const counting = { ...role, mutations: [...(role.mutations ?? []), ...mutations.keys()] };
  // What shows that the server is there is asked of a list that nobody reads: no look at it must pass for a reading.
  const first = [...contract.resources].filter(([, { covers }]) => covers.length === 0);
  return {
    ...contract,
    roles: new Map([...contract.roles, [roleName, counting]]),
    mutations: new Map([...contract.mutations, ...mutations]),
    resources: new Map([...first, ...contract.resources]),
  };
}

const service = topic('service', '/', 'none', true);

const room: Backend = {
  contract: withCounter(brasserie, 'admin'),
  role: 'admin',
  scope: { userId: 7 },
  family: 'socket-io',
  auth: 'token',
  log: undefined,
  topics: [service],
  lists: [
    { path: '/api/orders', kind: 'Order', topic: service, isFinished: ({ status }) => status === 'paid_complete' },
    { path: '/api/tables', kind: 'Table', topic: service, isFinished: () => false },
  ],
  happen({ random, moment, nextId, rows }) {
    if (random() < 0.25) {
      const id = 1 + Math.floor(random() * 4);
      const row = { id, status: random() < 0.5 ? 'free' : 'occupied', updated_at: moment };
      return { topic: service, name: 'table_updated', data: row, kind: 'Table', id, row };
    }
    const known = pick(random, rows('Order').slice(-6));
    const isNew = known === undefined || random() < 0.4;
    const before = isNew ? { id: nextId(), table_id: 3, status: 'sent' } : known;
    const status = !isNew && random() < 0.2 ? 'paid_complete' : before['status'];
    const row = { ...before, id: before.id, status, covers: Math.floor(random() * 8), updated_at: moment };
    return { topic: service, name: 'order_updated', data: row, kind: 'Order', id: row.id, row };
  },
};

/** A log alone, in the order of its commits, on a plain socket that lets anybody in. */
const bookings = topic('bookings', `ledger.${sku}`, 'dense', false);
const booked = record<{ readonly amount: number; readonly at: string }>({ amount: integer, at: text });

const ledgerContract = defineContract({
  name: 'ledger',
  scope: record<{ readonly sku: string }>({ sku: text }),
  dialect: laravelEnvelope,
  connection: { transports: ['websocket'], auth: { kind: 'none' } },
  tenant: ({ sku: own }) => own,
  events: { Booked: event({ data: booked }) },
  channels: { bookings: { wire: 'ledger.{sku}', events: ['Booked'], position: 'dense' } },
  roles: { till: { channels: ['bookings'] } },
  replay: { ...replay, path: '/log', commitOrdered: true },
});

const ledger: Backend = {
  contract: withCounter(ledgerContract, 'till'),
  role: 'till',
  scope: { sku },
  family: 'websocket',
  auth: 'nothing',
  log: 'commit-ordered',
  topics: [bookings],
  lists: [],
  happen({ random, moment, nextId }) {
    const data = { amount: Math.floor(random() * 10_000), at: moment };
    return { topic: bookings, name: 'Booked', data, kind: 'Booking', id: nextId(), row: undefined };
  },
};

export const backends: Readonly<Record<BackendName, Backend>> = { pos, room, ledger };
