// What can be made to go wrong, as data that a test writes down or a request carries.
import { isRecord } from '../../lib/json.ts';

/** Which moments a fault is for. Every member that is given must fit; `*` stands for any text. */
export interface FaultMatch {
  /** `http`, `pusher`, `socket-io`, `websocket`, `broadcast`. */
  readonly wire?: string;
  readonly method?: string;
  // As it was asked for, with the name of the backend in front where it has one: "*/v1/orders" fits both.
  readonly path?: string;
  readonly channel?: string;
  /** Of an event, or of what a device says. */
  readonly event?: string;
}

interface Common {
  readonly match?: FaultMatch;
  /** How often it happens before it is spent. Default 1; `stopped` lasts. */
  readonly times?: number;
}

/** They wait for their moment. */
export type StandingFault = Common &
  (
    | {
        /** Whoever shows a token next is told that it has run out. */
        readonly kind: 'expired-token';
      }
    | {
        /** A request or a subscription is answered with this and has no effect. */
        readonly kind: 'answer';
        readonly status: number;
        readonly retryAfterS?: number;
        readonly body?: unknown;
      }
    | {
        /** The server acts, and the connection is gone before its answer. */
        readonly kind: 'lost-reply';
      }
    | { readonly kind: 'delayed-reply'; readonly delayMs: number }
    | {
        /** An event that nobody is told; `reordered-event`: it is told after the next one. */
        readonly kind: 'dropped-event' | 'doubled-event' | 'reordered-event';
      }
    | {
        /** Who wants to connect is answered with a status, default 503; on Pusher's wire with a `code` of it, as below. */
        readonly kind: 'refused-connection';
        readonly status?: number;
        readonly code?: number;
      }
    | {
        /**
         * A server that is not there: connections are gone at once, and whoever comes is hung up on without a word, until the
         * fault is deleted, or so many times. What is under `/_dev/` goes on.
         */
        readonly kind: 'stopped';
      }
  );

/** They happen at once. */
export interface SuddenFault extends Pick<Common, 'match'> {
  /**
   * `cut-connections`: all of them, or those of one wire, without a word. `epoch-reset`: positions begin anew.
   * `restored-database`: the tables are as they were at the start, and positions begin anew.
   */
  readonly kind: 'cut-connections' | 'epoch-reset' | 'restored-database';
  /**
   * Of `cut-connections`, with `match: { wire: 'pusher' }`: they are told why and closed with this code of Pusher's, as a real server does
   * when it stops (4200), when the app puts its user out (4009), or when it is full (4100).
   */
  readonly code?: number;
}

export type Fault = StandingFault | SuddenFault;
export type StandingKind = StandingFault['kind'];
export type SuddenKind = SuddenFault['kind'];

/** A fault, and what has become of it. */
export interface FaultReport {
  readonly id: number;
  readonly fault: Fault;
  readonly fired: number;
  /** How often it will fire yet. */
  readonly left: number;
}

/** Where something could go wrong asks here whether it shall. */
export interface FaultPoint {
  take<Kind extends StandingKind>(
    kind: Kind,
    moment: FaultMatch,
  ): (StandingFault & { readonly kind: Kind }) | undefined;
}

const suddenKinds: ReadonlySet<string> = new Set<SuddenKind>(['cut-connections', 'epoch-reset', 'restored-database']);

const standingKinds: ReadonlySet<string> = new Set<StandingKind>([
  'expired-token',
  'answer',
  'lost-reply',
  'delayed-reply',
  'dropped-event',
  'doubled-event',
  'reordered-event',
  'refused-connection',
  'stopped',
]);

export const isSudden = (fault: Fault): fault is SuddenFault => suddenKinds.has(fault.kind);

/** How often a fault fires that does not say it itself. */
export const timesOf = (fault: StandingFault): number =>
  fault.times ?? (fault.kind === 'stopped' ? Number.MAX_SAFE_INTEGER : 1);

