// What somebody has set up wrongly, over each wire and with whole clients: a status that says so, a signal with what to do,
// no storm, and no neighbour that suffers.
import { expect, onTestFinished, test, vi } from 'vitest';
import { createClient } from '../../../src/client.ts';
import { brasserie } from '../../../src/contracts/brasserie/index.ts';
import { laravelPos, type LaravelPos } from '../../../src/contracts/laravel-pos/index.ts';
import { tableTap } from '../../../src/contracts/table-tap/index.ts';
import type { Signal } from '../../../src/core/signals.ts';
import { deviceIds } from '../../../src/dev-server/backends/laravel-pos/tokens.ts';
import { developmentApp } from '../../../src/dev-server/signature.ts';
import { isHeardError } from '../../../src/errors.ts';
import type { Client } from '../../../src/surface.ts';
import { createFaultProxy, type FaultProxy } from '../../../src/testing/proxy/index.ts';
import { pusher } from '../../../src/transports/pusher.ts';
import { socketIo } from '../../../src/transports/socket-io.ts';
import type { Transport } from '../../../src/transports/transport.ts';
import { webSocket } from '../../../src/transports/websocket.ts';
import { patience } from '../../effort.ts';
import {
  ask,
  brasserieTokens,
  cafeId,
  cafeTokens,
  isLive,
  posTokens,
  startWhole,
  store,
  until,
  type Whole,
} from './whole.ts';

type Wire = 'pusher' | 'webSocket' | 'socketIo';
const wires: readonly Wire[] = ['pusher', 'webSocket', 'socketIo'];

/** Detection is quick, and everything that bounds a storm is as it is. */
const timing = {
  connection: { offlineAfterMs: 300, pingAfterMs: 300, pongWithinMs: 300, attemptTimeoutMs: 1_000 },
  stream: { gapEveryMs: 200, confirmMs: 100, reorderMs: 100 },
} as const;

interface Where {
  readonly socket: string;
  readonly api: string;
  /** The app's key, or the path of the endpoint. */
  readonly isMistyped: boolean;
  /** In place of the one that the server knows. */
  readonly token?: string;
  readonly fetch: typeof globalThis.fetch;
}

/** What is the same of every client, whatever its contract says. */
type Common = Pick<Client<LaravelPos, 'pos'>, 'start' | 'dispose' | 'health' | 'status' | 'signals'>;

interface Device {
  readonly client: Common;
  readonly signals: readonly Signal[];
  /** The orders that it heard of. */
  readonly heard: readonly string[];
  readonly attempts: () => number;
  readonly requests: () => number;
}

function device(wire: Wire, { socket, api, isMistyped, token, fetch }: Where): Device {
  let attempts = 0;
  let requests = 0;
  const counted = (transport: Transport): Transport => ({
    ...transport,
    connect(attempt, handlers) {
      attempts += 1;
      return transport.connect(attempt, handlers);
    },
  });
  const backend = wire === 'socketIo' ? 'brasserie' : 'laravel-pos';
  const shared = {
    api: {
      baseUrl: `${api}/${backend}`,
      fetch: (...asked: Parameters<typeof fetch>) => {
        requests += 1;
        return fetch(...asked);
      },
    },
    timing,
  };
  const heard: string[] = [];
  const client = wire === 'socketIo' ? waiter() : till();
  const signals: Signal[] = [];
  client.signals.on('*', (signal) => void signals.push(signal));
  onTestFinished(() => client.dispose());
  return { client, signals, heard, attempts: () => attempts, requests: () => requests };

  function till(): Common {
    const { hostname, port, protocol } = new URL(socket);
    const key = isMistyped ? 'mistyped' : developmentApp.key;
    const forceTLS = protocol === 'https:';
    const transport =
      wire === 'pusher'
        ? pusher({
            key,
            wsHost: hostname,
            ...(port !== '' && { wsPort: Number(port), wssPort: Number(port) }),
            forceTLS,
          })
        : webSocket({ url: `${socket.replace('http', 'ws')}/${isMistyped ? 'sockte' : 'socket'}` });
    const made = createClient(laravelPos, {
      role: 'pos',
      scope: { sku: store.sku, deviceId: deviceIds.pos },
      token: () => token ?? posTokens.pos,
      transport: counted(transport),
      ...shared,
    });
    made.on('OrderCreated', ({ data }) => void heard.push(String(data.order.id)));
    return made;
  }

  function waiter(): Common {
    const made = createClient(brasserie, {
      role: 'waiter',
      scope: { userId: 3 },
      token: () => token ?? brasserieTokens.charlie,
      transport: counted(socketIo({ url: socket, path: isMistyped ? '/sockte.io/' : '/socket.io/' })),
      ...shared,
    });
    made.on('dish_ready', ({ data }) => void heard.push(data.dish));
    return made;
  }
}

