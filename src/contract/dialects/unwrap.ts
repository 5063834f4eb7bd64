import { readJson, type JsonLimits } from '../../lib/json.ts';

/**
 * Some servers encode twice: what should be an object is a text that holds one. A text that is not JSON stays a text, and
 * the schema says what is wrong with it; so does one that is nested too deeply.
 */
export function unwrapText(value: unknown, limits?: JsonLimits): unknown {
  if (typeof value !== 'string' || (value[0] !== '{' && value[0] !== '[')) return value;
  const reading = readJson(value, limits);
  return reading.ok ? reading.value : value;
}
