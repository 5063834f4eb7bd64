// What can be made to go wrong, and when: the words in which a fault is asked for. Pure: nothing happens here.
import { HeardError } from '../../errors.ts';
import type { FrameKind } from './frames.ts';

/** From the client to the server, or from the server to the client. */
export type Direction = 'c2s' | 's2c';

/** Where the proxy looks whether a fault is to happen. */
export type Moment =
  /** Somebody has connected and said nothing yet. */
  | 'connection'
  /** A request with its headers has come. */
  | 'request'
  /** A request to become a WebSocket has come. */
  | 'upgrade'
  /** A whole WebSocket message has come, from either side. */
  | 'message';

export interface FaultMatch {
  /** Needed where the action can happen at several moments. */
  readonly on?: Moment;
  /** The path without its query; in a text, `*` stands for anything. Of a message: the path that its socket was opened with. */
  readonly path?: string | RegExp;
  readonly method?: string;
  readonly direction?: Direction;
  /** Default: text and binary, and no pings, pongs and close frames. */
  readonly frame?: FrameKind;
  /** A message that has this in it. */
  readonly text?: string | RegExp;
}

export type FaultAction =
  /** Reset before anything is read. For a server that is gone see `down()`. */
  | { readonly kind: 'refuse' }
  /** TCP reset, or an end without a close frame; of an answer or a message the first `afterBytes` still get through. */
  | { readonly kind: 'rst' | 'fin'; readonly afterBytes?: number }
  /** The client is told this code; 1005 is a close frame without one. The server only sees that the connection is gone. */
  | { readonly kind: 'close'; readonly code: number; readonly reason?: string }
  /** Nothing gets through any more, both ways or one way, and nobody is told. What comes is kept for `release()`. */
  | { readonly kind: 'halfopen' | 'blackhole-c2s' | 'blackhole-s2c' }
  /** The message comes later, and what is behind it, too. At an upgrade: every message of the connection. */
  | { readonly kind: 'latency'; readonly ms: number; readonly jitterMs?: number }
  /** In pieces of so many bytes, 1 unless told, each in a TCP write of its own. At an upgrade: the whole connection. */
  | { readonly kind: 'slicer'; readonly bytes?: number }
  /** The message comes twice, or as often as told. */
  | { readonly kind: 'dup'; readonly count?: number }
  /** The message comes after the next one of its direction, or after `heldMs` (1000) when there is none. */
  | { readonly kind: 'reorder'; readonly heldMs?: number }
  /** The message never comes. The connection stays. */
  | { readonly kind: 'drop' }
  /** A message that nobody sent, before or after (unless told) the one that it was waiting for. */
  | {
      readonly kind: 'inject';
      readonly data: string | Uint8Array;
      /** Default: that of the message, or to the client. */
      readonly direction?: Direction;
      readonly place?: 'before' | 'after';
    }
  /** A message or an answer that ends in the middle of what it says (`cut`), or has a byte in it that is no UTF-8 (`byte`). */
  | { readonly kind: 'corrupt'; readonly how?: 'cut' | 'byte' }
  /** Answered in the server's place; the server never hears of it. A body that is no text is sent as JSON. */
  | {
      readonly kind: 'http-respond';
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: unknown;
    }
  /** A web page in place of an answer, as captive portals and proxies give it. 200 unless told. */
  | { readonly kind: 'http-html'; readonly status?: number }
  /** The server acts at once, and its answer comes later. */
  | { readonly kind: 'http-delay'; readonly ms: number; readonly jitterMs?: number }
  /** The server acts and answers, and the connection is reset before the client hears so. */
  | { readonly kind: 'http-drop-reply' };

export type ActionKind = FaultAction['kind'];

export interface FaultRule {
  readonly match?: FaultMatch;
  readonly action: FaultAction;
  /** How often. 1 unless told; `Infinity` for always. */
  readonly times?: number;
  /** So many are let pass first. */
  readonly after?: number;
  /** Of those that match, only this share, from 0 to 1, by the proxy's seed. */
  readonly chance?: number;
}

/** What is there to be looked at when a rule is asked. */
export interface Occasion {
  readonly on: Moment;
  readonly connection: number;
  readonly path?: string;
  readonly method?: string;
  readonly direction?: Direction;
  readonly frame?: FrameKind;
  /** Asked for only where a rule looks at it. */
  text?(): string;
}

const momentsOf: Readonly<Record<ActionKind, readonly Moment[]>> = {
  refuse: ['connection'],
  rst: ['request', 'upgrade', 'message'],
  fin: ['request', 'upgrade', 'message'],
  close: ['upgrade', 'message'],
  halfopen: ['connection', 'request', 'upgrade', 'message'],
  'blackhole-c2s': ['request', 'upgrade', 'message'],
  'blackhole-s2c': ['request', 'upgrade', 'message'],
  latency: ['message', 'upgrade'],
  slicer: ['request', 'upgrade', 'message'],
  dup: ['message'],
  reorder: ['message'],
  drop: ['message'],
  inject: ['upgrade', 'message'],
  corrupt: ['request', 'message'],
  'http-respond': ['request', 'upgrade'],
  'http-html': ['request', 'upgrade'],
  'http-delay': ['request', 'upgrade'],
  'http-drop-reply': ['request'],
};

