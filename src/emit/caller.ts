// Who asks, and what they may hear.
import { givenFor } from '../contract/channel.ts';
import type { ContractData } from '../contract/contract.ts';
import type { Route } from '../contract/routing.ts';
import { isRequired } from './scope.ts';

/** Whoever a token or a cookie stands for. */
export interface Caller {
  readonly id: string | number;
  readonly abilities: readonly string[];
  /** Which store, device, user they are: compared with the values in the names of channels. */
  readonly scope: Readonly<Record<string, string | number>>;
  /** What others in a presence channel are told of them. */
  readonly info?: Readonly<Record<string, unknown>>;
}

/** Finds out who sends a request, by its headers: the body is read elsewhere. `undefined`: nobody known. */
export type FindCaller = (request: Request) => Caller | undefined | Promise<Caller | undefined>;

/** A channel as a request names it. */
export interface AskedChannel extends Route {
  /** As it is spelt on the wire. */
  readonly wire: string;
}

/**
 * Whether somebody may hear a channel, as the contract has it: one of its abilities, and no value in its name that is somebody
 * else's. A value that every scope has (the store, the device) must be the caller's own; another one (a table, a station) only
 * where the caller has one.
 */
export function mayHear(contract: ContractData, { definition, params }: Route, caller: Caller): boolean {
  const { abilities } = definition;
  if (abilities !== undefined && !abilities.some((ability) => caller.abilities.includes(ability))) return false;
  return Object.entries(params).every(([key, value]) => {
    const own = givenFor(key, caller.scope);
    if (own === undefined) return !isRequired(contract, key);
    return own === value || (typeof own === 'number' && String(own) === value);
  });
}

export type Permission = boolean | 'unauthenticated';

/**
 * For `replayHandler`: who may hear a channel may read what was said on it.
 *
 * @example
 * ```ts
 * const replay = replayHandler(laravelPos, { log, mayRead: whoMayHear(laravelPos, callerOf) })
 * ```
 */
export const whoMayHear =
  (
    contract: ContractData,
    findCaller: FindCaller,
  ): ((request: Request, channel: AskedChannel) => Promise<Permission>) =>
  async (request, channel) => {
    const caller = await findCaller(request);
    return caller === undefined ? 'unauthenticated' : mayHear(contract, channel, caller);
  };
