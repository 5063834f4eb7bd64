// The suite that strangers run against their transports notices what it should: a transport that is wrong in one thing fails it.
import { transportConformance, type TestFramework } from 'heard/testing';
import { expect, onTestFinished, test } from 'vitest';
import type { Explanation, Meaning } from '../../src/transports/explanation.ts';
import type { Transport, TransportConnection, TransportHandlers } from '../../src/transports/transport.ts';
import { serveConformance } from '../transports/conformance/server.ts';
import { websocketUnderTest } from '../transports/conformance/websocket.ts';

/** The promises that a changed transport breaks, of those that the pattern names. */
async function broken(change: (transport: Transport) => Transport, of: RegExp): Promise<readonly string[]> {
  const server = await serveConformance();
  onTestFinished(() => server.stop());
  const promises: { readonly name: string; readonly run: () => Promise<void> }[] = [];
  const framework: TestFramework = { test: (name, run) => void promises.push({ name, run }), expect };
  transportConformance(framework, async () => {
    const right = await websocketUnderTest(server.url);
    const { transport, silent, refusing, absent } = right;
    return {
      ...right,
      transport: change(transport),
      silent: change(silent),
      refusing: change(refusing),
      absent: change(absent),
    };
  });
  const names: string[] = [];
  for (const { name, run } of promises.filter((promise) => of.test(promise.name)))
    await run().catch(() => {
      names.push(name);
    });
  return names;
}

type Change = (
  handlers: TransportHandlers,
  connection: () => TransportConnection,
) => { readonly handlers?: Partial<TransportHandlers>; readonly connection?: Partial<TransportConnection> };

const wrong =
  (change: Change) =>
  (transport: Transport): Transport => ({
    capabilities: transport.capabilities,
    connect(attempt, handlers) {
      const changed = change(handlers, () => connection);
      const connection: TransportConnection = transport.connect(attempt, { ...handlers, ...changed.handlers });
      return { ...connection, ...changed.connection };
    },
  });

type Row = Partial<Meaning> & ({ readonly code: number; readonly upTo?: number } | { readonly reason: string });

const explaining =
  (...rows: readonly Row[]) =>
  (transport: Transport): Transport => {
    const meaning: Meaning = {
      cause: 'policy',
      fault: 'server',
      action: 'retry',
      remediation: 'Look in the log of the server.',
    };
    const explains = rows.map((row): Explanation => ({ ...meaning, ...row }));
    return { ...transport, capabilities: { ...transport.capabilities, explains } };
  };

test.each<[string, (transport: Transport) => Transport, RegExp]>([
  [
    'tells its end twice',
    wrong((handlers) => ({
      handlers: {
        closed(closing) {
          handlers.closed(closing);
          handlers.closed(closing);
        },
      },
    })),
    /ends is told once/,
  ],
  [
    'talks after it was given up',
    wrong((handlers, connection) => ({
      connection: {
        close() {
          connection().close();
          handlers.closed({ code: 1000 });
        },
      },
    })),
    /given up at once tells nothing/,
  ],
  [
    'says that it has sent what it has not',
    wrong((_, connection) => ({ connection: { send: (message) => connection().send(message) || true } })),
    /until the server has greeted/,
  ],
  [
    'tells a failed attempt as closed',
    wrong((handlers) => ({ handlers: { failed: () => handlers.closed({ code: 1006 }) } })),
    /an attempt that comes to nothing/,
  ],
  [
    'tells frames twice',
    wrong((handlers) => ({
      handlers: {
        frame(frame) {
          handlers.frame(frame);
          handlers.frame(frame);
        },
      },
    })),
    /connections stand beside each other/,
  ],
  [
    'keeps refusals to itself and joins all the same',
    wrong((handlers) => ({
      handlers: {
        refused(channel) {
          handlers.refused(channel, { status: undefined, code: undefined });
        },
      },
    })),
    /a refused channel is told/,
  ],
  [
    'puts the token into the address',
    (transport) => ({
      ...transport,
      connect: (attempt, handlers) =>
        transport.connect({ ...attempt, query: { ...attempt.query, token: attempt.token ?? '' } }, handlers),
    }),
    /the token is in no address/,
  ],
  [
    'leaves a timer behind',
    (transport) => ({
      ...transport,
      connect(attempt, handlers) {
        const timer = setTimeout(() => undefined, 60_000);
        timer.unref();
        return transport.connect(attempt, handlers);
      },
    }),
    /no timer behind/,
  ],
  [
    'explains a code that a row above has explained',
    explaining({ code: 4000, upTo: 4999 }, { code: 4001 }),
    /explains/,
  ],
  ['explains a constant twice', explaining({ reason: 'closing time' }, { reason: 'closing time' }), /explains/],
  ['explains a range that ends before it begins', explaining({ code: 4100, upTo: 4000 }), /explains/],
  ['explains what is no code', explaining({ code: Number.NaN }), /explains/],
  ['has no sentence for a person', explaining({ code: 4001, remediation: '' }), /explains/],
])('a transport that %s is found out', async (_, change, promise) => {
  expect(await broken(change, promise)).not.toEqual([]);
});

test('a transport that is right in all of these is not', async () => {
  const right = (transport: Transport): Transport => transport;
  expect(await broken(right, /ends is told|given up|greeted|nothing|beside|refused|token|timer|explains/)).toEqual([]);
  const more = explaining({ code: 4001 }, { code: 4000, upTo: Infinity }, { reason: 'closing time' });
  expect(await broken(more, /explains/)).toEqual([]);
});
