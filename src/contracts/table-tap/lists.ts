import type { SearchValues } from '../../contract/request.ts';

// Settled: how every list is asked for and answered.

interface ListQuestion {
  readonly updatedSince?: string | null | undefined;
  readonly cursor?: string | null | undefined;
  readonly scope: Readonly<Record<string, unknown>>;
}

/** Every question names the device's own café: `?cafe_id&updated_since`. */
export const listSearch = ({ updatedSince, cursor, scope: { cafeId } }: ListQuestion): SearchValues => ({
  cafe_id: typeof cafeId === 'string' || typeof cafeId === 'number' ? String(cafeId) : undefined,
  updated_since: updatedSince ?? undefined,
  cursor: cursor ?? undefined,
});
