import type { ChannelDefinition } from './channel.ts';
import type { CollectionDefinition } from './collection.ts';
import type { Contract, ContractData, ContractSpec } from './contract.ts';
import { refuseContradictions, type InferredSpec } from './define-contract.ts';
import { HeardError } from '../errors.ts';
import type { EventDefinition } from './event.ts';
import type { MessageDefinition } from './message.ts';
import type { MutationDefinition } from './mutation.ts';
import type { QueryDefinition } from './query.ts';
import type { ResourceDefinition } from './resource.ts';
import type { RoleDefinition } from './role.ts';
import { isCompletedBy } from './routing.ts';

type Table<Definition> = Readonly<Record<string, Definition>>;
type Nothing = Record<never, never>;

/** What an existing role is given in addition. */
export interface Grant<
  Channel extends string,
  Mutation extends string,
  Message extends string,
  EventName extends string,
> {
  readonly channels?: readonly Channel[];
  readonly mutations?: readonly Mutation[];
  readonly messages?: readonly Message[];
  /** For a role that has a list of its own of what can arrive. */
  readonly events?: readonly EventName[];
}

export interface ContractExtension<
  Events,
  Channels,
  Carries,
  Roles,
  Grants,
  Mutations,
  Messages,
  Queries,
  Collections,
> {
  /** Default: the name of the extended contract, so that a device keeps its data. */
  readonly name?: string;
  /** New events, and better descriptions of existing ones. */
  readonly events?: Events;
  readonly channels?: Channels;
  /** Events that existing channels carry in addition. */
  readonly carries?: Carries;
  readonly roles?: Roles;
  readonly grants?: Grants;
  readonly mutations?: Mutations;
  readonly messages?: Messages;
  readonly queries?: Queries;
  readonly resources?: Table<ResourceDefinition>;
  readonly collections?: Collections;
}

type Merged<Base, More> = Omit<Base, keyof More> & More;

type Carried<Channels, Carries> = {
  readonly [Name in keyof Channels]: Name extends keyof Carries
    ? Carries[Name] extends readonly (infer EventName)[]
      ? Channels[Name] extends { readonly events: infer Known; readonly params: infer Params }
        ? { readonly events: Known | EventName; readonly params: Params } & (Channels[Name] extends {
            readonly presence: true;
          }
            ? { readonly presence: true }
            : unknown)
        : never
      : Channels[Name]
    : Channels[Name];
};

type Given<Grants, Field extends string> = Grants extends { readonly [F in Field]: readonly (infer Name)[] }
  ? Name
  : never;

type Granted<Roles, Grants> = {
  readonly [Name in keyof Roles]: Name extends keyof Grants
    ? Roles[Name] extends { readonly channels: infer C; readonly mutations: infer M; readonly messages: infer S }
      ? {
          readonly channels: C | Given<Grants[Name], 'channels'>;
          readonly mutations: M | Given<Grants[Name], 'mutations'>;
          readonly messages: S | Given<Grants[Name], 'messages'>;
        } & (Roles[Name] extends { readonly events: infer E }
          ? { readonly events: E | Given<Grants[Name], 'events'> }
          : unknown)
      : never
    : Roles[Name];
};

/** The spec of a base contract with an extension's parts. */
export interface ExtendedSpec<Base extends ContractSpec, More extends ContractSpec, Carries, Grants> {
  readonly scope: Base['scope'];
  readonly events: Merged<Base['events'], More['events']>;
  readonly channels: Merged<Carried<Base['channels'], Carries>, More['channels']>;
  readonly mutations: Merged<Base['mutations'], More['mutations']>;
  readonly messages: Merged<Base['messages'], More['messages']>;
  readonly queries: Merged<Base['queries'], More['queries']>;
  readonly collections: Merged<Base['collections'], More['collections']>;
  readonly roles: Merged<Granted<Base['roles'], Grants>, More['roles']>;
}

type NameIn<Base, More> = (keyof Base | keyof More) & string;

/**
 * Adds to a contract without forking it: new events on existing channels, new channels, roles, mutations. The base stays
 * as it is. What is replaced must be an event; everything else with a known name is refused.
 */
