import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server } from 'socket.io';
import { io as connect } from 'socket.io-client';
import { createEmitter, socketIoPublisher } from 'heard/emit';
import { brasserieRooms, openBrasserie } from 'heard/emit/brasserie';
import { openTableTap, tableTapRooms, type SeatClaim } from 'heard/emit/table-tap';
import { brasserie } from 'heard/contracts/brasserie';
import { tableTap, type Seat } from 'heard/contracts/table-tap';
import { describe, expect, onTestFinished, test } from 'vitest';

interface Client {
  /** Everything that was sent before has arrived then. */
  caughtUp(): Promise<readonly string[]>;
  /** Waits until the server has heard it, too. */
  say(name: string, ...payload: readonly unknown[]): Promise<void>;
}

async function serving() {
  const http = createServer();
  const io = new Server(http);
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => io.close());
  const { port } = http.address() as AddressInfo;

  async function join(
    namespace: string,
    handshake: { auth?: object; query?: Record<string, string> },
  ): Promise<Client> {
    const socket = connect(`http://127.0.0.1:${port}${namespace}`, {
      transports: ['websocket'],
      forceNew: true,
      reconnection: false,
      ...handshake,
    });
    onTestFinished(() => void socket.close());
    const heard: string[] = [];
    socket.onAny((name: string, payload?: { type?: string }) => void heard.push(payload?.type ?? name));
    await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('connect_error', reject));
    const caughtUp = async (): Promise<readonly string[]> => {
      const marked = new Promise<void>((resolve) => socket.once('mark', () => resolve()));
      io.of(namespace).emit('mark');
      await marked;
      return heard.filter((name) => name !== 'mark');
    };
    return {
      caughtUp,
      async say(name, ...payload) {
        const arrived = new Promise<void>((resolve) => {
          const own = io.of(namespace).sockets.get(socket.id ?? '');
          own?.onAny((said: string) => said === name && resolve());
        });
        socket.emit(name, ...payload);
        await arrived;
      },
    };
  }
  return { io, join };
}

