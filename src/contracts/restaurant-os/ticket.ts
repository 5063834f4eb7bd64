import type { Ticket } from './schemas.ts';

/** Settled: what the kitchen is done with. A word that we do not know may still mean work. */
const finished: ReadonlySet<unknown> = new Set(['served', 'cancelled']);

export const isOpenTicket = (row: Ticket): boolean => !finished.has(row.status);

/** Settled: nobody has begun. A ticket without a status is a new one. */
export const isWaitingTicket = (row: Ticket): boolean => row.status == null || row.status === 'queued';
