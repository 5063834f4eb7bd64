import type { OrderRow, TableNumber } from './schemas.ts';

/** Settled: an order with one of these needs nobody any more. A word that we do not know may still mean work. */
const finished: ReadonlySet<unknown> = new Set(['paid', 'cancelled']);

export const isOpenOrder = (row: OrderRow): boolean => !finished.has(row.status);

/** The table of an order, whether an event told it or a list. Undefined for an order without one. */
export const tableNumberOf = (row: OrderRow): TableNumber | undefined => row.tableNumber ?? row.table?.number;
