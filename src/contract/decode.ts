import { digest } from '../lib/digest.ts';
import { remembered } from '../lib/remembered.ts';
import {
  defaultJsonLimits,
  faultOfValue,
  readJson,
  readJsonBytes,
  type JsonFault,
  type JsonLimits,
  type JsonReading,
} from '../lib/json.ts';
import { longestChannelName } from './channel.ts';
import type { Contract, ContractData, ContractSpec, ControlFrame, EventOf } from './contract.ts';
import type { Envelope, Frame, LegibleParts, NewerEnvelope } from './dialect.ts';
import { unwrapText } from './dialects/unwrap.ts';
import type { EventDefinition, EventId, HeardEvent } from './event.ts';
import { isClientEventName, isProtocolName } from './reserved.ts';
import { createRouter, type Route } from './routing.ts';
import { validate, type Mismatch } from './schema.ts';

/** Every frame is one of these four; none is an exception. */
export type Decoded<Event extends HeardEvent = HeardEvent> =
  | DecodedEvent<Event>
  | DecodedUnknown
  | DecodedControl
  | DecodedInvalid;

export interface DecodedEvent<Event extends HeardEvent = HeardEvent> {
  readonly kind: 'event';
  readonly event: Event;
  readonly definition: EventDefinition;
}

/**
 * Readable, but not described: a new name, a newer envelope, an event or a channel that the contract does not list. It is
 * passed on as it is, and the position moves past it.
 */
export interface DecodedUnknown {
  readonly kind: 'unknown';
  readonly because: 'name' | 'version' | 'channel';
  readonly event: HeardEvent;
}

/** Belongs to the protocol, not to the restaurant. */
export interface DecodedControl {
  readonly kind: 'control';
  readonly control: ControlFrame;
}

/** Could not be read. Holds what a person needs to find the fault, and nothing of the payload. */
export interface DecodedInvalid {
  readonly kind: 'invalid';
  readonly because: JsonFault | 'envelope' | 'data';
  readonly mismatches: readonly Mismatch[];
  readonly frameName: string;
  readonly wireChannel: string;
  /** Recognises the same payload again without showing it. */
  readonly digest: string;
  readonly bytes: number;
  /**
   * What could be read of the envelope: the position moves past a broken event, too, unless `foreignTo` says that it is
   * another store's.
   */
  readonly event: BrokenEvent | undefined;
}

export interface BrokenEvent extends LegibleParts, Pick<HeardEvent, 'name' | 'channel' | 'params'> {}

/** Turns frames into events. Made once per connection; remembers which wire name means which channel. */
export type Decoder<Event extends HeardEvent = HeardEvent> = (frame: Frame) => Decoded<Event>;

/** A decoder for whoever knows which channel a frame is of, and need not have it looked up for every frame. */
export interface FrameReader {
  /** Which channel a wire name means. */
  readonly routeOf: (wire: string) => Route | undefined;
  readonly read: (frame: Frame, where: Route | undefined) => Decoded;
}

const noParams: Readonly<Record<string, string>> = Object.freeze({});
const maxRememberedRoutes = 10_000;

export function createDecoder<Spec extends ContractSpec>(
  contract: Contract<Spec>,
  limits: JsonLimits = defaultJsonLimits,
): Decoder<EventOf<Spec>> {
  const { routeOf, read } = createFrameReader(contract, limits);
  const decode: Decoder = (frame) => read(frame, routeOf(frame.channel));
  return decode as Decoder<EventOf<Spec>>;
}

