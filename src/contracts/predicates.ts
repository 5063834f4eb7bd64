/** Yes or no: no reason, no copy, no exception. */
export type Predicate = (value: unknown) => boolean;

export const isWords: Predicate = (value) => typeof value === 'string' && value.length > 0;

export const isKey: Predicate = (value) => isWords(value) || Number.isFinite(value);

export const isIntegerFrom =
  (minimum: number): Predicate =>
  (value) =>
    Number.isSafeInteger(value) && (value as number) >= minimum;

export const isTextOf = (known: readonly string[]): Predicate => {
  const words: ReadonlySet<unknown> = new Set(known);
  return (value) => words.has(value);
};

const dayForm = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])$/;
export const isDay: Predicate = (value) => typeof value === 'string' && dayForm.test(value);

export const isListOf =
  (item: Predicate): Predicate =>
  (value) => {
    if (!Array.isArray(value)) return false;
    // A loop by hand: `every` skips the holes of a sparse array, which a validator does not.
    for (let index = 0; index < value.length; index += 1) if (!item(value[index])) return false;
    return true;
  };

export const isSomeOf = (item: Predicate): Predicate => {
  const isList = isListOf(item);
  return (value) => isList(value) && (value as readonly unknown[]).length > 0;
};

export const isRecordOf =
  (names: readonly string[], tests: readonly Predicate[]): Predicate =>
  (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
    for (let index = 0; index < names.length; index += 1) {
      const name = names[index];
      const test = tests[index];
      if (name === undefined || test === undefined) return false;
      if (!test((value as Record<string, unknown>)[name])) return false;
    }
    return true;
  };
