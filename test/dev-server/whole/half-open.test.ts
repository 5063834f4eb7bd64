// The promise of 20 s as it is kept on real sockets, once in real time: nothing is set, nothing is faked.
import { expect, onTestFinished, test } from 'vitest';
import { createClient } from '../../../src/client.ts';
import { brasserie } from '../../../src/contracts/brasserie/index.ts';
import { laravelPos } from '../../../src/contracts/laravel-pos/index.ts';
import { deviceIds } from '../../../src/dev-server/backends/laravel-pos/tokens.ts';
import { developmentApp } from '../../../src/dev-server/signature.ts';
import { createFaultProxy } from '../../../src/testing/proxy/index.ts';
import { pusher } from '../../../src/transports/pusher.ts';
import { socketIo } from '../../../src/transports/socket-io.ts';
import type { Transport } from '../../../src/transports/transport.ts';
import { webSocket } from '../../../src/transports/websocket.ts';
import { isLong } from '../../effort.ts';
import { brasserieTokens, isLive, live, posTokens, startWhole, store, until } from './whole.ts';

test.runIf(isLong)(
  'a half-open link is noticed within 20 s over each wire, and the device is live again (F02)',
  async () => {
    const whole = await startWhole();
    const proxy = createFaultProxy({ target: whole.url });
    const url = await proxy.listen();
    onTestFinished(() => proxy.stop());
    const { hostname, port } = new URL(url);
    const till = (transport: Transport) =>
      createClient(laravelPos, {
        role: 'pos',
        scope: { sku: store.sku, deviceId: deviceIds.pos },
        token: () => posTokens.pos,
        transport,
        api: { baseUrl: `${url}/laravel-pos` },
      });
    const devices = {
      pusher: till(pusher({ key: developmentApp.key, wsHost: hostname, wsPort: Number(port), forceTLS: false })),
      webSocket: till(webSocket({ url: `${proxy.wsUrl}/socket` })),
      socketIo: createClient(brasserie, {
        role: 'waiter',
        scope: { userId: 3 },
        token: () => brasserieTokens.charlie,
        transport: socketIo({ url }),
        api: { baseUrl: `${url}/brasserie` },
      }),
    };
    const clients = Object.values(devices);
    for (const client of clients) onTestFinished(() => client.dispose());
    await live(...clients);

    const cutAtMs = performance.now();
    const noticed = new Map<string, number>();
    for (const [wire, { status }] of Object.entries(devices)) {
      status.subscribe(({ word }) => {
        if (word !== 'live' && !noticed.has(wire)) noticed.set(wire, performance.now() - cutAtMs);
      });
    }
    expect(proxy.now({ kind: 'halfopen' })).toBe(3);
    await until(() => noticed.size === 3, 40_000);
    for (const [wire, ms] of noticed)
      expect({ wire, ms, isInTime: ms <= 20_000 }).toEqual({ wire, ms, isInTime: true });
    await until(() => clients.every(isLive));
  },
  90_000,
);
