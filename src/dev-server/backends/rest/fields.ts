// Single fields of a body, for the requests that no contract describes.
import { isRecord } from '../../../lib/json.ts';
import { Refused } from './problem.ts';

export type Fields = Readonly<Record<string, unknown>>;

export const fieldsOf = (body: unknown): Fields => (isRecord(body) ? body : {});

/** Longer than anything that people write on a ticket. */
const longest = 500;

/** A text that says something, or nothing where the field is absent. */
export function textOf(fields: Fields, name: string): string | undefined {
  const value = fields[name] ?? undefined;
  if (value === undefined) return undefined;
  if (typeof value === 'string' && value !== '' && value.length <= longest) return value;
  throw wrong(name, `a text of 1 to ${longest} characters`);
}

export function requireText(fields: Fields, name: string): string {
  const text = textOf(fields, name);
  if (text === undefined) throw wrong(name, 'a text');
  return text;
}

export function numberOf(fields: Fields, name: string): number | undefined {
  const value = fields[name] ?? undefined;
  if (value === undefined) return undefined;
  if (typeof value === 'number' && Math.abs(value) <= 1e9) return value;
  throw wrong(name, 'a number');
}

export function requireNumber(fields: Fields, name: string): number {
  const number = numberOf(fields, name);
  if (number === undefined) throw wrong(name, 'a number');
  return number;
}

export function flagOf(fields: Fields, name: string): boolean | undefined {
  const value = fields[name] ?? undefined;
  if (value === undefined || typeof value === 'boolean') return value;
  throw wrong(name, 'true or false');
}

export function oneOf<Word extends string>(fields: Fields, name: string, known: readonly Word[]): Word {
  const word = known.find((one) => one === fields[name]);
  if (word === undefined) throw wrong(name, `one of ${known.join(', ')}`, { legal: known });
  return word;
}

/** The lines of an order: something, and not more than a table orders. */
export function linesOf(fields: Fields, name: string, most: number): readonly Fields[] {
  const value: unknown = fields[name];
  if (!Array.isArray(value) || value.length === 0 || value.length > most) throw wrong(name, `1 to ${most} lines`);
  return value.map((line: unknown) => {
    if (isRecord(line)) return line;
    throw wrong(name, 'a list of objects');
  });
}

/** How many of something. */
export function countOf(fields: Fields, name: string): number {
  const value = fields[name] ?? 1;
  if (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= 999) return value;
  throw wrong(name, 'a number from 1 to 999');
}

const wrong = (name: string, expected: string, details: Fields = {}): Refused =>
  new Refused(422, 'invalid', `"${name}" has to be ${expected}.`, {
    details: { ...details, errors: [{ path: name, because: `expected ${expected}` }] },
  });
