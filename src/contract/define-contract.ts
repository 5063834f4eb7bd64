import type { ChannelDefinition, IsPresence, Placeholders } from './channel.ts';
import type { CollectionDefinition } from './collection.ts';
import { contradictions } from './contradictions.ts';
import type { ConnectionDefinition, Contract, ContractData } from './contract.ts';
import type { Dialect } from './dialect.ts';
import { HeardError } from '../errors.ts';
import type { EventDefinition } from './event.ts';
import type { MessageDefinition } from './message.ts';
import type { MutationDefinition } from './mutation.ts';
import type { QueryDefinition } from './query.ts';
import type { ReplayDefinition, ResourceDefinition } from './resource.ts';
import type { RoleDefinition } from './role.ts';
import type { Schema } from './schema.ts';

type Table<Definition> = Readonly<Record<string, Definition>>;

/** What `defineContract` takes. Only a scope, a dialect, a connection, events, channels and roles are needed. */
export interface ContractDefinition<
  Scope extends object,
  Events extends Table<EventDefinition>,
  Channels extends Table<ChannelDefinition>,
  Roles,
  Mutations extends Table<MutationDefinition>,
  Messages extends Table<MessageDefinition>,
  Queries extends Table<QueryDefinition>,
  Collections extends Table<CollectionDefinition>,
> {
  /** Part of the name of the local database: never change it once devices have data. */
  readonly name: string;
  /** The values that make channel names and requests concrete. */
  readonly scope: Schema<Scope>;
  readonly dialect: Dialect;
  readonly connection: ConnectionDefinition<Scope>;
  /** The store or café that an event must name, if it names one at all. */
  tenant?(scope: Scope): string;
  readonly events: Events;
  readonly channels: Channels;
  readonly roles: Roles & NothingElse<Roles>;
  readonly mutations?: Mutations;
  readonly messages?: Messages;
  readonly queries?: Queries;
  readonly resources?: Table<ResourceDefinition>;
  readonly collections?: Collections;
  readonly replay?: ReplayDefinition;
}

/** A misspelt part of a role would be a role that hears or sends less than was meant. */
type NothingElse<Roles> = {
  readonly [Name in keyof Roles]: { readonly [Part in Exclude<keyof Roles[Name], keyof RoleDefinition>]: never };
};

type RequiredKeys<T> = { [K in keyof T]-?: undefined extends T[K] ? never : K }[keyof T];

/** The types that follow from definitions. */
export interface InferredSpec<
  Scope extends object,
  Events,
  Channels,
  Roles,
  Mutations,
  Messages,
  Queries,
  Collections,
> {
  readonly scope: Scope;
  readonly events: { readonly [Name in keyof Events]: Events[Name] extends EventDefinition<infer Data> ? Data : never };
  readonly channels: {
    readonly [Name in keyof Channels]: Channels[Name] extends ChannelDefinition<infer Wire, infer EventName>
      ? {
          readonly events: EventName;
          readonly params: {
            readonly [Param in Exclude<Placeholders<Wire>, RequiredKeys<Scope>>]: string | number;
          };
        } & (IsPresence<Channels[Name]> extends true ? { readonly presence: true } : unknown)
      : never;
  };
  readonly mutations: {
    readonly [Name in keyof Mutations]: Mutations[Name] extends MutationDefinition<infer Input, infer Answer>
      ? { readonly input: Input; readonly answer: Answer }
      : never;
  };
  readonly messages: {
    readonly [Name in keyof Messages]: Messages[Name] extends MessageDefinition<infer Input> ? Input : never;
  };
  readonly queries: {
    readonly [Name in keyof Queries]: Queries[Name] extends QueryDefinition<infer Params, infer Answer>
      ? { readonly params: Params; readonly answer: Answer }
      : never;
  };
  readonly collections: {
    readonly [Name in keyof Collections]: Collections[Name] extends CollectionDefinition<infer Row> ? Row : never;
  };
  readonly roles: { readonly [Name in keyof Roles]: InferredRole<Roles[Name]> };
}

type Listed<T> = T extends readonly (infer Name extends string)[] ? Name : never;

type InferredRole<Role> = Role extends { readonly channels: infer Channels }
  ? {
      readonly channels: Listed<Channels>;
      readonly mutations: Role extends { readonly mutations: infer Mutations } ? Listed<Mutations> : never;
      readonly messages: Role extends { readonly messages: infer Messages } ? Listed<Messages> : never;
    } & (Role extends { readonly events: infer Events } ? { readonly events: Listed<Events> } : unknown)
  : never;

/**
 * Puts a backend into words: what can be said on it, by whom, and how. Throws a {@link HeardError} with the code
 * `contract-invalid` that lists everything that does not fit together.
 */
export function defineContract<
  Scope extends object,
  const Events extends Table<EventDefinition>,
  const Channels extends Table<ChannelDefinition<string, keyof Events & string>>,
  const Roles extends Table<
    RoleDefinition<
      Scope,
      keyof Channels & string,
      keyof Events & string,
      keyof Mutations & string,
      keyof Messages & string
    >
  >,
  const Mutations extends Table<MutationDefinition> = Record<never, never>,
  const Messages extends Table<MessageDefinition> = Record<never, never>,
  const Queries extends Table<QueryDefinition> = Record<never, never>,
  const Collections extends Table<CollectionDefinition> = Record<never, never>,
>(
  definition: ContractDefinition<Scope, Events, Channels, Roles, Mutations, Messages, Queries, Collections>,
): Contract<InferredSpec<Scope, Events, Channels, Roles, Mutations, Messages, Queries, Collections>> {
  const data: ContractData = {
    name: definition.name,
    scope: definition.scope,
    dialect: definition.dialect,
    connection: definition.connection,
    tenant: definition.tenant as ContractData['tenant'],
    events: table(definition.events),
    channels: table(definition.channels),
    roles: table(definition.roles as Table<RoleDefinition>),
    mutations: table(definition.mutations),
    messages: table(definition.messages),
    queries: table(definition.queries),
    resources: table(definition.resources),
    collections: table(definition.collections),
    replay: definition.replay,
  };
  refuseContradictions(data);
  return Object.freeze(data) as Contract<
    InferredSpec<Scope, Events, Channels, Roles, Mutations, Messages, Queries, Collections>
  >;
}

const table = <Definition>(definitions: Table<Definition> | undefined): ReadonlyMap<string, Definition> =>
  new Map(Object.entries(definitions ?? {}));

export function refuseContradictions(contract: ContractData): void {
  const found = contradictions(contract);
  if (found.length === 0) return;
  throw new HeardError(
    'contract-invalid',
    `The contract "${contract.name}" does not fit together:\n- ${found.join('\n- ')}`,
    {
      remediation: 'Mend the definition; each line names the place.',
    },
  );
}
