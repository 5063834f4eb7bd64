// The packets of Socket.IO 5, the protocol that versions 3 and 4 of the library speak: how they are spelt, and read.
import { isRecord, readJson, type JsonLimits } from '../../lib/json.ts';
import { createOwnNames } from '../../lib/own-names.ts';

export type ServerPacket =
  | { readonly type: 'connect'; readonly namespace: string; readonly data: unknown }
  | { readonly type: 'disconnect'; readonly namespace: string }
  | ServerEvent
  | { readonly type: 'ack'; readonly namespace: string; readonly id: number; readonly answer: unknown }
  | { readonly type: 'refused'; readonly namespace: string; readonly message: string; readonly data: unknown };

export interface ServerEvent {
  readonly type: 'event';
  readonly namespace: string;
  readonly name: string;
  /** The first thing that was said with the name; of others nobody's contract knows. A text is JSON. */
  readonly payload: unknown;
  /** It was parsed, and is not too deep. */
  readonly isRead: true | undefined;
  /** The last thing that was said, where that is a text: a server that recovers connections puts its offset there. */
  readonly lastText: string | undefined;
  /** There is nothing between the name and that text. */
  readonly isOnlyText: boolean;
  readonly length: number;
}

export type ReadPacket = (text: string) => ServerPacket | undefined;

/** The packet's type, the number of its attachments, its namespace, the id of an acknowledgement. */
const head = /^([0-6])(?:(\d{1,9})-)?(\/[^,]*)?(?:,|$)?(\d{1,15})?/;
const longestHead = 2_048;

export const connectPacket = (namespace: string, auth: object): string =>
  `0${prefix(namespace)}${JSON.stringify(auth)}`;

export const disconnectPacket = (namespace: string): string => `1${prefix(namespace)}`;

/** Throws for what JSON cannot say. */
export const eventPacket = (namespace: string, id: number | undefined, name: string, payload: unknown): string =>
  `2${prefix(namespace)}${id ?? ''}${JSON.stringify(payload === undefined ? [name] : [name, payload])}`;

const prefix = (namespace: string): string => (namespace === '/' ? '' : `${namespace},`);

/** Sent as an event, each of these ends the connection: they are the library's own words. */
const reserved: ReadonlySet<string> = new Set([
  'connect',
  'connect_error',
  'disconnect',
  'disconnecting',
  'newListener',
  'removeListener',
]);
export const isReserved = (name: string): boolean => reserved.has(name);

/** A namespace can be asked for when its name can be told from what follows it. */
export const isNamespace = (name: string): boolean => name.startsWith('/') && !name.includes(',');

/** How many binary frames belong to a packet and follow it. Nothing that heard knows is binary. */
export function attachmentsOf(text: string): number {
  const type = text.charAt(0);
  return type === '5' || type === '6' ? Number(head.exec(text.slice(0, longestHead))?.[2] ?? 0) : 0;
}

