import type { ContractData } from '../../contract/contract.ts';
import { fillPath, withSearch } from '../../contract/request.ts';
import type { RoleDefinition } from '../../contract/role.ts';
import { joinedAtStart, wireName } from '../../contract/routing.ts';

/**
 * What is asked to find out whether the server can be reached: the log of a channel that this device hears, from beyond its end,
 * which answers with little and is no error in anybody's console; else a list or a query that needs nothing; else the base address.
 */
export function probePath(
  contract: ContractData,
  role: RoleDefinition,
  scope: Readonly<Record<string, unknown>>,
): string {
  const { replay, resources, channels } = contract;
  const logged = joinedAtStart(contract, role, scope).find((name) => channels.get(name)?.position !== 'none');
  if (replay !== undefined && logged !== undefined) {
    const channel = wireName(contract, logged, scope);
    const search = replay.search({ channel, seq: Number.MAX_SAFE_INTEGER, limit: 1 });
    return withSearch(fillPath(replay.path, scope), search);
  }
  const [resource] = resources.values();
  if (resource === undefined) return '/';
  return withSearch(fillPath(resource.path, scope), resource.search?.({ scope }) ?? {});
}
