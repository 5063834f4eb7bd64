// F99: a token is where it must be and nowhere else. Whole clients with a token that can be recognised live through what
// goes wrong; afterwards everything that they sent, said, stored and posted is searched for it.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { expect, onTestFinished, test, vi } from 'vitest';
import { createClient } from '../../../src/client.ts';
import { brasserie } from '../../../src/contracts/brasserie/index.ts';
import { laravelPos, type LaravelPos } from '../../../src/contracts/laravel-pos/index.ts';
import type { LogFields, Logger } from '../../../src/core/session/log.ts';
import type { TabHost } from '../../../src/core/tabs/tab-host.ts';
import type { CreateBackend } from '../../../src/dev-server/backend.ts';
import { backends } from '../../../src/dev-server/backends/index.ts';
import { signToken } from '../../../src/dev-server/backends/brasserie/tokens.ts';
import { deviceIds } from '../../../src/dev-server/backends/laravel-pos/tokens.ts';
import { developmentApp } from '../../../src/dev-server/signature.ts';
import { memory } from '../../../src/storage/memory.ts';
import { sqlite } from '../../../src/storage/sqlite.ts';
import { storeTables, type Store } from '../../../src/storage/store.ts';
import type { Client } from '../../../src/surface.ts';
import { sharedTabs, type Tabs } from '../../../src/tabs.ts';
import { createFakeTabs } from '../../../src/testing/fake-tabs.ts';
import {
  createFaultProxy,
  type FaultProxy,
  type FaultRule,
  type StandingFault,
} from '../../../src/testing/proxy/index.ts';
import { pusher } from '../../../src/transports/pusher.ts';
import { socketIo } from '../../../src/transports/socket-io.ts';
import type { Transport } from '../../../src/transports/transport.ts';
import { webSocket } from '../../../src/transports/websocket.ts';
import { patience } from '../../effort.ts';
import { recorder, type Recorded, type Recorder } from './recorder.ts';
import { ask, isLive, posTokens, startWhole, store as shop, until } from './whole.ts';

const canary = 'canary-5fd1e07c';

/** Everything that the client hands to anybody, as it is. */
interface Told {
  readonly said: unknown[];
  readonly logger: Logger;
}

function ears(): Told {
  const said: unknown[] = [];
  const line = (fields: LogFields, message: string): void => void said.push([message, fields]);
  return { said, logger: { debug: line, info: line, warn: line, error: line } };
}

interface Made {
  readonly storage: Store;
  readonly logger: Logger;
  readonly tabs?: Tabs;
}

/** What is the same of every client, whatever its contract says. */
interface Device extends Pick<
  Client<LaravelPos, 'pos'>,
  'start' | 'dispose' | 'health' | 'signOut' | 'status' | 'outbox' | 'signals'
> {
  all(listener: (event: unknown) => void): void;
  order(): Promise<{ readonly settled: Promise<unknown> }>;
}

/** One of the three wires, with a backend that can be reached over it. */
interface Wire {
  /** The newest last: what the client is given first is refused once. */
  readonly tokens: readonly [string, string];
  /** What of a token would be one's undoing if it were found. */
  readonly secrets: readonly RegExp[];
  /** A frame in which it may be: the first of a plain WebSocket, a handshake of Socket.IO. */
  readonly allowed?: RegExp;
  readonly rest: string;
  device(proxy: FaultProxy, url: string, made: Made): Device;
}

const plain = [`${canary}-old`, `${canary}-new`] as const;

/** The till of the house comes with our token in place of its own. */
const posWithCanary: CreateBackend = (seams) => {
  const backend = backends['laravel-pos'](seams);
  const own = (token: string | undefined): string | undefined => (token === plain[1] ? posTokens.pos : token);
  return {
    ...backend,
    callerOf: (token) => backend.callerOf(own(token)),
    fetch(request) {
      const headers = new Headers(request.headers);
      const token = own(headers.get('authorization')?.replace('Bearer ', ''));
      if (token !== undefined) headers.set('authorization', `Bearer ${token}`);
      return backend.fetch(new Request(request, { headers }));
    },
  };
};

const timing = {
  connection: { backoffBaseMs: 20, spreadMs: 20 },
  stream: { reorderMs: 50, gapEveryMs: 100, confirmMs: 50, backoffMs: 20 },
  outbox: { backoffBaseMs: 20, unauthorisedMs: 20 },
} as const;

/** The first token, and after a refusal the second one. */
const tokensOf =
  ([old, fresh]: readonly [string, string]) =>
  ({ reason }: { readonly reason: string }): string =>
    reason === 'start' ? old : fresh;

