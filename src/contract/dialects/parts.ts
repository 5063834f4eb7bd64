import { isRecord } from '../../lib/json.ts';
import { momentPattern, parseMoment } from '../../lib/moment.ts';
import { kindOf, type Mismatch } from '../schema.ts';
import type { Sender, Subject } from '../event.ts';
import type { BrokenEnvelope, JsonSchema } from '../dialect.ts';

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

export const broken = (path: string, wrong: Wrong): BrokenEnvelope => ({
  kind: 'broken',
  mismatches: [{ path, because: wrong.because } satisfies Mismatch],
});

/** Ids are made by machines. Visible ASCII keeps them safe in logs and keys, and means the same length to everyone. */
const idForm = /^[ -~]{1,200}$/;

export function readText(value: unknown): string | undefined | Wrong {
  if (typeof value === 'string') return value;
  return value === undefined || value === null ? undefined : new Wrong('string', value);
}

export function readId(value: unknown): string | undefined | Wrong {
  if (typeof value === 'string' && idForm.test(value)) return value;
  if (value === undefined || value === null) return undefined;
  return new Wrong('1 to 200 ASCII characters', value);
}

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

export function readSender(value: unknown): Sender | undefined | Wrong {
  if (value === undefined || value === null) return undefined;
  if (!isRecord(value)) return new Wrong('object', value);
  const deviceId = value['device_id'] ?? undefined;
  const deviceType = value['device_type'] ?? undefined;
  if (deviceId !== undefined && !isKey(deviceId)) return new Wrong('{ device_id, device_type }', value);
  if (deviceType !== undefined && typeof deviceType !== 'string') return new Wrong('{ device_id, device_type }', value);
  return { ...(deviceId !== undefined && { deviceId }), ...(deviceType !== undefined && { deviceType }) };
}

const isKey = (value: unknown): value is string | number =>
  typeof value === 'string' || (typeof value === 'number' && Number.isFinite(value));

/** Leaves out what is undefined, so that the wire carries only what was said. */
export const compact = (fields: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));

const orNull = (type: string, more: JsonSchema = {}): JsonSchema => ({ type: [type, 'null'], ...more });

export const described: Readonly<
  Record<'text' | 'id' | 'idOrNull' | 'seq' | 'moment' | 'subject' | 'sender', JsonSchema>
> = {
  text: orNull('string'),
  id: { type: 'string', pattern: idForm.source },
  idOrNull: orNull('string', { pattern: idForm.source }),
  seq: {
    anyOf: [
      { type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER },
      { type: 'string', pattern: decimal.source },
    ],
  },
  moment: orNull('string', { pattern: momentPattern }),
  subject: {
    type: ['object', 'null'],
    properties: { type: { type: 'string' }, id: { type: ['string', 'number'] } },
    required: ['type', 'id'],
  },
  sender: {
    type: ['object', 'null'],
    properties: { device_id: { type: ['string', 'number', 'null'] }, device_type: orNull('string') },
  },
};

export const orAbsent = (schema: JsonSchema): JsonSchema => ({ anyOf: [schema, { type: 'null' }] });