describe('table-tap', () => {
  const staff: Readonly<Record<string, Seat>> = {
    ana: { cafeId: '1', role: 'manager', userId: 'ana' },
    ben: { cafeId: '1', role: 'employee', userId: 'ben' },
    eve: { cafeId: '2', role: 'manager', userId: 'eve' },
  };
  const seatOf = ({ token, cafeId, role }: SeatClaim): Seat | undefined => {
    const seat = staff[token ?? ''];
    return seat?.cafeId === cafeId && seat?.role === role ? seat : undefined;
  };

  async function cafe() {
    const { io, join } = await serving();
    openTableTap(io, { seatOf });
    const emitter = createEmitter(tableTap, { publisher: socketIoPublisher(io), rooms: tableTapRooms });
    const enter = (namespace: string, token: string, claim: Partial<Seat> = {}): Promise<Client> => {
      const { cafeId, role } = { ...staff[token], ...claim };
      return join(namespace, { auth: { token }, query: { cafe_id: cafeId ?? '', user_role: String(role) } });
    };
    return { io, emitter, enter };
  }

  test('low stock is told to the managers of its café, and a clock-in to whom it concerns', async () => {
    const { emitter, enter } = await cafe();
    const stock = [
      await enter('/inventory', 'ana'),
      await enter('/inventory', 'ben'),
      await enter('/inventory', 'eve'),
    ];
    const people = [
      await enter('/employees', 'ana'),
      await enter('/employees', 'ben'),
      await enter('/employees', 'eve'),
    ];
    const scope = { cafeId: 1 };
    await emitter.emit('inventory:low_stock', {
      scope,
      data: { product_id: 'p', product_name: 'Beans', current_stock: 1 },
    });
    await emitter.emit('employee:clocked_in', { scope, data: { user_id: 'ben' } });
    expect(await Promise.all(stock.map((client) => client.caughtUp()))).toEqual([['inventory:low_stock'], [], []]);
    expect(await Promise.all(people.map((client) => client.caughtUp()))).toEqual([[], ['employee:clocked_in'], []]);
  });

  test('an order is told to the whole café, and its counter to that counter, for as long as one stands there', async () => {
    const { emitter, enter } = await cafe();
    const [ana, ben, eve] = [
      await enter('/orders', 'ana'),
      await enter('/orders', 'ben'),
      await enter('/orders', 'eve'),
    ];
    await ben.say('join_counter', { counter: 'Counter 1' });
    await eve.say('join_counter', { counter: 'Counter 1' });
    const scope = { cafeId: '1' };
    const assigned = { order_id: 'o', new_counter: 'Counter1' };
    await emitter.emit('order:created', { scope, data: { order: { id: 'o', status: 'pending' } } });
    await emitter.emit('order:assigned_counter', { scope, data: assigned });
    expect(await ana.caughtUp()).toEqual(['order:created']);
    expect(await ben.caughtUp()).toEqual(['order:created', 'order:assigned_counter']);
    expect(await eve.caughtUp()).toEqual([]);
    await ben.say('leave_counter', { counter: 'Counter1' });
    await emitter.emit('order:assigned_counter', { scope, data: assigned });
    expect(await ben.caughtUp()).toHaveLength(2);
  });

  test.each([[undefined], [null], ['Counter 1'], [{}], [{ counter: 5 }], [{ counter: '' }], [{ counter: '  ' }]])(
    'join_counter with %j is answered INVALID_DATA, and nobody is thrown out',
    async (input) => {
      const { enter } = await cafe();
      const ben = await enter('/orders', 'ben');
      await ben.say('join_counter', input);
      await ben.say('leave_counter', input);
      expect(await ben.caughtUp()).toEqual(['INVALID_DATA', 'INVALID_DATA']);
    },
  );

  test('who is not known, or claims another café or role, is not let in, in the words that clients know', async () => {
    const { enter } = await cafe();
    for (const [token, claim] of [
      ['nobody', {}],
      ['ben', { cafeId: '2' }],
      ['ben', { role: 'manager' }],
    ] as const)
      await expect(enter('/orders', token, claim)).rejects.toThrow('Authentication error');
  });

  test('a café without a room, and a backend that fails, let nobody in, and say another thing', async () => {
    for (const seat of [() => ({ cafeId: '1:role:manager' }), () => Promise.reject(new Error('no database'))]) {
      const { io, join } = await serving();
      const told: unknown[] = [];
      openTableTap(io, { seatOf: seat, failed: (error) => void told.push(error) });
      await expect(join('/orders', {})).rejects.toThrow('Unavailable');
      expect(told).toHaveLength(1);
    }
  });

  test('an event of no café is refused', async () => {
    const { emitter } = await cafe();
    await expect(emitter.emit('employee:clocked_in', { scope: {}, data: { user_id: 'ben' } })).rejects.toMatchObject({
      code: 'scope-invalid',
    });
  });
});

describe('brasserie', () => {
  test('a dish is told to its waiter alone, rows to everybody, and a dish without a waiter, too', async () => {
    const { io, join } = await serving();
    openBrasserie(io, { userOf: (token) => (token === undefined ? undefined : Number(token)) });
    const emitter = createEmitter(brasserie, { publisher: socketIoPublisher(io), rooms: brasserieRooms });
    const [alice, bob] = [await join('/', { auth: { token: '1' } }), await join('/', { auth: { token: '2' } })];
    await emitter.emit('dish_ready', { scope: { userId: 1 }, data: { table: 5, dish: 'Magret' } });
    await emitter.emit('table_updated', { scope: { userId: 1 }, data: { id: 5, status: 'free', updated_at: 'now' } });
    expect(await alice.caughtUp()).toEqual(['dish_ready', 'table_updated']);
    expect(await bob.caughtUp()).toEqual(['table_updated']);
    await emitter.emit('dish_ready', { scope: {}, data: { table: 6, dish: 'Tarte' } });
    expect((await bob.caughtUp()).at(-1)).toBe('dish_ready');
    await expect(join('/', {})).rejects.toThrow('Authentication error');
  });
});
