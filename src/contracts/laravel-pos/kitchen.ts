import type { Refusal } from '../../contract/mutation.ts';
import { parseMoment } from '../../lib/moment.ts';
import type { Maybe } from '../shapes.ts';
import type { KdsTicket, TicketRow, TicketStatus } from './schemas.ts';

/** Where a ticket may go from where it is. `undo` goes back one step, and only from `ready`. */
const bumps: ReadonlyMap<string, readonly TicketStatus[]> = new Map([
  ['in_preparation', ['ready']],
  ['ready', ['served', 'delivered']],
]);
const undos: ReadonlyMap<string, readonly TicketStatus[]> = new Map([['ready', ['in_preparation']]]);

/** Where the course of a ticket begins, and where one is that does not tell. */
export const firstStatus: TicketStatus = 'in_preparation';

export const legalBumps = (from: Maybe<TicketStatus>): readonly TicketStatus[] => bumps.get(from ?? firstStatus) ?? [];
export const legalUndos = (from: Maybe<TicketStatus>): readonly TicketStatus[] => undos.get(from ?? firstStatus) ?? [];

/** Why a step is not allowed, with those that are. A ticket that does not tell where it is refuses nothing. */
export function refuseStep(step: 'bump' | 'undo', from: Maybe<TicketStatus>, to: TicketStatus): Refusal | undefined {
  if (from == null) return undefined;
  const legal = step === 'bump' ? legalBumps(from) : legalUndos(from);
  if (legal.includes(to)) return undefined;
  return {
    message: `A ticket that is "${from}" cannot be ${step === 'bump' ? 'bumped' : 'taken back'} to "${to}".`,
    remediation:
      legal.length === 0
        ? `Nothing can be done to a ticket that is "${from}" by "kds.${step}".`
        : `From "${from}", "kds.${step}" leads to: ${legal.join(', ')}.`,
  };
}

/**
 * How long a ticket has been in production, in ms. Runs from the moment the kitchen got it to now, both by the server's
 * clock, and stands still once the ticket is no longer in preparation.
 *
 * @param clock the device's time and what must be added to it to get the server's
 */
export function ticketTimer(
  row: TicketRow,
  clock: { readonly deviceNow: number; readonly serverOffsetMs: number },
): number | undefined {
  const start = moment(row.occurred_at) ?? moment(row.created_at);
  if (start === undefined) return undefined;
  const stopped =
    (row.status ?? firstStatus) === firstStatus ? undefined : (moment(row.ready_at) ?? moment(row.updated_at));
  return Math.max(0, (stopped ?? clock.deviceNow + clock.serverOffsetMs) - start);
}

/** A time without a zone is none: every device would read another one in it. */
const moment = (value: Maybe<string>): number | undefined => (value == null ? undefined : parseMoment(value));

/**
 * Whether a screen for these categories shows a ticket. One that does not tell its categories is shown everywhere: twice
 * on a screen is better than on none.
 */
export function inCategories(row: KdsTicket, categoryIds: readonly number[]): boolean {
  const own = row.category_ids;
  if (own === undefined || own === null || own.length === 0 || categoryIds.length === 0) return true;
  return own.some((id) => categoryIds.includes(id));
}

/** Whether a ticket is for a station. One that does not tell is for all: a server may answer for this station alone. */
export const atStation = ({ station }: KdsTicket, slug: string): boolean => station == null || station === slug;
