import { encodeEvent, type EventData, type EventName, type Frame } from 'heard';
import { laravelPos, legalBumps, legalUndos, type KdsTicket, type LaravelPos } from 'heard/contracts/laravel-pos';

/** The store that the demo plays. */
const scope = { sku: 'pizza-bab-el-oued', deviceId: 42 };

export interface Kitchen {
  /** Takes an order: a kitchen ticket comes into being. */
  order(): void;
  /** The REST side of bump and undo. Answers a status and a body. */
  step(kind: 'bump' | 'undo', ticketId: number, to: unknown): { readonly status: number; readonly body: unknown };
  /** Frames that a healthy server never sends. */
  misbehave(how: 'broken' | 'foreign' | 'unknown' | 'again'): void;
  /** The list of tickets, with the position in the log that it is at. */
  tickets(): object;
  /** The log behind a position. */
  since(channel: string, seq: number, limit: number): object;
}

const dishes = ['Margherita', 'Calzone', 'Quattro stagioni', 'Mechouia salad', 'Lablabi', 'Brik with egg'];

/** A kitchen of one screen: it speaks the contract's own words, through the same code that a backend would use. */
export function createKitchen(broadcast: (frame: Frame) => void): Kitchen {
  const tickets = new Map<number, KdsTicket>();
  /** Everything that was ever said on the kitchen's channel, at the place of its position. */
  const log: Frame[] = [];
  /** Positions of another life of this server mean nothing in this one. */
  const epoch = crypto.randomUUID();
  let nextOrder = 1;

  function encode<Name extends EventName<LaravelPos>>(
    name: Name,
    data: EventData<LaravelPos, Name>,
    values: object = scope,
  ): Frame {
    return encodeEvent(laravelPos, {
      name,
      channel: 'kds',
      data,
      values,
      id: crypto.randomUUID(),
      seq: log.length + 1,
      epoch,
      occurredAt: Date.now(),
    });
  }

  /** Kept first: whoever misses it can read it. */
  function say(frame: Frame): void {
    log.push(frame);
    broadcast(frame);
  }

  const ticketFor = (order: number): KdsTicket => ({
    id: 1000 + order,
    order_id: order,
    status: 'in_preparation',
    created_at: new Date().toISOString(),
    items: [0, 1].map((offset) => ({
      id: offset + 1,
      name: dishes[(order + offset * 2) % dishes.length] ?? 'Margherita',
      qty: 1 + ((order + offset) % 2),
      modifiers: (order + offset) % 3 === 0 ? ['no onion'] : [],
    })),
  });

  return {
    order() {
      const ticket = ticketFor(nextOrder);
      nextOrder += 1;
      tickets.set(ticket.id, ticket);
      say(encode('KdsTicketCreated', { ticket }));
    },

    step(kind, ticketId, to) {
      const ticket = tickets.get(ticketId);
      if (ticket === undefined) return { status: 404, body: { title: 'No such ticket' } };
      const legal = kind === 'bump' ? legalBumps(ticket.status) : legalUndos(ticket.status);
      const next = legal.find((status) => status === to);
      if (next === undefined)
        return { status: 409, body: { title: `A ticket that is ${String(ticket.status)} cannot go there` } };
      const changed = { ...ticket, status: next, updated_at: new Date().toISOString() };
      tickets.set(ticketId, changed);
      say(encode('KdsTicketUpdated', { ticket_id: ticketId, status: next, at: changed.updated_at }));
      return { status: 200, body: { data: changed } };
    },

    misbehave(how) {
      const frame = encode('KdsTicketCreated', { ticket: ticketFor(nextOrder) });
      const envelope = { ...(frame.payload as object) };
      if (how === 'foreign') {
        const { payload } = encode('KdsTicketCreated', { ticket: ticketFor(900) }, { ...scope, sku: 'another-store' });
        broadcast({ ...frame, payload });
      } else if (how === 'again') {
        const last = log.findLast(({ name }) => name === 'KdsTicketCreated');
        if (last !== undefined) broadcast(last);
      } else if (how === 'broken') {
        say({ ...frame, payload: { ...envelope, data: { ticket: { id: 'not a number' } } } });
      } else {
        const name = 'OvenIsHot';
        say({ ...frame, name, payload: { ...envelope, event: name, data: { oven: 2, celsius: 300 } } });
      }
    },

    tickets: () => ({
      data: [...tickets.values()],
      deleted: [],
      complete: true,
      as_of: new Date().toISOString(),
      as_of_seq: log.length,
      epoch,
    }),

    since(channel, seq, limit) {
      const own = log.filter((frame) => frame.channel === channel);
      const events = own.slice(seq, seq + limit).map(({ payload }) => payload);
      const next = seq + events.length;
      return { events, head_seq: own.length, floor_seq: 1, next_seq: next, has_more: next < own.length, epoch };
    },
  };
}
