import { StoreError, storeTables, type Commit, type KeyRange, type StoreTable, type StoredValue } from './store.ts';

/** Deeper values could exhaust the stack of whoever walks them. Events are capped at half of it before they come here. */
const maxDepth = 128;

const refuse = (what: string): never => {
  throw new StoreError('failed', `${what} cannot be stored: only what JSON can say is kept.`);
};

/**
 * A frozen copy, made when the commit is begun: whoever changes the value afterwards changes nothing that is stored. It
 * means the same in every store: what is undefined is left out, and what JSON would silently turn into something else (a
 * date, NaN, a hole in a list) is refused.
 */
function storedCopy(value: unknown, depth = 0): StoredValue {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      // JSON knows no -0 either.
      return Number.isFinite(value) ? value + 0 : refuse(String(value));
    case 'undefined':
    case 'function':
    case 'symbol':
    case 'bigint':
      return refuse(`A value of type ${typeof value}`);
    case 'object':
      break;
  }
  if (value === null) return null;
  if (depth === maxDepth) return refuse(`A value with more than ${maxDepth} levels, or one that contains itself,`);
  if (Array.isArray(value)) return copyOfList(value, depth);
  // A prototype without a prototype: a plain object, of this page or of another frame.
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null)
    return refuse(`An instance of ${value.constructor.name}`);
  return copyOfFields(value, depth);
}

function copyOfList(list: readonly unknown[], depth: number): StoredValue {
  const copy = list.slice();
  // By number: a hole is seen, too.
  for (let index = 0; index < copy.length; index += 1) {
    const item = copy[index];
    if (typeof item !== 'string') copy[index] = storedCopy(item, depth + 1);
  }
  return Object.freeze(copy) as StoredValue;
}

/** Taken as a whole, and then only what is in it is looked at: field by field costs three times as much, and leaves more behind. */
function copyOfFields(fields: object, depth: number): StoredValue {
  const copy: Record<string, unknown> = { ...fields };
  for (const name in copy) {
    const inner = copy[name];
    if (typeof inner === 'string') continue;
    if (inner === undefined) {
      delete copy[name];
      continue;
    }
    const own = storedCopy(inner, depth + 1);
    if (!Object.is(own, inner) && Object.hasOwn(copy, name)) copy[name] = own;
  }
  return Object.freeze(copy) as StoredValue;
}

const known: ReadonlySet<unknown> = new Set(storeTables);

function checked(table: StoreTable, key: unknown): void {
  if (!known.has(table)) throw new StoreError('failed', `There is no table ${table}.`);
  if (typeof key !== 'string') throw new StoreError('failed', `The key of a record in ${table} is not a text.`);
}

/** The commit as it is when it is begun, checked before anything of it is written. */
export function commitCopy({ writes, durability, only }: Commit): Commit {
  if (only !== undefined) checked(only.table, only.key);
  return {
    durability,
    ...(only !== undefined && { only: { ...only } }),
    writes: Array.from(writes, ({ table, key, value }) => {
      checked(table, key);
      return { table, key, value: value === undefined ? undefined : storedCopy(value) };
    }),
  };
}

/** Whether nothing can be in that range, which some stores take for a mistake and others for no range at all. */
export function isEmptyRange(table: StoreTable, { after, before, limit = Infinity }: KeyRange): boolean {
  checked(table, '');
  return limit < 1 || (after !== undefined && before !== undefined && after >= before);
}
