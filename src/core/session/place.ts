import { accessOf, channelMatcher, type ChannelDefinition } from '../../contract/channel.ts';
import type { CollectionDefinition } from '../../contract/collection.ts';
import type { ContractData } from '../../contract/contract.ts';
import type { Priority } from '../../contract/event.ts';
import type { ResourceDefinition } from '../../contract/resource.ts';
import type { JoinCredential } from '../../transports/transport.ts';

/** One channel that this device hears: which of the contract's, and which of its kind. */
export interface Place {
  /** As the contract calls it. */
  readonly channel: string;
  /** As it is spelt on the wire. */
  readonly wire: string;
  readonly definition: ChannelDefinition;
  /** What the name on the wire says. */
  readonly params: Readonly<Record<string, string>>;
  /** The lists that make its losses good. */
  readonly resources: ReadonlyMap<string, ResourceDefinition>;
  /** Tables that only events fill, by the name of their list. */
  readonly tables: ReadonlyMap<string, CollectionDefinition>;
  /** The most urgent of what may arrive. */
  readonly priority: Priority;
  /** Events that no list makes good: after a loss without a log, nobody can say whether there were any. */
  readonly uncovered: readonly string[];
}

const urgencies: Readonly<Record<Priority, number>> = { critical: 0, normal: 1, background: 2 };

export const urgencyOf = (priority: Priority): number => urgencies[priority];

export function placeOf(contract: ContractData, channel: string, wire: string, definition: ChannelDefinition): Place {
  const resources = new Map([...contract.resources].filter(([, { covers }]) => covers.includes(channel)));
  const covered = new Set([...resources.values()].flatMap(({ coversEvents }) => coversEvents ?? definition.events));
  const priorities = definition.events.map((name) => contract.events.get(name)?.priority ?? 'normal');
  const priority = priorities.includes('critical')
    ? 'critical'
    : priorities.includes('normal')
      ? 'normal'
      : 'background';
  return {
    channel,
    wire,
    definition,
    params: channelMatcher(definition.wire)(wire) ?? {},
    resources,
    tables: new Map(
      [...contract.collections]
        .filter(([, { resource, from }]) => resource === undefined && isFedBy(definition, from))
        .map(([name, collection]) => [eventList(name), collection]),
    ),
    priority: definition.events.length === 0 ? 'normal' : priority,
    uncovered: definition.events.filter((name) => !covered.has(name)),
  };
}

const isFedBy = ({ events }: ChannelDefinition, from: CollectionDefinition['from'] = {}): boolean =>
  events.some((name) => Object.hasOwn(from, name));

/** No resource is called that. */
const eventList = (collection: string): string => `:${collection}`;

/** The list on this channel that a collection's rows are in. */
export function listOf(
  { resources, tables }: Place,
  collection: string,
  { resource = eventList(collection) }: CollectionDefinition,
): string | undefined {
  return resources.has(resource) || tables.has(resource) ? resource : undefined;
}

/** What lets a device in there. A namespace asks for a token in its handshake, whatever server has it; it has nothing to sign for. */
export function needsOf(
  { connection: { auth } }: ContractData,
  { definition }: Pick<Place, 'definition'>,
  joinsWith: JoinCredential['kind'],
): 'nothing' | JoinCredential['kind'] {
  if (auth.kind === 'handshake') return 'token';
  if (auth.kind !== 'channel' || accessOf(definition) === 'public') return 'nothing';
  return joinsWith;
}
