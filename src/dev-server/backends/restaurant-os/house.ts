// The restaurant: its tables of rows, and how it tells what happens.
import type { EventData, EventName } from '../../../contract/contract.ts';
import {
  destinations,
  restaurantOs,
  type Ingredient,
  type RestaurantOs,
  type Table as DiningTable,
  type Ticket,
} from '../../../contracts/restaurant-os/index.ts';
import { createEmitter, type Emitted, type Publisher } from '../../../emit/index.ts';
import type { BackendSeams } from '../../backend.ts';
import { plainPublisher } from '../plain-publisher.ts';
import type { Counter } from '../rows/counter.ts';
import { createRows } from '../rows/rows.ts';
import type { Stamps } from '../rows/stamps.ts';
import type { Table } from '../rows/table.ts';
import { firstFree, firstRows, ingredients, type FullOrder } from './seed.ts';

export interface House {
  readonly stamps: Stamps;
  readonly orders: Table<FullOrder>;
  readonly tickets: Table<Ticket>;
  readonly tables: Table<DiningTable>;
  readonly ingredients: Table<Ingredient>;
  readonly counters: Readonly<Record<keyof typeof firstFree, Counter>>;
  /** On every channel that hears of such a thing, under one id. */
  emit<Name extends EventName<RestaurantOs>>(name: Name, data: EventData<RestaurantOs, Name>): Promise<Emitted>;
  restore(): void;
}

export function createHouse(seams: BackendSeams): House {
  const { publisher, log, time, v1 } = seams;
  const all = createRows(restaurantOs.name, seams);
  const { stamps } = all;
  const emitter = createEmitter(restaurantOs, { publisher: v1 ? documented(publisher) : publisher, log, time });
  const seed = firstRows(stamps);
  const shared = { stamp: 'updatedAt' } as const;
  const key = ({ documentId }: { readonly documentId: string }): string => documentId;
  const rows = {
    orders: all.table<FullOrder>('orders', { ...shared, key, seed: seed.orders }),
    tickets: all.table<Ticket>('tickets', { ...shared, key, seed: seed.tickets }),
    tables: all.table<DiningTable>('tables', { ...shared, key: ({ number }) => number, seed: seed.tables }),
    ingredients: all.table<Ingredient>('ingredients', { ...shared, key, seed: ingredients }),
  };
  const counters = {
    order: all.counter('order', firstFree.order),
    item: all.counter('item', firstFree.item),
    ticket: all.counter('ticket', firstFree.ticket),
    batch: all.counter('batch', firstFree.batch),
  };
  return {
    stamps,
    ...rows,
    counters,
    emit: (name, data) =>
      // The table of destinations names none that does not carry the event, which types cannot follow.
      emitter.emit(name, { scope: {}, data, channels: destinations(name, data) as never }),
    restore: () => all.restore(),
  };
}

/** Nothing tells one event from its repetition. */
const documented = (publisher: Publisher): Publisher => plainPublisher(publisher, ({ payload }) => ({ payload }));
