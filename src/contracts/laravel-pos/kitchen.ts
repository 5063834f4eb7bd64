import type { Refusal } from '../../contract/mutation.ts';
import type { Maybe } from '../shapes.ts';
import type { KdsTicket, TicketRow, TicketStatus } from './schemas.ts';

/** Where a ticket may go from where it is. `undo` goes back one step, and only from `ready`. */
const bumps: ReadonlyMap<string, readonly TicketStatus[]> = new Map([
  ['in_preparation', ['ready']],
  ['ready', ['served', 'delivered']],
]);
const undos: ReadonlyMap<string, readonly TicketStatus[]> = new Map([['ready', ['in_preparation']]]);

export const legalBumps = (from: TicketStatus): readonly TicketStatus[] => bumps.get(from) ?? [];
export const legalUndos = (from: TicketStatus): readonly TicketStatus[] => undos.get(from) ?? [];

/** Why a step is not allowed, with those that are. */
export function refuseStep(step: 'bump' | 'undo', from: TicketStatus, to: TicketStatus): Refusal | undefined {
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
  const stopped = row.status === 'in_preparation' ? undefined : (moment(row.ready_at) ?? moment(row.updated_at));
  return Math.max(0, (stopped ?? clock.deviceNow + clock.serverOffsetMs) - start);
}

function moment(value: Maybe<string>): number | undefined {
  const ms = Date.parse(value ?? '');
  return Number.isNaN(ms) ? undefined : ms;
}

/**
 * Whether a screen for these categories shows a ticket. One that does not tell its categories is shown everywhere: twice
 * on a screen is better than on none.
 */
export function inCategories(row: KdsTicket, categoryIds: readonly number[]): boolean {
  const own = row.category_ids;
  if (own === undefined || own === null || own.length === 0 || categoryIds.length === 0) return true;
  return own.some((id) => categoryIds.includes(id));
}
