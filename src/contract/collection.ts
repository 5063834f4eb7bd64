import type { EventDefinition, HeardEvent } from './event.ts';
import type { Schema } from './schema.ts';

/** What an event does to a table. A patch of a row that is not there does nothing. */
export type Change<Row = unknown> =
  | { readonly kind: 'put'; readonly row: Row }
  | { readonly kind: 'patch'; readonly key: string; readonly fields: Partial<Row> }
  | { readonly kind: 'remove'; readonly key: string }
  | { readonly kind: 'clear' };

export const put = <Row>(row: Row): Change<Row> => ({ kind: 'put', row });
export const patch = <Row>(key: string | number, fields: Partial<Row>): Change<Row> => ({
  kind: 'patch',
  key: String(key),
  fields,
});
export const remove = (key: string | number): Change<never> => ({ kind: 'remove', key: String(key) });
export const clear = (): Change<never> => ({ kind: 'clear' });

/** A local table, fed by events and by the snapshots of a resource. */
export interface CollectionDefinition<Row = unknown> {
  readonly row: Schema<Row>;
  key(row: Row): string;
  /** Grows with every change of a row; a row applies only over an older one. */
  version?(row: Row): string | number | undefined;
  /** The resource whose snapshots fill it. */
  readonly resource?: string;
  /** What events do to it; use {@link feed} to have their data typed. */
  readonly from?: Readonly<Record<string, (event: HeardEvent) => Change<Row> | undefined>>;
}

/** Describes a collection. */
export const collection = <Row>(definition: CollectionDefinition<Row>): CollectionDefinition<Row> => definition;

/** Ties what an event does to the event's own description, so that its data is typed. */
export const feed =
  <Data, Row>(
    _definition: EventDefinition<Data>,
    change: (event: HeardEvent<string, Data>) => Change<Row> | undefined,
  ): ((event: HeardEvent) => Change<Row> | undefined) =>
  (event) =>
    change(event as HeardEvent<string, Data>);
