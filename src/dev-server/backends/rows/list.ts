// A table as a list: what changed since a moment, page by page, with what is gone.
import { isRecord, readJson } from '../../../lib/json.ts';
import { parseMoment } from '../../../lib/moment.ts';
import { momentOf } from '../rest/input.ts';
import { Refused } from '../rest/problem.ts';
import type { Table } from './table.ts';

export interface ListQuestion<Row extends object> {
  readonly table: Table<Row>;
  readonly stampOf: (row: Row) => string;
  readonly search: URLSearchParams;
  /** Everything that the list says is at least as new as this. Taken before the rows are read. */
  readonly watermark: Watermark;
  /** As the document promises: rows, and nothing about them. */
  readonly v1: boolean;
  readonly filter?: (row: Row) => boolean;
  /** Default 100. */
  readonly pageSize?: number;
}

export interface Watermark {
  readonly asOf: string;
  readonly asOfSeq?: number;
  readonly epoch?: string;
}

const defaultPageSize = 100;

/**
 * Pages go by the moment of change, of which no two rows have the same: a row that changes while one reads moves to the
 * end and is read there. Every page carries the first one's watermark, because changes after that may be on no page.
 */
export function listAnswer<Row extends object>(question: ListQuestion<Row>): object {
  const { table, stampOf, search, v1, filter = () => true, pageSize = defaultPageSize } = question;
  const since = momentOf(search.get('updated_since'), 'updated_since');
  const wanted = (stamp: string): boolean => since === undefined || (parseMoment(stamp) ?? 0) >= since;
  const matching = table.rows().filter((row) => filter(row) && wanted(stampOf(row)));
  // No document promises pages, and a device that knows none would take the first one for all.
  if (v1) return { data: matching };

  const cursor = readCursor(search.get('cursor'));
  const watermark = cursor?.watermark ?? question.watermark;
  const rest = cursor === undefined ? matching : matching.filter((row) => stampOf(row) > cursor.after);
  const data = rest.slice(0, pageSize);
  const last = data.at(-1);
  const isLast = data.length === rest.length || last === undefined;
  return {
    data,
    // On the last page: what is deleted while one reads is told, too.
    deleted: isLast && since !== undefined ? table.tombstones.filter(({ deleted_at }) => wanted(deleted_at)) : [],
    next_cursor: isLast ? null : writeCursor({ after: stampOf(last), watermark }),
    as_of: watermark.asOf,
    ...(watermark.asOfSeq !== undefined && { as_of_seq: watermark.asOfSeq }),
    ...(watermark.epoch !== undefined && { epoch: watermark.epoch }),
    complete: isLast && since === undefined,
  };
}

interface Cursor {
  readonly after: string;
  readonly watermark: Watermark;
}

/** A cursor is made of moments, numbers and a UUID: ASCII, as `btoa` wants it. */
const writeCursor = (cursor: Cursor): string => btoa(JSON.stringify(cursor)).replaceAll('=', '');

function readCursor(text: string | null): Cursor | undefined {
  if (text === null || text === '') return undefined;
  const reading = readJson(decoded(text));
  const value = reading.ok ? reading.value : undefined;
  const watermark = isRecord(value) ? value['watermark'] : undefined;
  if (isRecord(value) && typeof value['after'] === 'string' && isWatermark(watermark)) {
    return { after: value['after'], watermark };
  }
  throw new Refused(422, 'invalid', '"cursor" is none that was given out here.');
}

function decoded(text: string): string {
  try {
    return atob(text);
  } catch {
    return '';
  }
}

const isWatermark = (value: unknown): value is Watermark =>
  isRecord(value) &&
  typeof value['asOf'] === 'string' &&
  ['undefined', 'number'].includes(typeof value['asOfSeq']) &&
  ['undefined', 'string'].includes(typeof value['epoch']);
