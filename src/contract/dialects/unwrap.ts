import { readJson } from '../../lib/json.ts';

/**
 * Some servers encode twice: what should be an object is a text that holds one. A text that is not JSON stays a text, and
 * the schema says what is wrong with it.
 */
export function unwrapText(value: unknown): unknown {
  if (typeof value !== 'string' || (value[0] !== '{' && value[0] !== '[')) return value;
  const reading = readJson(value);
  return reading.ok ? reading.value : value;
}
