import { isRecord } from '../../lib/json.ts';
import type { StoredValue } from '../../storage/store.ts';

/**
 * Stands in an input for what the server will answer to another mutation: the id of an order that was taken offline.
 * `path` says where in the answer, `data.order_id`; default `id`, else `data.id`.
 */
export interface Reference {
  readonly $ref: string;
  readonly path?: string;
}

/** Where `path` does not say more. */
const usualPaths = ['id', 'data.id'];

function referenceOf(value: unknown): Reference | undefined {
  if (!isRecord(value) || typeof value['$ref'] !== 'string') return undefined;
  const keys = Object.keys(value);
  if (keys.length === 1) return { $ref: value['$ref'] };
  return keys.length === 2 && typeof value['path'] === 'string'
    ? { $ref: value['$ref'], path: value['path'] }
    : undefined;
}

/** A copy with every reference replaced; undefined when one of them cannot be. */
export function withReferences(
  value: StoredValue,
  replace: (reference: Reference) => StoredValue | undefined,
): StoredValue | undefined {
  const reference = referenceOf(value);
  if (reference !== undefined) return replace(reference);
  if (typeof value !== 'object' || value === null) return value;
  if (isList(value)) {
    const items: StoredValue[] = [];
    for (const item of value) {
      const replaced = withReferences(item, replace);
      if (replaced === undefined) return undefined;
      items.push(replaced);
    }
    return items;
  }
  const members: [string, StoredValue][] = [];
  for (const [name, member] of Object.entries(value)) {
    if (member === undefined) continue;
    const replaced = withReferences(member, replace);
    if (replaced === undefined) return undefined;
    members.push([name, replaced]);
  }
  // Defines members instead of assigning them, so that "__proto__" is a name like any other.
  return Object.fromEntries(members);
}

const isList = (value: StoredValue): value is readonly StoredValue[] => Array.isArray(value);

/** The mutations that an input refers to. */
export function parentsOf(value: StoredValue): readonly string[] {
  const parents = new Set<string>();
  withReferences(value, ({ $ref }) => {
    parents.add($ref);
    return null;
  });
  return [...parents];
}

/** What a reference means once its parent was answered: a text or a number, or nothing that could stand for it. */
export function referredValue({ path }: Reference, answer: StoredValue | undefined): string | number | undefined {
  for (const steps of path === undefined ? usualPaths : [path]) {
    let value: unknown = answer;
    for (const step of steps.split('.')) {
      value = isRecord(value) && Object.hasOwn(value, step) ? value[step] : undefined;
    }
    if ((typeof value === 'string' && value !== '') || typeof value === 'number') return value;
  }
  return undefined;
}
