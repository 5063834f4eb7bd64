/**
 * Whether two values say the same: they are the same, or lists or plain objects whose parts say the same, so many levels
 * deep.
 */
export function isSame(left: unknown, right: unknown, depth: number): boolean {
  if (Object.is(left, right)) return true;
  if (depth === 0 || !isComparable(left) || !isComparable(right)) return false;
  if (Array.isArray(left) !== Array.isArray(right)) return false;
  const keys = Object.keys(left);
  return (
    keys.length === Object.keys(right).length &&
    keys.every((key) => Object.hasOwn(right, key) && isSame(left[key], right[key], depth - 1))
  );
}

/** Dates, maps and the like have their content elsewhere. */
function isComparable(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === Array.prototype;
}

/**
 * Equal for what says the same, however often it is written down anew: `{ status: 'ready' }` in every render. A function is
 * its own key.
 */
export const keyOf = (value: unknown): unknown =>
  typeof value === 'function'
    ? value
    : JSON.stringify(value, (_, part: unknown) => (part === undefined ? { undefined: 0 } : part));
