// From a frame to the stream of its channel. What is not an event of this device ends here, and is told.
import type { ContractData } from '../../contract/contract.ts';
import type { Decoded, DecodedInvalid, FrameReader } from '../../contract/decode.ts';
import type { HeardEvent } from '../../contract/event.ts';
import { foreignTo, type Route } from '../../contract/routing.ts';
import type { Frame } from '../../transports/transport.ts';
import type { Signal } from '../signals.ts';
import type { Arrival } from '../stream/held.ts';
import type { Place } from './place.ts';
import type { Subjects } from './subjects.ts';

export interface InboundOptions {
  readonly contract: ContractData;
  readonly scope: object;
  readonly frames: FrameReader;
  readonly signal: (signal: Signal) => void;
}

/** A channel that is heard, as far as an arrival needs to know it. */
export interface Listening {
  readonly place: Place;
  /** What its name on the wire means. */
  readonly route: Route | undefined;
  readonly subjects: Subjects;
  /** What its name says, where that is no stranger's: an event that says the same is none either. */
  readonly native: HeardEvent['params'] | undefined;
}

export interface InboundCounts {
  /** Frames over the socket, whatever they were. */
  frames: number;
  events: number;
  unknown: number;
  quarantined: number;
  foreign: number;
  /** Frames of channels that nobody hears (any more). */
  unheard: number;
}

export interface Inbound {
  readonly counts: Readonly<InboundCounts>;
  /** What is known of a channel before anything of it has come. */
  listening(place: Place, subjects: Subjects): Listening;
  /** The last ones that could not be read, the newest last. */
  readonly quarantined: readonly Quarantined[];
  /** Undefined when the frame is no event of this channel. */
  read(frame: Frame, listening: Listening): Arrival | undefined;
  /** A frame of a channel that nobody hears. */
  skip(): void;
  /** Sets aside what could not be read. A list says the same thing at every reading: it is told once. */
  quarantine(told: Quarantined): void;
  /** The same for what was decoded already: events of a log. */
  take(decoded: Decoded, listening: Listening, bytes: number): Arrival | undefined;
}

export type Quarantined = Extract<Signal, { readonly kind: 'quarantined' }>;

const mostKept = 100;
/** What an event of a log counts when nobody measured it. */
export const usualBytes = 512;

export function createInbound({ contract, scope, frames, signal }: InboundOptions): Inbound {
  const counts: InboundCounts = { frames: 0, events: 0, unknown: 0, quarantined: 0, foreign: 0, unheard: 0 };
  let quarantined: readonly Quarantined[] = [];
  /** What the last event said that was no stranger: nearly all say the same. */
  let nativeTenant: string | undefined;

  function read(frame: Frame, listening: Listening): Arrival | undefined {
    counts.frames += 1;
    const { payload } = frame;
    const bytes = frame.bytes ?? (typeof payload === 'string' ? payload.length : usualBytes);
    return take(frames.read(frame, listening.route), listening, bytes);
  }

  function take(decoded: Decoded, listening: Listening, bytes: number): Arrival | undefined {
    switch (decoded.kind) {
      case 'event': {
        const { event, definition } = decoded;
        if (isForeign(event, listening)) return undefined;
        counts.events += 1;
        const subject = listening.subjects.of(event);
        return {
          event,
          priority: definition.priority ?? 'normal',
          bytes,
          broken: false,
          row: subject?.ref,
          told: event,
          known: true,
          rowValue: subject?.value,
          rowPatch: subject?.patch,
        };
      }
      case 'unknown': {
        const { event } = decoded;
        if (isForeign(event, listening)) return undefined;
        counts.unknown += 1;
        return {
          event,
          priority: 'normal',
          bytes,
          broken: false,
          row: undefined,
          told: event,
          known: false,
          rowValue: undefined,
          rowPatch: undefined,
        };
      }
      case 'control':
        takeControl(decoded.control, listening.place);
        return undefined;
      case 'invalid':
    }
    return takeInvalid(decoded, listening, bytes);
  }

  function isForeign(event: Pick<HeardEvent, 'tenant' | 'params' | 'name'>, listening: Listening): boolean {
    const { params, tenant } = event;
    if (params === listening.native && (tenant === undefined || tenant === nativeTenant)) return false;
    const foreign = foreignTo(contract, scope, event);
    if (foreign === undefined) {
      nativeTenant = tenant ?? nativeTenant;
      return false;
    }
    counts.foreign += 1;
    const { channel } = listening.place;
    signal({ kind: 'security', channel, because: 'foreign', name: event.name, field: foreign.field });
    return true;
  }

  function takeControl(control: Extract<Decoded, { readonly kind: 'control' }>['control'], { channel }: Place): void {
    if (control.type === 'error') {
      signal({ kind: 'server-error', channel, name: control.name, code: control.code });
    } else if (control.type === 'client-event') {
      signal({ kind: 'security', channel, because: 'client-event', name: control.name, field: undefined });
    }
  }

  /** It cannot be told, and its position is no hole. */
  function takeInvalid(decoded: DecodedInvalid, listening: Listening, bytes: number): Arrival | undefined {
    const { event } = decoded;
    if (event !== undefined && isForeign(event, listening)) return undefined;
    setAside({
      kind: 'quarantined',
      channel: listening.place.channel,
      name: event?.name ?? decoded.frameName,
      because: decoded.because,
      mismatches: decoded.mismatches,
      digest: decoded.digest,
      bytes: decoded.bytes,
      seq: event?.seq,
      id: event?.id,
    });
    if (event === undefined || event.seq === undefined) return undefined;
    return {
      event: {
        id: event.id,
        seq: event.seq,
        epoch: undefined,
        previousSeq: undefined,
        headSeq: undefined,
        replayed: false,
      },
      priority: 'normal',
      bytes,
      broken: true,
      row: undefined,
      told: undefined,
      known: false,
      rowValue: undefined,
      rowPatch: undefined,
    };
  }

  function setAside(told: Quarantined): void {
    counts.quarantined += 1;
    quarantined = [...quarantined.slice(1 - mostKept), told];
    signal(told);
  }

  return {
    counts,
    listening(place, subjects) {
      const route = frames.routeOf(place.wire);
      const isNative = route !== undefined && foreignTo(contract, scope, { ...route, tenant: undefined }) === undefined;
      return { place, route, subjects, native: isNative ? route.params : undefined };
    },
    skip: () => void (counts.unheard += 1),
    quarantine(told) {
      const isKnown = quarantined.some(({ digest, name }) => digest === told.digest && name === told.name);
      if (!isKnown) setAside(told);
    },
    get quarantined() {
      return quarantined;
    },
    read,
    take,
  };
}