function till(transport: Transport, url: string, made: Made): Device {
  const client = createClient(laravelPos, {
    role: 'pos',
    scope: { sku: shop.sku, deviceId: deviceIds.pos },
    token: tokensOf(plain),
    transport,
    api: { baseUrl: `${url}/laravel-pos` },
    timing,
    ...made,
  });
  return {
    ...client,
    all: (listener) => void client.on('*', listener),
    order: () => client.mutate('order.create', { channel: 'pos', items: [{ item_id: 1, qty: 1 }] }),
  };
}

function waiter(url: string, made: Made): Device {
  const client = createClient(brasserie, {
    role: 'waiter',
    scope: { userId: 3 },
    token: tokensOf(waiterTokens),
    transport: socketIo({ url }),
    api: { baseUrl: `${url}/brasserie` },
    timing,
    ...made,
  });
  return {
    ...client,
    all: (listener) => void client.on('*', listener),
    order: () => client.mutate('order.create', { table_id: 5, items: [{ dish_id: 12, qty: 1 }] }),
  };
}

const waiterTokens = [
  signToken({ sub: 3, role: 'waiter', name: `${canary}-old`, exp: 1 }),
  signToken({ sub: 3, role: 'serveur', name: `${canary}-new` }),
] as const;

const wires: Readonly<Record<string, Wire>> = {
  pusher: {
    tokens: plain,
    secrets: [/canary-5fd1e07c/],
    rest: '/laravel-pos/v1/orders',
    device(_, url, made) {
      const { hostname, port } = new URL(url);
      const { key } = developmentApp;
      return till(pusher({ key, wsHost: hostname, wsPort: Number(port), forceTLS: false }), url, made);
    },
  },
  webSocket: {
    tokens: plain,
    secrets: [/canary-5fd1e07c/],
    allowed: /^\{"type":"auth","version":1,"token":"canary-5fd1e07c-(?:old|new)"\}$/,
    rest: '/laravel-pos/v1/orders',
    device: (proxy, url, made) => till(webSocket({ url: `${proxy.wsUrl}/socket` }), url, made),
  },
  socketIo: {
    tokens: waiterTokens,
    // A JSON Web Token is known by its signature, and by its claims.
    secrets: waiterTokens.flatMap((token) => token.split('.').slice(1)).map((part) => new RegExp(part)),
    allowed: /^40(?:\/[^,]*,)?\{"token":"[^"]+"\}$/,
    rest: '/brasserie/api/orders',
    device: (_, url, made) => waiter(url, made),
  },
};

async function house(wire: Wire) {
  const whole = await startWhole({ backends: [posWithCanary, backends.brasserie], payloads: true });
  const record = await recorder(whole.url);
  const proxy = createFaultProxy({ target: record.url });
  const url = await proxy.listen();
  onTestFinished(() => proxy.stop());
  // In this order: what may have it is let through, and whatever else has it is counted.
  const { allowed, secrets } = wire;
  const letThrough = { kind: 'latency', ms: 0 } as const;
  const greetings = proxy.add({
    match: { on: 'message', direction: 'c2s', text: allowed ?? /^never$/ },
    action: letThrough,
    times: Infinity,
  });
  const leaks = secrets.map((text) =>
    proxy.add({ match: { on: 'message', text }, action: letThrough, times: Infinity }),
  );
  return { whole, record, proxy, url, greetings, leaks };
}

/** What went wrong is in everybody's hands at once: signals, statuses, the outbox, what is thrown. */
function listenTo(client: Device, { said }: Told): void {
  client.signals.on('*', (signal) => void said.push(signal));
  client.status.subscribe((status) => void said.push(status, client.health()));
  client.outbox.subscribe((change) => void said.push(change));
  client.all((event) => void said.push(event));
}

/** All that a memory holds, and all that is on the disk. */
async function kept(memoryStore: Store, names: ReadonlySet<string>, folder: string): Promise<string> {
  const texts = readdirSync(folder).map((file) => readFileSync(join(folder, file), 'latin1'));
  for (const name of names) {
    const database = await memoryStore.open(name);
    for (const table of storeTables) texts.push(JSON.stringify(await database.read(table)));
    await database.close();
  }
  return [...names, ...texts].join('\n');
}

const found = (secrets: readonly RegExp[], where: unknown): boolean => {
  const text =
    typeof where === 'string' ? where : inspect(where, { depth: 12, showHidden: true, maxStringLength: null });
  return secrets.some((secret) => secret.test(text));
};

/** Heads of requests that have it anywhere but in `Authorization`, where no upgrade has one either. */
const misplaced = ({ recorded }: Recorder, { secrets }: Wire): readonly Recorded[] =>
  recorded.filter(
    ({ url, otherHeaders, body, isUpgrade, authorization }) =>
      [url, otherHeaders, body].some((place) => found(secrets, place)) || (isUpgrade && authorization !== undefined),
  );

