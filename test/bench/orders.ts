// What the till and the kitchen are told in the bench, as texts that a server would write.
import { ordersWire, stationWire } from './device.ts';
import { referenceEnvelope } from './reference-envelope.ts';

export const eventsPerRound = 10_000;
/** Enough that everything is compiled, and as many ids are remembered as ever. */
export const someHistory = 60_000;
/** Orders that change again and again: what is known of them does not grow without end. */
const openOrders = 1_000;

export interface Told {
  readonly wire: string;
  readonly name: string;
  readonly text: string;
}

let written = 0;

/** No two have the same id, and no two leave the same row behind. */
export function orderText(seq: number): string {
  written += 1;
  const id = referenceEnvelope.data.order.id + (seq % openOrders);
  return JSON.stringify({
    ...referenceEnvelope,
    event_id: `${written.toString(16).padStart(8, '0')}${referenceEnvelope.event_id.slice(8)}`,
    seq,
    occurred_at: new Date().toISOString(),
    subject: { type: 'Order', id },
    data: { order: { ...referenceEnvelope.data.order, id, number: `C${written}` } },
  });
}

function ticketText(seq: number, station: string, number: number): string {
  const { data: _, ...envelope } = referenceEnvelope;
  written += 1;
  const id = 98_765 + (number % openOrders);
  return JSON.stringify({
    ...envelope,
    event: 'KdsTicketCreated',
    event_id: `${written.toString(16).padStart(8, '0')}${envelope.event_id.slice(8)}`,
    seq,
    occurred_at: new Date().toISOString(),
    subject: { type: 'KdsTicket', id },
    data: {
      ticket: { id, order_id: written, items: [{ name: 'Margherita', qty: 1 }], status: 'in_preparation', station },
    },
  });
}

/** Writes the orders of one channel, one after the other. */
export interface Printer {
  seq: number;
  /** The newest one. */
  last: string;
  write(count?: number): readonly Told[];
}

export function orders(): Printer {
  const printer: Printer = {
    seq: 0,
    last: '',
    write: (count = eventsPerRound) =>
      Array.from({ length: count }, () => {
        printer.seq += 1;
        printer.last = orderText(printer.seq);
        return { wire: asRead(ordersWire), name: 'OrderCreated', text: printer.last };
      }),
  };
  return printer;
}

export function tickets(stations: number): () => readonly Told[] {
  let number = 0;
  return () =>
    Array.from({ length: eventsPerRound }, () => {
      const station = `s${number % stations}`;
      number += 1;
      const text = ticketText(Math.ceil(number / stations), station, number);
      return { wire: asRead(stationWire(station)), name: 'KdsTicketCreated', text };
    });
}

/** A text of its own, as it comes out of a frame. */
const asRead = (text: string): string => Buffer.from(text).toString('latin1');