export function extendContract<
  Base extends ContractSpec,
  const Events extends Table<EventDefinition> = Nothing,
  const Channels extends Table<ChannelDefinition<string, NameIn<Base['events'], Events>>> = Nothing,
  const Carries extends {
    readonly [Name in keyof Base['channels']]?: readonly NameIn<Base['events'], Events>[];
  } = Nothing,
  const Mutations extends Table<MutationDefinition> = Nothing,
  const Messages extends Table<MessageDefinition> = Nothing,
  const Queries extends Table<QueryDefinition> = Nothing,
  const Collections extends Table<CollectionDefinition> = Nothing,
  const Roles extends Table<
    RoleDefinition<
      Base['scope'],
      NameIn<Base['channels'], Channels>,
      NameIn<Base['events'], Events>,
      NameIn<Base['mutations'], Mutations>,
      NameIn<Base['messages'], Messages>
    >
  > = Nothing,
  const Grants extends {
    readonly [Name in keyof Base['roles']]?: Grant<
      NameIn<Base['channels'], Channels>,
      NameIn<Base['mutations'], Mutations>,
      NameIn<Base['messages'], Messages>,
      NameIn<Base['events'], Events>
    >;
  } = Nothing,
>(
  base: Contract<Base>,
  extension: ContractExtension<Events, Channels, Carries, Roles, Grants, Mutations, Messages, Queries, Collections>,
): Contract<
  ExtendedSpec<
    Base,
    InferredSpec<Base['scope'], Events, Channels, Roles, Mutations, Messages, Queries, Collections>,
    Carries,
    Grants
  >
> {
  const channels = added('channel', carrying(base, extension.carries ?? {}), extension.channels);
  const granted = granting(base, extension.grants ?? {}, channels);
  const contract: ContractData = {
    ...base,
    name: extension.name ?? base.name,
    events: new Map([...base.events, ...Object.entries<EventDefinition>(extension.events ?? {})]),
    channels,
    roles: added('role', granted, extension.roles as Table<RoleDefinition> | undefined),
    mutations: added('mutation', base.mutations, extension.mutations),
    messages: added('message', base.messages, extension.messages),
    queries: added('query', base.queries, extension.queries),
    resources: added('resource', base.resources, extension.resources),
    collections: added('collection', base.collections, extension.collections),
  };
  refuseContradictions(contract);
  return Object.freeze(contract) as never;
}

function added<Definition>(
  kind: string,
  known: ReadonlyMap<string, Definition>,
  more: Table<Definition> | undefined,
): ReadonlyMap<string, Definition> {
  const result = new Map(known);
  for (const [name, definition] of Object.entries(more ?? {})) {
    if (known.has(name)) {
      throw new HeardError('contract-invalid', `The extension redefines the ${kind} "${name}".`, {
        remediation:
          kind === 'channel' || kind === 'role'
            ? `Use "${kind === 'channel' ? 'carries' : 'grants'}" to add to it, or choose another name.`
            : 'Choose another name; devices may hold records made by the old definition.',
      });
    }
    result.set(name, definition);
  }
  return result;
}

const unknown = (kind: string, name: string): HeardError =>
  new HeardError('contract-invalid', `The extension adds to the ${kind} "${name}", which the contract does not have.`, {
    remediation: `Define it under "${kind}s" instead.`,
  });

function carrying(base: ContractData, carries: object): ReadonlyMap<string, ChannelDefinition> {
  const channels = new Map(base.channels);
  for (const [name, events] of Object.entries(carries) as [string, readonly string[]][]) {
    const known = channels.get(name);
    if (known === undefined) throw unknown('channel', name);
    channels.set(name, { ...known, events: [...new Set([...known.events, ...events])] });
  }
  return channels;
}

function granting(
  base: ContractData,
  grants: object,
  channels: ReadonlyMap<string, ChannelDefinition>,
): ReadonlyMap<string, RoleDefinition> {
  const roles = new Map(base.roles);
  for (const [name, grant] of Object.entries(grants) as [string, Grant<string, string, string, string>][]) {
    const known = roles.get(name);
    if (known === undefined) throw unknown('role', name);
    const joins = known.joins as ((scope: object) => readonly string[]) | undefined;
    const union = (left: readonly string[] | undefined, right: readonly string[] | undefined) => [
      ...new Set([...(left ?? []), ...(right ?? [])]),
    ];
    roles.set(name, {
      ...known,
      channels: union(known.channels, grant.channels),
      // A role that picks what it joins knows nothing of the channels it was granted: those are joined by the general rule.
      ...(joins !== undefined && {
        joins: (scope: object) =>
          union(
            joins(scope),
            grant.channels?.filter((channel) => isCompletedBy(scope, channels.get(channel))),
          ),
      }),
      mutations: union(known.mutations, grant.mutations),
      messages: union(known.messages, grant.messages),
      ...(known.events !== undefined && { events: union(known.events, grant.events) }),
    });
  }
  return roles;
}
