// What runs in the page: the waiter's device over the browser's database.
import { indexedDb } from '../../src/storage/indexed-db.ts';
import { openWaiter, timesOfStore, timesToKeep, type Pace, type Place, type Waiter } from './waiter.ts';

export interface WaiterPage {
  open(place: Place): Promise<void>;
  timesToKeep(orders: number, pace: Pace): Promise<readonly number[]>;
  timesOfStore(records: number): Promise<readonly number[]>;
}

let waiter: Waiter | undefined;

const page: WaiterPage = {
  async open(place) {
    waiter = await openWaiter(place, indexedDb());
  },
  timesToKeep: async (orders, pace) => (waiter === undefined ? [] : timesToKeep(waiter, orders, pace)),
  timesOfStore: (records) => timesOfStore(indexedDb(), records),
};
Object.assign(globalThis, { waiterPage: page });
