import {
  accessOf,
  channelMatcher,
  exactness,
  fillChannel,
  givenFor,
  placeholdersOf,
  type ChannelDefinition,
} from './channel.ts';
import type { ContractData } from './contract.ts';
import { HeardError } from '../errors.ts';
import type { HeardEvent } from './event.ts';
import type { RoleDefinition } from './role.ts';

/** The name on the wire of a channel: `wireName(laravelPos, 'orders', { sku })`. */
export function wireName(contract: ContractData, channel: string, values: object): string {
  const definition = contract.channels.get(channel);
  if (definition === undefined) {
    throw new HeardError('unknown-name', `The contract "${contract.name}" has no channel "${channel}".`, {
      remediation: `Its channels are: ${[...contract.channels.keys()].join(', ')}.`,
    });
  }
  return fillChannel(definition.wire, values as Readonly<Record<string, unknown>>);
}

/** Which channel a wire name means. */
export interface Route {
  readonly name: string;
  readonly definition: ChannelDefinition;
  readonly params: Readonly<Record<string, string>>;
}

/** Finds the channel of a wire name; when several patterns fit, the most exact one is meant. */
export function createRouter(contract: ContractData): (wire: string) => Route | undefined {
  const candidates = [...contract.channels]
    .map(([name, definition]) => ({ name, definition, match: channelMatcher(definition.wire) }))
    .sort((left, right) => exactness(right.definition.wire) - exactness(left.definition.wire));
  return (wire) => {
    for (const { name, definition, match } of candidates) {
      const params = match(wire);
      if (params !== undefined) return { name, definition, params };
    }
    return undefined;
  };
}

/** Why an event does not belong to this device, or undefined when it does. */
export interface ForeignEvent {
  readonly field: string;
  readonly expected: string;
  readonly got: string;
}

/**
 * An event of another store, café or device than the subscription's must not be shown, kept or counted. Judged by what
 * the event says of itself and by the channel that it came in on.
 */
export function foreignTo(
  contract: ContractData,
  scope: object,
  event: Pick<HeardEvent, 'tenant' | 'params'>,
): ForeignEvent | undefined {
  const tenant = event.tenant === undefined ? undefined : contract.tenant?.(scope);
  if (tenant !== undefined && event.tenant !== undefined && tenant !== event.tenant) {
    return { field: 'tenant', expected: tenant, got: event.tenant };
  }
  for (const [field, got] of Object.entries(event.params)) {
    const expected = givenFor(field, scope);
    if ((typeof expected === 'string' || typeof expected === 'number') && String(expected) !== got) {
      return { field, expected: String(expected), got };
    }
  }
  return undefined;
}

/** The channels that a role joins when it starts. */
export function joinedAtStart(contract: ContractData, role: RoleDefinition, scope: object): readonly string[] {
  if (role.joins !== undefined) {
    const joined = role.joins(scope as never);
    const foreign = joined.find((name) => !role.channels.includes(name));
    if (foreign === undefined) return joined;
    throw new HeardError(
      'contract-invalid',
      `A role of "${contract.name}" joins "${foreign}", which it may not hear.`,
      {
        remediation: 'List the channel under the role’s "channels".',
      },
    );
  }
  return role.channels.filter((name) => isCompletedBy(scope, contract.channels.get(name)));
}

/** Whether a channel is joined without being asked for: the scope says all that its name needs. */
export const isCompletedBy = (scope: object, definition: ChannelDefinition | undefined): boolean =>
  definition !== undefined &&
  accessOf(definition) !== 'presence' &&
  placeholdersOf(definition.wire).every((place) => (givenFor(place, scope) ?? undefined) !== undefined);
