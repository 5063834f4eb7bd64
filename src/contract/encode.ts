import type { Contract, ContractSpec, EventData, EventName } from './contract.ts';
import type { Frame, OutgoingEvent } from './dialect.ts';
import { HeardError } from '../errors.ts';
import { wireName } from './routing.ts';
import { validate, type Mismatch } from './schema.ts';

/** An event on its way out, with whatever the sender knows of it. */
export interface EventToEncode<Spec extends ContractSpec, Name extends EventName<Spec>> extends Omit<
  OutgoingEvent,
  'tenant'
> {
  readonly name: Name;
  readonly data: EventData<Spec, Name>;
  readonly channel: keyof Spec['channels'] & string;
  /** The scope, and the parameters of a channel that has some. */
  readonly values: object;
}

/**
 * The frame that carries an event: the inverse of decoding. Refuses data that does not fit the event's schema, and an
 * envelope that lacks something, because every client would quarantine it.
 */
export function encodeEvent<Spec extends ContractSpec, Name extends EventName<Spec>>(
  contract: Contract<Spec>,
  event: EventToEncode<Spec, Name>,
): Frame {
  const { channel, values, ...outgoing } = event;
  const wire = wireName(contract, channel, values);
  const definition = contract.events.get(event.name);
  if (definition === undefined || !contract.channels.get(channel)?.events.includes(event.name)) {
    throw new HeardError(
      'unknown-name',
      `The channel "${channel}" of "${contract.name}" carries no event "${event.name}".`,
      {
        remediation: `It carries: ${contract.channels.get(channel)?.events.join(', ') ?? 'nothing'}.`,
      },
    );
  }
  const checked = validate(definition.data, event.data);
  if (!checked.ok) throw misfit('data', event.name, checked.mismatches);
  const moment = event.occurredAt;
  if (moment !== undefined && !(moment >= firstMoment && moment <= lastMoment)) {
    throw misfit('envelope', event.name, [
      { path: 'occurredAt', because: 'expected a time in ms of the years 0 to 9999' },
    ]);
  }
  const tenant = contract.tenant?.(values);
  const sealed = contract.dialect.seal({ ...outgoing, data: event.data, ...(tenant !== undefined && { tenant }) });
  // A dialect may need more than the types ask for: one with positions cannot do without.
  const opened = contract.dialect.open(sealed.name, sealed.payload);
  if (opened.kind === 'broken') throw misfit('envelope', event.name, opened.mismatches);
  return { channel: wire, ...sealed };
}

const firstMoment = Date.parse('0000-01-01T00:00:00Z');
const lastMoment = Date.parse('9999-12-31T23:59:59.999Z');

function misfit(part: 'data' | 'envelope', name: string, mismatches: readonly Mismatch[]): HeardError {
  const places = mismatches.map(({ path, because }) => `${path === '' ? part : path}: ${because}`);
  return new HeardError('input-invalid', `The ${part} of "${name}" does not fit: ${places.join('; ')}.`, {
    remediation:
      part === 'data'
        ? 'Send what the contract describes, or extend the contract.'
        : 'Tell the encoder what this dialect needs, such as id and seq.',
  });
}
