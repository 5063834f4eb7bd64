// Namespaces whose names nobody can list: strangers may ask for any, and none is there for longer than somebody is in it.
import { io as connect, type Socket } from 'socket.io-client';
import { expect, onTestFinished, test } from 'vitest';
import { laravelPos } from '../../../src/contracts/laravel-pos/index.ts';
import { createNamespaces, namespaceOptions } from '../../../src/dev-server/socket-io/namespaces.ts';
import { tableTap } from '../../../src/contracts/table-tap/index.ts';
import { listenIo } from '../../transports/socket-io-server.ts';
import { until } from './rig.ts';

const own = 'private-store.A.orders';

async function hostStoreA() {
  const { url, io } = await listenIo(namespaceOptions);
  const asked: string[] = [];
  createNamespaces(io, laravelPos, (namespace, channelOf) => {
    namespace.use((socket, next) => {
      const channel = channelOf(socket.nsp.name);
      asked.push(channel?.wire ?? 'unknown');
      next(channel?.route.params['sku'] === 'A' ? undefined : new Error('Forbidden'));
    });
  });
  const manager = connect(url, { forceNew: true, transports: ['websocket'] });
  onTestFinished(() => void manager.disconnect());
  const enter = (namespace: string): Promise<Socket | string> => {
    const socket = manager.io.socket(namespace);
    const outcome = new Promise<Socket | string>((resolve) => {
      socket.once('connect', () => resolve(socket));
      socket.once('connect_error', ({ message }: Error) => resolve(message));
    });
    socket.connect();
    return outcome;
  };
  /** Without the one that every server has. */
  const there = (): readonly string[] => [...io._nsps.keys()].filter((name) => name !== '/');
  return { enter, asked, there };
}

test('it comes with the first device that is let in, is a channel as the contract spells it, and goes with the last', async () => {
  const { enter, asked, there } = await hostStoreA();
  expect(there()).toEqual([]);
  const socket = await enter(`/${own}`);
  expect(there()).toEqual([`/${own}`]);
  expect(asked).toEqual([own]);
  (socket as Socket).disconnect();
  await until(() => there().length === 0);
});

test('a thousand names that are no channel, and a thousand of other stores, leave nothing behind', async () => {
  const { enter, asked, there } = await hostStoreA();
  await enter(`/${own}`);
  const strange = ['/__proto__', '/constructor', `/${'x'.repeat(10_000)}`, `/private-store.${'A'.repeat(600)}.orders`];
  for (const name of strange) expect(await enter(name)).toBe('Invalid namespace');
  const outcomes = await Promise.all(
    Array.from({ length: 1_000 }, async (_, number) => [
      await enter(`/nothing-${number}`),
      await enter(`/private-store.B${number}.orders`),
    ]),
  );
  expect(new Set(outcomes.flat())).toEqual(new Set(['Invalid namespace', 'Forbidden']));
  expect(asked.filter((name) => name === own)).toHaveLength(1);
  expect(there()).toEqual([`/${own}`]);
});

test('a contract of namespaces has them from the start, and no others', async () => {
  const { io } = await listenIo(namespaceOptions);
  createNamespaces(io, tableTap, () => undefined);
  const wires = [...tableTap.channels.values()].map(({ wire }) => wire);
  expect([...io._nsps.keys()].filter((name) => name !== '/').sort()).toEqual(wires.sort());
});
