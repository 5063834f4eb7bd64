// Which channels an event goes to.
import { givenFor, placeholdersOf } from '../contract/channel.ts';
import type { ContractData } from '../contract/contract.ts';
import { wireName } from '../contract/routing.ts';
import { HeardError } from '../errors.ts';
import { isRecord } from '../lib/json.ts';

/** One channel that an event goes to. */
export interface Destination {
  readonly channel: string;
  /** As it is spelt on the wire. */
  readonly wire: string;
  /** What its name was made of. */
  readonly values: object;
  /** Its events have positions, and so they are in the log. */
  readonly isPlaced: boolean;
}

interface Asked {
  readonly channel: string;
  readonly params?: Readonly<Record<string, string | number>>;
}

interface Addressed {
  readonly scope: object;
  readonly channels?: readonly Asked[];
}

export function destinationsOf(contract: ContractData, name: string, event: Addressed): readonly Destination[] {
  if (!contract.events.has(name)) {
    throw new HeardError('unknown-name', `The contract "${contract.name}" has no event "${name}".`, {
      remediation: `Its events are: ${[...contract.events.keys()].join(', ')}.`,
    });
  }
  requireAddress(name, event);
  const { scope, channels } = event;
  const asked = channels ?? carrying(contract, name, scope);
  if (asked.length === 0) throw nowhere(contract, name);
  const found = new Map<string, Destination>();
  for (const { channel, params } of asked) {
    const values = { ...scope, ...params };
    const wire = wireName(contract, channel, values);
    found.set(wire, { channel, wire, values, isPlaced: contract.channels.get(channel)?.position !== 'none' });
  }
  return [...found.values()];
}

/** Many backends are not compiled: what their authors leave out is to be found by its name. */
function requireAddress(name: string, event: unknown): void {
  const { scope, channels } = isRecord(event) ? event : {};
  if (!isRecord(scope)) {
    throw new HeardError('scope-invalid', `"${name}" has no scope: it is not said whose it is.`, {
      remediation: 'Give it, be it empty: emit(name, { scope: {}, data }).',
    });
  }
  if (channels === undefined || (Array.isArray(channels) && channels.every(isRecord))) return;
  throw new HeardError('input-invalid', `The channels of "${name}" are to be a list of objects.`, {
    remediation: "Write channels: [{ channel: 'orders' }].",
  });
}

/** Those whose names the scope completes. */
const carrying = (contract: ContractData, name: string, scope: object): readonly Asked[] =>
  [...contract.channels].flatMap(([channel, { events, wire }]) =>
    events.includes(name) && placeholdersOf(wire).every((place) => givenFor(place, scope) !== undefined)
      ? [{ channel }]
      : [],
  );

function nowhere(contract: ContractData, name: string): HeardError {
  const wires = [...contract.channels.values()].filter(({ events }) => events.includes(name)).map(({ wire }) => wire);
  return new HeardError('scope-invalid', `The scope completes no channel that carries "${name}".`, {
    remediation: wires.length === 0 ? 'No channel carries it.' : `It is carried by: ${wires.join(', ')}.`,
  });
}
