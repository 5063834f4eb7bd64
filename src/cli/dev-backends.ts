// Which backends `heard dev` plays: those that come with heard, or those that were named.
import { backends, contractBackend, type CreateBackend } from '../dev-server/index.ts';
import { builtInContracts } from '../contracts/index.ts';
import { loadContract } from './load-contract.ts';

const played: ReadonlyMap<string, CreateBackend> = new Map(Object.entries(backends));

/** By name or by the path of a module; none named: all that come with heard. */
export async function devBackends(wanted: readonly string[], folder: string): Promise<readonly CreateBackend[]> {
  const names = wanted.length === 0 ? builtInContracts.map(({ name }) => name) : [...new Set(wanted)];
  return Promise.all(names.map(async (name) => played.get(name) ?? contractBackend(await loadContract(name, folder))));
}
