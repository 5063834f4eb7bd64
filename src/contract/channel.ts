import { HeardError } from '../errors.ts';

/**
 * What positions mean on a channel. `dense`: every number is used, a hole is a loss. `monotonic`: numbers grow, holes are
 * normal. `none`: there is no position at all.
 */
export type Position = 'dense' | 'monotonic' | 'none';

export type ChannelAccess = 'public' | 'private' | 'presence';

/** One channel as a contract describes it. */
export interface ChannelDefinition<
  Wire extends string = string,
  EventName extends string = string,
  Access extends ChannelAccess = ChannelAccess,
> {
  /**
   * The name on the wire (a Pusher channel, a Socket.IO namespace). `{sku}` stands for a value of the scope, or for a
   * parameter when the scope has no such value: `table-{number}`.
   */
  readonly wire: Wire;
  /** What may arrive here. Anything else is passed on as unknown. */
  readonly events: readonly EventName[];
  readonly position: Position;
  /** `presence` channels also tell who else is there. Default: what the wire name's prefix says, else `public`. */
  readonly access?: Access;
  /** A token needs one of these to hear the channel. */
  readonly abilities?: readonly string[];
}

/** Describes a channel: `channel({ wire: 'private-store.{sku}.orders', events: ['OrderCreated'], position: 'dense' })`. */
export const channel = <
  const Wire extends string,
  const EventName extends string = never,
  const Access extends ChannelAccess = ChannelAccess,
>(
  definition: ChannelDefinition<Wire, EventName, Access>,
): ChannelDefinition<Wire, EventName, Access> => definition;

/** Whether a definition is that of a presence channel, as `accessOf` says it of a value. */
export type IsPresence<Definition> = Definition extends { readonly wire: infer Wire; readonly access?: infer Access }
  ? [Exclude<Access, undefined>] extends ['presence']
    ? true
    : [Exclude<Access, undefined>] extends ['public' | 'private']
      ? false
      : Wire extends `presence-${string}`
        ? true
        : false
  : false;

/** The names between braces. */
export type Placeholders<Wire extends string> = Wire extends `${string}{${infer Name}}${infer Rest}`
  ? Name | Placeholders<Rest>
  : never;

export const accessOf = (definition: ChannelDefinition): ChannelAccess => {
  if (definition.access !== undefined) return definition.access;
  if (definition.wire.startsWith('private-')) return 'private';
  return definition.wire.startsWith('presence-') ? 'presence' : 'public';
};

const placeholder = /\{([^{}]*)\}/g;

export const placeholdersOf = (pattern: string): readonly string[] =>
  [...pattern.matchAll(placeholder)].map((match) => match[1] ?? '');

/**
 * What a value may look like in a name. In a dotted name a dot would move the borders between its parts; the rest would
 * be refused by Pusher and by servers that speak its protocol.
 */
const dottedValue = /^[\w\-=@,;]+$/;
const plainValue = /^[\w\-=@,.;]+$/;
const valueRule = (pattern: string): RegExp => (pattern.includes('.') ? dottedValue : plainValue);

/** More than any server allows (Pusher: 164). A longer name is nobody's: it is neither made, nor matched, nor remembered. */
export const longestChannelName = 500;

/** What was given for a placeholder. Only own values count: a placeholder may be called `constructor`. */
export const givenFor = (name: string, values: object): unknown =>
  Object.hasOwn(values, name) ? ((values as Readonly<Record<string, unknown>>)[name] ?? undefined) : undefined;

/** Puts values into a wire name. Refuses a missing value, and one that would change which channel the name means. */
export function fillChannel(pattern: string, values: Readonly<Record<string, unknown>>): string {
  const filled = new Map<string, string>();
  const wire = pattern.replace(placeholder, (_, name: string) => {
    const value = givenFor(name, values);
    if (value === undefined) {
      throw new HeardError('scope-invalid', `The channel "${pattern}" needs a value for "${name}".`, {
        remediation: `Give "${name}" in the scope, or as a parameter when you open the channel.`,
      });
    }
    const isName = typeof value === 'string' || (typeof value === 'number' && Number.isFinite(value));
    const text = isName ? String(value) : '';
    if (!valueRule(pattern).test(text)) {
      throw new HeardError('scope-invalid', `The value for "${name}" cannot stand in the channel name "${pattern}".`, {
        remediation: pattern.includes('.')
          ? 'Use letters, digits and - _ = @ , ; only; a dot would change which channel is meant.'
          : 'Use letters, digits and - _ = @ , . ; only.',
      });
    }
    filled.set(name, text);
    return text;
  });
  if (wire.length > longestChannelName) {
    throw new HeardError(
      'scope-invalid',
      `The values make the channel name "${pattern}" longer than ${longestChannelName}.`,
      { remediation: 'Use shorter values; servers allow far less.' },
    );
  }
  // Between two values the border itself may be made of what a value may hold: `{area}-{table}`.
  if (filled.size > 1) {
    const read = channelMatcher(pattern)(wire) ?? {};
    const moved = [...filled].find(([name, text]) => read[name] !== text);
    if (moved !== undefined) {
      throw new HeardError('scope-invalid', `The value for "${moved[0]}" would be read differently in "${pattern}".`, {
        remediation: 'Leave out of the values what stands between them in the name.',
      });
    }
  }
  return wire;
}

/** Reads a wire name back: the values, or undefined when the name does not fit the pattern. */
export type ChannelMatcher = (wire: string) => Readonly<Record<string, string>> | undefined;

/**
 * Reads from the end, each fixed part as far behind as it can be: the first value is the longest possible, as a greedy
 * pattern would have it. Nothing is ever tried twice: when the shortest text behind a part is no value, no longer one is.
 */
export function channelMatcher(pattern: string): ChannelMatcher {
  const parts = pattern.split(placeholder);
  const rule = valueRule(pattern);
  const [first = ''] = parts;
  const last = parts.at(-1) ?? '';
  return (wire) => {
    if (parts.length === 1) return wire === pattern ? {} : undefined;
    if (!wire.startsWith(first) || !wire.endsWith(last)) return undefined;
    const values: [string, string][] = [];
    let end = wire.length - last.length;
    for (let place = parts.length - 2; place > 0; place -= 2) {
      const before = parts[place - 1] ?? '';
      const at = place === 1 ? 0 : lastBefore(wire, before, end - 1);
      const value = at < 0 ? '' : wire.slice(at + before.length, end);
      if (!rule.test(value)) return undefined;
      values.unshift([parts[place] ?? '', value]);
      end = at;
    }
    return Object.fromEntries(values);
  };
}

/** Where a part stands that ends at `end` or earlier, or -1. */
const lastBefore = (text: string, part: string, end: number): number =>
  end < part.length ? -1 : text.lastIndexOf(part, end - part.length);

/** How much of a pattern is fixed: when two patterns fit a name, the more exact one is meant. */
export const exactness = (pattern: string): number => pattern.replace(placeholder, '').length;
