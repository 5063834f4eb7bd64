import type { EventDefinition, Subject } from './event.ts';
import type { SearchValues } from './request.ts';
import type { Schema } from './schema.ts';

/** What a snapshot is asked for. */
export interface SnapshotQuestion {
  /** The server's own time, as it gave it; the device's clock is never a boundary. */
  readonly updatedSince?: string;
  /** Where the page before this one ended. */
  readonly cursor?: string;
  readonly scope: Readonly<Record<string, unknown>>;
}

/** One page of a snapshot, whatever the backend calls its parts. */
export interface SnapshotPage {
  readonly rows: readonly unknown[];
  readonly deleted: readonly { readonly id: string; readonly at?: string }[];
  readonly next?: string;
  /** The server's watermark: everything up to here is in. */
  readonly asOf?: string;
  readonly asOfSeq?: number;
  readonly epoch?: string;
  /** Deleted rows are told in `deleted`; otherwise they only show by their absence from a complete list. */
  readonly tombstones: boolean;
  /** Every existing row is in the list, so what is missing is gone. Means nothing when `updatedSince` was asked. */
  readonly complete: boolean;
}

/** The event that a changed row amounts to. */
export interface DerivedEvent<Data = unknown> {
  readonly name: string;
  readonly channel: string;
  /** Completes the name of a channel that has parameters. The core delivers it only where that channel is joined. */
  readonly params?: Readonly<Record<string, string | number>>;
  readonly data: Data;
  readonly subject?: Subject;
}

/** Something the backend lists over HTTP. */
export interface ResourceDefinition<Row = unknown> {
  readonly path: string;
  search?(question: SnapshotQuestion): SearchValues;
  /**
   * Takes an answer apart; `undefined` when it is not a page at all, which is a failure and never an empty list. `asked`
   * is what `search` was given, for lists whose next page depends on it.
   */
  page(body: unknown, asked?: SnapshotQuestion): SnapshotPage | undefined;
  readonly row: Schema<Row>;
  key(row: Row): string;
  /** Grows with every change of a row. */
  version?(row: Row): string | number | undefined;
  /**
   * Nothing will become of it any more, so that a device may forget it after a while. Without it, only rows that the server
   * has deleted are forgotten.
   */
  isOver?(row: Row): boolean;
  /** How long what was read counts as current: it is served at once and read again after this. */
  readonly freshForMs?: number;
  /** The channels whose losses this list makes good. */
  readonly covers: readonly string[];
  /**
   * Which of those channels' events it makes good, where the rows say nothing of the others: a loss on the channel is
   * then read again and signalled. Default: all.
   */
  readonly coversEvents?: readonly string[];
  /**
   * Asked only when a row is new, or differs from what was known. First seen: created. Later: updated. Finished work: nothing. A list where one change amounts to several events, in
   * their order; the scope, where it decides whether an event is this device's at all.
   */
  rowToEvent?(
    previous: Row | undefined,
    row: Row,
    scope: SnapshotQuestion['scope'],
  ): DerivedEvent | readonly DerivedEvent[] | undefined;
  /** Work that is waiting and young enough to be done, even when it is found by the very first snapshot. */
  readonly openWork?: { is(row: Row): boolean; readonly maxAgeMs: number };
}

/** Describes a resource. */
export const resource = <Row>(definition: ResourceDefinition<Row>): ResourceDefinition<Row> => definition;

/** Makes a {@link DerivedEvent} whose data fits the event's description. */
export const derived = <Data>(_definition: EventDefinition<Data>, event: DerivedEvent<Data>): DerivedEvent<Data> =>
  event;

/** What replay is asked for: the events behind a position. */
export interface ReplayQuestion {
  /** As it is spelt on the wire. */
  readonly channel: string;
  readonly seq: number;
  readonly limit: number;
}

/** One page of replayed events. */
export interface ReplayPage {
  readonly epoch?: string;
  readonly headSeq?: number;
  readonly floorSeq?: number;
  /** Each as it would have come over the socket. */
  readonly events: readonly unknown[];
  readonly nextSeq?: number;
  readonly hasMore: boolean;
}

/** Where the backend keeps its events. */
export interface ReplayDefinition {
  readonly path: string;
  search(question: ReplayQuestion): SearchValues;
  page(body: unknown): ReplayPage | undefined;
  /** Reads the answer that says "this position is gone" (410). */
  gone(body: unknown): { readonly floorSeq?: number; readonly headSeq?: number; readonly epoch?: string } | undefined;
  /** Events become visible in the order of their positions, so one read settles whether a hole is real. */
  readonly commitOrdered: boolean;
}
