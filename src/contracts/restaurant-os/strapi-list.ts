import { isRecord } from '../../lib/json.ts';
import type { SearchValues } from '../../contract/request.ts';
import type { SnapshotPage, SnapshotQuestion } from '../../contract/resource.ts';
import type { ListParams } from './schemas.ts';

/** Strapi answers no more than this at once unless its project raises the limit. */
const rowsPerPage = 100;

/** `filters[updatedAt][$gte]`, oldest change first; the document id makes the order of simultaneous changes certain. */
export const listSearch = ({ updatedSince, page, pageSize }: ListParams): SearchValues => ({
  'filters[updatedAt][$gte]': updatedSince ?? undefined,
  'sort[0]': 'updatedAt:asc',
  'sort[1]': 'documentId:asc',
  'pagination[page]': page ?? 1,
  'pagination[pageSize]': pageSize ?? rowsPerPage,
});

/**
 * Pages are counted from the front, and a row that changes while we read moves to the back: everything behind it moves up,
 * and the row at the border between two pages would be read by neither, which looks like a deletion. So the next page is
 * the first one of what changed at or after the last row. Only rows that changed in the same millisecond are counted
 * through, because from them there is no further place to start.
 */
interface Place {
  readonly since: string | undefined;
  readonly page: number;
}

const cursorOf = ({ since, page }: Place): string => `${since ?? ''}/${page}`;

function placeOf({ updatedSince, cursor }: Pick<SnapshotQuestion, 'updatedSince' | 'cursor'>): Place {
  const match = /^(.*)\/([1-9]\d{0,8})$/.exec(cursor ?? '');
  const since = match?.[1] === undefined || match[1] === '' ? updatedSince : match[1];
  return { since, page: Number(match?.[2] ?? 1) };
}

export function snapshotSearch(question: SnapshotQuestion): SearchValues {
  const { since, page } = placeOf(question);
  return listSearch({ updatedSince: since, page });
}

/**
 * Reads `{ data: [], meta: { pagination: { page, pageCount } } }`. Without the paging there is no telling whether these
 * are all rows or the first of many, so such an answer is none. Strapi does not tell what was deleted: a row is gone when
 * it is missing from a complete list.
 */
export function listPage(
  body: unknown,
  asked?: Pick<SnapshotQuestion, 'updatedSince' | 'cursor'>,
): SnapshotPage | undefined {
  if (!isRecord(body) || !Array.isArray(body['data'])) return undefined;
  const meta = body['meta'];
  const pagination = isRecord(meta) ? meta['pagination'] : undefined;
  if (!isRecord(pagination)) return undefined;
  const page = count(pagination['page']);
  const pageCount = count(pagination['pageCount']);
  if (page === undefined || pageCount === undefined) return undefined;

  const rows: readonly unknown[] = body['data'];
  const next = page < pageCount ? cursorOf(placeAfter(rows, page, asked)) : undefined;
  return {
    rows,
    deleted: [],
    tombstones: false,
    complete: next === undefined,
    ...(next !== undefined && { next }),
  };
}

function placeAfter(
  rows: readonly unknown[],
  page: number,
  asked: Pick<SnapshotQuestion, 'updatedSince' | 'cursor'> | undefined,
): Place {
  if (asked === undefined) return { since: undefined, page: page + 1 };
  const { since } = placeOf(asked);
  const last = rows.at(-1);
  const changed = isRecord(last) && typeof last['updatedAt'] === 'string' ? last['updatedAt'] : undefined;
  return changed === undefined || changed === since ? { since, page: page + 1 } : { since: changed, page: 1 };
}

const count = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
