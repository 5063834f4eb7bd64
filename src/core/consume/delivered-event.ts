import type { HeardEvent } from '../../contract/event.ts';

/** An event as a handler receives it: what the server said, and how it came here. */
export interface DeliveredEvent<Name extends string = string, Data = unknown> extends HeardEvent<Name, Data> {
  /** The contract describes it, and its data fit. Otherwise `on('*')` alone is told, with `data` as it came. */
  readonly known: boolean;
  /** `live`: over the socket; `replay`: from the server's log; `snapshot`: a list shows that it must have happened. */
  readonly origin: 'live' | 'replay' | 'snapshot';
  /** It may have been handled before, by a run of this app that ended in the middle. */
  readonly redelivered: boolean;
  /** `unproven`: something before it may be missing, and could not be settled in time. */
  readonly continuity: 'kept' | 'unproven';
  /** How old it was when it was handed out, by the server's clock; undefined where the event does not say. */
  readonly ageMs: number | undefined;
}
