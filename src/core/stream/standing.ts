// How the stream stands, as the app is told it.
import { lookForWhatItSaid, type Turn } from './delivery.ts';
import type { Continuity, StreamState } from './state.ts';

const words: Readonly<Record<StreamState['phase'], StreamState['status']>> = {
  idle: 'offline',
  draining: 'catchingUp',
  reading: 'catchingUp',
  live: 'live',
  stopped: 'stopped',
};

export function tellStatus(s: StreamState, { effects }: Turn): void {
  const word = words[s.phase];
  if (word === s.status) return;
  s.status = word;
  effects.push({ kind: 'status', word });
}

export function tellContinuity(s: StreamState, reason: Continuity['reason'], turn: Turn): void {
  const isOpen = s.position === 'dense' && s.front !== undefined && s.top > s.front;
  // It went on behind something that nobody could compare. Should the server have been restored, a list tells what was lost.
  const isUnconfirmed = s.unconfirmed !== undefined && s.unconfirmed < (s.front ?? 0);
  s.unconfirmed = undefined;
  if (isUnconfirmed) lookForWhatItSaid(s, true, turn);
  const kept = isOpen || isUnconfirmed || reason === 'no-source' ? 'unproven' : 'kept';
  const continuity = reason === 'caught-up' || reason === 'no-source' ? kept : 'lost';
  turn.effects.push({ kind: 'continuity', told: { continuity, reason, replayed: s.replayed, compacted: s.compacted } });
  s.replayed = 0;
  s.compacted = false;
}
