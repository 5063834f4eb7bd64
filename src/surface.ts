// What a client offers, typed by its contract and its role.
import type {
  ChannelParams,
  CollectionRow,
  ContractSpec,
  EventData,
  EventName,
  MessageInput,
  MutationAnswer,
  MutationInput,
  QueryAnswer,
  QueryParams,
  RoleChannel,
  RoleEvent,
  RoleMessage,
  RoleMutation,
  RoleName,
  RolePresence,
} from './contract/contract.ts';
// For the symbol's type.
import './lib/disposable.ts';
import type { Unsubscribe } from './core/consume/consumers.ts';
import type { DeliveredEvent } from './core/consume/delivered-event.ts';
import type { EventIterator } from './core/consume/event-queue.ts';
import type { EventObservable } from './core/consume/observable.ts';
import type { WaitingMutation } from './contract/mutation.ts';
import type { DrainOptions, DrainReport } from './core/outbox/drain.ts';
import type { OutboxChange } from './core/outbox/changes.ts';
import type { MutationHandle } from './core/outbox/handles.ts';
import type { ParkedMutation } from './core/outbox/parked-mutation.ts';
import type { Collection } from './core/collections/collection.ts';
import type { ChannelPresence } from './core/presence/followed.ts';
import type { WorkContext } from './core/inbox/inbox.ts';
import type { DeadLetter } from './core/inbox/unfinished.ts';
import type { Health } from './core/session/health.ts';
import type { PendingChoice } from './core/session/signing-out.ts';
import type { ChannelWord, Status } from './core/session/status.ts';
import type { Unfinished } from './core/session/unfinished.ts';
import type { Signals } from './core/signals.ts';

/** The event of a name; of several names, the union that `event.name` tells apart. */
export type ToldEvent<Spec extends ContractSpec, Name> =
  Name extends EventName<Spec> ? DeliveredEvent<Name, EventData<Spec, Name>> : never;

export interface ListenOptions {
  /** Ends it. */
  readonly signal?: AbortSignal;
}

/** The ways to follow events. Nothing that is told here waits for anything else; the cursor waits for what handlers return. */
export interface Listening<Spec extends ContractSpec, Name extends string> {
  /** Calls back for each event, in the order of its channel. A returned promise is waited for before it counts as handled. */
  on<One extends Name>(
    names: One | readonly One[],
    handler: (event: ToldEvent<Spec, One>) => unknown,
    options?: ListenOptions,
  ): Unsubscribe;
  /** Every event, also those that the contract does not describe. */
  on(names: '*', handler: (event: DeliveredEvent) => unknown, options?: ListenOptions): Unsubscribe;
  once<One extends Name>(
    names: One | readonly One[],
    handler: (event: ToldEvent<Spec, One>) => unknown,
    options?: ListenOptions,
  ): Unsubscribe;
  /** The next event of which the predicate says yes. Rejects after `timeoutMs`. */
  waitFor<One extends Name>(
    names: One | readonly One[],
    predicate?: (event: ToldEvent<Spec, One>) => boolean,
    options?: ListenOptions & { readonly timeoutMs?: number },
  ): Promise<ToldEvent<Spec, One>>;
  /** For `for await`. An event counts as handled when the loop asks for the next one. */
  events<One extends Name>(
    names: One | readonly One[],
    options?: ListenOptions & { readonly buffer?: number },
  ): EventIterator<ToldEvent<Spec, One>>;
  /** For RxJS and its like: `from(client.observe('OrderCreated'))`. */
  observe<One extends Name>(
    names: One | readonly One[],
    options?: ListenOptions,
  ): EventObservable<ToldEvent<Spec, One>>;
}

/** Something that changes, and can be looked at and followed. The same object until it has changed. */
export interface Readable<Value> {
  get(): Value;
  subscribe(listener: (value: Value) => void, options?: ListenOptions): Unsubscribe;
}

/** A channel that is heard for as long as it is open. */
export interface OpenedChannel<Spec extends ContractSpec, Name extends string> extends Listening<Spec, Name> {
  status(): ChannelWord;
  /** Calls back with each other word. */
  onStatus(listener: (word: ChannelWord) => void, options?: ListenOptions): Unsubscribe;
  /** Ends what listens through it. The server is left when nobody else has the channel open. */
  dispose(): void;
}

/** What waits for the server, and what waits for a person. */
export interface OutboxSurface {
  pending(): readonly WaitingMutation[];
  parked(): readonly ParkedMutation[];
  /** Sends a parked mutation again, as it is. */
  retry(id: string): MutationHandle;
  discard(id: string): Promise<void>;
  /** Sends another input in its place. */
  rebase(id: string, input: unknown): Promise<MutationHandle>;
  /** Sends now what can be sent, and tells how far it came: "3/3 sent". */
  drain(options?: DrainOptions): Promise<DrainReport>;
  /** Resolves when nothing waits any more. What is parked does not count. */
  drained(): Promise<void>;
  subscribe(listener: (change: OutboxChange) => void, options?: ListenOptions): Unsubscribe;
}

