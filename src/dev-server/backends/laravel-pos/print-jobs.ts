// What printers are asked for: queued, claimed by a gateway, completed or failed, and perhaps queued once more.
import { laravelPos, type PrintJobRow } from '../../../contracts/laravel-pos/index.ts';
import { printCompletion, printFailure, printJobRef } from '../../../contracts/laravel-pos/schemas.ts';
import type { Caller } from '../../backend.ts';
import { found, idOf, readInput } from '../rest/input.ts';
import { json, Refused } from '../rest/problem.ts';
import type { KnownCall, Route } from '../rest/routes.ts';
import { told } from '../tell.ts';
import type { Shop } from './shop.ts';

/** Settled: whoever may hear of print jobs may do what its role does with them. */
const printers = laravelPos.channels.get('printing')?.abilities ?? [];

export const printJobRoutes = (shop: Shop): readonly Route[] =>
  ([claim, complete, fail, retry] as const).map((step) => ({
    method: 'POST',
    path: `/v1/print-jobs/{id}/${step.name}`,
    to: printers,
    answer: (call) => step(shop, call),
  }));

const jobOf = (shop: Shop, { params }: KnownCall): PrintJobRow =>
  found(shop.printJobs.get(idOf(params['id'])), 'print job');

function claim(shop: Shop, call: KnownCall): Response {
  const job = jobOf(shop, call);
  readInput(printJobRef, call.body, { printJobId: job.id });
  if (isHeldBy(call.caller, job)) return json(200, { data: job });
  if (job.status !== 'queued') throw conflict(job, 'claim');
  // A try begins when somebody takes the job.
  const attempts = (job.attempts ?? 0) + 1;
  return json(200, { data: shop.printJobs.patch(job.id, { status: 'claimed', claimed_by: call.caller.id, attempts }) });
}

async function complete(shop: Shop, call: KnownCall): Promise<Response> {
  const job = jobOf(shop, call);
  const { printer_id } = readInput(printCompletion, call.body, { printJobId: job.id });
  requireHeld(call.caller, job, 'completed');
  const after = found(shop.printJobs.patch(job.id, { status: 'completed', error: null }));
  const data = {
    print_job_id: job.id,
    printer_id: printer_id ?? job.target_printer_id,
    attempts: job.attempts,
    at: after.updated_at,
  };
  await told(shop.emit('PrintJobCompleted', { data, cause: call }));
  return json(200, { data: after });
}

async function fail(shop: Shop, call: KnownCall): Promise<Response> {
  const job = jobOf(shop, call);
  const { printer_id, error } = readInput(printFailure, call.body, { printJobId: job.id });
  requireHeld(call.caller, job, 'failed');
  const printError = { code: error.code, ...(error.message != null && { message: error.message }) };
  const after = found(shop.printJobs.patch(job.id, { status: 'failed', error: printError }));
  const data = {
    print_job_id: job.id,
    printer_id: printer_id ?? job.target_printer_id,
    error: printError,
    attempts: job.attempts,
    at: after.updated_at,
  };
  await told(shop.emit('PrintJobFailed', { data, cause: call }));
  return json(200, { data: after });
}

/** Once more after a failure; a completed one is printed a second time. */
async function retry(shop: Shop, call: KnownCall): Promise<Response> {
  const job = jobOf(shop, call);
  readInput(printJobRef, call.body, { printJobId: job.id });
  if (job.status === 'queued' || job.status === 'claimed') throw conflict(job, 'retry');
  const print_job = found(shop.printJobs.patch(job.id, { status: 'queued', claimed_by: null, error: null }));
  await told(shop.emit('PrintJobQueued', { data: { print_job }, cause: call }));
  return json(200, { data: print_job });
}

const isHeldBy = ({ id }: Caller, { status, claimed_by }: PrintJobRow): boolean =>
  status === 'claimed' && String(claimed_by) === id;

/** Only who holds a job can tell how it ended; what was said of an earlier try must not end this one. */
function requireHeld(caller: Caller, job: PrintJobRow, as: 'completed' | 'failed'): void {
  if (isHeldBy(caller, job)) return;
  if (job.status === as || job.status === 'claimed') throw conflict(job, as === 'completed' ? 'complete' : 'fail');
  throw new Refused(422, 'illegal-transition', `A print job that is "${job.status}" cannot become "${as}".`, {
    details: { current: job.status, legal: legal(job) },
  });
}

const conflict = (job: PrintJobRow, step: string): Refused =>
  new Refused(409, 'already-there', `The print job is "${job.status}": nothing for "${step}" to do.`, {
    details: { current: job.status, legal: legal(job), claimed_by: job.claimed_by ?? null },
  });

/** Which steps are possible from here. */
function legal({ status }: PrintJobRow): readonly string[] {
  if (status === 'queued') return ['claim'];
  return status === 'claimed' ? ['complete', 'fail'] : ['retry'];
}
