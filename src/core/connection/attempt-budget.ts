// Jitter can be unlucky, a link can flap and a browser can report `online` every second. What bounds the attempts in all
// these cases is one budget: a few at once, then one every 20 s. A wake-up has one of its own now and then, because a
// budget that is used up must not keep a person waiting who has just opened the lid.

import type { ConnectionSettings } from './settings.ts';

export interface AttemptBudget {
  /** Attempts that could be made at `asOfMs`. A fraction is one that is growing. */
  readonly level: number;
  readonly asOfMs: number;
  /** When a wake-up last had an attempt out of turn. */
  readonly wokeAtMs: number | undefined;
}

export const fullBudget = ({ attemptBurst }: ConnectionSettings): AttemptBudget => ({
  level: attemptBurst,
  asOfMs: 0,
  wokeAtMs: undefined,
});

/** Guards against rounding: 20 000 ms in seven parts are an attempt, too. */
const epsilon = 1e-9;

function grown(budget: AttemptBudget, nowMs: number, settings: ConnectionSettings): AttemptBudget {
  const level = budget.level + Math.max(0, nowMs - budget.asOfMs) / settings.attemptEveryMs;
  return { ...budget, level: Math.min(level, settings.attemptBurst), asOfMs: nowMs };
}

/** When the next attempt may be made: now, or later. */
export function affordableAtMs(budget: AttemptBudget, nowMs: number, settings: ConnectionSettings): number {
  const missing = 1 - grown(budget, nowMs, settings).level;
  return missing <= epsilon ? nowMs : nowMs + missing * settings.attemptEveryMs;
}

export function spent(budget: AttemptBudget, nowMs: number, settings: ConnectionSettings): AttemptBudget {
  const now = grown(budget, nowMs, settings);
  return { ...now, level: Math.max(0, now.level - 1) };
}

/** A connection that proved stable gives its attempt back. */
export const refunded = (budget: AttemptBudget, { attemptBurst }: ConnectionSettings): AttemptBudget => ({
  ...budget,
  level: Math.min(budget.level + 1, attemptBurst),
});

/** Pays for an attempt at a wake-up: in turn if it can, else out of turn. Undefined when neither is possible. */
export function spentOnWaking(
  budget: AttemptBudget,
  nowMs: number,
  settings: ConnectionSettings,
): AttemptBudget | undefined {
  if (affordableAtMs(budget, nowMs, settings) === nowMs) return spent(budget, nowMs, settings);
  const { wokeAtMs } = budget;
  if (wokeAtMs !== undefined && nowMs - wokeAtMs < settings.wakeAttemptEveryMs) return undefined;
  return { ...budget, wokeAtMs: nowMs };
}
