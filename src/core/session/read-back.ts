import { validate, type Schema } from '../../contract/schema.ts';
import { isSame } from './row-digest.ts';
import { storable } from './storable.ts';

/**
 * A row as its schema has it, from what was stored of it. What is stored is what the schema made, not what the server said, so
 * the schema reads its own work: undefined when it cannot (a sum that was a text), and when it would make something else of it
 * each time (cents into a sum, once more with every restart). A field that a newer app gives a default is no such thing.
 */
export function readBack(schema: Schema, stored: unknown): unknown {
  const read = validate(schema, stored);
  if (!read.ok) return undefined;
  if (isSame(read.value, stored)) return read.value;
  const again = storable(read.value);
  const reread = validate(schema, again);
  return reread.ok && isSame(storable(reread.value), again) ? read.value : undefined;
}
