// Pages on plain http have no locks. A record that its holder renews tells who leads, and changes hands by compare-and-set.
import type { Host, Release } from '../../host/host.ts';
import type { Database, Store, Write } from '../../storage/store.ts';
import { faultOf } from '../session/steady-database.ts';
import type { Throne, ThroneListener } from './throne.ts';

interface LeaseOptions {
  readonly host: Host;
  readonly store: Store;
  readonly name: string;
  /** A name that no other tab has. */
  readonly tab: string;
  readonly listener: ThroneListener;
  readonly report: (error: unknown) => void;
}

/** Where the lease stands: who has it, and how often it was renewed. */
const place = { table: 'meta', key: 'leader' } as const;
const free = '';
const renewEveryMs = 3_000;
/** Nobody compares clocks: a lease that did not change for so long, as its watcher sees it, is over. */
const patienceMs = 10_000;

export function throneByLease({ host, store, name, tab, listener, report }: LeaseOptions): Throne {
  let database: Database | undefined;
  let held: string | undefined;
  let renewals = 0;
  let wish: 'none' | 'ask' | 'rob' = 'none';
  let seen: { readonly value: string | undefined; readonly atMs: number } | undefined;
  let looking: Promise<void> | undefined;
  let next: Release | undefined;
  let gone = '';

  async function holder(from: Database): Promise<string | undefined> {
    const row = (await from.read(place.table)).find(({ key }) => key === place.key);
    return typeof row?.value === 'string' ? row.value : undefined;
  }

  async function replace(from: Database, before: string | undefined, value: string): Promise<boolean> {
    const write: Write = { ...place, value };
    try {
      await from.commit({ writes: [write], durability: 'relaxed', only: { ...place, value: before } });
      return true;
    } catch (error) {
      if (faultOf(error) === 'fenced') return false;
      throw error;
    }
  }

  async function look(): Promise<void> {
    database ??= await store.open(name);
    renewals += 1;
    const own = `${tab} ${renewals}`;
    if (held !== undefined) {
      if (await replace(database, held, own)) held = own;
      else lose();
      return;
    }
    if (wish === 'none') return;
    const value = await holder(database);
    const nowMs = host.clock.monotonicMs();
    if (seen === undefined || seen.value !== value) seen = { value, atMs: nowMs };
    const isVacant = value === undefined || value === free || value.startsWith(`${gone} `);
    const isOver = isVacant || nowMs - seen.atMs >= patienceMs;
    if (!(isOver || wish === 'rob') || !(await replace(database, value, own))) return;
    held = own;
    listener.granted();
  }

  function lookNoMore(): void {
    next?.();
    next = undefined;
  }

  function lose(): void {
    held = undefined;
    listener.lost();
  }

  /** A store that cannot be asked leaves everything as it is: the fence does not depend on this. */
  function lookNow(): void {
    lookNoMore();
    looking ??= look()
      .catch((error: unknown) => {
        database = undefined;
        report(error);
      })
      .finally(() => {
        looking = undefined;
        if (wish !== 'none' || held !== undefined) next = host.schedule(renewEveryMs, lookNow);
      });
  }

  return {
    ask() {
      wish = 'ask';
      lookNow();
    },
    rob() {
      wish = 'rob';
      lookNow();
    },
    vacated(other) {
      gone = other;
      if (wish !== 'none' && held === undefined) lookNow();
    },
    async leave() {
      wish = 'none';
      await looking;
      lookNoMore();
      const last = held;
      held = undefined;
      try {
        if (last !== undefined && database !== undefined) await replace(database, last, free);
        await database?.close();
      } catch (error) {
        report(error);
      }
      database = undefined;
    },
  };
}
