// What is posted to a page that its browser has frozen waits until it wakes. Chromium hands it over all the same, while no timer runs, no
// socket is read and nothing that the store is asked for comes to an end: who acted on it would hold up all the others.
import type { TabMessage } from './messages.ts';

export interface Ear {
  take(message: TabMessage): void;
  cover(): void;
  /** What has waited is heard, in order. */
  uncover(): void;
}

/** As many as a leader remembers: what is missing is asked for. */
const mostKept = 2_000;

export function createEar(hear: (message: TabMessage) => void): Ear {
  let isCovered = false;
  let waiting: TabMessage[] = [];
  /** How things stand, newest: whatever was said of it before is over. */
  let view: TabMessage | undefined;

  function keep(message: TabMessage): void {
    if (message.kind === 'view') {
      view = message;
      return;
    }
    waiting.push(message);
    if (waiting.length <= 2 * mostKept) return;
    waiting = [...waiting.slice(0, -mostKept).filter(isSaidOnce), ...waiting.slice(-mostKept)];
  }

  return {
    take: (message) => (isCovered ? keep(message) : hear(message)),
    cover() {
      isCovered = true;
    },
    uncover() {
      isCovered = false;
      const heard = view === undefined ? waiting : [...waiting, view];
      waiting = [];
      view = undefined;
      for (const message of heard) hear(message);
    },
  };
}

/** Of anything else it shows that it was missed. */
const isSaidOnce = ({ kind }: TabMessage): boolean => kind !== 'events' && kind !== 'rows' && kind !== 'changed';
