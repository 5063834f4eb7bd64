import type { DecodedInvalid, DecodedUnknown, Frame } from 'heard';

/** A frame and what decoding must make of it. Ours, realistic, with no real person's data. */
export interface Fixture {
  readonly says: string;
  readonly frame: Frame;
  readonly expect: ExpectedEvent | ExpectedUnknown | ExpectedInvalid | { readonly kind: 'control' };
}

export interface ExpectedEvent {
  readonly kind: 'event';
  readonly name: string;
  /** The contract's name of the channel. */
  readonly channel: string;
  readonly id?: string | undefined;
  readonly seq?: number;
  /** Set when the event belongs to another store, café or device than `scope`. */
  readonly foreign?: true;
}

export interface ExpectedUnknown {
  readonly kind: 'unknown';
  readonly because: DecodedUnknown['because'];
}

export interface ExpectedInvalid {
  readonly kind: 'invalid';
  readonly because: DecodedInvalid['because'];
  /** The first path that fails. */
  readonly path?: string;
}

export interface Fixtures {
  readonly scope: object;
  /** At least one good frame for every event of the contract, and one for each of its peculiarities. */
  readonly good: readonly Fixture[];
  readonly bad: readonly Fixture[];
}
