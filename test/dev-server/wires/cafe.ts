// One tiny backend for the tests of what hosts backends: a café of table-tap with rooms, messages, one list and one token for
// each of two people.
import type { Backend, Caller, CreateBackend } from '../../../src/dev-server/backend.ts';
import { createEmitter } from '../../../src/emit/index.ts';
import { roomsOf, tableTap, targetRooms } from '../../../src/contracts/table-tap/index.ts';
import { counterRoomName } from '../../../src/contracts/table-tap/rooms.ts';

const people: ReadonlyMap<string, Caller> = new Map([
  ['token-mia', { id: 'mia', abilities: [], scope: { cafeId: 'c1' } }],
  ['token-bob', { id: 'bob', abilities: [], scope: { cafeId: 'c1' } }],
]);

export interface Cafe {
  readonly create: CreateBackend;
  /** What became of it, in order. */
  readonly log: readonly string[];
  readonly orders: readonly string[];
}

export function createCafe(): Cafe {
  const log: string[] = [];
  const orders: string[] = [];

  const create: CreateBackend = ({ publisher, log: events, time }): Backend => {
    const emitter = createEmitter(tableTap, {
      publisher,
      log: events,
      time,
      rooms: ({ name, data }) => targetRooms(name, data as never, { cafeId: 'c1' }),
    });
    const callerOf = (token: string | undefined): Caller | undefined => people.get(token ?? '');

    return {
      contract: tableTap,
      devices: [],
      callerOf,
      async fetch(request) {
        const { pathname } = new URL(request.url);
        if (pathname === '/boom') throw new Error('the kitchen is on fire');
        if (pathname === '/never') return new Promise<Response>(() => undefined);
        if (pathname === '/cookies') {
          const headers = new Headers({ 'content-type': 'text/plain' });
          headers.append('set-cookie', 'a=1');
          headers.append('set-cookie', 'b=2');
          return new Response('two', { headers });
        }
        if (pathname !== '/orders') return undefined;
        if (request.method !== 'POST') return Response.json({ data: orders });
        const id = await request.text();
        orders.push(id);
        await emitter.emit('order:created', {
          scope: { cafeId: 'c1' },
          data: { order: { id, status: 'pending' } },
        });
        return Response.json({ id }, { status: 201 });
      },
      connected({ channel, auth, query, join, say }) {
        const caller = callerOf(typeof auth['token'] === 'string' ? auth['token'] : undefined);
        if (caller === undefined) return { refused: 'Authentication error' };
        const role = query['user_role'];
        for (const room of roomsOf({ cafeId: query['cafe_id'] ?? '', role, userId: caller.id })) join(room);
        log.push(`${caller.id} came to ${channel}`);
        say('hello', { channel });
        return undefined;
      },
      async message({ join, leave, say }, name, payload) {
        const { counter = '', order_id = '' } = (payload ?? {}) as { counter?: string; order_id?: string };
        switch (name) {
          case 'join_counter':
            join(`cafe:c1:counter:${counterRoomName(counter)}`);
            return { joined: counter };
          case 'leave_counter':
            leave(`cafe:c1:counter:${counterRoomName(counter)}`);
            return { left: counter };
          case 'update_order_status':
            orders.push(`status of ${order_id}`);
            return { ok: true };
          case 'explode':
            throw new Error('boom');
          default:
            say('error', { type: 'INVALID_DATA' });
            return undefined;
        }
      },
      disconnected({ channel }) {
        log.push(`somebody left ${channel}`);
      },
      async restore() {
        orders.length = 0;
        log.push('restored');
      },
    };
  };
  return { create, log, orders };
}
