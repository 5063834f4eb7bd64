import type { Maybe } from '../shapes.ts';
import type { PrintJob } from './schemas.ts';

/*
 * Whether a step took effect, going by what is read afterwards. `false` sends it again, so it is only said where a repeat
 * can set nothing back that others have moved on meanwhile; `undefined` leaves it to a person.
 */

/** How far along an order or a ticket is. A word that is not in the list has no place in it. */
const course: ReadonlyMap<string, number> = new Map([
  ['accepted', 0],
  ['in_preparation', 1],
  ['ready', 2],
  ['served', 3],
  ['delivered', 3],
]);

/** Whether nothing is left to do. What does not tell its status may still have to be done. */
export const isFinished = (status: Maybe<string>): boolean =>
  status === 'cancelled' || course.get(status ?? '') === course.get('served');

function standing(found: Maybe<string>, asked: string): 'before' | 'at' | 'beyond' | undefined {
  if (found === asked) return 'at';
  const here = course.get(found ?? '');
  const there = course.get(asked);
  if (here === undefined || there === undefined || here === there) return undefined;
  return here < there ? 'before' : 'beyond';
}

/** An order beyond the step may have been moved there from elsewhere: saying it again would take the order back. */
export function setStatusTookEffect(asked: string, found: Maybe<string>): boolean | undefined {
  const place = standing(found, asked);
  if (place === 'at') return true;
  return place === 'before' ? false : undefined;
}

/** A ticket cannot be beyond a step without having been there: nothing is served that was not ready. */
export function bumpTookEffect(asked: string, found: Maybe<string>): boolean | undefined {
  const place = standing(found, asked);
  return place && place !== 'before';
}

/** A ticket that was served may have been taken back before, or not; it is not taken back any more. */
export function undoTookEffect(found: Maybe<string>): boolean | undefined {
  if (found === 'in_preparation') return true;
  return found === 'ready' ? false : undefined;
}

/**
 * A failed job may have been retried, and have failed again. A completed one may have been completed before a reprint was
 * asked for: to take that for done would lose the reprint.
 */
export const retryTookEffect = ({ status }: PrintJob): boolean | undefined =>
  status === 'queued' || status === 'claimed' ? true : undefined;

/** "Yes" lets a gateway print, so only a job that is in its hands right now is one. */
export function claimTookEffect({ status, claimed_by }: PrintJob, deviceId: string): boolean | undefined {
  if (status === 'queued') return false;
  if (status !== 'claimed' || claimed_by == null) return undefined;
  return String(claimed_by) === deviceId;
}

/**
 * For a job that its device completes or fails. Nobody has done that as long as the job is in this device's hands; anywhere
 * else it may have been queued anew, and a late word about the earlier try would end a print that is still to come.
 */
export function finishTookEffect(
  asked: 'completed' | 'failed',
  { status, claimed_by }: PrintJob,
  deviceId: string,
): boolean | undefined {
  if (status === asked) return true;
  const isOurs = claimed_by == null || String(claimed_by) === deviceId;
  return status === 'claimed' && isOurs ? false : undefined;
}
