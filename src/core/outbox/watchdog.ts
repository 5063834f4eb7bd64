// O34: what is under way for too long hangs. A device that has slept has not waited for it.
import type { OutboxState } from './state.ts';
import type { Turn } from './turn.ts';

/** A timer of a page that nobody looks at may come a second late. One that is later slept. */
const lateMs = 2_000;
/** A page that is throttled for hours looks like a device that naps again and again, and must come to an end, too. */
const mostNaps = 3;

/** Since when the one that is under way the longest is. */
function longestSinceMs({ busy, network }: OutboxState): number {
  const [longest] = busy;
  return Math.min(longest?.sinceMs ?? Number.POSITIVE_INFINITY, network?.askedAtMs ?? Number.POSITIVE_INFINITY);
}

/** What was measured in sleep says nothing about what is waited for: everything begins anew, an answer may be waiting, too. */
export function wakeUp({ state, options, moment }: Turn): void {
  const { nowMs } = moment;
  if (nowMs <= longestSinceMs(state) + options.settings.watchdogMs + lateMs) {
    state.naps = 0;
    return;
  }
  if (state.naps >= mostNaps) return;
  state.naps += 1;
  for (const item of state.busy) item.sinceMs = nowMs;
  const { network } = state;
  if (network?.askedAtMs !== undefined) state.network = { ...network, askedAtMs: nowMs };
}
