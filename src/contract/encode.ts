import type { Contract, ContractSpec, EventData, EventName } from './contract.ts';
import type { Frame, OutgoingEvent } from './dialect.ts';
import { unwrapText } from './dialects/unwrap.ts';
import { readId, readSeq, readSubject, readText, Wrong } from './dialects/parts.ts';
import { HeardError } from '../errors.ts';
import { isRecord, readJson } from '../lib/json.ts';
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
  // A reader drops these when they cannot be read, so the sender is told.
  const unreadable = Object.entries({
    epoch: readId(event.epoch),
    previousSeq: readSeq(event.previousSeq),
    headSeq: readSeq(event.headSeq),
    subject: readSubject(event.subject),
    correlationId: readText(event.correlationId),
  }).flatMap(([path, part]) => (part instanceof Wrong ? [{ path, because: part.because }] : []));
  if (unreadable.length > 0) throw misfit('envelope', event.name, unreadable);
  const tenant = contract.tenant?.(values);
  const sealed = contract.dialect.seal({ ...outgoing, data: event.data, ...(tenant !== undefined && { tenant }) });
  // A dialect may need more than the types ask for: one with positions cannot do without.
  const opened = contract.dialect.open(sealed.name, unwrapText(overTheWire(event.name, sealed.payload)));
  if (opened.kind === 'broken') throw misfit('envelope', event.name, opened.mismatches);
  const isSame =
    opened.kind === 'envelope' && opened.name === event.name && holds(opened.data, overTheWire(event.name, event.data));
  if (!isSame) throw misfit('data', event.name, [{ path: '', because: 'would not be read as it was given' }]);
  return { channel: wire, ...sealed };
}

/** What a receiver parses. */
function overTheWire(name: string, value: unknown): unknown {
  let text: string | undefined;
  try {
    text = JSON.stringify(value) as string | undefined;
  } catch {
    throw misfit('data', name, [{ path: '', because: 'cannot be written as JSON' }]);
  }
  const reading = text === undefined ? undefined : readJson(text);
  if (reading?.ok === false) throw misfit('data', name, [{ path: '', because: reading.fault }]);
  return reading?.value;
}

/** Whether all that was given came back. Where an id travels among the data, there is more than was given. */
function holds(back: unknown, given: unknown): boolean {
  if (!isRecord(back) || !isRecord(given)) return JSON.stringify(back) === JSON.stringify(given);
  return Object.keys(given).every((key) => JSON.stringify(back[key]) === JSON.stringify(given[key]));
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