export function createFrameReader(contract: ContractData, limits: JsonLimits = defaultJsonLimits): FrameReader {
  const { dialect, connection } = contract;
  // With its name as the contract spells it: the text in a frame is another one each time, and finds its place again more slowly.
  const events = new Map(Array.from(contract.events, ([name, definition]) => [name, { name, definition }]));
  const route = remembered(createRouter(contract), maxRememberedRoutes);
  const routeOf = (wire: string): Route | undefined => (wire.length > longestChannelName ? undefined : route(wire));

  /** A contract's own functions (`subject`, `identity`, `control`, a dialect) may have faults: they stop no stream. */
  function read(frame: Frame, where: Route | undefined): Decoded {
    try {
      return opened(frame, where);
    } catch (error) {
      return invalid(frame, 'envelope', [{ path: '', because: `the contract threw ${kindOfError(error)}` }], undefined);
    }
  }

  function opened(frame: Frame, where: Route | undefined): Decoded {
    const { name } = frame;
    const reading = readPayload(frame, limits);
    const isTooMuch = !reading.ok && (reading.fault === 'too-large' || reading.fault === 'too-deep');
    if (!isTooMuch && isProtocolName(name)) return control(frame, 'protocol');
    if (!isTooMuch && isClientEventName(name)) return control(frame, 'client-event');

    if (!reading.ok) return invalid(frame, reading.fault, [], undefined);
    const payload = unwrapText(reading.value, limits);

    const told = connection.control?.(name, payload);
    if (told !== undefined) return { kind: 'control', control: told };

    const envelope = dialect.open(name, payload, limits);
    if (envelope.kind === 'broken') {
      // The name inside a broken envelope may be anything; the one on the frame was chosen by the transport.
      const event = envelope.legible && brokenEvent(name, envelope.legible, where, frame.channel);
      return invalid(frame, 'envelope', envelope.mismatches, event);
    }

    // Before the version is looked at: a newer envelope may not pass on what this one may not.
    if (isProtocolName(envelope.name)) return control(frame, 'protocol');
    if (isClientEventName(envelope.name)) return control(frame, 'client-event');

    if (envelope.kind === 'newer') {
      return { kind: 'unknown', because: 'version', event: unreadEvent(envelope, where, frame.channel) };
    }

    const known = events.get(envelope.name);
    if (known === undefined || where === undefined || !where.definition.events.includes(known.name)) {
      const because = known === undefined ? 'name' : 'channel';
      return {
        kind: 'unknown',
        because,
        event: heard(envelope.name, envelope, envelope.data, where, frame.channel, undefined),
      };
    }
    const { definition } = known;

    const checked = validate(definition.data, envelope.data);
    if (!checked.ok) {
      return invalid(frame, 'data', checked.mismatches, brokenEvent(envelope.name, envelope, where, frame.channel));
    }
    return {
      kind: 'event',
      event: heard(known.name, envelope, checked.value, where, frame.channel, definition),
      definition,
    };
  }

  return { routeOf, read };
}

const placeOf = (where: Route | undefined, wireChannel: string): Pick<HeardEvent, 'channel' | 'params'> =>
  where === undefined ? { channel: wireChannel, params: noParams } : { channel: where.name, params: where.params };

const brokenEvent = (
  name: string,
  { id, seq, tenant }: LegibleParts,
  where: Route | undefined,
  wireChannel: string,
): BrokenEvent => ({ name: beginning(name), ...placeOf(where, wireChannel), id, seq, tenant });

/** A transport may hand over text, bytes, or what its own parser made of them. */
function readPayload(frame: Frame, limits: JsonLimits): JsonReading {
  const { payload, bytes } = frame;
  if (typeof payload === 'string') return readText(payload, limits);
  if (frame.isRead === true && (bytes ?? 0) <= limits.maxLength) return { ok: true, value: payload };
  try {
    const binary = bytesOf(payload);
    if (binary !== undefined) return readJsonBytes(binary, limits);
    if (bytes !== undefined && bytes > limits.maxLength) return { ok: false, fault: 'too-large' };
    const fault = faultOfValue(payload, limits);
    return fault === undefined ? { ok: true, value: payload } : { ok: false, fault };
  } catch {
    // A buffer that was given away, a revoked proxy, a getter with a fault: there is nothing to read any more.
    return { ok: false, fault: 'not-json' };
  }
}

function bytesOf(payload: unknown): Uint8Array | undefined {
  if (payload instanceof Uint8Array) return payload;
  if (ArrayBuffer.isView(payload)) return new Uint8Array(payload.buffer, payload.byteOffset, payload.byteLength);
  return payload instanceof ArrayBuffer ? new Uint8Array(payload) : undefined;
}

/** The class of an error, when it is one that a platform gives: its message, and a name of its own, may quote the payload. */
function kindOfError(error: unknown): string {
  try {
    const { name } = error as Error;
    return platformErrors.has(name) ? name : 'something';
  } catch {
    return 'something';
  }
}

