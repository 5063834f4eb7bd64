// Why nothing is sent although something waits: no network, no token, or pages in the place of answers.
import type { ReadAnswer } from './answer.ts';
import type { RecordedFault } from './record.ts';
import { doubledMs } from './retry-policy.ts';
import { remediations } from './signal.ts';
import type { Item, OneAtATimeGate } from './state.ts';
import type { Turn } from './turn.ts';

/** What an answer, or that there was none, says to everybody. */
export function learn(
  turn: Turn,
  item: Item,
  reached: ReadAnswer['reached'],
  code: RecordedFault['code'] | undefined,
  retryAfterMs: number | undefined,
): void {
  const { state, options, moment, effects } = turn;
  const { settings } = options;
  if (reached === 'nobody') openNetworkGate(turn, item, code);
  else if (reached !== 'unknown') item.suspicions = 0;
  if (reached === 'page') {
    state.pages += 1;
    if (state.pages >= settings.pagesInRow) stopForPages(turn, item);
  }
  if (code === 'unauthorised') {
    const gate = state.unauthorised;
    // What was under way already when the first was refused says nothing new.
    if (gate !== undefined && item.begun <= gate.begun) return;
    const failures = (gate?.failures ?? 0) + 1;
    const forMs =
      retryAfterMs === undefined
        ? doubledMs(settings.unauthorisedMs, failures, settings.backoffCapMs)
        : Math.min(retryAfterMs, settings.retryAfterCapMs);
    const firstId = gate?.firstId ?? item.id;
    state.unauthorised = { begun: state.begun, dueAtMs: moment.nowMs + forMs, failures, firstId };
    if (gate === undefined) effects.push({ kind: 'signal', signal: { kind: 'stopped', because: 'unauthorised' } });
    return;
  }
  if (reached !== 'server') return;
  state.network = undefined;
  state.pages = 0;
  if (isOver(state.unauthorised, item)) {
    state.unauthorised = undefined;
    effects.push({ kind: 'signal', signal: { kind: 'went-on', because: 'unauthorised' } });
  }
  if (isOver(state.config, item)) {
    state.config = undefined;
    effects.push({ kind: 'signal', signal: { kind: 'went-on', because: 'pages-instead-of-json' } });
  }
}

const isOver = (gate: OneAtATimeGate | undefined, item: Item): boolean => gate !== undefined && item.begun > gate.begun;

function stopForPages({ state, options, moment, effects }: Turn, item: Item): void {
  const { nowMs } = moment;
  const because = 'pages-instead-of-json';
  if (state.config === undefined) {
    const { id, name } = item.record;
    effects.push({ kind: 'signal', signal: { kind: 'stopped', because } });
    effects.push({
      kind: 'signal',
      signal: { kind: 'config', because, id, name, remediation: remediations[because] },
    });
  }
  const dueAtMs = nowMs + options.settings.configMs;
  state.config = { begun: state.begun, dueAtMs, failures: 0, firstId: state.config?.firstId ?? item.id };
}

function openNetworkGate({ state, moment }: Turn, item: Item, code: RecordedFault['code'] | undefined): void {
  const gate = state.network ?? { failures: 0, dueAtMs: moment.nowMs, askedAtMs: undefined, suspects: new Set<Item>() };
  const suspects = code === 'network' ? new Set([...gate.suspects, item]) : gate.suspects;
  state.network = { ...gate, suspects };
}

export function probed(turn: Turn, reached: boolean): void {
  const { state, options, moment, effects } = turn;
  const { settings } = options;
  const gate = state.network;
  if (gate === undefined) return;
  if (!reached) {
    const failures = gate.failures + 1;
    const forMs = moment.random * doubledMs(settings.backoffBaseMs, failures, settings.networkCapMs);
    // What failed while there was no network is no suspect.
    state.network = { failures, dueAtMs: moment.nowMs + forMs, askedAtMs: undefined, suspects: new Set() };
    return;
  }
  state.network = undefined;
  for (const item of gate.suspects) {
    item.suspicions += 1;
    if (item.suspicions !== 2) continue;
    const { id, name } = item.record;
    const because = 'blocked-request';
    const remediation = remediations[because];
    effects.push({ kind: 'signal', signal: { kind: 'config', because, id, name, remediation } });
  }
}

/** O30. */
export function connected({ state, moment }: Turn): void {
  const { nowMs } = moment;
  state.network = undefined;
  if (state.config !== undefined) state.config = { ...state.config, dueAtMs: nowMs };
  for (const item of state.items.values()) {
    const { phase } = item;
    if ((phase.name === 'waiting' && phase.forNetwork) || phase.name === 'unclear') {
      item.phase = { ...phase, dueAtMs: Math.min(phase.dueAtMs, nowMs) };
    }
  }
}
