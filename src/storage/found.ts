// What was found under a key, where a value is kept as JSON, and may be damaged.
import type { StoredRecord, StoredValue } from './store.ts';

export interface Found {
  readonly key: string;
  /** Absent when it cannot be read. */
  readonly value: StoredValue | undefined;
}

export const readable = (all: readonly Found[]): readonly StoredRecord[] =>
  all.flatMap(({ key, value }) => (value === undefined ? [] : [{ key, value }]));

/** Undefined when it is no JSON: it is set aside then. */
export function parsed(text: string): StoredValue | undefined {
  try {
    return JSON.parse(text) as StoredValue;
  } catch {
    return undefined;
  }
}
