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
  const copies: StoredValue[] = [];
  for (const item of list) {
    const copy = plainCopy(item, depth + 1);
    if (copy === undefined) return undefined;
    copies.push(copy);
  }
  return copies;
}

function copyOfRow(row: object, depth: number): StoredValue | undefined {
  if (Object.getPrototypeOf(row) !== Object.prototype) return undefined;
  const fields = row as Readonly<Record<string, unknown>>;
  const copies: Record<string, StoredValue> = {};
  // Not by entries: a list of lists costs more than all the rest.
  for (const name of Object.keys(row)) {
    const field = fields[name];
    if (field === undefined) continue;
    const copy = plainCopy(field, depth + 1);
    // By assignment it would become the prototype.
    if (copy === undefined || name === '__proto__') return undefined;
    copies[name] = copy;
  }
  return copies;
}