/** Reads without throwing. What cannot be parsed is taken apart all the same: it is told under its name. */
export function createPacketReader(maxLength: number): ReadPacket {
  const limits: JsonLimits = { maxLength, maxDepth: 64 };
  const own = createOwnNames();
  /** How the last events began, the newest first: most begin like one of them. */
  const beginnings: Beginning[] = [];

  function eventOf(text: string, from: number, namespace: string): ServerEvent | undefined {
    const told = text.length > longestHead ? text.slice(0, longestHead) : text;
    if (told.charAt(from) !== '[' || told.charAt(from + 1) !== '"') return undefined;
    const nameEnd = endOfString(told, from + 1);
    const cut = told.slice(from + 2, nameEnd - 1);
    const name = nameEnd === -1 ? undefined : nameOf(cut, own);
    if (name === undefined) return undefined;
    if (name === cut) {
      remember({ text: ownCopy(text.slice(0, nameEnd)), listAt: from, namespace: ownCopy(namespace), name });
    }
    return saidBehind(text, nameEnd, namespace, name);
  }

  function remember(begun: Beginning): void {
    beginnings.unshift(begun);
    if (beginnings.length > mostBeginnings) beginnings.pop();
  }

  /** To parse all of it costs less than to look for the end of the first thing that is said, and to parse that. */
  function parsed(text: string, { listAt, namespace, name }: Beginning): ServerEvent | undefined {
    // What follows it is no part of a packet.
    if (text.charCodeAt(text.length - 1) !== closeBracket) return undefined;
    const reading = readJson(text.slice(listAt), limits);
    if (!reading.ok || !Array.isArray(reading.value)) return undefined;
    const said: readonly unknown[] = reading.value;
    const [, payload] = said;
    const last = said.length > 1 ? said.at(-1) : undefined;
    const isText = typeof payload === 'string';
    return {
      type: 'event',
      namespace,
      name,
      payload: isText ? JSON.stringify(payload) : payload,
      isRead: isText ? undefined : true,
      lastText: typeof last === 'string' ? last : undefined,
      isOnlyText: isText && said.length === 2,
      length: text.length,
    };
  }

  function saidBehind(text: string, nameEnd: number, namespace: string, name: string): ServerEvent {
    const event = {
      type: 'event',
      namespace,
      name,
      isRead: undefined,
      lastText: undefined,
      isOnlyText: false,
      length: text.length,
    } as const;
    // Too large to be looked at: its name is enough, and the payload becomes what nobody can parse.
    if (text.length > maxLength) return { ...event, payload: '…' };
    const said = saidIn(text, nameEnd);
    // Broken, and never JSON, whatever it began with: it is set aside under its name.
    if (said === undefined) return { ...event, payload: `${text.slice(nameEnd + 1)}…` };
    if (said.count === 0) return { ...event, payload: undefined };
    const payload = text.slice(nameEnd + 1, said.firstEnd);
    if (text.charCodeAt(said.lastStart) !== quote) return { ...event, payload };
    return { ...event, payload, lastText: text.slice(said.lastStart + 1, -2), isOnlyText: said.count === 1 };
  }

  return (text) => {
    for (const begun of beginnings) {
      if (text.startsWith(begun.text)) {
        return parsed(text, begun) ?? saidBehind(text, begun.text.length, begun.namespace, begun.name);
      }
    }
    const found = head.exec(text.length > longestHead ? text.slice(0, longestHead) : text);
    if (found === null) return undefined;
    const [spelt, type, , namespace = '/', id] = found;
    if (type === '2' || type === '5') return eventOf(text, spelt.length, namespace);
    if (type === '1') return { type: 'disconnect', namespace };
    const rest = text.slice(spelt.length);
    const reading = rest === '' ? undefined : readJson(rest, limits);
    const data = reading?.ok === true ? reading.value : undefined;
    if (type === '0') return { type: 'connect', namespace, data };
    if (type === '4') return refusalOf(namespace, data);
    if (id === undefined || !Array.isArray(data)) return undefined;
    return { type: 'ack', namespace, id: Number(id), answer: data[0] as unknown };
  };
}

interface Beginning {
  readonly text: string;
  /** Where the list of what is said begins. */
  readonly listAt: number;
  readonly namespace: string;
  readonly name: string;
}

const mostBeginnings = 8;

/** Does not hold the packet that it was cut from in memory. */
const ownCopy = (cut: string): string => cut.split('').join('');

function refusalOf(namespace: string, error: unknown): ServerPacket {
  const { message, data } = isRecord(error) ? error : { message: error, data: undefined };
  return { type: 'refused', namespace, message: typeof message === 'string' ? message : '', data };
}

function nameOf(cut: string, own: (cut: string) => string | undefined): string | undefined {
  const name = own(cut);
  if (name !== undefined) return name;
  const reading = readJson(`"${cut}"`);
  return reading.ok && typeof reading.value === 'string' ? reading.value : undefined;
}

/** Behind the closing quote of a string that begins here; -1 where there is none. */
function endOfString(text: string, from: number): number {
  for (let at = text.indexOf('"', from + 1); at !== -1; at = text.indexOf('"', at + 1)) {
    let backslashes = 0;
    while (text.charCodeAt(at - 1 - backslashes) === backslash) backslashes += 1;
    if (backslashes % 2 === 0) return at + 1;
  }
  return -1;
}

interface Said {
  readonly count: number;
  readonly firstEnd: number;
  readonly lastStart: number;
}

/**
 * Where the first of the things that were said with a name ends, and where the last begins. Only brackets and strings are
 * looked at: whether the first is JSON is the decoder's business. Measured: a third of what parsing the same text costs.
 */
function saidIn(text: string, nameEnd: number): Said | undefined {
  let count = 0;
  let firstEnd = 0;
  let lastStart = 0;
  let depth = 0;
  const next = text.charCodeAt(nameEnd);
  if (next !== comma && next !== closeBracket) return undefined;
  for (let at = nameEnd; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === quote) {
      const end = endOfString(text, at);
      if (end === -1) return undefined;
      at = end - 1;
    } else if (code === openBrace || code === openBracket) {
      depth += 1;
    } else if (code === closeBrace || code === closeBracket) {
      depth -= 1;
      if (depth >= 0) continue;
      if (at !== text.length - 1) return undefined;
      return { count, firstEnd: count === 1 ? at : firstEnd, lastStart };
    } else if (code === comma && depth === 0) {
      if (count === 1) firstEnd = at;
      count += 1;
      lastStart = at + 1;
    }
  }
  return undefined;
}

const quote = 0x22;
const comma = 0x2c;
const openBracket = 0x5b;
const backslash = 0x5c;
const closeBracket = 0x5d;
const openBrace = 0x7b;
const closeBrace = 0x7d;
