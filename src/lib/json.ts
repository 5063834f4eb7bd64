/** Text from the network, read without trusting its size, its depth or its encoding. */

export interface JsonLimits {
  /** Longest text that is parsed at all, in UTF-16 units; a little less than its bytes. */
  readonly maxLength: number;
  /** Deepest nesting that reaches a validator; deeper values could exhaust the stack of whoever walks them. */
  readonly maxDepth: number;
}

export const defaultJsonLimits: JsonLimits = { maxLength: 1_048_576, maxDepth: 64 };

export type JsonFault = 'too-large' | 'too-deep' | 'not-utf8' | 'not-json';

export type JsonReading =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly fault: JsonFault };

const fault = (name: JsonFault): JsonReading => ({ ok: false, fault: name });

const quote = 0x22;
const backslash = 0x5c;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const openBrace = 0x7b;
const closeBrace = 0x7d;

/** Counts brackets outside strings, so that a hostile text is refused before the parser builds anything. */
function isTextDeeperThan(text: string, maxDepth: number): boolean {
  let depth = 0;
  let inString = false;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (inString) {
      if (code === backslash) index += 1;
      else if (code === quote) inString = false;
    } else if (code === quote) {
      inString = true;
    } else if (code === openBracket || code === openBrace) {
      depth += 1;
      if (depth > maxDepth) return true;
    } else if (code === closeBracket || code === closeBrace) {
      depth -= 1;
    }
  }
  return false;
}

/**
 * The same limits for a value that somebody else parsed. Its size is counted as the least that its text can have had.
 * Walks level by level, because a recursion could be exhausted, and stops at the first limit. What JSON cannot say (a
 * map, a date, a buffer, a function) is no data: nobody behind this point could measure it, store it or show it.
 */
export function faultOfValue(value: unknown, { maxLength, maxDepth }: JsonLimits): JsonFault | undefined {
  if (typeof value === 'function' || typeof value === 'symbol') return 'not-json';
  let size = typeof value === 'string' ? value.length : 0;
  // All levels in one list, one behind the other: a list for each costs more than the walk.
  const items: object[] = typeof value === 'object' && value !== null ? [value] : [];
  let depth = 0;
  let levelEnd = 0;
  for (let at = 0; at < items.length; at += 1) {
    if (at === levelEnd) {
      if (depth >= maxDepth) return 'too-deep';
      depth += 1;
      levelEnd = items.length;
    }
    const item = items[at];
    if (Array.isArray(item)) {
      const list: readonly unknown[] = item;
      size += 2 * list.length;
      if (size > maxLength) return 'too-large';
      for (const child of list) {
        const weight = weightOf(child, items);
        if (weight < 0) return 'not-json';
        size += weight;
        if (size > maxLength) return 'too-large';
      }
      continue;
    }
    if (item === undefined || !isPlain(item)) return 'not-json';
    for (const key in item) {
      if (!Object.hasOwn(item, key)) continue;
      const weight = weightOf((item as Readonly<Record<string, unknown>>)[key], items);
      if (weight < 0) return 'not-json';
      // `"key":v,` is the shortest that a member can be.
      size += key.length + 5 + weight;
      if (size > maxLength) return 'too-large';
    }
  }
  return size > maxLength ? 'too-large' : undefined;
}

/** Of a text, which alone has any. What has parts is put behind those that are still to be walked. Negative when it is no JSON. */
function weightOf(child: unknown, items: object[]): number {
  if (typeof child === 'string') return child.length + 1;
  if (typeof child === 'object' && child !== null) items.push(child);
  return typeof child === 'function' || typeof child === 'symbol' ? -1 : 0;
}

/** Objects of another window have another `Object.prototype`, which has no prototype either. */
function isPlain(item: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(item);
  return prototype === Object.prototype || prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** A text with no more openings than levels cannot be too deep, whatever it says: the ordinary event skips the scan. */
function hasMoreOpeningsThan(text: string, most: number): boolean {
  let left = most;
  for (let at = text.indexOf('{'); at !== -1 && left >= 0; at = text.indexOf('{', at + 1)) left -= 1;
  for (let at = text.indexOf('['); at !== -1 && left >= 0; at = text.indexOf('[', at + 1)) left -= 1;
  return left < 0;
}

export function readJson(text: string, limits: JsonLimits = defaultJsonLimits): JsonReading {
  if (text.length > limits.maxLength) return fault('too-large');
  const { maxDepth } = limits;
  if (hasMoreOpeningsThan(text, maxDepth) && isTextDeeperThan(text, maxDepth)) return fault('too-deep');
  try {
    return { ok: true, value: JSON.parse(text) };
  } catch {
    return fault('not-json');
  }
}

/** Made when it is needed: React Native has none before 0.85, and what is given in its place may come after this file. */
let utf8: TextDecoder | undefined;

export function readJsonBytes(bytes: Uint8Array, limits: JsonLimits = defaultJsonLimits): JsonReading {
  // UTF-8 needs at most three bytes for one UTF-16 unit.
  if (bytes.byteLength > limits.maxLength * 3) return fault('too-large');
  let text: string;
  try {
    utf8 ??= new TextDecoder('utf-8', { fatal: true });
    text = utf8.decode(bytes);
  } catch {
    return fault('not-utf8');
  }
  return readJson(text, limits);
}

/** Arrays and class instances are not what a server calls an object. */
export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