/** The events that a channel carries. */
export type ChannelEvents<Spec extends ContractSpec, Channel> = Channel extends keyof Spec['channels']
  ? Spec['channels'][Channel] extends { readonly events: infer Name extends string }
    ? Name
    : never
  : never;

export interface Client<Spec extends ContractSpec, Role extends RoleName<Spec>> extends Listening<
  Spec,
  RoleEvent<Spec, Role> & string
> {
  /**
   * Reads what the device remembers and begins to connect. Resolves then, and does not wait for the server: a device
   * without a network starts, too. `status` tells the rest.
   */
  start(): Promise<void>;
  /** Stores what is handled and lets go of everything. Handlers that are at work have 5 s. May be started again. */
  stop(): Promise<void>;
  /** Stops for good, and ends everything that listens. */
  dispose(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
  /**
   * Stops, and removes what this device remembers for its principal. Rejects with `unfinished`, and goes on running, when
   * something was not sent, is parked, was not done or was given up, and nothing was said about it: `keep` leaves it for when
   * the same principal comes back, `discard` gives it up. Resolves with what that was: show it to whoever has discarded it.
   */
  signOut(choice?: { readonly pending?: PendingChoice }): Promise<Unfinished>;
  /** Stops, and removes everything, also what was not sent. */
  wipe(): Promise<void>;
  readonly status: Readable<Status>;
  /** Everything that a person who looks for a fault asks first. */
  health(): Health;
  /**
   * Does the work that an event asks for, once: prints, signs, calls another system. The event is stored on the device
   * first; the handler is retried, runs one after the other in its lane, and again after a crash, with
   * `redelivered: true`. Declare it before `start`.
   */
  process<Name extends RoleEvent<Spec, Role> & string>(
    name: Name,
    handler: (event: ToldEvent<Spec, Name>, context: WorkContext) => unknown,
    options?: {
      /** Work of one lane is done in order. Default: what the event is about. */
      readonly lane?: (event: ToldEvent<Spec, Name>) => string;
    },
  ): Unsubscribe;
  /**
   * Asks the server for something: an order, a bump, a payment. Resolves when it is stored on this device; it is sent now
   * or when the network is back, once. `settled` tells how it ended.
   */
  mutate<Name extends RoleMutation<Spec, Role>>(
    name: Name,
    input: MutationInput<Spec, Name>,
  ): Promise<MutationHandle<MutationAnswer<Spec, Name>>>;
  readonly outbox: OutboxSurface;
  /** Work that was given up. It stays until somebody decides. */
  readonly deadLetters: {
    list(): readonly DeadLetter[];
    /** Tries it again; false when it is not there. */
    retry(id: string): boolean;
    discard(id: string): boolean;
  };
  /** Opens a channel beyond those that the role joins by itself: table 5, the grill. Opened twice, it is joined once. */
  channel<Name extends RoleChannel<Spec, Role>>(
    name: Name,
    ...params: object extends ChannelParams<Spec, Name>
      ? [params?: ChannelParams<Spec, Name>]
      : [params: ChannelParams<Spec, Name>]
  ): OpenedChannel<Spec, ChannelEvents<Spec, Name>>;
  /**
   * Who is in a presence channel, this device among them. The channel is joined for as long as somebody follows it, and what
   * nobody has said yet is undefined and not empty.
   */
  presence<Name extends RolePresence<Spec, Role>>(
    name: Name,
    ...params: object extends ChannelParams<Spec, Name>
      ? [params?: ChannelParams<Spec, Name>]
      : [params: ChannelParams<Spec, Name>]
  ): ChannelPresence;
  /**
   * A table of the contract as this device shows it: there at once after a reload, also without a network, right after every
   * outage, and with what was asked for here before the server has answered.
   */
  collection<Name extends keyof Spec['collections'] & string>(name: Name): Collection<CollectionRow<Spec, Name>>;
  /** Asks the REST interface, which is always possible and the source of truth. */
  query<Name extends keyof Spec['queries'] & string>(
    name: Name,
    params: QueryParams<Spec, Name>,
    options?: ListenOptions,
  ): Promise<QueryAnswer<Spec, Name>>;
  /** Reads everything again now. Resolves when it was read. */
  refresh(): Promise<void>;
  /** Says something to the server now, or throws. Nothing is queued; use a mutation for what must arrive. */
  send<Name extends RoleMessage<Spec, Role>>(name: Name, input: MessageInput<Spec, Name>): void;
  readonly signals: Signals;
  /** The server's time as far as it is known, in ms since 1970. */
  serverNow(): number;
  /** Carries the type and never exists, so that a till is not taken for a kitchen display. */
  readonly '~role'?: Role;
}
