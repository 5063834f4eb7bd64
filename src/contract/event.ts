import type { Schema } from './schema.ts';

declare const eventId: unique symbol;

/** What makes an event the same event wherever and however often it arrives. */
export type EventId = string & { readonly [eventId]: true };

/** `critical` goes first under backlog (a ticket to print), `background` last (a picture to refresh). */
export type Priority = 'critical' | 'normal' | 'background';

/** The thing an event is about: one order, one ticket, one device. */
export interface Subject {
  readonly type: string;
  readonly id: string | number;
}

/** Who caused an event, where the backend tells. */
export interface Sender {
  readonly deviceId?: string | number;
  readonly deviceType?: string;
}

/** One event as a contract describes it. */
export interface EventDefinition<Data = unknown> {
  /** Describes `data` alone; the envelope around it is the dialect's. */
  readonly data: Schema<Data>;
  /** Default `normal`. */
  readonly priority?: Priority;
  /** What the event is about, when the envelope does not say. */
  subject?(data: Data): Subject | undefined;
  /**
   * What tells two occurrences apart when the wire carries no event id, for example entity id and `updatedAt`. Without
   * it, and without an id, nothing is ever called a duplicate.
   */
  identity?(data: Data): string | undefined;
  /** Marks work that must not be done twice, such as a print job. */
  readonly work?: WorkRule<Data>;
}

/** How events open and close a piece of work. Work that was closed is not opened again by an old copy of its request. */
export interface WorkRule<Data = unknown> {
  readonly step: 'opens' | 'closes';
  key(data: Data): string;
  /**
   * Which try at the work this is, where the backend counts them. A closed key is opened again by a higher number alone;
   * without numbers, only by a new event and never by a row of a list.
   */
  attempt?(data: Data): number | undefined;
}

/** Describes an event: `event({ data: ticketSchema, subject: (data) => ({ type: 'Ticket', id: data.id }) })`. */
export const event = <Data>(definition: EventDefinition<Data>): EventDefinition<Data> => definition;

/** One typed, validated fact, as a handler receives it. */
export interface HeardEvent<Name extends string = string, Data = unknown> {
  readonly name: Name;
  readonly data: Data;
  /** The channel as the contract calls it, not as it is spelt on the wire. */
  readonly channel: string;
  /** What the wire name of the channel says: `{ sku: 'pizza-bab-el-oued' }`. */
  readonly params: Readonly<Record<string, string>>;
  readonly id: EventId | undefined;
  /** Position in its channel. */
  readonly seq: number | undefined;
  /** Identity of the sequence that `seq` counts in; positions of different epochs do not compare. */
  readonly epoch: string | undefined;
  /** The position before this one, where the server tells: it settles whether a jump in `seq` is a loss. */
  readonly previousSeq: number | undefined;
  /** The newest position that the server had when it sent this. */
  readonly headSeq: number | undefined;
  /** When it happened by the server's clock, in ms since 1970. */
  readonly occurredAt: number | undefined;
  readonly subject: Subject | undefined;
  readonly sender: Sender | undefined;
  readonly correlationId: string | undefined;
  /** The store or café that the event names as its own. */
  readonly tenant: string | undefined;
  /** The backend's own number or name for the tenant, where the envelope says it beside the tenant's. */
  readonly tenantId?: string | number | undefined;
  /** The server says that this is a repetition after an outage. */
  readonly replayed: boolean;
}
