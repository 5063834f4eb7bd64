// Who is in which channel, as this tab shows it: by itself while it leads, by its leader's word while it follows. Words of
// another tab are copies, and what says the same stays the same object.
import { keptPresence, nobodyKnows, type Presence } from '../presence/presence.ts';

export interface PresenceHere {
  /** What it is now, by whoever leads; `isLed`: somebody does. */
  show(wire: string, now: Presence, isLed: boolean): Presence;
  /** Nobody in this tab has the channel open. */
  forget(wire: string): void;
}

export function createPresenceHere(): PresenceHere {
  const shown = new Map<string, Presence>();

  return {
    show(wire, now, isLed) {
      const former = shown.get(wire) ?? nobodyKnows;
      if (now === former) return now;
      // A leader that has just begun has joined nothing yet.
      const { members, me, current } = now.members === undefined ? former : now;
      const isCurrent = isLed && now.members !== undefined && current;
      const next = keptPresence(
        former,
        members === now.members && isCurrent === current ? now : { members, me, current: isCurrent },
      );
      shown.set(wire, next);
      return next;
    },
    forget: (wire) => void shown.delete(wire),
  };
}
