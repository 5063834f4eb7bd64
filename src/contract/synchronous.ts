import type { Schema } from './schema.ts';

/**
 * Standard Schema has no mark for asynchronous validators, so they are recognised by what they do and by what they are
 * made of: a probe that answers with a promise, valibot's `async` flag, an `async` function inside a zod definition.
 * What escapes this (a plain function that returns a promise only for some values) is caught when it validates.
 */
export function isAsynchronous(schema: Schema): boolean {
  return probes.some((probe) => answersWithPromise(schema, probe)) || holdsAsyncFunction(schema);
}

const probes: readonly unknown[] = [undefined, null, '', 'text', 0, 1, true, [], {}];

function answersWithPromise(schema: Schema, value: unknown): boolean {
  try {
    const result = answer(schema, value);
    if (typeof (result as { then?: unknown } | null | undefined)?.then !== 'function') return false;
    void Promise.resolve(result).catch(() => undefined);
    return true;
  } catch {
    return false;
  }
}

/**
 * zod answers with a promise also when a synchronous check throws at a value that it did not expect, and a probe is such
 * a value. Its own interface, asked for either kind of answer, throws in that case.
 */
function answer(schema: Schema, value: unknown): unknown {
  const internals = (schema as { _zod?: ZodInternals })._zod;
  return typeof internals?.run === 'function'
    ? internals.run({ value, issues: [] }, { async: true })
    : schema['~standard'].validate(value);
}

interface ZodInternals {
  readonly def?: unknown;
  run?(payload: { readonly value: unknown; readonly issues: unknown[] }, context: { readonly async: true }): unknown;
}

const asyncFunction = Object.getPrototypeOf(async () => undefined) as object;
const maxVisited = 10_000;

function holdsAsyncFunction(schema: Schema): boolean {
  const seen = new Set<object>();
  const open: unknown[] = [schema];
  while (open.length > 0 && seen.size < maxVisited) {
    const item = open.pop();
    if (typeof item === 'function' && Object.getPrototypeOf(item) === asyncFunction) return true;
    if (item === null || (typeof item !== 'object' && typeof item !== 'function') || seen.has(item)) continue;
    seen.add(item);
    if ((item as { async?: unknown }).async === true) return true;
    open.push(...partsOf(item));
  }
  return false;
}

/**
 * A zod schema is described by `_zod.def`; its own methods include asynchronous ones that say nothing about it. Everything
 * else is walked as plain data.
 */
function partsOf(item: object): unknown[] {
  const internals = (item as { _zod?: ZodInternals })._zod;
  if (internals !== undefined) return [internals.def];
  if (item instanceof Map || item instanceof Set) return [...item.values()];
  return Object.entries(Object.getOwnPropertyDescriptors(item)).flatMap(([key, property]) =>
    key === '~standard' ? [] : [property.get === undefined ? property.value : readGetter(item, key)],
  );
}

/** zod keeps an object's shape behind a getter. */
function readGetter(item: object, key: string): unknown {
  try {
    return (item as Record<string, unknown>)[key];
  } catch {
    return undefined;
  }
}