/** What is known at a moment: a rule that looks at anything else would wait for ever. */
const knownAt: Readonly<Record<Moment, readonly string[]>> = {
  connection: [],
  request: ['path', 'method'],
  upgrade: ['path'],
  message: ['path', 'direction', 'frame', 'text'],
};

/** What open connections can be told to do at once. */
const immediate: ReadonlySet<ActionKind> = new Set([
  'rst',
  'fin',
  'close',
  'halfopen',
  'blackhole-c2s',
  'blackhole-s2c',
  'latency',
  'slicer',
  'inject',
]);

/** The moment of a rule that can be. Throws for what cannot, with what to write instead. */
export function momentOf({ match = {}, action, times, after, chance }: FaultRule): Moment {
  const possible: readonly Moment[] | undefined = momentsOf[action.kind];
  if (possible === undefined) {
    throw wrong(`There is no action "${action.kind}".`, `Those there are: ${Object.keys(momentsOf).join(', ')}.`);
  }
  requireFigures(action);
  const [only] = possible;
  const on = match.on ?? (possible.length === 1 ? only : byWhatIsLookedAt(match, possible));
  if (on === undefined || !possible.includes(on)) {
    const choices = possible.map((moment) => `{ on: '${moment}' }`).join(', ');
    throw wrong(`It is not clear when "${action.kind}" is to happen.`, `Say it in "match": ${choices}.`);
  }
  const odd = Object.keys(match).find((name) => name !== 'on' && !knownAt[on].includes(name));
  if (odd !== undefined) {
    const known = knownAt[on].length === 0 ? 'nothing' : knownAt[on].join(', ');
    throw wrong(`"${odd}" is not known when a ${on} comes, so that would never happen.`, `A ${on} has ${known}.`);
  }
  requireNumber('times', times, 1, Infinity);
  requireNumber('after', after, 0, Number.MAX_SAFE_INTEGER);
  requireNumber('chance', chance, 0, 1);
  return on;
}

/** Whoever looks at a direction means a message; whoever looks at a method, a request. */
function byWhatIsLookedAt(match: FaultMatch, possible: readonly Moment[]): Moment | undefined {
  const fitting = possible.filter((moment) => Object.keys(match).every((name) => knownAt[moment].includes(name)));
  return fitting.length === 1 ? fitting[0] : undefined;
}

/** Throws where an action is none that open connections can be told at once. */
export function requireImmediate(action: FaultAction): void {
  requireFigures(action);
  if (immediate.has(action.kind)) return;
  throw wrong(
    `"${action.kind}" cannot happen to an open connection at once.`,
    `Add a rule for it, or take one of: ${[...immediate].join(', ')}.`,
  );
}

function requireFigures(action: FaultAction): void {
  if (action.kind === 'close') {
    const { code, reason = '' } = action;
    const isSent = Number.isInteger(code) && code >= 1000 && code <= 4999 && code !== 1006 && code !== 1015;
    if (!isSent)
      throw wrong(`${code} is no code that a close frame can have.`, 'From 1000 to 4999; for 1006 use "rst" or "fin".');
    if (new TextEncoder().encode(reason).byteLength > 123)
      throw wrong('That reason is too long.', 'A close frame has room for 123 bytes.');
  }
  if (action.kind === 'latency' || action.kind === 'http-delay') {
    requireNumber('ms', action.ms, 0, Infinity);
    requireNumber('jitterMs', action.jitterMs, 0, Infinity);
  }
  if (action.kind === 'http-respond' || action.kind === 'http-html') requireNumber('status', action.status, 200, 599);
  if (action.kind === 'rst' || action.kind === 'fin') requireNumber('afterBytes', action.afterBytes, 0, Infinity);
  if (action.kind === 'slicer') requireNumber('bytes', action.bytes, 1, Infinity);
  if (action.kind === 'dup') requireNumber('count', action.count, 2, 1_000);
  if (action.kind === 'reorder') requireNumber('heldMs', action.heldMs, 0, Infinity);
}

function requireNumber(name: string, value: number | undefined, least: number, most: number): void {
  if (value === undefined || (value >= least && value <= most)) return;
  throw wrong(`"${name}" is ${value}.`, `Give a number from ${least} to ${most}.`);
}

const wrong = (what: string, remediation: string): HeardError =>
  new HeardError('options-invalid', `That fault cannot be. ${what}`, { remediation });

export function isFor(match: FaultMatch, occasion: Occasion): boolean {
  const { path, method, direction, frame, text } = match;
  return (
    fits(path, occasion.path) &&
    (method === undefined || method.toUpperCase() === occasion.method) &&
    (direction === undefined || direction === occasion.direction) &&
    isFrame(frame, occasion.frame) &&
    (text === undefined || has(occasion.text?.() ?? '', text))
  );
}

const isFrame = (wanted: FrameKind | undefined, frame: FrameKind | undefined): boolean =>
  wanted === undefined ? frame === undefined || frame === 'text' || frame === 'binary' : wanted === frame;

const has = (text: string, wanted: string | RegExp): boolean =>
  typeof wanted === 'string' ? text.includes(wanted) : text.search(wanted) >= 0;

function fits(pattern: string | RegExp | undefined, path: string | undefined): boolean {
  if (pattern === undefined) return true;
  if (typeof pattern !== 'string') return (path ?? '').search(pattern) >= 0;
  const parts = pattern.split('*').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`).test(path ?? '');
}
