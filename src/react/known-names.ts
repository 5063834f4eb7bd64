import type { ContractData } from '../contract/contract.ts';
import { HeardError } from '../errors.ts';

type Kind = 'role' | 'channel' | 'event' | 'mutation';

/** Refuses names that would be heard, or sent, by nobody: while rendering, where it is seen, and not when it is too late. */
export type RequireKnown = (kind: Kind, names: string | readonly string[]) => void;

export function knownNames(contract: ContractData, roleName: string | undefined): RequireKnown {
  let whose = `contract "${contract.name}"`;
  const role = contract.roles.get(roleName ?? '');
  const channels = role?.channels ?? [...contract.channels.keys()];
  const known: Readonly<Record<Kind, readonly string[]>> = {
    role: [...contract.roles.keys()],
    channel: channels,
    event: role?.events ?? [...new Set(channels.flatMap((channel) => contract.channels.get(channel)?.events ?? []))],
    mutation: role === undefined ? [...contract.mutations.keys()] : (role.mutations ?? []),
  };
  const requireKnown: RequireKnown = (kind, names) => {
    for (const name of [names].flat()) {
      if (known[kind].includes(name) || name === '*') continue;
      throw new HeardError('unknown-name', `The ${whose} has no ${kind} "${name}".`, {
        remediation: `It has: ${known[kind].join(', ')}.`,
      });
    }
  };
  if (roleName !== undefined) {
    requireKnown('role', roleName);
    whose = `role "${roleName}" of the ${whose}`;
  }
  return requireKnown;
}
