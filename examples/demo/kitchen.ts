import { encodeEvent, type EventData, type EventName, type Frame } from 'heard';
import { laravelPos, legalBumps, legalUndos, type KdsTicket, type LaravelPos } from 'heard/contracts/laravel-pos';

/** The store that the demo plays. */
const scope = { sku: 'pizza-bab-el-oued', deviceId: 42 };

type ChannelName = keyof LaravelPos['channels'];

export interface Kitchen {
  /** Takes an order: an order and a kitchen ticket come into being. */
  order(): void;
  /** The REST side of bump and undo. Answers a status and a body. */
  step(kind: 'bump' | 'undo', ticketId: number, to: unknown): { readonly status: number; readonly body: unknown };
  /** Frames that a healthy server never sends. */
  misbehave(how: 'broken' | 'foreign' | 'unknown'): void;
  tickets(): readonly KdsTicket[];
}

const dishes = ['Margherita', 'Calzone', 'Quattro stagioni', 'Mechouia salad', 'Lablabi', 'Brik with egg'];

/** A kitchen of one screen: it speaks the contract's own words, through the same code that a backend would use. */
export function createKitchen(broadcast: (frame: Frame) => void): Kitchen {
  const tickets = new Map<number, KdsTicket>();
  let nextOrder = 1;
  let seq = 0;

  function emit<Name extends EventName<LaravelPos>>(
    channel: ChannelName,
    name: Name,
    data: EventData<LaravelPos, Name>,
    values: object = scope,
  ): void {
    seq += 1;
    const frame = encodeEvent(laravelPos, {
      name,
      channel,
      data,
      values,
      id: crypto.randomUUID(),
      seq,
      occurredAt: Date.now(),
    });
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
      const id = nextOrder;
      nextOrder += 1;
      const ticket = ticketFor(id);
      tickets.set(ticket.id, ticket);
      emit('kds', 'KdsTicketCreated', { ticket });
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
      emit('kds', 'KdsTicketUpdated', { ticket_id: ticketId, status: next, at: changed.updated_at });
      return { status: 200, body: { data: changed } };
    },

    misbehave(how) {
      if (how === 'foreign') {
        emit('kds', 'KdsTicketCreated', { ticket: ticketFor(nextOrder) }, { ...scope, sku: 'another-store' });
      } else {
        seq += 1;
        const data = how === 'broken' ? { ticket: { id: 'not a number' } } : { oven: 2, celsius: 300 };
        const event = how === 'broken' ? 'KdsTicketCreated' : 'OvenIsHot';
        broadcast({
          channel: `private-store.${scope.sku}.kds`,
          name: event,
          payload: { v: 1, event, event_id: crypto.randomUUID(), seq, data },
        });
      }
    },

    tickets: () => [...tickets.values()],
  };
}
