import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server } from 'socket.io';
import { io as connect, type Socket } from 'socket.io-client';
import { createEmitter, socketIoPublisher } from 'heard/emit';
import { serviceFloor } from 'heard/contracts/service-floor';
import { describe, expect, onTestFinished, test } from 'vitest';

/** A Socket.IO server for one test; what its clients hear is noted. */
async function floor(...namespaces: readonly string[]) {
  const http = createServer();
  const io = new Server(http);
  for (const namespace of namespaces)
    io.of(namespace).on('connection', (socket) => void socket.join(`own:${namespace}`));
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => io.close());
  const { port } = http.address() as AddressInfo;
  return {
    io,
    publisher: socketIoPublisher(io),
    async join(namespace: string, ...rooms: readonly string[]) {
      const arrived = new Promise<void>((resolve) => {
        io.of(namespace).once('connection', (socket) => {
          void socket.join([...rooms]);
          resolve();
        });
      });
      const socket: Socket = connect(`http://127.0.0.1:${port}${namespace}`, {
        transports: ['websocket'],
        forceNew: true,
      });
      onTestFinished(() => void socket.close());
      const heard: unknown[][] = [];
      socket.onAny((...frame: unknown[]) => void heard.push(frame));
      await arrived;
      await new Promise<void>((resolve) => (socket.connected ? resolve() : socket.once('connect', resolve)));
      return {
        heard,
        /** Everything that was sent before has arrived then. */
        async caughtUp() {
          const marked = new Promise<void>((resolve) => socket.once('mark', () => resolve()));
          io.of(namespace).emit('mark');
          await marked;
          return heard.filter(([name]) => name !== 'mark');
        },
      };
    },
  };
}

