import type { ContractData } from '../contract/contract.ts';
import { HeardError } from '../errors.ts';

/** Refuses names that would be heard, or sent, by nobody: while rendering, where it is seen, and not when it is too late. */
export interface KnownNames {
  channel(name: string): void;
  events(names: string | readonly string[]): void;
  mutation(name: string): void;
}

export function knownNames(contract: ContractData, roleName: string | undefined): KnownNames {
  const whose = `${roleName === undefined ? '' : `role "${roleName}" of the `}contract "${contract.name}"`;
  const role = roleName === undefined ? undefined : contract.roles.get(roleName);
  if (roleName !== undefined && role === undefined) {
    throw lacking(`contract "${contract.name}"`, 'role', roleName, contract.roles.keys());
  }
  const channels = role?.channels ?? [...contract.channels.keys()];
  const heard = new Set(
    role?.events ?? (role === undefined ? contract.events.keys() : channels.flatMap((channel) => eventsOn(channel))),
  );
  const mutations = role === undefined ? [...contract.mutations.keys()] : (role.mutations ?? []);

  function eventsOn(channel: string): readonly string[] {
    return contract.channels.get(channel)?.events ?? [];
  }

  return {
    channel(name) {
      if (!channels.includes(name)) throw lacking(whose, 'channel', name, channels);
    },
    events(names) {
      for (const name of typeof names === 'string' ? [names] : names)
        if (name !== '*' && !heard.has(name)) throw lacking(whose, 'event', name, heard);
    },
    mutation(name) {
      if (!mutations.includes(name)) throw lacking(whose, 'mutation', name, mutations);
    },
  };
}

const lacking = (whose: string, what: string, name: string, known: Iterable<string>): HeardError =>
  new HeardError('unknown-name', `The ${whose} has no ${what} "${name}".`, {
    remediation: `It has: ${[...known].join(', ')}.`,
  });
