// A till with real parts: the platform's own clock, sockets and requests, and a store that lasts. It waits and asks as it does by
// default, in Node and in a page.
import { createClient } from '../../src/client.ts';
import { laravelPos } from '../../src/contracts/laravel-pos/index.ts';
import type { LaravelPos } from '../../src/contracts/laravel-pos/spec.ts';
import type { Status } from '../../src/core/session/status.ts';
import type { Store } from '../../src/storage/store.ts';
import type { Client } from '../../src/surface.ts';
import { pusher } from '../../src/transports/pusher.ts';
import { referenceEnvelope } from './reference-envelope.ts';

export interface Till {
  readonly client: Client<LaravelPos, 'pos'>;
  readonly heard: number;
  /** Resolves when it is live and has heard so many. */
  has(count: number): Promise<void>;
  /** Resolves when its client says so. */
  until(isSo: (status: Status) => boolean): Promise<void>;
}

/** Resolves when it is live. */
export async function openTill(port: number, storage: Store): Promise<Till> {
  const client = createClient(laravelPos, {
    role: 'pos',
    scope: { sku: referenceEnvelope.store.sku, deviceId: referenceEnvelope.sender.device_id },
    transport: pusher({ key: 'key', wsHost: '127.0.0.1', wsPort: port, forceTLS: false }),
    api: { baseUrl: `http://127.0.0.1:${port}` },
    token: () => 'token',
    storage,
  });
  let heard = 0;
  let looks: (() => void)[] = [];
  const look = (): void => {
    for (const again of looks) again();
  };
  const when = (isSo: () => boolean): Promise<void> =>
    new Promise((resolve) => {
      const again = (): void => {
        if (!isSo()) return;
        looks = looks.filter((one) => one !== again);
        resolve();
      };
      looks = [...looks, again];
      again();
    });
  client.on('OrderCreated', () => {
    heard += 1;
    look();
  });
  client.status.subscribe(look);
  const till: Till = {
    client,
    get heard() {
      return heard;
    },
    has: (count) => when(() => heard >= count && client.status.get().word === 'live'),
    until: (isSo) => when(() => isSo(client.status.get())),
  };
  await client.start();
  await till.until(({ word }) => word === 'live');
  return till;
}
