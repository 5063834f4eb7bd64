// Who is examined: addresses, the contract that is expected of them, and as whom the doctor comes.
import { joinedAtStart, wireName } from '../../contract/routing.ts';
import { accessOf, type ChannelDefinition } from '../../contract/channel.ts';
import type { ContractData } from '../../contract/contract.ts';
import type { ResourceDefinition } from '../../contract/resource.ts';
import { withSearch } from '../../contract/request.ts';
import { validate } from '../../contract/schema.ts';
import { HeardError } from '../../errors.ts';

export interface Channel {
  /** As the contract calls it. */
  readonly name: string;
  /** As it is spelt on the wire. */
  readonly wire: string;
  readonly definition: ChannelDefinition;
  readonly needsSignature: boolean;
}

export interface Patient {
  readonly contract: ContractData | undefined;
  readonly scope: Readonly<Record<string, unknown>>;
  /** What the role joins, or all that the scope completes. */
  readonly channels: readonly Channel[];
  readonly resources: readonly (readonly [name: string, definition: ResourceDefinition])[];
  readonly handshake: Readonly<Record<string, string>>;
  readonly token: string | undefined;
  /** The page that would ask. */
  readonly origin: string | undefined;
  /** Further headers that the app sends. */
  readonly headers: readonly string[];
  readonly timeoutMs: number;
  /** How long events are waited for. */
  readonly listenMs: number;
}

export interface PatientOptions extends Pick<
  Patient,
  'contract' | 'token' | 'origin' | 'headers' | 'timeoutMs' | 'listenMs'
> {
  /** `sku=corner` */
  readonly scope: readonly string[];
  readonly role: string | undefined;
}

export function patientOf({ scope: said, role: wanted, ...rest }: PatientOptions): Patient {
  const { contract } = rest;
  if (contract === undefined) {
    return { ...rest, scope: {}, channels: [], resources: [], handshake: {} };
  }
  const scope = scopeOf(contract, said);
  const role = wanted === undefined ? undefined : contract.roles.get(wanted);
  if (wanted !== undefined && role === undefined) {
    throw new HeardError('unknown-name', `The contract "${contract.name}" has no role "${wanted}".`, {
      remediation: `Its roles are: ${[...contract.roles.keys()].join(', ')}.`,
    });
  }
  const all = { channels: [...contract.channels.keys()] };
  const names = joinedAtStart(contract, role ?? all, scope);
  const channels = names.flatMap((name): Channel[] => {
    const definition = contract.channels.get(name);
    if (definition === undefined) return [];
    const needsSignature = contract.connection.auth.kind === 'channel' && accessOf(definition) !== 'public';
    return [{ name, wire: wireName(contract, name, scope), definition, needsSignature }];
  });
  const heard = new Set(role?.channels ?? all.channels);
  return {
    ...rest,
    scope,
    channels,
    resources: [...contract.resources].filter(([, { covers }]) => covers.some((name) => heard.has(name))),
    handshake: { ...contract.connection.query?.(scope), ...role?.handshake },
  };
}

/** Where to look first whether an API answers. Empty: at its own address. */
export function probeOf({ resources, scope }: Patient): string {
  const [first] = resources;
  return first === undefined ? '' : pathOf(first[1], scope);
}

export const pathOf = ({ path, search }: ResourceDefinition, scope: Patient['scope']): string =>
  withSearch(path, search?.({ scope }) ?? {});

/** A command line knows texts alone: what looks like a number is one, unless the contract says otherwise. */
function scopeOf(contract: ContractData, said: readonly string[]): Readonly<Record<string, unknown>> {
  const pairs = said.map((text): [string, string] => {
    const at = text.indexOf('=');
    if (at < 1) {
      throw new HeardError('usage', `"${text}" is no part of a scope.`, {
        remediation: 'Give name and value: --scope sku=corner --scope deviceId=11',
      });
    }
    return [text.slice(0, at), text.slice(at + 1)];
  });
  const readings = [
    Object.fromEntries(pairs.map(([name, text]) => [name, /^-?\d{1,15}$/.test(text) ? Number(text) : text])),
    Object.fromEntries(pairs),
  ];
  for (const reading of readings) {
    const checked = validate(contract.scope, reading);
    if (checked.ok) return checked.value as Readonly<Record<string, unknown>>;
  }
  const checked = validate(contract.scope, readings[0]);
  const mismatches = checked.ok ? [] : checked.mismatches;
  throw new HeardError(
    'scope-invalid',
    `The scope does not fit "${contract.name}": ${mismatches.map(({ path, because }) => `${path} ${because}`).join('; ')}.`,
    { remediation: 'Say what the device belongs to, as the app does in "scope": --scope sku=corner' },
  );
}
