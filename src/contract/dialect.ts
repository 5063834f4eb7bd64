import type { JsonLimits } from '../lib/json.ts';
import type { Mismatch } from './schema.ts';
import type { Sender, Subject } from './event.ts';

/** A frame as a transport hands it over: where it came in, under which name, and what it carried. */
export interface Frame {
  /** The channel or namespace as it is spelt on the wire. */
  readonly channel: string;
  readonly name: string;
  /**
   * Text, bytes, or a value that the transport parsed already. A text is always taken for JSON: a transport whose parser
   * gave a text (Socket.IO may) hands it over as `JSON.stringify(text)`.
   */
  readonly payload: unknown;
  /** It came out of JSON that is no deeper than `defaultJsonLimits` allow: nobody has to walk through it again. */
  readonly isRead?: true | undefined;
  /** Size on the wire, where the transport knows it. */
  readonly bytes?: number;
}

/** What an envelope says, whatever its dialect. */
export interface Envelope {
  readonly kind: 'envelope';
  readonly name: string;
  readonly data: unknown;
  readonly id: string | undefined;
  readonly seq: number | undefined;
  readonly epoch: string | undefined;
  readonly previousSeq: number | undefined;
  readonly headSeq: number | undefined;
  readonly occurredAt: number | undefined;
  readonly subject: Subject | undefined;
  readonly sender: Sender | undefined;
  readonly correlationId: string | undefined;
  readonly tenant: string | undefined;
  /** The number or name that the backend itself has for the tenant, where it says both. */
  readonly tenantId?: string | number | undefined;
  readonly replayed: boolean;
}

/** An envelope of a version that this code does not know; its position may be readable all the same. */
export interface NewerEnvelope {
  readonly kind: 'newer';
  readonly name: string;
  readonly id: string | undefined;
  readonly seq: number | undefined;
  readonly tenant: string | undefined;
  readonly payload: unknown;
}

/** Enough to tell whose event it is and where it stands. */
export interface LegibleParts {
  readonly id: string | undefined;
  readonly seq: number | undefined;
  readonly tenant: string | undefined;
}

export interface BrokenEnvelope {
  readonly kind: 'broken';
  readonly mismatches: readonly Mismatch[];
  /** What could be read all the same: a broken event is an event, and no hole in the sequence. */
  readonly legible?: LegibleParts;
}

export type JsonSchema = { readonly [keyword: string]: unknown };

/** What the sender knows of an event; a dialect that has no room for a part leaves it out. */
export interface OutgoingEvent {
  readonly name: string;
  readonly data: unknown;
  readonly id?: string | undefined;
  readonly seq?: number | undefined;
  readonly epoch?: string | undefined;
  readonly previousSeq?: number | undefined;
  readonly headSeq?: number | undefined;
  readonly occurredAt?: number | undefined;
  readonly subject?: Subject | undefined;
  readonly sender?: Sender | undefined;
  readonly correlationId?: string | undefined;
  readonly tenant?: string | undefined;
  readonly tenantId?: string | number | undefined;
  readonly replayed?: boolean | undefined;
}

/** How events are spelt on the wire. Pure, total, and the two directions undo each other. */
export interface Dialect {
  readonly name: string;
  /** Takes a parsed payload apart. Never throws. The limits hold for a text in it that is parsed as well. */
  open(name: string, payload: unknown, limits?: JsonLimits): Envelope | NewerEnvelope | BrokenEnvelope;
  /** Puts an event into the form that the wire carries under its name. */
  seal(event: OutgoingEvent): { readonly name: string; readonly payload: unknown };
  /** Describes the sealed payload of one event, given the description of its data. */
  describe(name: string, data: JsonSchema): JsonSchema;
}