describe('socketIoPublisher with a real server', () => {
  test('tells everybody in the namespace and nobody in another one', async () => {
    const { publisher, join } = await floor('/orders', '/payments');
    const [one, other, elsewhere] = [await join('/orders'), await join('/orders'), await join('/payments')];
    await publisher.publish([
      { channel: '/orders', name: 'order:created', payload: { event: 'order:created', data: { id: 1 } } },
    ]);
    for (const each of [one, other])
      expect(await each.caughtUp()).toEqual([['order:created', { event: 'order:created', data: { id: 1 } }]]);
    expect(await elsewhere.caughtUp()).toEqual([]);
  });

  test('a channel that was named for another wire is the namespace with a slash in front', async () => {
    const { publisher, join } = await floor('/private-store.A.orders');
    const till = await join('/private-store.A.orders');
    await publisher.publish([{ channel: 'private-store.A.orders', name: 'OrderCreated', payload: 7 }]);
    expect(await till.caughtUp()).toEqual([['OrderCreated', 7]]);
  });

  test('tells those who are in one of the rooms, once', async () => {
    const { publisher, join } = await floor('/');
    const [ana, both, ben] = [
      await join('/', 'user:1'),
      await join('/', 'user:1', 'managers'),
      await join('/', 'user:2'),
    ];
    await publisher.publish([
      { channel: '/', name: 'dish_ready', payload: { table: 5 }, rooms: ['user:1', 'managers'] },
    ]);
    expect(await ana.caughtUp()).toEqual([['dish_ready', { table: 5 }]]);
    expect(await both.caughtUp()).toEqual([['dish_ready', { table: 5 }]]);
    expect(await ben.caughtUp()).toEqual([]);
  });

  test('no room at all is nobody, and not everybody', async () => {
    const { publisher, join } = await floor('/orders');
    const screen = await join('/orders');
    await publisher.publish([{ channel: '/orders', name: 'order:assigned_counter', payload: {}, rooms: [] }]);
    expect(await screen.caughtUp()).toEqual([]);
  });

  test('a namespace that the app has not set up is refused, and not made', async () => {
    const { io, publisher } = await floor('/orders');
    await expect(
      publisher.publish([{ channel: '/payments', name: 'payment:completed', payload: {} }]),
    ).rejects.toMatchObject({
      code: 'publish-refused',
      message: expect.stringContaining('"/payments"') as string,
    });
    expect(io._nsps.has('/payments')).toBe(false);
  });

  describe('namespaces that are made when the first device comes', () => {
    const tills = /^\/private-store\.[A-Z]\.orders$/;
    const told = { channel: 'private-store.A.orders', name: 'OrderCreated', payload: 7 };

    test('where nobody is there, nobody is told, and nothing is refused: by their names', async () => {
      const { io, publisher } = await floor();
      io.of(tills);
      await expect(publisher.publish([told])).resolves.toBeUndefined();
    });

    test('where nobody is there, nobody is told, and nothing is refused: by a function', async () => {
      const { io, publisher } = await floor();
      io.of((name, _auth, next) => next(null, tills.test(name)));
      await expect(publisher.publish([told])).resolves.toBeUndefined();
      // `of` would have made one that lets everybody in.
      expect(io._nsps.has('/private-store.A.orders')).toBe(false);
    });

    test('whoever comes after an event was told into the empty room is asked who he is, and hears what is told next', async () => {
      const { io, publisher, join } = await floor();
      const asked: string[] = [];
      io.of(tills).use((socket, next) => {
        asked.push(socket.nsp.name);
        next();
      });
      await publisher.publish([told]);
      const till = await join('/private-store.A.orders');
      await publisher.publish([{ ...told, payload: 8 }]);
      expect(await till.caughtUp()).toEqual([['OrderCreated', 8]]);
      expect(asked).toEqual(['/private-store.A.orders']);
    });

    test('what is told is handed to the other processes of a cluster, although nobody is in it here', async () => {
      const { io, publisher } = await floor();
      const broadcast: unknown[] = [];
      io.on('new_namespace', ({ name, adapter }) => {
        adapter.broadcast = ({ data }: { readonly data: unknown }, { rooms }) =>
          broadcast.push([name, data, [...rooms]]);
      });
      io.of(tills);
      await publisher.publish([told, { ...told, rooms: ['managers'] }]);
      const data = ['OrderCreated', 7];
      expect(broadcast).toEqual([
        ['/private-store.A.orders', data, []],
        ['/private-store.A.orders', data, ['managers']],
      ]);
    });

    test('a name that none of them has is refused, and not made', async () => {
      const { io, publisher } = await floor();
      io.of(tills);
      await expect(publisher.publish([{ ...told, channel: '/payments' }])).rejects.toMatchObject({
        code: 'publish-refused',
      });
      expect(io._nsps.has('/payments')).toBe(false);
    });

    test('a server that cannot make them of a name is not asked to: it would let everybody in', async () => {
      const { io } = await floor();
      io.of(tills);
      // As older ones are.
      Reflect.deleteProperty(io, 'parentNamespacesFromRegExp');
      await expect(socketIoPublisher(io).publish([told])).resolves.toBeUndefined();
      expect(io._nsps.has('/private-store.A.orders')).toBe(false);
    });
  });

  test('a name that is Socket.IO’s own is refused', async () => {
    const { publisher } = await floor('/orders');
    await expect(publisher.publish([{ channel: '/orders', name: 'disconnect', payload: {} }])).rejects.toMatchObject({
      code: 'publish-refused',
    });
  });

  test('an emitter over it: bare payloads under the event’s own name, in order', async () => {
    const { publisher, join } = await floor('/events');
    const screen = await join('/events');
    const emitter = createEmitter(serviceFloor, { publisher });
    const ids = Array.from({ length: 20 }, (_, at) => at);
    await Promise.all(ids.map((id) => emitter.emit('menu.deleted', { scope: {}, data: { id } })));
    expect(await screen.caughtUp()).toEqual(ids.map((id) => ['menu.deleted', { id }]));
  });
});
