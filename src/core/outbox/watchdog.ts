// O34: what is under way for too long hangs. A device that has slept has not waited for it.
import type { Turn } from './turn.ts';

/** A timer of a page that nobody looks at may come a second late. One that is later slept. */
const lateMs = 2_000;
/** A page that is throttled for hours looks like a device that naps again and again, and must come to an end, too. */
const mostNaps = 3;

/** What was measured in sleep says nothing about what is waited for: everything begins anew, an answer may be waiting, too. */
export function wakeUp({ state, options, moment: { nowMs } }: Turn): void {
  const { network } = state;
  const [longest] = state.busy;
  const sinceMs = Math.min(longest?.sinceMs ?? nowMs, network?.askedAtMs ?? nowMs);
  const slept = nowMs > sinceMs + options.settings.watchdogMs + lateMs;
  state.naps = slept ? state.naps + 1 : 0;
  if (!slept || state.naps > mostNaps) return;
  for (const item of state.busy) item.sinceMs = nowMs;
  if (network?.askedAtMs !== undefined) state.network = { ...network, askedAtMs: nowMs };
}
