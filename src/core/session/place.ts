import { accessOf, channelMatcher, type ChannelDefinition } from '../../contract/channel.ts';
import type { ContractData } from '../../contract/contract.ts';
import type { Priority } from '../../contract/event.ts';
import type { ResourceDefinition } from '../../contract/resource.ts';

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
    priority: definition.events.length === 0 ? 'normal' : priority,
    uncovered: definition.events.filter((name) => !covered.has(name)),
  };
}

/** What lets a device in there. */
export const needsOf = (contract: ContractData, { definition }: Place): 'nothing' | 'signature' | 'token' => {
  if (contract.connection.auth.kind === 'handshake') return 'token';
  return contract.connection.auth.kind === 'channel' && accessOf(definition) !== 'public' ? 'signature' : 'nothing';
};
