// What this tab's own handlers were handed, whoever led when they were: a new leader reads again what the last one had not
// stored, and nobody must be told it twice.
import type { DeliveredEvent } from '../consume/delivered-event.ts';

export interface HeardHere {
  /** Whether the client's own listeners have not heard it; from now on they have. */
  tell(event: DeliveredEvent, isFirst: boolean): boolean;
  /** The same of those who listen to its channel. */
  tellOn(event: DeliveredEvent): boolean;
}

/** More than a leader can have told without storing it. */
const remembered = 5_000;

export function createHeardHere(): HeardHere {
  const told = new Set<string>();

  function isNew(key: string): boolean {
    if (told.has(key)) return false;
    told.add(key);
    const [oldest] = told;
    if (told.size > remembered && oldest !== undefined) told.delete(oldest);
    return true;
  }

  return {
    tell: ({ id }, isFirst) => (id === undefined ? isFirst : isNew(id)),
    tellOn(event) {
      const place = placeOf(event);
      return place === undefined || isNew(place);
    },
  };
}

/** Its own place on its channel; undefined where a copy cannot be told from another event. */
function placeOf({ id, channel, params, epoch, seq }: DeliveredEvent): string | undefined {
  const name = id ?? (seq === undefined ? undefined : `${epoch ?? ''} ${seq}`);
  return name === undefined ? undefined : JSON.stringify([channel, params, name]);
}