async function house() {
  const whole = await startWhole();
  const proxy = createFaultProxy({ target: whole.url });
  const url = await proxy.listen();
  onTestFinished(() => proxy.stop());
  return { whole, proxy, url };
}

interface Mistake {
  readonly what: string;
  readonly where?: (url: string) => Partial<Where>;
  readonly arrange?: (proxy: FaultProxy) => unknown;
  /** The first words of what is signalled, by wire where they differ. */
  readonly because: Partial<Record<Wire, string>> & { readonly any?: string };
  readonly word: string;
}

const always = (proxy: FaultProxy, on: 'request' | 'upgrade', status?: number): unknown =>
  proxy.add({
    match: { on },
    action: status === undefined ? { kind: 'http-html' } : { kind: 'http-respond', status, body: {} },
    times: Infinity,
  });

const mistakes: readonly Mistake[] = [
  {
    what: 'a wrong key, or a wrong path',
    where: () => ({ isMistyped: true }),
    because: { pusher: 'unknown-app', any: 'unreachable' },
    word: 'offline or blocked',
  },
  {
    what: 'a token that nobody knows',
    where: () => ({ token: 'nobody' }),
    because: { webSocket: 'token-unchanged', any: 'denied auth-required' },
    word: 'blocked',
  },
  {
    what: 'a wrong cluster or host, whose name nobody knows',
    where: () => ({ socket: 'https://ws-nowhere.invalid' }),
    because: { socketIo: 'name-not-found', any: 'unreachable' },
    word: 'offline',
  },
  {
    what: 'https where the server speaks http',
    where: (url) => ({ socket: url.replace('http:', 'https:') }),
    because: { any: 'unreachable' },
    word: 'offline',
  },
  {
    what: 'a browser that may not read the answers (CORS)',
    where: () => ({ fetch: () => Promise.reject(new TypeError('Failed to fetch')) }),
    because: { any: 'api-unreachable' },
    word: 'catchingUp',
  },
  {
    what: 'web pages in place of the API',
    arrange: (proxy) => always(proxy, 'request'),
    because: { any: 'api-elsewhere' },
    word: 'catchingUp',
  },
  {
    what: 'an API that redirects',
    arrange: (proxy) => always(proxy, 'request', 302),
    because: { any: 'api-redirects' },
    word: 'catchingUp',
  },
  {
    what: 'web pages in place of everything',
    arrange: (proxy) => [always(proxy, 'request'), always(proxy, 'upgrade')],
    because: { any: 'unreachable' },
    word: 'offline',
  },
  {
    what: 'a base address without an API behind it',
    arrange: (proxy) => always(proxy, 'request', 404),
    because: { socketIo: 'missing-list', any: 'denied config' },
    word: 'live or blocked',
  },
  {
    what: 'a server that is not there at the start',
    arrange: (proxy) => proxy.down(),
    because: { any: 'unreachable' },
    word: 'offline',
  },
];

const wordsOf = (signal: Signal): string =>
  signal.kind === 'denied' ? `denied ${signal.reason}` : signal.kind === 'config' ? signal.because : '';

const rows = mistakes.flatMap((mistake) => wires.map((wire) => [mistake.what, wire, mistake] as const));

