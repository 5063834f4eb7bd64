// What an answer means for the mutation that it is about.
import { ageMs } from './age.ts';
import type { Refused, Verdict } from './answer.ts';
import { learn } from './gates.ts';
import { withoutDoubt, type RecordedFault } from './record.ts';
import { acknowledge, delayed, doubtIt, park, takeOut, wait } from './settling.ts';
import { remediations } from './signal.ts';
import type { Item, ItemInput, Phase } from './state.ts';
import { enter, isStale, type Turn } from './turn.ts';

/** O11: the greater of two ages, because a clock that was set back makes nothing young. */
export function isTooOld({ options, moment }: Turn, { record, knownAtMs, ageThenMs }: Item): boolean {
  const greaterMs = Math.max(ageMs(record, moment), ageThenMs + moment.nowMs - knownAtMs);
  return options.rules.isTooOld(greaterMs, record.expiresAt - record.createdAt);
}

/** Judges an attempt that has ended. */
export function answered(item: Item, _: Phase<'sending'>, input: ItemInput<'answered'>, turn: Turn): void {
  if (isStale(item, input)) return;
  const { verdict, reached } = input.read;
  learn(turn, item, reached, codeOf(verdict), retryAfterOf(verdict));
  switch (verdict.kind) {
    case 'done':
      return acknowledge(turn, item, verdict.body, { kind: 'answer', status: verdict.status, body: verdict.body });
    case 'refused':
      return refused(turn, item, verdict);
    case 'retry':
      return failed(turn, item, verdict);
    case 'unclear': {
      turn.effects.push({ kind: 'held-up' });
      const doubt = item.record.doubt ?? 'answer';
      if (item.facts?.verifies === true) return doubtIt(turn, item, doubt, verdict.fault, false);
      if (item.facts?.repeat !== 'key') {
        return park(turn, item, { fault: { ...verdict.fault, code: 'unclear' }, doubt });
      }
      const failures = item.record.failures + 1;
      return wait(turn, item, { failures, fault: verdict.fault, doubt }, delayed(turn, item, failures, undefined));
    }
  }
}

/** What never left the device is no reason to suspect the way to the server. */
const codeOf = (verdict: Verdict): RecordedFault['code'] | undefined =>
  verdict.kind !== 'retry' || (verdict.surelyNot && verdict.fault.code === 'network') ? undefined : verdict.fault.code;

const retryAfterOf = (verdict: Verdict): number | undefined =>
  verdict.kind === 'retry' ? verdict.retryAfterMs : undefined;

/** O16 to O19, O22, O25. */
function refused(turn: Turn, item: Item, { code, fault, said, surelyNot }: Refused): void {
  const { rules } = turn.options;
  const { doubt } = item.record;
  const repeat = item.facts?.repeat ?? 'none';
  if (code === 'key-reused') {
    const { id, name } = item.record;
    const because = 'key-reused';
    const signal = { kind: 'config', because, id, name, remediation: remediations[because] } as const;
    turn.effects.push({ kind: 'signal', signal });
    return park(turn, item, { fault, doubt, refusal: said });
  }
  // A redirect after a form was posted is how many servers say that they have taken it.
  if (code === 'redirect') return park(turn, item, { fault, doubt: surelyNot ? doubt : (doubt ?? 'silence') });
  const isQuestion = rules.questions(repeat, doubt, code === 'repeat');
  if (isQuestion && item.facts?.verifies === true) {
    item.refusal = said;
    return doubtIt(turn, item, doubt, fault, true);
  }
  const isAnswered = !isQuestion || code === 'declined' || code === 'refused';
  return park(turn, item, { fault: isAnswered ? fault : { ...fault, code: 'unclear' }, doubt, refusal: said });
}

/** O13, O15, O23. */
function failed(turn: Turn, item: Item, { fault, retryAfterMs, surelyNot }: Extract<Verdict, { kind: 'retry' }>): void {
  const { rules } = turn.options;
  turn.effects.push({ kind: 'held-up' });
  if (fault.code === 'unauthorised') {
    if (!rules.keepsUnauthorised) {
      return takeOut(turn, item, { name: 'waiting', dueAtMs: 0, forNetwork: false }, 'discarded');
    }
    return wait(turn, item, { fault }, 0);
  }
  const failures = item.record.failures + 1;
  const forMs = delayed(turn, item, failures, retryAfterMs);
  const forNetwork = retryAfterMs === undefined && networkCodes.has(fault.code);
  if (surelyNot) return wait(turn, item, { failures, fault }, forMs, forNetwork);
  if (rules.afterSilence(item.facts?.repeat ?? 'none') === 'repeat') {
    return wait(turn, item, { failures, fault, doubt: 'silence' }, forMs, forNetwork);
  }
  if (item.facts?.verifies === true) return doubtIt(turn, item, 'silence', fault, false);
  return park(turn, item, { fault: { ...fault, code: 'unclear' }, doubt: 'silence' });
}

const networkCodes: ReadonlySet<string> = new Set(['network', 'timeout', 'captive-portal', 'not-connected']);

/** O24. */
export function verified(item: Item, _: Phase<'verifying'>, input: ItemInput<'verified'>, turn: Turn): void {
  if (isStale(item, input)) return;
  const { outcome } = input;
  if (outcome.kind === 'failed') {
    learn(turn, item, outcome.reached, outcome.code, outcome.retryAfterMs);
    return askLater(turn, item, outcome.retryAfterMs);
  }
  learn(turn, item, 'server', undefined, undefined);
  const { rules } = turn.options;
  const { record } = item;
  const { doubt, fault = { code: 'unclear' }, question } = record;
  const refusal = item.refusal;
  switch (rules.whenUnsettled(outcome.tookEffect)) {
    case true:
      return acknowledge(turn, item, undefined, { kind: 'verification' });
    case false:
      if (question === true) {
        // A refusal is the server's word. What only grew too old may still be on its way.
        const isOpen = fault.code === 'expired' && doubt === 'silence';
        return park(turn, item, { fault, doubt: isOpen ? doubt : undefined, refusal });
      }
      if (rules.afterAbsence(item.facts?.repeat ?? 'none', doubt) === 'repeat') {
        item.record = withoutDoubt(record);
        return wait(turn, item, {}, delayed(turn, item, record.failures, undefined));
      }
      return park(turn, item, { fault: { ...fault, code: 'unclear' }, doubt });
    case undefined:
      return question === true && doubt === undefined
        ? park(turn, item, { fault, doubt, refusal })
        : park(turn, item, { fault: { ...fault, code: 'unclear' }, doubt, refusal });
  }
}

/** The read failed: nothing is known, and nothing has to be written. */
function askLater(turn: Turn, item: Item, retryAfterMs: number | undefined): void {
  const { record } = item;
  turn.effects.push({ kind: 'held-up' });
  if (isTooOld(turn, item)) {
    return park(turn, item, { fault: { ...record.fault, code: 'unclear' }, doubt: record.doubt ?? 'silence' });
  }
  const failures = record.failures + 1;
  item.record = { ...record, failures };
  const forMs = delayed(turn, item, failures, retryAfterMs);
  enter(turn, item, { name: 'unclear', dueAtMs: turn.moment.nowMs + forMs });
}
