import * as z from 'zod/mini';
import type { ListAnswer } from '../contract/list-page.ts';
import {
  isDay,
  isIntegerFrom,
  isKey,
  isListOf,
  isRecordOf,
  isSomeOf,
  isTextOf,
  isWords,
  type Predicate,
} from './predicates.ts';

/**
 * The few words that the built-in contracts are written in. Each field is checked against its interface in both
 * directions: a schema that forgets a field, or knows one too many, does not compile. Unknown fields survive at run time
 * and stay out of the types, so that a misspelt name is a red line.
 *
 * Every word is a zod schema, which explains what is wrong and describes itself as JSON Schema, and a plain test, which
 * only says yes or no. Nearly every event is right, and for those the test costs a tenth and copies nothing; zod is asked
 * when the answer is no. That both say the same is a property test.
 */

export type Shape<T> = z.ZodMiniType<T>;

/** Absent, or null, which many backends send for absent. */
export type Maybe<T> = T | null | undefined;

/** A word from a list that the backend may lengthen: editors offer the known ones, and a new one is no error. */
export type Open<Known extends string> = Known | (string & Record<never, never>);

type Fields<T> = { readonly [Name in keyof Required<T>]: Shape<T[Name]> };

const tests = new WeakMap<object, Predicate>();

function tested<T>(schema: z.ZodMiniType, test: Predicate | undefined): Shape<T> {
  if (test !== undefined) {
    tests.set(schema, test);
    const slow = schema['~standard'];
    Object.defineProperty(schema, '~standard', {
      value: { ...slow, validate: (value: unknown) => (test(value) ? { value } : slow.validate(value)) },
    });
  }
  return schema as Shape<T>;
}

/** A shape that somebody made with zod alone has no test, and what contains it has none either. */
const testOf = (shape: Shape<unknown>): Predicate | undefined => tests.get(shape);

export function record<T extends object>(fields: Fields<T>): Shape<T> {
  const entries = Object.entries<Shape<unknown>>(fields);
  const fieldTests = entries.flatMap(([, shape]) => testOf(shape) ?? []);
  const names = entries.map(([name]) => name);
  return tested(
    z.looseObject(fields),
    fieldTests.length === entries.length ? isRecordOf(names, fieldTests) : undefined,
  );
}

export function maybe<T>(shape: Shape<T>): Shape<Maybe<T>> {
  const test = testOf(shape);
  const maybeTest: Predicate | undefined = test && ((value) => value === undefined || value === null || test(value));
  return tested(z.optional(z.nullable(shape)), maybeTest);
}

export function list<T>(item: Shape<T>): Shape<readonly T[]> {
  const test = testOf(item);
  return tested(z.array(item), test && isListOf(test));
}

/** A list that says something. */
export function some<T>(item: Shape<T>): Shape<readonly T[]> {
  const test = testOf(item);
  return tested(z.array(item).check(z.minLength(1)), test && isSomeOf(test));
}

export const text: Shape<string> = tested(z.string(), (value) => typeof value === 'string');

/** A text that says something. */
export const words: Shape<string> = tested(z.string().check(z.minLength(1)), isWords);

export const integer: Shape<number> = tested(z.int(), Number.isSafeInteger);

export const amount: Shape<number> = tested(z.number(), Number.isFinite);

export const flag: Shape<boolean> = tested(z.boolean(), (value) => typeof value === 'boolean');

/** An id as either kind of backend writes it. */
export const key: Shape<string | number> = tested(z.union([z.string().check(z.minLength(1)), z.number()]), isKey);

/** One of these and nothing else: for what we send. */
export const oneOf = <const Word extends string>(known: readonly [Word, ...Word[]]): Shape<Word> =>
  tested(z.enum(known), isTextOf(known));

/** A word that is usually one of these: for what we receive. */
export const wordLike = <const Word extends string>(..._known: readonly Word[]): Shape<Open<Word>> =>
  tested(z.string(), (value) => typeof value === 'string');

export const atLeast = (minimum: number): Shape<number> =>
  tested(z.number().check(z.minimum(minimum)), (value) => Number.isFinite(value) && (value as number) >= minimum);

export const integerFrom = (minimum: number): Shape<number> =>
  tested(z.int().check(z.minimum(minimum)), isIntegerFrom(minimum));

export function either<A, B>(first: Shape<A>, second: Shape<B>): Shape<A | B> {
  const one = testOf(first);
  const other = testOf(second);
  return tested(z.union([first, second]), one && other && ((value) => one(value) || other(value)));
}

/** A calendar day, `2026-02-02`. */
export const day: Shape<string> = tested(
  z.string().check(z.regex(/^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])$/)),
  isDay,
);

/** A list as most backends answer it: the rows alone, or under `data`. */
export const listAnswer = <Row>(row: Shape<Row>): Shape<ListAnswer<Row>> =>
  either(
    list(row),
    record<Exclude<ListAnswer<Row>, readonly Row[]>>({ data: list(row), next_cursor: maybe(text), as_of: maybe(text) }),
  );

/** Money as backends send it: `25.50`, or the same as text, which is how database drivers give decimals. */
export type Decimal = number | string;
export const decimal: Shape<Decimal> = either(amount, text);
