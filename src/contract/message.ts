import type { Schema } from './schema.ts';

/** Something said to the server right now or not at all: it is never queued in silence. */
export interface MessageDefinition<Input = unknown> {
  readonly input: Schema<Input>;
  /** The channel whose connection carries it. */
  readonly channel: string;
  /** The name on the wire. */
  readonly message: string;
  /** A room that was joined is joined again after every reconnect, until the counterpart is sent. */
  readonly remembered?: RememberedMessage<Input>;
  /** Many in a second become one that still tells the truth. */
  readonly coalesce?: CoalescedMessage<Input>;
}

export interface RememberedMessage<Input = unknown> {
  /** Two messages with the same key are one. */
  key(input: Input): string;
  /** The message that ends it. */
  readonly undoneBy: string;
}

export interface CoalescedMessage<Input = unknown> {
  key(input: Input): string;
  readonly everyMs: number;
  merge(earlier: Input, later: Input): Input;
}

/** Describes a message. */
export const message = <Input>(definition: MessageDefinition<Input>): MessageDefinition<Input> => definition;