const platformErrors: ReadonlySet<string> = new Set(['Error', 'TypeError', 'RangeError', 'SyntaxError', 'HeardError']);

/** Pusher sends an empty text where an event has no data. */
const readText = (text: string, limits: JsonLimits): JsonReading =>
  text === '' ? { ok: true, value: undefined } : readJson(text, limits);

const control = (frame: Frame, type: ControlFrame['type']): DecodedControl => ({
  kind: 'control',
  control: { type, name: frame.name, payload: frame.payload },
});

function heard(
  name: string,
  envelope: Envelope,
  data: unknown,
  where: Route | undefined,
  wireChannel: string,
  definition: EventDefinition | undefined,
): HeardEvent {
  return {
    name,
    data,
    channel: where === undefined ? wireChannel : where.name,
    params: where === undefined ? noParams : where.params,
    id: (envelope.id ?? derivedId(name, data, definition)) as EventId | undefined,
    seq: envelope.seq,
    epoch: envelope.epoch,
    previousSeq: envelope.previousSeq,
    headSeq: envelope.headSeq,
    occurredAt: envelope.occurredAt,
    subject: envelope.subject ?? subjectOf(data, definition),
    sender: envelope.sender,
    correlationId: envelope.correlationId,
    tenant: envelope.tenant,
    tenantId: envelope.tenantId,
    replayed: envelope.replayed,
  };
}

const subjectOf = (data: unknown, definition: EventDefinition | undefined): HeardEvent['subject'] =>
  definition?.subject === undefined ? undefined : asked(() => definition.subject?.(data));

/** A contract's own functions may have faults: the event and its position are told all the same. */
function asked<Answer>(question: () => Answer): Answer | undefined {
  try {
    return question();
  } catch {
    return undefined;
  }
}

function derivedId(name: string, data: unknown, definition: EventDefinition | undefined): string | undefined {
  const identity = definition?.identity === undefined ? undefined : asked(() => definition.identity?.(data));
  return identity === undefined ? undefined : `${name}:${identity}`;
}

const unreadEvent = (newer: NewerEnvelope, where: Route | undefined, wireChannel: string): HeardEvent => ({
  name: newer.name,
  data: newer.payload,
  ...placeOf(where, wireChannel),
  id: newer.id as EventId | undefined,
  seq: newer.seq,
  epoch: undefined,
  previousSeq: undefined,
  headSeq: undefined,
  occurredAt: undefined,
  subject: undefined,
  sender: undefined,
  correlationId: undefined,
  tenant: newer.tenant,
  replayed: false,
});

function invalid(
  frame: Frame,
  because: DecodedInvalid['because'],
  mismatches: readonly Mismatch[],
  event: BrokenEvent | undefined,
): DecodedInvalid {
  const { text, bytes } = beginningOf(frame.payload, because);
  return {
    kind: 'invalid',
    because,
    mismatches,
    frameName: beginning(frame.name),
    wireChannel: beginning(frame.channel),
    digest: digest(text),
    bytes: frame.bytes ?? bytes,
    event,
  };
}

const longestTold = 200;

/** Enough of a name to find it by. Put together anew, because a part of a long text keeps all of it in memory. */
const beginning = (name: string): string =>
  name.length <= longestTold ? name : Array.from(name.slice(0, longestTold)).join('');

const digestedLength = 4096;

/** For the digest: the beginning of a payload, with its size. A value that was not fit to be walked has neither. */
function beginningOf(
  payload: unknown,
  because: DecodedInvalid['because'],
): { readonly text: string; readonly bytes: number } {
  try {
    const binary = bytesOf(payload);
    if (binary !== undefined) {
      const text = String.fromCharCode(...binary.subarray(0, digestedLength));
      return { text: `${binary.byteLength}:${text}`, bytes: binary.byteLength };
    }
    const isWalked = because === 'envelope' || because === 'data';
    const text = typeof payload === 'string' ? payload : isWalked ? (JSON.stringify(payload) ?? '') : '';
    return { text: `${text.length}:${text.slice(0, digestedLength)}`, bytes: text.length };
  } catch {
    return { text: '', bytes: 0 };
  }
}
