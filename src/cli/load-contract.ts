import { existsSync } from 'node:fs';
import { isAbsolute, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ContractData } from '../contract/contract.ts';
import { builtInContracts } from '../contracts/index.ts';
import { HeardError, isHeardError } from '../errors.ts';

/** A contract that comes with heard, by name, or somebody's own, by the path of its module. */
export async function loadContract(wanted: string, folder: string): Promise<ContractData> {
  if (isPath(wanted)) return fromModule(wanted, resolve(folder, wanted));
  const known = builtInContracts.find(({ name }) => name === wanted);
  if (known !== undefined) return known.load();
  throw new HeardError('unknown-name', `There is no contract "${wanted}".`, {
    remediation: `Those that come with heard are: ${builtInContracts.map(({ name }) => name).join(', ')}. For your own, give a path: ./${wanted}.ts`,
  });
}

const isPath = (text: string): boolean => /^\.{1,2}[\\/]/.test(text) || isAbsolute(text) || /\.[cm]?[jt]s$/.test(text);

async function fromModule(shown: string, path: string): Promise<ContractData> {
  if (!existsSync(path)) {
    throw new HeardError('usage', `There is no file "${shown}".`, {
      remediation: 'Give the path of a module, relative to the current folder.',
    });
  }
  let module: Readonly<Record<string, unknown>>;
  try {
    module = (await import(pathToFileURL(path).href)) as Readonly<Record<string, unknown>>;
  } catch (cause) {
    // A contract that contradicts itself says so better than we could.
    if (isHeardError(cause)) throw cause;
    const needsTypes = (cause as { code?: unknown }).code === 'ERR_UNKNOWN_FILE_EXTENSION';
    throw new HeardError('contract-invalid', `"${shown}" cannot be loaded: ${textOf(cause)}`, {
      remediation: needsTypes
        ? 'This Node does not run TypeScript: use Node 22.18 or newer, or give the compiled module.'
        : 'Mend the module; "node" must be able to import it.',
      cause,
    });
  }
  if (isContract(module['default'])) return module['default'];
  const contracts = new Set(Object.values(module).filter(isContract));
  const [only] = contracts;
  if (only !== undefined && contracts.size === 1) return only;
  throw new HeardError(
    'contract-invalid',
    `"${shown}" exports ${contracts.size === 0 ? 'no contract' : `${contracts.size} contracts`}.`,
    { remediation: 'Export the one that is meant as default: export default defineContract({ … })' },
  );
}

const textOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause));

/** By its parts: the module may have another copy of heard than this one. */
function isContract(value: unknown): value is ContractData {
  if (typeof value !== 'object' || value === null) return false;
  const { name, events, channels, dialect } = value as Partial<ContractData>;
  return (
    typeof name === 'string' &&
    events instanceof Map &&
    channels instanceof Map &&
    typeof dialect?.describe === 'function'
  );
}
