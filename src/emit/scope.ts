// Whose event it is. A backend serves many stores, so what it emits has to say which one it means.
import { givenFor, placeholdersOf } from '../contract/channel.ts';
import type { ContractData } from '../contract/contract.ts';
import { validate, type Mismatch } from '../contract/schema.ts';
import { HeardError } from '../errors.ts';
import type { Destination } from './destinations.ts';

/**
 * Refuses values of the wrong form, a channel of another store, and an event that would be told to all stores because neither its
 * channel's name nor its envelope says whose it is. A scope may lack what the event does not need: an order is no single device's.
 */
export function checkScope(contract: ContractData, name: string, scope: object, places: readonly Destination[]): void {
  const found = validate(contract.scope, scope);
  const wrong = found.ok
    ? undefined
    : found.mismatches.find((mismatch) => givenFor(rootOf(mismatch), scope) !== undefined);
  if (wrong !== undefined) {
    throw new HeardError('scope-invalid', `The scope does not fit: ${wrong.path}: ${wrong.because}.`, {
      remediation: `See the scope of the contract "${contract.name}".`,
    });
  }
  if (contract.tenant === undefined) return;
  const tenant = tenantOf(contract, scope);
  if (tenant !== undefined) return refuseForeign(contract, name, tenant, places);
  const open = places.find(({ channel }) => isForAll(contract, channel));
  if (open === undefined) return;
  throw new HeardError(
    'scope-invalid',
    `The scope does not say whose "${name}" it is, and "${open.wire}" is everybody's.`,
    {
      remediation: `It needs ${requiredOf(contract)
        .map((key) => `"${key}"`)
        .join(', ')}.`,
    },
  );
}

/** A value of its own that a channel was given may name a table, and not another store: its devices are told nothing of this one. */
function refuseForeign(contract: ContractData, name: string, tenant: string, places: readonly Destination[]): void {
  const foreign = places.find(({ values }) => tenantOf(contract, values) !== tenant);
  if (foreign === undefined) return;
  throw new HeardError('scope-invalid', `"${name}" is the scope’s, and "${foreign.wire}" is somebody else’s.`, {
    remediation: 'What two stores are to hear is emitted twice, each time with the scope of one.',
  });
}

const isForAll = (contract: ContractData, channel: string): boolean =>
  placeholdersOf(contract.channels.get(channel)?.wire ?? '').length === 0;

/** The store or café that a scope tells, or nothing when it lacks what the contract makes it of. */
export function tenantOf(contract: ContractData, scope: object): string | undefined {
  if (contract.tenant === undefined) return undefined;
  let isLacking = false;
  const watched = new Proxy(scope, {
    get(target, key) {
      const value = givenFor(String(key), target);
      if (value === undefined && isRequired(contract, String(key))) isLacking = true;
      return value;
    },
  });
  const tenant = contract.tenant(watched);
  return isLacking ? undefined : tenant;
}

const known = new WeakMap<ContractData, readonly string[]>();

/** What an empty scope is refused for. */
function requiredOf(contract: ContractData): readonly string[] {
  const before = known.get(contract);
  if (before !== undefined) return before;
  const found = validate(contract.scope, {});
  const required = found.ok ? [] : found.mismatches.map(rootOf);
  known.set(contract, required);
  return required;
}

/** Five mismatches are told and no more, and a name that is no field's is not repeated: then anything may be needed. */
const mostTold = 5;

/** Whether no scope of this contract may lack it. */
export function isRequired(contract: ContractData, key: string): boolean {
  const required = requiredOf(contract);
  return required.includes(key) || required.length >= mostTold || required.some((root) => root === '' || root === '*');
}

/** `shop.id` and `shops[2]` are about `shop` and `shops`. */
const rootOf = ({ path }: Mismatch): string => path.split(/[.[]/, 1)[0] ?? '';
