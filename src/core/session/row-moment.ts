import { isRecord } from '../../lib/json.ts';
import { parseMoment } from '../../lib/moment.ts';

const fields = ['updated_at', 'updatedAt', 'created_at', 'createdAt'] as const;

/** When a row last changed, by the server's clock, as backends usually spell it. */
export function momentText(row: unknown): string | undefined {
  if (!isRecord(row)) return undefined;
  for (const field of fields) {
    const value = row[field];
    if (typeof value === 'string' && parseMoment(value) !== undefined) return value;
  }
  return undefined;
}

export function momentIn(row: unknown): number | undefined {
  const text = momentText(row);
  return text === undefined ? undefined : parseMoment(text);
}
