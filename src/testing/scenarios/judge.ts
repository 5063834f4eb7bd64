// What must hold at the end of every scenario, and what one scenario asks for beyond that.
import type { SignalKind } from '../../core/signals.ts';
import type { Scenario } from './scenario.ts';
import type { DeviceView, Strike } from './stage.ts';

/** What was asked for in the course of a scenario. */
export interface Ledger {
  /** Events that the server accepted, in order. */
  readonly accepted: string[];
  /** Mutations that the device has taken in; those that it refused. */
  readonly wanted: string[];
  readonly refused: string[];
  /** Lives that ended without a word: what one of them may have told comes again, and says so. */
  livesLost: number;
}

/** Told wherever things go well. */
const ordinary: readonly SignalKind[] = ['continuity', 'drained', 'gap', 'overflow'];

export interface Evidence {
  readonly scenario: Scenario;
  readonly ledger: Ledger;
  readonly view: DeviceView;
  readonly effects: readonly string[];
  readonly strikes: readonly Strike[];
  /** What the stage itself causes. */
  readonly mayTell: readonly SignalKind[];
}

/** What does not hold; nothing when all is well. */
export function judge({ scenario, ledger, view, effects, strikes, mayTell: ofTheStage }: Evidence): readonly string[] {
  const { holds = {} } = scenario;
  const { accepted, wanted, refused, livesLost } = ledger;
  const problems: string[] = [];
  const { told = [], mayTell = [], parked = 0, order, mostSockets = 8, mostRequests = 60 } = holds;

  // A second time after a life that was lost is what was promised, as long as it says so.
  const first = new Set<string>();
  const labels = view.told.flatMap(({ label, redelivered }) => {
    const isAgain = livesLost > 0 && redelivered && first.has(label);
    first.add(label);
    return isAgain ? [] : [label];
  });
  const events = labels.filter((label) => accepted.includes(label));
  const [is, ought] = order === 'any' ? [events.toSorted(), accepted.toSorted()] : [events, accepted];
  if (is.join() !== ought.join()) problems.push(`told ${events.join(' ')} of ${accepted.join(' ')}`);

  const isParked = wanted.filter((label) => !effects.includes(label));
  if (view.parked !== parked) problems.push(`${view.parked} parked instead of ${parked}`);
  if (isParked.length > parked) problems.push(`without an effect: ${isParked.join(' ')}`);
  for (const label of wanted) {
    const times = effects.filter((one) => one === label).length;
    if (times > 1) problems.push(`${label} took effect ${times} times`);
  }
  for (const label of refused) {
    if (effects.includes(label)) problems.push(`${label} was refused by the device, and took effect`);
  }

  for (const kind of told) if (!view.signals.includes(kind)) problems.push(`nobody was told: ${kind}`);
  const surprises = new Set(
    view.signals.filter((kind) => ![...ordinary, ...ofTheStage, ...told, ...mayTell].includes(kind)),
  );
  for (const kind of surprises) problems.push(`told out of place: ${kind}`);

  for (const { fault, wanted: times, fired } of strikes) {
    if (fired !== times) problems.push(`${fault} happened ${fired} times instead of ${times}`);
  }
  if (view.sockets > mostSockets) problems.push(`a storm: ${view.sockets} sockets, at most ${mostSockets}`);
  if (view.requests > mostRequests) problems.push(`a storm: ${view.requests} requests, at most ${mostRequests}`);
  return problems;
}
