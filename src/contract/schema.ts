/**
 * The part of Standard Schema (https://standardschema.dev) that heard calls. Whatever implements it may describe a
 * contract: zod, valibot, arktype, or forty lines of your own. Validation must be synchronous: an event cannot wait.
 */
export interface Schema<Output = unknown> {
  readonly '~standard': {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => SchemaResult<Output> | Promise<SchemaResult<Output>>;
    readonly types?: { readonly input: unknown; readonly output: Output } | undefined;
  };
}

export type SchemaResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly SchemaIssue[] };

export interface SchemaIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/** What a schema makes of a value. */
export type Output<S> = S extends Schema<infer O> ? O : never;

/**
 * Where a value departs from its schema. Says the kind of what was there, never the value itself: the payload may hold a
 * guest's name or phone number, and this ends in logs.
 */
export interface Mismatch {
  /** `order.items[2].qty`, or empty for the value as a whole. */
  readonly path: string;
  /** `expected number, got string` */
  readonly because: string;
}

export type Validated<Output> =
  | { readonly ok: true; readonly value: Output }
  | { readonly ok: false; readonly mismatches: readonly Mismatch[] };

const maxMismatches = 5;

export function validate<T>(schema: Schema<T>, value: unknown): Validated<T> {
  let result: SchemaResult<T> | Promise<SchemaResult<T>>;
  try {
    result = schema['~standard'].validate(value);
  } catch {
    return refused('the schema threw');
  }
  if (typeof result !== 'object' || result === null) return refused('the schema gave no result');
  if (result instanceof Promise || 'then' in result) {
    // `defineContract` refuses the asynchronous schemas that it can recognise; this one slipped through.
    void Promise.resolve(result).catch(() => undefined);
    return refused('the schema is asynchronous');
  }
  if (result.issues === undefined) return { ok: true, value: result.value };
  return { ok: false, mismatches: result.issues.slice(0, maxMismatches).map((issue) => mismatch(issue, value)) };
}

const refused = (because: string): { readonly ok: false; readonly mismatches: readonly Mismatch[] } => ({
  ok: false,
  mismatches: [{ path: '', because }],
});

function mismatch(issue: SchemaIssue, value: unknown): Mismatch {
  const keys = (issue.path ?? []).map((step) => (typeof step === 'object' ? step.key : step));
  const got = kindOf(keys.reduce(childOf, value));
  const expected = expectation(issue);
  return {
    path: pathText(keys),
    because: expected === undefined ? `not acceptable: ${got}` : `expected ${expected}, got ${got}`,
  };
}

const childOf = (parent: unknown, key: PropertyKey): unknown =>
  typeof parent === 'object' && parent !== null ? (parent as Record<PropertyKey, unknown>)[key] : undefined;

/**
 * The vendors' messages may quote what was received (valibot does), so they are not used. Their `expected` comes from the
 * schema, and so do a list of allowed values and a bound.
 */
function expectation(issue: SchemaIssue): string | undefined {
  const told = issue as {
    expected?: unknown;
    values?: unknown;
    minimum?: unknown;
    maximum?: unknown;
    format?: unknown;
  };
  if (typeof told.expected === 'string') return told.expected;
  if (Array.isArray(told.values)) return `one of ${told.values.map(String).join(', ')}`;
  if (typeof told.minimum === 'number') return `at least ${told.minimum}`;
  if (typeof told.maximum === 'number') return `at most ${told.maximum}`;
  if (typeof told.format === 'string') return `the form ${told.format}`;
  return undefined;
}

export function kindOf(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  return typeof value;
}

/**
 * A key of a map may itself be a guest's phone number: only what looks like a field's name is repeated, which begins with
 * a small letter and holds no number of four digits. An issue does not say whether its key is a field's or a map's, so a
 * first name in small letters would pass: do not key maps by what is nobody's business.
 */
const fieldName = /^(?!.*\d{4})[a-z_$][\w$:-]{0,40}$/;
/** No list that was read is longer; what is, is a number that means something. */
const longestList = 1_000_000;

function pathText(keys: readonly PropertyKey[]): string {
  let text = '';
  for (const key of keys) {
    if (typeof key === 'number' && key < longestList) text += `[${key}]`;
    else if (typeof key === 'string' && fieldName.test(key)) text += text === '' ? key : `.${key}`;
    else text += text === '' ? '*' : '.*';
  }
  return text;
}
