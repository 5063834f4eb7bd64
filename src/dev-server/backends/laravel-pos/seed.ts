import type { Device, KdsTicket, Order, PrintJobRow } from '../../../contracts/laravel-pos/index.ts';
import type { Stamps } from '../rows/stamps.ts';
import { deviceIds } from './tokens.ts';

/** An order with what was ordered, which the document's rows leave out. */
export interface OrderRow extends Order {
  readonly items: readonly OrderedItem[];
  readonly notes?: string;
}

export interface OrderedItem {
  readonly item_id: number;
  readonly name: string;
  readonly qty: number;
  readonly modifiers: readonly string[];
}

export const printers = { receipts: 31 } as const;

interface FirstRows {
  readonly orders: readonly OrderRow[];
  readonly tickets: readonly KdsTicket[];
  readonly printJobs: readonly PrintJobRow[];
  readonly devices: readonly Device[];
  readonly next: {
    readonly order: number;
    readonly ticket: number;
    readonly printJob: number;
    readonly called: number;
  };
}

const device = (id: number, type: string, status: Device['status']): Device => ({ id, type, status });
const ordered = (item_id: number, name: string, qty: number, ...modifiers: readonly string[]): OrderedItem => ({
  item_id,
  name,
  qty,
  modifiers,
});

/** A lunch that has begun: one order is cooked, one is ready, one was served. */
export function firstRows({ ago }: Stamps, v1: boolean): FirstRows {
  const order = (
    id: number,
    status: string,
    minutes: number,
    total: number,
    items: readonly OrderedItem[],
  ): OrderRow => ({
    id,
    channel: id % 2 === 0 ? 'pos' : 'kiosk',
    status,
    totals_cents: { subtotal: total, tax: 0, total },
    number: calledOut(id - 120_000),
    created_at: ago(minutes),
    items,
  });
  const ticket = (
    id: number,
    order_id: number,
    status: string,
    minutes: number,
    { item_id, name, qty }: OrderedItem,
  ): KdsTicket => ({
    id,
    order_id,
    status,
    items: [{ id: item_id, name, qty, modifiers: [] }],
    notes: '',
    created_at: ago(minutes),
    category_ids: [item_id > 10 ? 10 : 20],
    ...(!v1 && { station: item_id > 10 ? 'oven' : 'grill' }),
  });
  const job = (id: number, order_id: number, status: string, attempts: number): PrintJobRow => ({
    id,
    type: 'customer_receipt',
    target_printer_id: printers.receipts,
    order_id,
    status,
    attempts,
  });
  const burger = ordered(1, 'Classic Burger', 2, 'Cheese', 'No onion');
  const margherita = ordered(11, 'Margherita', 1);
  const cheese = ordered(12, 'Quatre Fromages', 1);
  return {
    orders: [
      order(120_041, 'served', 42, 70_000, [margherita]),
      order(120_042, 'ready', 14, 170_000, [burger]),
      order(120_043, 'in_preparation', 6, 95_000, [cheese]),
    ],
    tickets: [
      ticket(98_701, 120_041, 'served', 42, margherita),
      ticket(98_702, 120_042, 'ready', 14, burger),
      ticket(98_703, 120_043, 'in_preparation', 6, cheese),
    ],
    printJobs: [
      job(5_501, 120_041, 'completed', 1),
      job(5_502, 120_042, 'completed', 1),
      job(5_503, 120_043, 'failed', 1),
    ],
    devices: [
      device(deviceIds.pos, 'POS', 'online'),
      device(deviceIds.kiosk, 'Kiosk', 'online'),
      device(deviceIds.kds, 'KDS', 'online'),
      device(deviceIds.kdsGrill, 'KDS', 'offline'),
      device(deviceIds.printerGateway, 'PrinterGateway', 'offline'),
      device(deviceIds.backOffice, 'BackOffice', 'online'),
      device(13, 'Kiosk', 'inactive'),
    ],
    next: { order: 120_044, ticket: 98_704, printJob: 5_504, called: 44 },
  };
}

/** `A047` */
export const calledOut = (number: number): string => `A${String(number % 1000).padStart(3, '0')}`;
