import type { ChannelDefinition } from './channel.ts';
import type { CollectionDefinition } from './collection.ts';
import type { Dialect } from './dialect.ts';
import type { EventDefinition, HeardEvent } from './event.ts';
import type { MessageDefinition } from './message.ts';
import type { MutationDefinition } from './mutation.ts';
import type { QueryDefinition } from './query.ts';
import type { ReplayDefinition, ResourceDefinition } from './resource.ts';
import type { RoleDefinition } from './role.ts';
import type { Schema } from './schema.ts';

/**
 * What a contract says, as types alone. `defineContract` infers it; the built-in contracts spell theirs out, so that it
 * reads like a table.
 */
export interface ContractSpec {
  readonly scope: object;
  /** Event name → its data. */
  readonly events: object;
  /** Channel name → the events that may arrive and the parameters that opening it takes. */
  readonly channels: object;
  /** Mutation name → what goes in and what the server answers. */
  readonly mutations: object;
  /** Message name → what goes in. */
  readonly messages: object;
  /** Query name → parameters and answer. */
  readonly queries: object;
  /** Collection name → row. */
  readonly collections: object;
  /** Role name → the names it hears and sends. */
  readonly roles: object;
}

export interface ChannelSpec {
  readonly events: string;
  readonly params: object;
  /** Only where the channel tells who else is there. */
  readonly presence?: true;
}
export interface MutationSpec {
  readonly input: unknown;
  readonly answer: unknown;
}
export interface QuerySpec {
  readonly params: unknown;
  readonly answer: unknown;
}
export interface RoleSpec {
  readonly channels: string;
  readonly mutations: string;
  readonly messages: string;
  /** Only where rooms narrow what arrives further than the channels do. */
  readonly events?: string;
}

/** Facts about the connection that a backend's document fixes. */
export interface ConnectionDefinition<Scope = object> {
  /** What the backend speaks, the preferred one first. */
  readonly transports: readonly ('pusher' | 'socket-io' | 'websocket')[];
  /** How it learns who is there: per channel with a bearer token, once when connecting, or not at all. */
  readonly auth:
    | { readonly kind: 'channel'; readonly endpoint: string }
    | { readonly kind: 'handshake' }
    | { readonly kind: 'none' };
  /** What the query string of the connection says, beyond what the role adds. */
  query?(scope: Scope): Readonly<Record<string, string>>;
  /** What is said as soon as the connection stands, for example which room to join. Names messages of the contract. */
  greets?(scope: Scope): readonly { readonly message: string; readonly input: unknown }[];
  /** Reads frames that are not events: errors that the server reports by name. */
  control?(name: string, payload: unknown): ControlFrame | undefined;
  readonly limits?: {
    readonly connectionsPerDevice?: number;
    readonly messages?: { readonly count: number; readonly perMs: number };
    readonly eventBytes?: number;
    /** After this much silence the connection is checked. */
    readonly silenceMs?: number;
  };
  /** How often lists are read again although nothing seems to be missing. */
  readonly reconcileEveryMs?: number;
}

/** A frame that belongs to the protocol, or tells of an error. It never reaches an event handler. */
export interface ControlFrame {
  readonly type: 'protocol' | 'client-event' | 'error';
  readonly name: string;
  /** For errors: the server's own word, `PERMISSION_DENIED`. */
  readonly code?: string;
  readonly payload: unknown;
}

/** A contract without its types: what the core reads. Tables are Maps, so that no name from the wire can hit a prototype. */
export interface ContractData {
  readonly name: string;
  readonly scope: Schema;
  readonly dialect: Dialect;
  readonly connection: ConnectionDefinition;
  /** The store or café that every event must belong to, where events name one. */
  readonly tenant: ((scope: object) => string) | undefined;
  readonly events: ReadonlyMap<string, EventDefinition>;
  readonly channels: ReadonlyMap<string, ChannelDefinition>;
  readonly roles: ReadonlyMap<string, RoleDefinition>;
  readonly mutations: ReadonlyMap<string, MutationDefinition>;
  readonly messages: ReadonlyMap<string, MessageDefinition>;
  readonly queries: ReadonlyMap<string, QueryDefinition>;
  readonly resources: ReadonlyMap<string, ResourceDefinition>;
  readonly collections: ReadonlyMap<string, CollectionDefinition>;
  readonly replay: ReplayDefinition | undefined;
}

/** Everything one backend says and accepts. Made by `defineContract`. */
export interface Contract<Spec extends ContractSpec> extends ContractData {
  readonly scope: Schema<Spec['scope']>;
  /** Carries the types and never exists. A function both ways, so that a spec must be told exactly. */
  readonly '~spec'?: (spec: Spec) => Spec;
}

/** The spec of a contract: `SpecOf<typeof laravelPos>`. */
export type SpecOf<C> = C extends Contract<infer Spec> ? Spec : never;

type Names<T> = keyof T & string;
type At<T, K> = K extends keyof T ? T[K] : never;
type Told<T, Field extends string> = T extends { readonly [F in Field]: infer Value } ? Value : never;

export type RoleName<Spec extends ContractSpec> = Names<Spec['roles']>;
export type EventName<Spec extends ContractSpec> = Names<Spec['events']>;

/** The channels that a role may hear. */
export type RoleChannel<Spec extends ContractSpec, Role extends RoleName<Spec>> = Told<
  At<Spec['roles'], Role>,
  'channels'
>;
/** Those of them that tell who is there. */
export type RolePresence<Spec extends ContractSpec, Role extends RoleName<Spec>> = Telling<
  Spec['channels'],
  RoleChannel<Spec, Role>
>;
type Telling<Channels, Name> = Name extends keyof Channels
  ? Channels[Name] extends { readonly presence: true }
    ? Name
    : never
  : never;
/** The events that can reach a role. */
export type RoleEvent<Spec extends ContractSpec, Role extends RoleName<Spec>> =
  At<Spec['roles'], Role> extends { readonly events: infer Name }
    ? Name
    : Told<At<Spec['channels'], RoleChannel<Spec, Role>>, 'events'>;
export type RoleMutation<Spec extends ContractSpec, Role extends RoleName<Spec>> = Told<
  At<Spec['roles'], Role>,
  'mutations'
>;
export type RoleMessage<Spec extends ContractSpec, Role extends RoleName<Spec>> = Told<
  At<Spec['roles'], Role>,
  'messages'
>;

export type EventData<Spec extends ContractSpec, Name> = At<Spec['events'], Name>;
/** The event of a name; of several names, the union that `event.name` tells apart. */
export type EventOf<Spec extends ContractSpec, Name = EventName<Spec>> =
  Name extends EventName<Spec> ? HeardEvent<Name, EventData<Spec, Name>> : never;
/** What must be told when a channel is opened by name. */
export type ChannelParams<Spec extends ContractSpec, Name> = Told<At<Spec['channels'], Name>, 'params'>;
export type MutationInput<Spec extends ContractSpec, Name> = Told<At<Spec['mutations'], Name>, 'input'>;
export type MutationAnswer<Spec extends ContractSpec, Name> = Told<At<Spec['mutations'], Name>, 'answer'>;
export type MessageInput<Spec extends ContractSpec, Name> = At<Spec['messages'], Name>;
export type QueryParams<Spec extends ContractSpec, Name> = Told<At<Spec['queries'], Name>, 'params'>;
export type QueryAnswer<Spec extends ContractSpec, Name> = Told<At<Spec['queries'], Name>, 'answer'>;
export type CollectionRow<Spec extends ContractSpec, Name> = At<Spec['collections'], Name>;
