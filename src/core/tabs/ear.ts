// What is posted to a page that its browser has frozen waits until it wakes. Chromium hands it over all the same, while no timer runs, no
// socket is read and nothing that the store is asked for comes to an end: who acted on it would hold up all the others.
import { isToLeader, type TabMessage } from './messages.ts';

export interface Ear {
  take(message: TabMessage): void;
  cover(): void;
  /** What has waited is heard, in order. */
  uncover(): void;
}

export interface EarOptions {
  readonly tab: string;
  readonly isLeading: () => boolean;
  /** Of the last leader that was heard of, this tab among them. */
  readonly rank: () => number;
  readonly hear: (message: TabMessage) => void;
}

/** As many as a leader remembers: what is missing is asked for. */
const mostKept = 2_000;

export function createEar({ tab, isLeading, rank, hear }: EarOptions): Ear {
  let isCovered = false;
  /** In their order. What is said again and again is there once. */
  let waiting = new Map<unknown, TabMessage>();
  /** Another tab leads. It is asked again what this one was asked. */
  let isLed = false;

  function keep(message: TabMessage): void {
    isLed ||= message.kind === 'reign' && message.rank > rank();
    if (isForOthers(message, tab) || (isToLeader(message) && (isLed || !isLeading()))) return;
    const subject = subjectOf(message);
    // Who leads is heard before all that it tells, and of anything else the newest word, in its place.
    if (message.kind === 'reign' && waiting.has(subject)) return;
    waiting.delete(subject);
    waiting.set(subject, message);
    if (waiting.size <= 2 * mostKept) return;
    const all = [...waiting];
    waiting = new Map([...all.slice(0, -mostKept).filter(([, one]) => isSaidOnce(one)), ...all.slice(-mostKept)]);
  }

  return {
    take: (message) => (isCovered ? keep(message) : hear(message)),
    cover() {
      isCovered = true;
    },
    uncover() {
      const heard = [...waiting.values()].filter((message) => !isLed || !isToLeader(message));
      isCovered = false;
      isLed = false;
      waiting = new Map();
      for (const message of heard) hear(message);
    },
  };
}

/** What it says something about; itself, where nobody says that again. */
function subjectOf(message: TabMessage): unknown {
  if (message.kind === 'reign' || message.kind === 'view') return `${message.kind} ${message.reign}`;
  if (message.kind === 'lending' && message.say.kind === 'claims') return `claims ${message.reign}`;
  return message;
}

/** Another tab is meant, or whoever is awake: who wakes says that it is there (T13). */
function isForOthers(message: TabMessage, tab: string): boolean {
  const { kind } = message;
  if (kind === 'lending') return message.say.kind === 'go' ? message.say.tab !== tab : message.say.kind !== 'claims';
  const isForOne = kind === 'answer' || kind === 'refusal' || kind === 'settled' || kind === 'tables-told';
  return isForOne && message.tab !== tab;
}

/** Of anything else it shows that it was missed. */
const isSaidOnce = ({ kind }: TabMessage): boolean => kind !== 'events' && kind !== 'rows' && kind !== 'changed';