test.each(Object.entries(wires))(
  'F99: over %s, a token is in Authorization headers and in the greeting of a socket, and nowhere else',
  async (_, wire) => {
    const consoled = (['log', 'info', 'warn', 'error', 'debug'] as const).map((level) =>
      vi.spyOn(console, level).mockImplementation(() => undefined),
    );
    onTestFinished(() => void vi.restoreAllMocks());
    const { whole, record, proxy, url, greetings, leaks } = await house(wire);
    const folder = mkdtempSync(join(tmpdir(), 'heard-canary-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));

    const inMemory = memory();
    const names = new Set<string>();
    const storage: Store = {
      ...inMemory,
      isShared: true,
      open(name, signal) {
        names.add(name);
        return inMemory.open(name, signal);
      },
    };
    const posted: unknown[] = [];
    const fakeTabs = createFakeTabs();
    const tab = (): TabHost => {
      const page = fakeTabs.open();
      return {
        ...page,
        open(name, hear) {
          const channel = page.open(name, hear);
          return {
            ...channel,
            post(message) {
              posted.push(name, message);
              channel.post(message);
            },
          };
        },
      };
    };

    const told = ears();
    const { logger } = told;
    const [leader, follower, gateway] = [
      wire.device(proxy, url, { storage, logger, tabs: sharedTabs(tab()) }),
      wire.device(proxy, url, { storage, logger, tabs: sharedTabs(tab()) }),
      wire.device(proxy, url, { storage: sqlite({ folder }), logger }),
    ] as const;
    const clients = [leader, follower, gateway];
    for (const client of clients) {
      onTestFinished(() => client.dispose());
      listenTo(client, told);
      await client.start();
    }
    await until(() => clients.every(isLive));

    // A server that quotes what it was sent, in every way that it has to say no.
    const faults: StandingFault[] = [];
    const asked = (rule: FaultRule): void => void faults.push(proxy.add(rule));
    const quoting = { message: `No: Bearer ${wire.tokens[1]}`, token: wire.tokens[1] };
    for (const status of [500, 401, 403, 422, 409, 400]) {
      asked({
        match: { method: 'POST', path: wire.rest },
        action: { kind: 'http-respond', status, body: quoting },
        times: 1,
      });
    }
    asked({ match: { method: 'POST', path: wire.rest }, action: { kind: 'http-html' }, times: 1 });
    asked({ match: { method: 'POST', path: wire.rest }, action: { kind: 'http-drop-reply' }, times: 1 });
    const handles = [];
    for (let count = 0; count < 8; count += 1) handles.push(await (count % 2 === 0 ? follower : gateway).order());
    for (const { settled } of handles) told.said.push(await settled.catch((error: unknown) => error));

    // Everything that can happen to a socket, and to the lists and the log that are read afterwards.
    for (const action of [{ kind: 'rst' }, { kind: 'fin' }, { kind: 'close', code: 1011 }] as const) {
      asked({
        match: { on: 'request', method: 'GET' },
        action: { kind: 'http-respond', status: 401, body: quoting },
      });
      asked({
        match: { on: 'request', method: 'GET' },
        action: { kind: 'http-respond', status: 503, body: quoting },
      });
      proxy.now(action);
      await until(() => clients.some((client) => !isLive(client)));
      await until(() => clients.every(isLive));
    }
    expect(faults.map(({ fired }) => fired)).toEqual(faults.map(() => 1));
    for (const client of clients) {
      told.said.push(client.health(), client.outbox.pending(), client.outbox.parked(), client.status.get());
      told.said.push(await client.signOut().catch((error: unknown) => error));
    }
    told.said.push(proxy.log, whole.traffic);

    // The search finds it where it may be; otherwise it would find nothing anywhere.
    const carried = record.recorded.filter(({ authorization }) => found(wire.secrets, authorization ?? ''));
    expect(carried.length).toBeGreaterThan(10);
    expect(greetings.fired > 0).toBe(wire.allowed !== undefined);

    expect(misplaced(record, wire)).toEqual([]);
    expect(leaks.map(({ fired }) => fired)).toEqual(leaks.map(() => 0));
    for (const each of told.said) expect(found(wire.secrets, each) && each).toBe(false);
    expect(posted.length).toBeGreaterThan(5);
    expect(found(wire.secrets, posted)).toBe(false);
    expect(found(wire.secrets, await kept(inMemory, names, folder))).toBe(false);
    for (const spy of consoled) expect(found(wire.secrets, spy.mock.calls)).toBe(false);
    // Somebody who knows the address of the house knows no token either.
    expect(found(wire.secrets, await ask('GET', `${whole.url}/`).catch((error: unknown) => error))).toBe(false);
  },
  patience,
);