test.each(rows)(
  '%s, over %s: a status, a signal with what to do, and no storm',
  async (_, wire, { where, arrange, because, word }) => {
    const { proxy, url } = await house();
    await arrange?.(proxy);
    const { client, signals, attempts, requests } = device(wire, {
      socket: url,
      api: url,
      isMistyped: false,
      fetch: globalThis.fetch,
      ...where?.(url),
    });
    await client.start();
    const expected = because[wire] ?? because.any ?? '';
    const told = (): readonly Signal[] => signals.filter((signal) => wordsOf(signal) === expected);
    await vi.waitFor(() => expect(signals.map(wordsOf)).toContain(expected), { timeout: 20_000, interval: 5 });
    await vi.waitFor(() => expect(word).toContain(client.status.get().word), { timeout: 15_000, interval: 5 });
    for (const signal of told())
      expect(signal).toHaveProperty('remediation', expect.stringMatching(/[Cc]heck|give|[Ss]ign in/));
    // Once for each thing that somebody has to do, and not again with every attempt.
    const once = told().map((signal) => JSON.stringify(signal));
    expect(new Set(once).size).toBe(once.length);
    // C9 lets six attempts follow each other, and one more every 20 s.
    expect(attempts()).toBeLessThanOrEqual(8);
    expect(requests()).toBeLessThanOrEqual(60);
  },
  patience,
);

/** Each of them is something that a server could send to everybody, between two events that are right. */
const hostile: Readonly<Record<Wire, readonly string[]>> = {
  pusher: [
    JSON.stringify({ event: 'OrderCreated', channel: '__proto__', data: '{}' }),
    JSON.stringify({ event: '__proto__', channel: `private-store.${store.sku}.orders`, data: '{"__proto__":{"a":1}}' }),
    '{"event":"pusher_internal:subscription_succeeded","channel":"constructor","data":"{}"}',
    JSON.stringify({
      event: 'OrderCreated',
      channel: `private-store.${store.sku}.orders`,
      data: 'x'.repeat(3_000_000),
    }),
    '{"event":',
    '['.repeat(50_000),
  ],
  webSocket: [
    JSON.stringify({ type: 'event', channel: '__proto__', name: 'OrderCreated', payload: {} }),
    '{"type":"event","channel":"constructor","name":"__proto__","payload":{"__proto__":{"a":1}}}',
    JSON.stringify({ type: '__proto__', channel: 'toString' }),
    JSON.stringify({ type: 'event', channel: 'orders', name: 'OrderCreated', payload: 'x'.repeat(3_000_000) }),
    '{"type":',
    '['.repeat(50_000),
  ],
  socketIo: [
    '42/__proto__,["dish_ready",{}]',
    '42["__proto__",{"__proto__":{"a":1}}]',
    '42["constructor"]',
    `42["dish_ready",${JSON.stringify('x'.repeat(3_000_000))}]`,
    '42[',
    `42["dish_ready",${'['.repeat(50_000)}`,
  ],
};

async function somethingHappens({ url }: Whole, wire: Wire, number: number): Promise<string> {
  if (wire === 'socketIo') {
    const dish = { erp_order_id: 'K788', dish_name: `Crème ${number}`, table_id: 12 };
    await ask('POST', `${url}/brasserie/api/webhooks/erp/dish-ready`, brasserieTokens.erp, dish);
    return dish.dish_name;
  }
  const order = { channel: 'pos', items: [{ item_id: 1, qty: 1 }] };
  const { body } = await ask('POST', `${url}/laravel-pos/v1/orders`, posTokens.pos, order);
  return String((body as { readonly data: { readonly id: number } }).data.id);
}

test.each(wires)(
  'hostile and huge frames over %s: no neighbour is lost, the connection stays, and nothing is polluted (F35, F36, F38)',
  async (wire) => {
    const { whole, proxy, url } = await house();
    const { client, heard } = device(wire, { socket: url, api: url, isMistyped: false, fetch: globalThis.fetch });
    await client.start();
    await until(() => isLive(client));
    const happened: string[] = [];
    for (const [number, data] of hostile[wire].entries()) {
      happened.push(await somethingHappens(whole, wire, number));
      expect(proxy.now({ kind: 'inject', data })).toBe(1);
      happened.push(await somethingHappens(whole, wire, number + 100));
    }
    await until(() => heard.length === happened.length);
    expect(heard).toEqual(happened);
    expect(client.health().connection.sockets).toBe(1);
    expect(Reflect.get({}, 'a')).toBeUndefined();
    expect(Object.keys(Object.prototype)).toEqual([]);
  },
  patience,
);

