import type { StoredValue } from '../../storage/store.ts';

/**
 * What JSON says of it, as a copy: an app may change a row while it waits to be written. Rows come from JSON, and copying
 * what is plain takes a fifth of writing it as text and reading that again.
 */
export function storable(value: unknown): StoredValue | undefined {
  const copy = plainCopy(value, 0);
  if (copy !== undefined) return copy;
  const text = JSON.stringify(value);
  return text === undefined ? undefined : (JSON.parse(text) as StoredValue);
}

/** What is deeper, or contains itself, is left to JSON. */
const maxDepth = 64;

/** Undefined when it is not plain. */
function plainCopy(value: unknown, depth: number): StoredValue | undefined {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      return Number.isFinite(value) ? value + 0 : undefined;
    case 'object':
      if (value === null) return null;
      if (depth === maxDepth) return undefined;
      return Array.isArray(value) ? copyOfList(value, depth) : copyOfRow(value, depth);
    case 'undefined':
    case 'function':
    case 'symbol':
    case 'bigint':
  }
  return undefined;
}

function copyOfList(list: readonly unknown[], depth: number): StoredValue | undefined {
  const copies = list.slice();
  // By number: a hole is seen, too.
  for (let index = 0; index < copies.length; index += 1) {
    const item = copies[index];
    if (typeof item === 'string') continue;
    const copy = plainCopy(item, depth + 1);
    if (copy === undefined) return undefined;
    copies[index] = copy;
  }
  return copies as readonly StoredValue[];
}

/** Taken as a whole, and then only what is in it is looked at: field by field costs three times as much, and leaves more behind. */
function copyOfRow(row: object, depth: number): StoredValue | undefined {
  if (Object.getPrototypeOf(row) !== Object.prototype) return undefined;
  const copies: Record<string, unknown> = { ...row };
  for (const name in copies) {
    const field = copies[name];
    if (typeof field === 'string') continue;
    if (field === undefined) {
      delete copies[name];
      continue;
    }
    const copy = plainCopy(field, depth + 1);
    if (copy === undefined) return undefined;
    if (!Object.is(copy, field) && Object.hasOwn(copies, name)) copies[name] = copy;
  }
  return copies as StoredValue;
}
