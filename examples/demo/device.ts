// One real client: a role of laravel-pos with a memory, a token and a Wi-Fi of its own.
import { createClient, type Client } from 'heard';
import { laravelPos, type LaravelPos } from 'heard/contracts/laravel-pos';
import { indexedDb } from 'heard/storage/indexed-db';
import { roster, store, type Role, type TableName } from './roster.ts';
import { createTally, type Tally } from './tally.ts';
import { createWifi, type Wifi } from './wifi.ts';
import { transportOver, type Wire } from './wires.ts';

type PosClient<One extends Role> = Client<LaravelPos, One>;

export interface Device<One extends Role> extends AnyDevice {
  readonly client: PosClient<One>;
}

/** What every device has, whatever its role may do. */
export interface AnyDevice {
  readonly role: Role;
  readonly shows: readonly TableName[];
  readonly client: Pick<PosClient<Role>, 'start' | 'collection' | 'outbox' | 'status' | 'signals' | 'serverNow'>;
  readonly wifi: Wifi;
  readonly tally: Tally;
  /** How often it needed another token. */
  onRenewal(listener: () => void): void;
}

export function createDevice<One extends Role>(role: One, wire: Wire): Device<One> {
  const { deviceId, token, shows } = roster[role];
  const wifi = createWifi(role);
  const tally = createTally();
  const renewals = new Set<() => void>();
  let renewed = 0;

  const client = createClient(laravelPos, {
    role,
    scope: { sku: store, deviceId },
    transport: wifi.over(tally.over(transportOver(wire))),
    api: { baseUrl: `${location.origin}/laravel-pos`, fetch: wifi.fetch },
    token({ reason }) {
      if (reason !== 'start') {
        renewed += 1;
        for (const tell of renewals) tell();
      }
      // The development server takes anything behind a "~" for a fresh token.
      return `${token}~${renewed}`;
    },
    storage: indexedDb(),
    host: wifi.host,
    // A kitchen is more patient with its server, and kinder to it. Here, somebody is watching.
    timing: {
      connection: { backoffCapMs: 1_000, attemptBurst: 60, spreadMs: 500, offlineAfterMs: 2_000 },
      stream: { reconcileMs: 4_000, gapEveryMs: 1_000, overlapMs: 1_000 },
      outbox: { backoffCapMs: 1_000, networkCapMs: 1_000, unauthorisedMs: 200 },
    },
  });
  tally.watch(client);
  return { role, shows, client, wifi, tally, onRenewal: (listener) => void renewals.add(listener) };
}