const matchNames: readonly string[] = ['wire', 'method', 'path', 'channel', 'event'];
const fieldsOf: Readonly<Record<string, readonly string[]>> = {
  answer: ['status', 'retryAfterS', 'body'],
  'delayed-reply': ['delayMs'],
  'refused-connection': ['status', 'code'],
  'cut-connections': ['code'],
};

/** What is known at the moment of such a fault; of the others, all of it may be. A fault that no moment fits would wait for ever. */
const matchesOf: Readonly<Record<string, readonly string[]>> = {
  'dropped-event': ['channel', 'event'],
  'doubled-event': ['channel', 'event'],
  'reordered-event': ['channel', 'event'],
  'refused-connection': ['wire', 'path'],
  stopped: [],
  'cut-connections': ['wire'],
  'epoch-reset': [],
  'restored-database': [],
};

const isWholeWithin = (value: unknown, least: number, most: number): boolean =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= least && value <= most;

/** What is wrong with a fault that somebody wrote, or `undefined`. */
export function wrongWith(value: unknown): string | undefined {
  if (!isRecord(value)) return 'A fault is an object: { "kind": "answer", "status": 503, "times": 2 }.';
  const { kind, match, times, status, retryAfterS, delayMs, code } = value;
  const kinds = [...standingKinds, ...suddenKinds];
  if (typeof kind !== 'string' || !kinds.includes(kind)) return `The "kind" is one of: ${kinds.join(', ')}.`;
  const known = ['kind', 'match', ...(suddenKinds.has(kind) ? [] : ['times']), ...(fieldsOf[kind] ?? [])];
  const unknown = Object.keys(value).find((name) => !known.includes(name));
  if (unknown !== undefined) return `A fault of the kind "${kind}" has no "${unknown}"; it has: ${known.join(', ')}.`;
  if (times !== undefined && !isWholeWithin(times, 1, Number.MAX_SAFE_INTEGER))
    return '"times" is a whole number from 1.';
  if ((kind === 'answer' || status !== undefined) && !isWholeWithin(status, 400, 599)) {
    return '"status" is a whole number from 400 to 599.';
  }
  if (retryAfterS !== undefined && !isWholeWithin(retryAfterS, 0, 86_400)) return '"retryAfterS" is from 0 to 86400.';
  if (kind === 'delayed-reply' && !isWholeWithin(delayMs, 0, 600_000)) return '"delayMs" is from 0 to 600000.';
  if (code !== undefined && !isWholeWithin(code, 4_000, 4_399)) return '"code" is a whole number from 4000 to 4399.';
  if (code !== undefined && (!isRecord(match) || match['wire'] !== 'pusher')) {
    return '"code" is one of Pusher’s: it needs "match": { "wire": "pusher" }.';
  }
  if (match === undefined) return undefined;
  if (!isRecord(match)) return '"match" is an object of texts: { "path": "*/v1/orders" }.';
  const names = matchesOf[kind] ?? matchNames;
  const odd = Object.entries(match).find(([name, text]) => !names.includes(name) || typeof text !== 'string');
  if (odd === undefined) return undefined;
  return names.length === 0
    ? `A fault of the kind "${kind}" is for everything.`
    : `"match" of the kind "${kind}" takes texts for: ${names.join(', ')}.`;
}

export function isFor(match: FaultMatch | undefined, moment: FaultMatch): boolean {
  return Object.entries(match ?? {}).every(([name, pattern]) => {
    const text: unknown = Reflect.get(moment, name);
    return typeof text === 'string' && fits(String(pattern), text);
  });
}

/** Each part of the pattern as early as it can be: nothing is tried twice. */
function fits(pattern: string, text: string): boolean {
  const [first = '', ...rest] = pattern.split('*');
  const last = rest.pop();
  if (last === undefined) return text === first;
  if (!text.startsWith(first)) return false;
  let at = first.length;
  for (const part of rest) {
    const found = text.indexOf(part, at);
    if (found === -1) return false;
    at = found + part.length;
  }
  return text.length - last.length >= at && text.endsWith(last);
}
