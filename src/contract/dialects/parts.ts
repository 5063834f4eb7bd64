import { isRecord } from '../../lib/json.ts';
import { momentPattern, parseMoment } from '../../lib/moment.ts';
import { kindOf, type Mismatch } from '../schema.ts';
import type { Sender, Subject } from '../event.ts';
import type { BrokenEnvelope, JsonSchema, LegibleParts } from '../dialect.ts';

/**
 * The parts that envelopes are made of, each with a guard and the JSON Schema that says the same. Written by hand because
 * every event passes here: a schema library takes twice as long as parsing does.
 */

/** Reading one field gives a value, nothing (absent or null), or a reason. */
export class Wrong {
  readonly because: string;
  constructor(expected: string, got: unknown) {
    this.because = `expected ${expected}, got ${kindOf(got)}`;
  }
}

export const broken = (path: string, wrong: Wrong, legible?: LegibleParts): BrokenEnvelope => ({
  kind: 'broken',
  mismatches: [{ path, because: wrong.because } satisfies Mismatch],
  ...(legible && { legible }),
});

/** The channel alone tells whose such an event is. */
export const nothingLegible: LegibleParts = { id: undefined, seq: undefined, tenant: undefined };

/** What could be read. A part that an event can do without is dropped when it cannot be read: the event is worth more. */
export const legiblePart = <Part>(part: Part | Wrong): Part | undefined => (part instanceof Wrong ? undefined : part);

/** PHP writes an empty object as an empty list, so that stands for absence, too. */
export function readObject(value: unknown): Readonly<Record<string, unknown>> | undefined | Wrong {
  if (isRecord(value)) return value;
  const isEmpty = value === undefined || value === null || (Array.isArray(value) && value.length === 0);
  return isEmpty ? undefined : new Wrong('object', value);
}

/** Ids are made by machines. Visible ASCII keeps them safe in logs and keys, and means the same length to everyone. */
const idForm = /^[ -~]{1,200}$/;

export function readText(value: unknown): string | undefined | Wrong {
  if (typeof value === 'string') return value;
  return value === undefined || value === null ? undefined : new Wrong('string', value);
}

/** As {@link idForm} says; every event has one, and by hand it takes a third of the time. */
function isId(text: string): boolean {
  if (text.length === 0 || text.length > 200) return false;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code < 0x20 || code > 0x7e) return false;
  }
  return true;
}

/** A number counts as its text, as long as no two of them could be mistaken for each other. */
const numberText = (value: unknown): unknown =>
  typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : value;

export function readId(value: unknown): string | undefined | Wrong {
  const id = numberText(value);
  if (typeof id === 'string' && isId(id)) return id;
  if (value === undefined || value === null) return undefined;
  return new Wrong('1 to 200 ASCII characters or a whole number', value);
}

/** Whose event it is. Strict, because an event of somebody else must never pass for one's own. */
export const readTenant = (value: unknown): string | undefined | Wrong => readText(numberText(value));

const decimal = /^(?:0|[1-9]\d{0,14})$/;

/** A position: a whole number that JavaScript can count with, or the same as decimal text (PHP sends it so at times). */
export function readSeq(value: unknown): number | undefined | Wrong {
  // The sum turns -0, which JSON can say, into 0.
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value + 0;
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string' && decimal.test(value)) return Number(value);
  return new Wrong('whole number from 0 to 2^53-1', value);
}

export function readMoment(value: unknown): number | undefined | Wrong {
  if (value === undefined || value === null) return undefined;
  const moment = typeof value === 'string' ? parseMoment(value) : undefined;
  return moment ?? new Wrong('ISO 8601 time with zone', value);
}

export const writeMoment = (ms: number | undefined): string | undefined =>
  ms === undefined ? undefined : new Date(ms).toISOString();

export function readSubject(value: unknown): Subject | undefined | Wrong {
  if (value === undefined || value === null) return undefined;
  if (isRecord(value) && typeof value['type'] === 'string' && isKey(value['id'])) {
    return { type: value['type'], id: value['id'] };
  }
  return new Wrong('{ type, id }', value);
}

/** Every field of it can be missing or unreadable on its own. */
export function readSender(value: unknown): Sender | undefined {
  if (!isRecord(value)) return undefined;
  const deviceId = readKey(value['device_id']);
  const deviceType = value['device_type'];
  if (typeof deviceType !== 'string') return deviceId === undefined ? {} : { deviceId };
  return deviceId === undefined ? { deviceType } : { deviceId, deviceType };
}

export const readKey = (value: unknown): string | number | undefined => (isKey(value) ? value : undefined);

const isKey = (value: unknown): value is string | number =>
  typeof value === 'string' || (typeof value === 'number' && Number.isFinite(value));

/** Leaves out what is undefined, so that the wire carries only what was said. */
export const compact = (fields: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));

const safeInteger: JsonSchema = {
  type: 'integer',
  minimum: Number.MIN_SAFE_INTEGER,
  maximum: Number.MAX_SAFE_INTEGER,
};
const aNull: JsonSchema = { type: 'null' };

/** For a part that is dropped when it cannot be read: says what it should be, and refuses nothing. */
const optional = (description: string): JsonSchema => ({ description: `${description}; anything else is ignored` });

export const described: Readonly<
  Record<
    | 'id'
    | 'idOrNull'
    | 'seq'
    | 'tenant'
    | 'text'
    | 'key'
    | 'mark'
    | 'position'
    | 'moment'
    | 'subject'
    | 'sender'
    | 'flag',
    JsonSchema
  >
> = {
  id: { anyOf: [{ type: 'string', pattern: idForm.source }, safeInteger] },
  idOrNull: { anyOf: [{ type: 'string', pattern: idForm.source }, safeInteger, aNull] },
  seq: {
    anyOf: [
      { type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER },
      { type: 'string', pattern: decimal.source },
    ],
  },
  tenant: { anyOf: [{ type: 'string' }, safeInteger, aNull] },
  text: optional('Text'),
  key: optional('Text or number'),
  mark: optional('1 to 200 ASCII characters'),
  position: optional('A whole number from 0 to 2^53-1'),
  moment: optional(`ISO 8601 time with zone, ${momentPattern}`),
  flag: optional('true or false'),
  subject: { ...optional('Both fields'), properties: { type: optional('Text'), id: optional('Text or number') } },
  sender: {
    ...optional('An object'),
    properties: { device_id: optional('Text or number'), device_type: optional('Text') },
  },
};

/** An object that may be absent, null, or the empty list that PHP makes of an empty one. */
export const objectOrAbsent = (properties: Readonly<Record<string, JsonSchema>>): JsonSchema => ({
  type: ['object', 'array', 'null'],
  maxItems: 0,
  properties,
});
