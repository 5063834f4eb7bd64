// The seam to whatever keeps what a backend emitted: memory, SQLite, or a log of your own over Redis or SQL. It keeps the
// facts and gives positions; how an event is spelt on the wire is the emitter's business.
import type { Sender, Subject } from '../contract/event.ts';

/** An event before it has a position. JSON, all of it. */
export interface LoggedFacts {
  /** Told once: an id that is in the log already keeps the positions that it has. */
  readonly id: string;
  readonly name: string;
  readonly data: unknown;
  /** In ms since 1970. */
  readonly occurredAt: number;
  readonly subject?: Subject;
  readonly sender?: Sender;
  readonly correlationId?: string;
  readonly tenant?: string;
  readonly tenantId?: string | number;
}

/** Where an event stands in one channel. */
export interface Placed {
  /** As it is spelt on the wire, so that a store's channel is one of its own. */
  readonly channel: string;
  /** At most 36 visible ASCII characters, as a UUID has: the size of an event is judged before it has one. */
  readonly epoch: string;
  /** From 1; every number is used once. */
  readonly seq: number;
  /** It was there already, from an earlier attempt. */
  readonly isRepeat: boolean;
}

export interface LoggedEvent {
  readonly seq: number;
  readonly facts: LoggedFacts;
}

/** How far the log reaches. */
export interface LogBorders {
  readonly epoch: string;
  /** The lowest position that can still be read; one more than the head when there is none. */
  readonly floorSeq: number;
  /** The newest position; 0 before the first event. */
  readonly headSeq: number;
}

export interface LogPage extends LogBorders {
  /** In the order of their positions. */
  readonly events: readonly LoggedEvent[];
}

/**
 * What an implementation has to keep (`eventLogConformance` from `heard/testing` tries it):
 * positions are dense per channel; an event is visible only when every lower position of its channel is (commit order);
 * what `append` resolved for survives whatever the implementation survives; trimming moves the floor and never the head.
 */
export interface EventLog {
  /** Gives the event the next position in each of these channels, in all of them or in none. */
  append(facts: LoggedFacts, channels: readonly string[]): Promise<readonly Placed[]>;
  /** The events behind a position, at most `limit` of them. */
  read(channel: string, after: number, limit: number): Promise<LogPage>;
  /**
   * Begins another epoch: every channel counts from 1 again, and devices read everything anew. For a database that was restored from
   * an old backup: positions that were given out since then would otherwise be given out twice.
   */
  beginEpoch(): Promise<string>;
  close(): Promise<void>;
}

/** How much a log keeps of each channel. What is older can no longer be replayed; devices read lists instead. */
export interface Retention {
  /** Events that are kept however old they are. Default 10 000. */
  readonly atLeast?: number;
  /** For how long more than those are kept. Default a day. */
  readonly forMs?: number;
}

export const defaultRetention: Required<Retention> = { atLeast: 10_000, forMs: 86_400_000 };
