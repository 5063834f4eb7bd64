import { expect, test } from 'vitest';
import { z } from 'zod';
import type { Schema } from '../../../src/contract/schema.ts';
import { readBack } from '../../../src/core/session/read-back.ts';

const sum = z.number().transform((cents) => cents / 100);

test.each<readonly [what: string, schema: Schema, stored: unknown, row: unknown]>([
  ['what fits', z.object({ id: z.number() }), { id: 1 }, { id: 1 }],
  ['a date', z.object({ at: z.coerce.date() }), { at: '2026-01-01T00:00:00.000Z' }, { at: new Date('2026-01-01') }],
  ['a text that was cut to size', z.object({ name: z.string().trim() }), { name: 'Mia' }, { name: 'Mia' }],
  ['a field that the app of yesterday had not', z.object({ tip: z.number().default(0) }), {}, { tip: 0 }],
  ['one that the app of today has not', z.object({ id: z.number() }), { id: 1, note: 'x' }, { id: 1 }],
])('S28: %s is read back', (_, schema, stored, row) => {
  expect(readBack(schema, stored)).toEqual(row);
});

test.each<readonly [what: string, schema: Schema, stored: unknown]>([
  ['that does not fit any more', z.object({ id: z.string() }), { id: 1 }],
  ['that was a text and is a number', z.object({ total: z.string().transform(Number) }), { total: 12 }],
  ['that would be divided again', z.object({ total: sum }), { total: 12.5 }],
  [
    'that is known by another word',
    z.object({ status: z.string().transform((word) => (word === 'R' ? 'ready' : 'unknown')) }),
    { status: 'ready' },
  ],
  ['that would be rounded away', z.object({ total: z.number().transform((c) => Math.round(c / 100)) }), { total: 12 }],
  [
    'that was a word and is a yes',
    z.object({ paid: z.union([z.boolean(), z.string()]).transform((word) => word === 'yes') }),
    { paid: true },
  ],
  ['that JSON cannot say', z.object({ total: z.coerce.bigint() }), { total: 12 }],
  [
    'of which one part would be',
    z.object({ id: z.number(), items: z.array(z.object({ price: sum })) }),
    { id: 1, items: [{ price: 5 }] },
  ],
])('S28: what %s is not, so that a list says it', (_, schema, stored) => {
  expect(readBack(schema, stored)).toBeUndefined();
});
