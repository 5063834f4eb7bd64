// Where the next reading of a list begins. Always the server's own word for a moment, minus an overlap: a change may have
// been stamped before the last reading and become visible after it. The device's clock is never asked.

export interface Watermark {
  readonly asOf: string | undefined;
  /** Whether that server tells deletions; otherwise everything has to be read once in a while. */
  readonly tombstones: boolean;
}

/** The boundary to ask for; `undefined` (everything) when the server's word cannot be reckoned with. */
export function boundary(asOf: string | undefined, overlapMs: number): string | undefined {
  const atMs = asOf === undefined ? Number.NaN : Date.parse(asOf);
  return Number.isFinite(atMs) ? new Date(atMs - overlapMs).toISOString() : undefined;
}

/** The server's `as_of` of the first page, else the greatest `updated_at` of the rows, else what was known. */
export function watermarkOf(
  asOf: string | undefined,
  updated: readonly (string | undefined)[],
  previous: string | undefined,
): string | undefined {
  if (asOf !== undefined) return asOf;
  let latest = previous;
  let latestMs = previous === undefined ? Number.NEGATIVE_INFINITY : Date.parse(previous);
  for (const moment of updated) {
    const atMs = moment === undefined ? Number.NaN : Date.parse(moment);
    if (atMs > latestMs) {
      latest = moment;
      latestMs = atMs;
    }
  }
  return latest;
}
