import type { ContractData } from '../../contract/contract.ts';
import { fillPath, withSearch } from '../../contract/request.ts';

/**
 * What is asked to find out whether the server can be reached: the log from beyond its end, which answers with little;
 * else a list or a query that needs nothing; else the base address.
 */
export function probePath(contract: ContractData, scope: Readonly<Record<string, unknown>>): string {
  const { replay, resources } = contract;
  if (replay !== undefined) {
    const search = replay.search({ channel: '', seq: Number.MAX_SAFE_INTEGER, limit: 1 });
    return withSearch(fillPath(replay.path, scope), search);
  }
  const [resource] = resources.values();
  if (resource === undefined) return '/';
  return withSearch(fillPath(resource.path, scope), resource.search?.({ scope }) ?? {});
}
