import { isRecord } from '../lib/json.ts';
import type { SnapshotPage } from './resource.ts';

/** A list as many backends answer it: the rows alone, or under `data` with what is told about them. */
export type ListAnswer<Row> =
  | readonly Row[]
  | {
      readonly data: readonly Row[];
      readonly next_cursor?: string | null | undefined;
      readonly as_of?: string | null | undefined;
    };

/** The rows of a list, in whichever of its two forms it was sent. */
export const rowsOf = <Row>(answer: ListAnswer<Row>): readonly Row[] => ('data' in answer ? answer.data : answer);

/**
 * Reads a list as a page of a snapshot: the rows alone, or `{ data }` with any of `deleted`, `next_cursor`, `as_of`,
 * `as_of_seq`, `epoch` and `complete`. A list that tells no deletions and has no further page counts as complete, so
 * that a row which is missing from it is gone.
 */
export function listPage(body: unknown): SnapshotPage | undefined {
  if (Array.isArray(body)) return { rows: body, deleted: [], tombstones: false, complete: true };
  if (!isRecord(body) || !Array.isArray(body['data'])) return undefined;
  const next = textIn(body, 'next_cursor');
  const asOf = textIn(body, 'as_of');
  const asOfSeq = positionIn(body, 'as_of_seq');
  const epoch = textIn(body, 'epoch');
  const deleted: unknown = body['deleted'];
  const tombstones = Array.isArray(deleted);
  return {
    rows: body['data'],
    deleted: tombstones ? deleted.flatMap(tombstone) : [],
    tombstones,
    complete:
      typeof body['complete'] === 'boolean'
        ? body['complete']
        : !tombstones && next === undefined && !pointsBeyond(body),
    ...(next !== undefined && { next }),
    ...(asOf !== undefined && { asOf }),
    ...(asOfSeq !== undefined && { asOfSeq }),
    ...(epoch !== undefined && { epoch }),
  };
}

/**
 * A paginator's page that says where the next one is, in words that are not ours to follow (Laravel's `links.next`,
 * `next_page_url`, `meta.last_page`): such a list is not the whole.
 */
function pointsBeyond(body: Readonly<Record<string, unknown>>): boolean {
  const links = isRecord(body['links']) ? body['links'] : {};
  const meta = isRecord(body['meta']) ? body['meta'] : body;
  const page = positionIn(meta, 'current_page');
  const last = positionIn(meta, 'last_page');
  const another = textIn(links, 'next') ?? textIn(body, 'next_page_url');
  return another !== undefined || (page !== undefined && last !== undefined && page < last);
}

function tombstone(value: unknown): { readonly id: string; readonly at?: string }[] {
  if (!isRecord(value) || (typeof value['id'] !== 'string' && typeof value['id'] !== 'number')) return [];
  const at = textIn(value, 'deleted_at');
  return [{ id: String(value['id']), ...(at !== undefined && { at }) }];
}

/** A text that says something, or nothing. */
export function textIn(body: Readonly<Record<string, unknown>>, field: string): string | undefined {
  const value = body[field];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** A position, or nothing. */
export function positionIn(body: Readonly<Record<string, unknown>>, field: string): number | undefined {
  const value = body[field];
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}
