// The store: its tables, and how it tells what happens in it.
import type { EventData, EventName } from '../../../contract/contract.ts';
import {
  laravelPos,
  type Device,
  type KdsTicket,
  type LaravelPos,
  type PrintJobRow,
} from '../../../contracts/laravel-pos/index.ts';
import {
  createEmitter,
  type Emitted,
  type EventLog,
  type IdempotencyStore,
  type Publisher,
} from '../../../emit/index.ts';
import type { BackendSeams } from '../../backend.ts';
import { plainPublisher } from '../plain-publisher.ts';
import type { KnownCall } from '../rest/routes.ts';
import type { Counter } from '../rows/counter.ts';
import { createRows } from '../rows/rows.ts';
import type { Stamps } from '../rows/stamps.ts';
import type { Table } from '../rows/table.ts';
import { firstRows, type OrderRow } from './seed.ts';
import { store } from './tokens.ts';

export interface Shop {
  readonly v1: boolean;
  readonly log: EventLog;
  readonly stamps: Stamps;
  readonly orders: Table<OrderRow>;
  readonly tickets: Table<KdsTicket>;
  readonly printJobs: Table<PrintJobRow>;
  readonly devices: Table<Device>;
  /** Ids of orders, tickets and print jobs, and the number that is called out. */
  readonly counters: {
    readonly order: Counter;
    readonly ticket: Counter;
    readonly printJob: Counter;
    readonly called: Counter;
  };
  /** How requests with a key were answered. */
  readonly answers: IdempotencyStore;
  /** Tells the store's devices, in the order of the calls. */
  emit<Name extends EventName<LaravelPos>>(name: Name, event: ShopEvent<Name>): Promise<Emitted>;
  restore(): Promise<void>;
}

interface ShopEvent<Name extends EventName<LaravelPos>> {
  readonly data: EventData<LaravelPos, Name>;
  /** The request behind it. */
  readonly cause: KnownCall;
  /** The station whose screens hear of it, too. */
  readonly station?: string | null | undefined;
  /** The one device that is meant. */
  readonly deviceId?: number;
}

export function createShop(seams: BackendSeams): Shop {
  const { publisher, log, time, v1 } = seams;
  const all = createRows(laravelPos.name, seams);
  const { stamps, answers } = all;
  const emitter = createEmitter(laravelPos, { publisher: v1 ? documented(publisher) : publisher, log, time });
  const seed = firstRows(stamps, v1);
  const table = <Row extends { readonly id: number; readonly updated_at?: string | null | undefined }>(
    name: string,
    rows: readonly Row[],
  ): Table<Row> => all.table<Row>(name, { key: ({ id }) => id, stamp: 'updated_at', seed: rows });
  const orders = table('orders', seed.orders);
  const tickets = table('tickets', seed.tickets);
  const printJobs = table('print jobs', seed.printJobs);
  const devices = table('devices', seed.devices);
  const counters = {
    order: all.counter('order', seed.next.order),
    ticket: all.counter('ticket', seed.next.ticket),
    printJob: all.counter('print job', seed.next.printJob),
    called: all.counter('called', seed.next.called),
  };

  return {
    v1,
    log,
    stamps,
    orders,
    tickets,
    printJobs,
    devices,
    counters,
    answers,
    emit(name, { data, cause, station, deviceId }) {
      const { caller, headers } = cause;
      const sender = devices.get(caller.id);
      const correlationId = correlationOf(headers);
      return emitter.emit(name, {
        scope: {
          sku: store.sku,
          // Channels of stations came with V1.1.
          ...(station != null && !v1 && { station }),
          ...(deviceId !== undefined && { deviceId }),
        },
        data,
        sender: { deviceId: Number(caller.id), ...(sender?.type != null && { deviceType: sender.type }) },
        ...(correlationId !== undefined && { correlationId }),
        tenantId: store.id,
      });
    },
    async restore() {
      all.restore();
      // What was numbered since then never happened.
      await log.beginEpoch();
    },
  };
}

/** `epoch`, `prev_seq` and `head_seq` are additions of ours. */
const documented = (publisher: Publisher): Publisher =>
  plainPublisher(publisher, (payload) => ({ ...payload, meta: { replay: false } }));

/** A text that somebody else chose: only what ids are made of is passed on. */
function correlationOf(headers: Headers): string | undefined {
  const id = headers.get('x-correlation-id') ?? '';
  return /^[\w.:-]{1,128}$/.test(id) ? id : undefined;
}
