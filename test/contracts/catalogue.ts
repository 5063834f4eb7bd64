/**
 * What a backend's document says, as a list that a contract is held against. Made by reading the document, never by
 * reading the contract: a name that is missing here would not be missed there.
 */
export interface Catalogue {
  /** Contract name. */
  readonly contract: string;
  /** Every field that a broadcast payload has around the event's own: `store.sku`, `meta.replay`. */
  readonly envelope: readonly string[];
  readonly events: readonly CataloguedEvent[];
  /** Names on the wire, with the contract's placeholders. */
  readonly channels: readonly string[];
  /** `POST /v1/kds/tickets/{id}/bump { to }`: method, path, and the fields of the body or of the answer. */
  readonly endpoints: readonly CataloguedEndpoint[];
  /** What clients say over the socket: name and fields. */
  readonly emits: readonly { readonly name: string; readonly fields: readonly string[] }[];
  /** Everything else that the document fixes, each with a test of its own in the folder beside it. */
  readonly rules: readonly CataloguedRule[];
}

export interface CataloguedEvent {
  readonly name: string;
  /** The wire names that it may arrive on. */
  readonly on: readonly string[];
  /** Every field of the data in the document's example: `order.items[].product_name`. */
  readonly fields: readonly string[];
  /** `settled` where the document names the event but not its fields. */
  readonly source: 'document' | 'settled';
}

export interface CataloguedEndpoint {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Parameters as `{}`: their names are ours. */
  readonly path: string;
  /** Fields of the request: of its body, or of its query string for a GET. */
  readonly sends?: readonly string[];
  /** Fields of the answer. */
  readonly answers?: readonly string[];
  readonly statuses?: readonly number[];
  /** Of a list or of replay: an answer of our own for each status, to be read with one field after the other left out. */
  readonly example?: Readonly<Record<number, unknown>>;
  readonly source: 'document' | 'settled';
  /** Set where a part of the project other than the contract's tables is responsible, and names it. */
  readonly by?: 'connection' | 'emitter';
}

interface CataloguedRule {
  readonly says: string;
  /** Holds for the contract as it is. */
  holds(): boolean;
}
