import type { Mismatch } from '../contract/schema.ts';
import type { StoreFault } from '../storage/store.ts';
import type { Unsubscribe } from './consume/consumers.ts';
import type { DeliveredEvent } from './consume/delivered-event.ts';

/** Everything in "nothing is lost in silence". What an app does not listen to is in `health()` and in the log. */
export type Signal =
  /** Positions that were skipped, and what became of them. */
  | {
      readonly kind: 'gap';
      readonly channel: string;
      readonly from: number;
      readonly to: number;
      /** `absent`: the server has no such events. `compacted`: a list told their effect. `lost`: nobody can say. */
      readonly as: 'absent' | 'compacted' | 'lost';
    }
  /** The channel could not go on from where it was, and was read anew. */
  | { readonly kind: 'resync'; readonly channel: string; readonly reason: string }
  /** After every start, reconnect and reset: whether anything may be missing. */
  | {
      readonly kind: 'continuity';
      readonly channel: string;
      readonly continuity: 'kept' | 'unproven' | 'lost';
      readonly reason: string;
      /** How many events came from the log. */
      readonly replayed: number;
      /** Some events are told only by what became of them. */
      readonly compacted: boolean;
    }
  /** A frame, a replayed event or a row of a list that could not be read. */
  | {
      readonly kind: 'quarantined';
      readonly channel: string;
      readonly name: string;
      readonly because: string;
      readonly mismatches: readonly Mismatch[];
      /** Recognises the same payload again without showing it. */
      readonly digest: string;
      readonly bytes: number;
      readonly seq: number | undefined;
      readonly id: string | undefined;
    }
  /** This device may not hear a channel; the others go on. */
  | {
      readonly kind: 'denied';
      readonly channel: string;
      readonly reason: string;
      readonly remediation: string;
      readonly abilities: readonly string[];
    }
  /** A handler threw or rejected (`error` says what), or has not settled for so long that it counts as settled. */
  | { readonly kind: 'handler'; readonly because: 'threw'; readonly event: DeliveredEvent; readonly error: unknown }
  | {
      readonly kind: 'handler';
      readonly because: 'slow';
      readonly channel: string;
      readonly name: string;
      readonly id: string | undefined;
    }
  /** Work that was given up after its tries; it is kept until a person decides. */
  | {
      readonly kind: 'deadLetter';
      readonly id: string;
      readonly channel: string;
      readonly name: string;
      readonly eventId: string | undefined;
      readonly tries: number;
      /** A run of it was interrupted, or does not stop: nobody knows whether it was done. */
      readonly mayHaveRun: boolean;
    }
  /** A mutation that the server refused, or of which nobody knows whether it happened. It waits for a person. */
  | {
      readonly kind: 'parked';
      readonly id: string;
      readonly name: string;
      readonly code: string;
      readonly status: number | undefined;
      /** An attempt of it may have taken effect. */
      readonly mayHaveHappened: boolean;
    }
  /** What was queued was sent after the connection came back: "3/3 sent". */
  | {
      readonly kind: 'drained';
      readonly sent: number;
      readonly parked: number;
      readonly remaining: number;
      readonly durationMs: number;
    }
  /** The outbox stopped, went on, or found something that it leaves as it is. */
  | {
      readonly kind: 'outbox';
      readonly what: 'stopped' | 'went-on' | 'stuck' | 'answer-misfit' | 'untouched';
      readonly because: string;
      readonly id: string | undefined;
    }
  /** More waited than may wait; it is read again. */
  | { readonly kind: 'overflow'; readonly channel: string }
  /** Something that cannot be, and was survived: one event with two positions. */
  | {
      readonly kind: 'anomaly';
      readonly channel: string;
      readonly id: string | undefined;
      readonly seq: number | undefined;
    }
  /** The device does not remember as it should. `set-aside`: records that could not be read are kept apart, and counted. */
  | { readonly kind: 'storage'; readonly fault: StoreFault | 'evicted' | 'set-aside'; readonly remediation: string }
  /** The device's clock is more than a minute off the server's, or is right again. */
  | {
      readonly kind: 'clock';
      readonly wrong: boolean;
      /** How far the server is ahead. */
      readonly offsetMs: number;
    }
  /** Dropped, and not counted: an event of another store or device, or one that a client sent in the server's name. */
  | {
      readonly kind: 'security';
      readonly channel: string;
      readonly because: 'foreign' | 'client-event';
      readonly name: string;
      /** Which value differs: `tenant`, or a part of the channel's name. */
      readonly field: string | undefined;
    }
  /** Somebody has to set something up. */
  | {
      readonly kind: 'config';
      readonly because: string;
      readonly channel: string | undefined;
      readonly remediation: string;
    }
  /** The server reported an error by name. */
  | {
      readonly kind: 'server-error';
      readonly channel: string;
      readonly name: string;
      readonly code: string | undefined;
    }
  /** A callback of the app failed: the token, a hook, a listener. */
  | { readonly kind: 'callback'; readonly error: unknown };

export type SignalKind = Signal['kind'];
export type SignalOf<Kind extends SignalKind> = Extract<Signal, { readonly kind: Kind }>;

export interface Signals {
  on(kind: '*', listener: (signal: Signal) => void, options?: { readonly signal?: AbortSignal }): Unsubscribe;
  on<Kind extends SignalKind>(
    kind: Kind | readonly Kind[],
    listener: (signal: SignalOf<Kind>) => void,
    options?: { readonly signal?: AbortSignal },
  ): Unsubscribe;
}
