import { StoreError, storeTables, type Commit, type KeyRange, type StoreTable, type StoredValue } from './store.ts';

/** Deeper values could exhaust the stack of whoever walks them. Events are capped at half of it before they come here. */
const maxDepth = 128;

const refuse = (what: string): never => {
  throw new StoreError('failed', `${what} cannot be stored: only what JSON can say is kept.`);
};

/**
 * A frozen copy, made when the commit is begun: whoever changes the value afterwards changes nothing that is stored. It
 * means the same in every store: what is undefined is left out, and what JSON would silently turn into something else (a
 * date, NaN, a hole in a list) is refused. What is `isOwn` is neither copied nor frozen: nobody changes it any more, and to freeze
 * it costs as much as to copy it.
 */
function storedCopy(value: unknown, isOwn: boolean, depth = 0): StoredValue {
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
  if (Array.isArray(value)) return copyOfList(value, isOwn, depth);
  // A prototype without a prototype: a plain object, of this page or of another frame.
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null)
    return refuse(`An instance of ${value.constructor.name}`);
  return copyOfFields(value, isOwn, depth);
}

function copyOfList(list: unknown[], isOwn: boolean, depth: number): StoredValue {
  const copy = isOwn && !Object.isFrozen(list) ? list : list.slice();
  // By number: a hole is seen, too.
  for (let index = 0; index < copy.length; index += 1) {
    const item = copy[index];
    if (typeof item === 'string') continue;
    const own = storedCopy(item, isOwn, depth + 1);
    if (!Object.is(own, item)) copy[index] = own;
  }
  return (isOwn ? copy : Object.freeze(copy)) as StoredValue;
}

/** Taken as a whole, and then only what is in it is looked at: field by field costs three times as much, and leaves more behind. */
function copyOfFields(fields: object, isOwn: boolean, depth: number): StoredValue {
  const copy = (isOwn && !Object.isFrozen(fields) ? fields : { ...fields }) as Record<string, unknown>;
  for (const name in copy) {
    const inner = copy[name];
    if (typeof inner === 'string') continue;
    if (inner === undefined) {
      delete copy[name];
      continue;
    }
    const own = storedCopy(inner, isOwn, depth + 1);
    if (!Object.is(own, inner) && Object.hasOwn(copy, name)) copy[name] = own;
  }
  return (isOwn ? copy : Object.freeze(copy)) as StoredValue;
}

/** For a reader who may do with it what they like. */
export const readCopy = (value: StoredValue): StoredValue =>
  typeof value !== 'object' || Object.isFrozen(value) ? value : storedCopy(value, false);

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
    writes: writes.map(({ table, key, value, isOwn = false }) => {
      checked(table, key);
      return { table, key, value: value === undefined ? undefined : storedCopy(value, isOwn) };
    }),
  };
}

/** Whether nothing can be in that range, which some stores take for a mistake and others for no range at all. */
export function isEmptyRange(table: StoreTable, { after, before, limit = Infinity }: KeyRange): boolean {
  checked(table, '');
  return limit < 1 || (after !== undefined && before !== undefined && after >= before);
}