test.each(wires)('one channel that this device may not hear over %s is denied, and the others go on', async (wire) => {
  const { whole, url } = await house();
  const { client, forbidden, allowed, happens } = wire === 'socketIo' ? barista(url) : kiosk(wire, url);
  onTestFinished(() => client.dispose());
  // What the token of a barista may is the backend's business; this one says no to everybody.
  await whole.server.faults.add({
    kind: 'expired-token',
    match: { wire: 'socket-io', channel: '/inventory' },
    times: 1_000,
  });
  const signals: Signal[] = [];
  client.signals.on('denied', (signal) => void signals.push(signal));
  await client.start();
  await until(() => isLive(client) && signals.length > 0);
  expect(signals).toMatchObject([{ channel: forbidden, remediation: expect.stringContaining('check') as string }]);
  expect(client.health().channels.map(({ channel, word }) => `${channel} ${word}`)).toContain(`${allowed} live`);
  await happens(whole);
});

interface Restricted {
  readonly client: Common;
  readonly forbidden: string;
  readonly allowed: string;
  /** Resolves when it has heard of something on the channel that it may hear. */
  happens(whole: Whole): Promise<void>;
}

/** A kiosk in the role of a till, which prints, too. */
function kiosk(wire: Wire, url: string): Restricted {
  const { hostname, port } = new URL(url);
  const client = createClient(laravelPos, {
    role: 'pos',
    scope: { sku: store.sku, deviceId: deviceIds.kiosk },
    token: () => posTokens.kiosk,
    transport:
      wire === 'pusher'
        ? pusher({ key: developmentApp.key, wsHost: hostname, wsPort: Number(port), forceTLS: false })
        : webSocket({ url: `${url.replace('http', 'ws')}/socket` }),
    api: { baseUrl: `${url}/laravel-pos` },
    timing,
  });
  const heard: string[] = [];
  client.on('OrderCreated', ({ data }) => void heard.push(String(data.order.id)));
  return {
    client,
    forbidden: 'printing',
    allowed: 'orders',
    async happens(whole) {
      const id = await somethingHappens(whole, wire, 1);
      await until(() => heard.includes(id));
    },
  };
}

/** The refusal of a namespace is free text; the app says what it means. */
function barista(url: string): Restricted {
  const client = createClient(tableTap, {
    role: 'barista',
    scope: { cafeId },
    token: () => cafeTokens.barista,
    transport: socketIo({ url, auth: (token) => ({ token }), statusOf: () => 403 }),
    api: { baseUrl: `${url}/table-tap` },
    timing,
  });
  const heard: string[] = [];
  client.on('order:created', ({ data }) => void heard.push(data.order.id));
  return {
    client,
    forbidden: 'inventory',
    allowed: 'orders',
    async happens({ url: address }) {
      const order = { items: [{ product_id: 'oat-cappuccino', quantity: 1 }] };
      expect(await ask('POST', `${address}/table-tap/orders`, cafeTokens.jane, order)).toMatchObject({ status: 201 });
      await until(() => heard.length === 1);
    },
  };
}

test.each([
  ['webSocket', (): unknown => webSocket({ url: 'ws://ws.example.test' })],
  ['socketIo', (): unknown => socketIo({ url: 'http://ws.example.test' })],
  ['pusher', (): unknown => pusher({ key: 'k', wsHost: 'ws.example.test', forceTLS: false })],
])('http instead of https over the internet is refused before anything is sent: %s', (_, make) => {
  let refusal: unknown;
  try {
    make();
  } catch (error) {
    refusal = error;
  }
  expect(isHeardError(refusal) && refusal.remediation).toMatch(/allowInsecureLan/);
});
