// What `createHooks` gives, typed by a contract and, where it is told, by a role.
import type { FunctionComponent, ReactNode } from 'react';
import type {
  ChannelParams,
  CollectionRow,
  ContractSpec,
  MutationAnswer,
  MutationInput,
  RoleChannel,
  RoleEvent,
  RoleMutation,
  RoleName,
  RolePresence,
} from '../contract/contract.ts';
import type { Question } from '../core/collections/question.ts';
import type { DeliveredEvent } from '../core/consume/delivered-event.ts';
import type { Presence } from '../core/presence/presence.ts';
import type { ChannelWord, Status } from '../core/session/status.ts';
import type { Signal, SignalKind, SignalOf } from '../core/signals.ts';
import type { Host } from '../host/host.ts';
import type { ChannelEvents, Client, OutboxSurface, ToldEvent } from '../surface.ts';
import type { OutboxView } from './outbox-view.ts';
import type { MutationHook } from './use-mutation.ts';
import type { Elapsed, Moment, TimerOptions } from './use-ticket-timer.ts';

/** A client of the role, or of any role. */
export type ClientOf<Spec extends ContractSpec, Role extends RoleName<Spec>> =
  Role extends RoleName<Spec> ? Client<Spec, Role> : never;

export type ProviderProps<Spec extends ContractSpec, Role extends RoleName<Spec>> = {
  readonly children?: ReactNode;
  /** The machine that timers on the screen run on. Default: the browser. */
  readonly host?: Host;
} & (
  | {
      /** A client of the app's own. The app starts and stops it. */
      readonly client: ClientOf<Spec, Role>;
      readonly create?: never;
    }
  | {
      /**
       * Makes the client, once for as long as the provider stands, in the browser alone. It is started when the provider is
       * mounted and stopped when it is unmounted. It only makes: what it began would have no end. For another client, give the
       * provider another `key`.
       */
      readonly create: () => ClientOf<Spec, Role>;
      readonly client?: never;
    }
);

/** A channel that is open while the component is mounted. */
export interface MountedChannel<Events extends string> {
  readonly name: string;
  readonly params: object;
  readonly status: ChannelWord;
  /** Carries the type and never exists. */
  readonly '~events'?: Events;
}

export interface CollectionQuestion<Row, Selected> extends Question<Row> {
  /**
   * What is needed of the rows: `(tickets) => tickets.length`. There is another render when its result is another one: lists
   * and plain objects are compared by what is in them, two levels deep.
   */
  readonly select?: (rows: readonly Row[]) => Selected;
}

export interface OutboxHook extends OutboxView, Pick<OutboxSurface, 'retry' | 'discard'> {}

type RowsOf<Spec extends ContractSpec> = keyof Spec['collections'] & string;
type ParamsFor<Params> = object extends Params ? [params?: Params] : [params: Params];

export interface Hooks<Spec extends ContractSpec, Role extends RoleName<Spec>> {
  readonly Provider: FunctionComponent<ProviderProps<Spec, Role>>;
  /** The client itself, for everything that is no state of a screen. */
  useClient(): Client<Spec, Role>;
  useStatus(): Status;
  /**
   * Calls back for each event while the component is mounted. The handler is always the one of the newest render; what it
   * returns is waited for, as with `client.on`. With a channel of `useChannel`, only for what comes there.
   */
  useEvent<One extends RoleEvent<Spec, Role> & string>(
    names: One | readonly One[],
    handler: (event: ToldEvent<Spec, One>) => unknown,
  ): void;
  useEvent<Events extends string, One extends NoInfer<Events>>(
    names: One | readonly One[],
    handler: (event: ToldEvent<Spec, One>) => unknown,
    channel: MountedChannel<Events>,
  ): void;
  useEvent(names: '*', handler: (event: DeliveredEvent) => unknown, channel?: MountedChannel<string>): void;
  /** Has a channel open while the component is mounted. Opened by several, it is joined once, and left after the last. */
  useChannel<Name extends RoleChannel<Spec, Role> & string>(
    name: Name,
    ...params: ParamsFor<ChannelParams<Spec, Name>>
  ): MountedChannel<ChannelEvents<Spec, Name>>;
  /**
   * Who is in a presence channel, which is joined while the component is mounted. `members` is undefined until the server has
   * said it, and `current` is false without a connection.
   */
  usePresence<Name extends RolePresence<Spec, Role>>(
    name: Name,
    ...params: ParamsFor<ChannelParams<Spec, Name>>
  ): Presence;
  /**
   * The rows that answer a question, in order. Questions that say the same are one question, however often they are written
   * down. A function in `where` or `orderBy` is another question when it is another function: define it outside of the
   * component or with `useCallback`, or say it with fields.
   */
  useCollection<Name extends RowsOf<Spec>, Selected = readonly CollectionRow<Spec, Name>[]>(
    name: Name,
    question?: CollectionQuestion<CollectionRow<Spec, Name>, Selected>,
  ): Selected;
  /** One row; undefined when there is none, or no key. A row that was made here is found by the mutation's id, too. */
  useRow<Name extends RowsOf<Spec>>(
    name: Name,
    key: string | number | undefined,
  ): CollectionRow<Spec, Name> | undefined;
  useMutation<Name extends RoleMutation<Spec, Role> & string>(
    name: Name,
  ): MutationHook<MutationInput<Spec, Name>, MutationAnswer<Spec, Name>>;
  useOutbox(): OutboxHook;
  useSignals(handler: (signal: Signal) => unknown): void;
  useSignals<Kind extends SignalKind>(
    kinds: Kind | readonly Kind[] | '*',
    handler: (signal: SignalOf<Kind>) => unknown,
  ): void;
  /**
   * How long ago something was, by the server's clock, in whole seconds. Turns with all others on the page, and only while
   * the page is seen. With `until` it stands still. Without a moment that can be read, and on a server, nothing is known.
   */
  useTicketTimer(since: Moment, options?: TimerOptions): Elapsed;
}
