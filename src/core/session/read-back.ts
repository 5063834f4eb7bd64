import { validate, type Schema } from '../../contract/schema.ts';
import { isRecord } from '../../lib/json.ts';
import { isSame } from './row-digest.ts';

/**
 * A row as its schema has it, from what was stored of it. What is stored is what the schema made, not what the server said, so
 * the schema reads its own work: undefined when it cannot (a sum that was a text), and when it makes something else of what is
 * there (cents into a sum once more, a word that it knows into one that it does not). What only one of the two has is no such
 * thing: a newer app gives a field a default, or has it no more.
 */
export function readBack(schema: Schema, stored: unknown): unknown {
  try {
    const read = validate(schema, stored);
    return read.ok && agrees(read.value, stored) ? read.value : undefined;
  } catch {
    // Nothing that JSON could say (S28): a list says it.
    return undefined;
  }
}

/** Whether what both have says the same. */
function agrees(read: unknown, stored: unknown): boolean {
  if (Array.isArray(read) && Array.isArray(stored))
    return read.length === stored.length && stored.every((item, index) => agrees(read[index], item));
  if (isRecord(read) && isRecord(stored) && Object.getPrototypeOf(read) === Object.prototype)
    return Object.keys(stored).every((name) => !Object.hasOwn(read, name) || agrees(read[name], stored[name]));
  return isSame(read, stored);
}
