// The store: its tables, and how it tells what happens in it.
import type { EventData, EventName } from '../../../contract/contract.ts';
import {
  laravelPos,
  type Device,
  type KdsTicket,
  type LaravelPos,
  type PrintJobRow,
} from '../../../contracts/laravel-pos/index.ts';
import { createEmitter, type Emitted, type EventLog, type Publisher } from '../../../emit/index.ts';
import type { BackendSeams } from '../../backend.ts';
import { plainPublisher } from '../plain-publisher.ts';
import type { KnownCall } from '../rest/routes.ts';
import { createCounter, type Counter } from '../rows/counter.ts';
import { createStamps, type Stamps } from '../rows/stamps.ts';
import { createTable, type Table } from '../rows/table.ts';
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

export function createShop({ publisher, log, time, v1 }: BackendSeams): Shop {
  const stamps = createStamps(time);
  const emitter = createEmitter(laravelPos, { publisher: v1 ? documented(publisher) : publisher, log, time });
  const seed = firstRows(stamps, v1);
  const table = <Row extends { readonly id: number; readonly updated_at?: string | null | undefined }>(
    rows: readonly Row[],
  ): Table<Row> => createTable<Row>({ key: ({ id }) => id, stamp: 'updated_at', stamps, seed: rows });
  const orders = table(seed.orders);
  const tickets = table(seed.tickets);
  const printJobs = table(seed.printJobs);
  const devices = table(seed.devices);
  const counters = {
    order: createCounter(seed.next.order),
    ticket: createCounter(seed.next.ticket),
    printJob: createCounter(seed.next.printJob),
    called: createCounter(seed.next.called),
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
      for (const one of [orders, tickets, printJobs, devices]) one.restore();
      for (const counter of Object.values(counters)) counter.restore();
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
