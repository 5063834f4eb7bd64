// Who is in which channel, as this tab shows it: by itself while it leads, by its leader's word while it follows. Words of
// another tab are copies, and what says the same stays the same object.
import { keptPresence, nobodyKnows, type Presence } from '../presence/presence.ts';

export interface PresenceHere {
  /** What it is now, by whoever leads; `isLed`: somebody does. */
  show(wire: string, now: Presence, isLed: boolean): Presence;
  /** Nobody in this tab has the channel open. */
  forget(wire: string): void;
}

interface Shown {
  readonly now: Presence;
  readonly isLed: boolean;
  readonly presence: Presence;
}

export function createPresenceHere(): PresenceHere {
  const shown = new Map<string, Shown>();

  return {
    show(wire, now, isLed) {
      const last = shown.get(wire);
      // Asked with every render, and words are compared by all that they say.
      if (last?.now === now && last.isLed === isLed) return last.presence;
      const former = last?.presence ?? nobodyKnows;
      // A leader that has just begun has joined nothing yet.
      const { members, me, current } = now.members === undefined ? former : now;
      const isCurrent = isLed && now.members !== undefined && current;
      const presence = keptPresence(
        former,
        members === now.members && isCurrent === current ? now : { members, me, current: isCurrent },
      );
      shown.set(wire, { now, isLed, presence });
      return presence;
    },
    forget: (wire) => void shown.delete(wire),
  };
}
