// What a request says, checked: by the contract's own schemas wherever it has one.
import { validate, type Schema } from '../../../contract/schema.ts';
import { isRecord } from '../../../lib/json.ts';
import { parseMoment } from '../../../lib/moment.ts';
import { Refused } from './problem.ts';

/** What the schema makes of the body, with what the path says put in. */
export function readInput<Input>(schema: Schema<Input>, body: unknown, more: object = {}): Input {
  if (body !== undefined && !isRecord(body)) throw misfit([{ path: '', because: 'expected object' }]);
  const checked = validate(schema, { ...body, ...more });
  if (checked.ok) return checked.value;
  throw misfit(checked.mismatches);
}

const misfit = (mismatches: readonly { readonly path: string; readonly because: string }[]): Refused =>
  new Refused(
    422,
    'invalid',
    `The body does not fit: ${mismatches.map(({ path, because }) => `${path || 'body'}: ${because}`).join('; ')}.`,
    { details: { errors: mismatches } },
  );

/** A number in a path; a text that is none names no row. */
export function idOf(text: string | undefined): number {
  const id = /^\d{1,15}$/.test(text ?? '') ? Number(text) : Number.NaN;
  if (Number.isSafeInteger(id)) return id;
  throw notFound();
}

const notFound = (what = 'row'): Refused => new Refused(404, 'not-found', `There is no such ${what}.`);

/** What was looked up, or 404. */
export function found<Row>(row: Row | undefined, what?: string): Row {
  if (row === undefined) throw notFound(what);
  return row;
}

/** `updated_since` as ms since 1970. */
export function momentOf(text: string | null, field: string): number | undefined {
  if (text === null || text === '') return undefined;
  const at = parseMoment(text);
  if (at !== undefined) return at;
  throw new Refused(422, 'invalid', `"${field}" has to be ISO 8601 with a zone.`);
}
