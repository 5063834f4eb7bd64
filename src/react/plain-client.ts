// A client as hooks use it: names are texts. `createHooks` alone puts the types on.
import type { Collection } from '../core/collections/collection.ts';
import type { DeliveredEvent } from '../core/consume/delivered-event.ts';
import type { MutationHandle } from '../core/outbox/handles.ts';
import type { Presence } from '../core/presence/presence.ts';
import type { ChannelWord, Status } from '../core/session/status.ts';
import type { Signal } from '../core/signals.ts';
import type { OutboxSurface, Readable } from '../surface.ts';

export type Names = string | readonly string[];

export interface PlainClient {
  readonly status: Readable<Status>;
  readonly outbox: OutboxSurface;
  readonly signals: { on(kinds: Names, listener: (signal: Signal) => void): () => void };
  on(names: Names, handler: (event: DeliveredEvent) => unknown): () => void;
  channel(name: string, params: object): PlainChannel;
  presence(name: string, params: object): Readable<Presence>;
  collection(name: string): Collection<object>;
  mutate(name: string, input: unknown): Promise<MutationHandle>;
  serverNow(): number;
  start(): Promise<void>;
  stop(): Promise<void>;
}

export interface PlainChannel extends Pick<PlainClient, 'on'> {
  status(): ChannelWord;
  onStatus(listener: (word: ChannelWord) => void): () => void;
  dispose(): void;
}
