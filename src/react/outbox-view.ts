// What waits for the server and for a person, as one value that stays the same until it changes.
import type { WaitingMutation } from '../contract/mutation.ts';
import type { ParkedMutation } from '../core/outbox/parked-mutation.ts';
import type { SignalOf } from '../core/signals.ts';
import type { Readable } from '../surface.ts';
import type { PlainClient } from './plain-client.ts';
import { isSame } from './sameness.ts';
import { whileHeard } from './while-heard.ts';

export interface OutboxView {
  readonly pending: readonly WaitingMutation[];
  readonly parked: readonly ParkedMutation[];
  /** What was sent when the connection came back the last time: "3/3 sent". */
  readonly drained: SignalOf<'drained'> | undefined;
}

export const emptyOutbox: OutboxView = { pending: [], parked: [], drained: undefined };

/** How deep two views are compared: a mutation, and what a contract explains about it. */
const depth = 4;

/** One for all who look, and it listens only while somebody does. */
export function createOutboxView(client: () => PlainClient): Readable<OutboxView> {
  let view = emptyOutbox;

  function look(drained = view.drained): OutboxView {
    const { outbox } = client();
    const next = { pending: outbox.pending(), parked: outbox.parked(), drained };
    if (!isSame(view, next, depth)) view = next;
    return view;
  }

  const { isHeard, subscribe } = whileHeard<OutboxView>((tell) => {
    const { outbox, status, signals } = client();
    const ends = [
      outbox.subscribe(() => tell(look())),
      // What was stored is there when the client has started.
      status.subscribe(() => tell(look())),
      signals.on('drained', (signal) => tell(look(signal as SignalOf<'drained'>))),
    ];
    look();
    return () => {
      for (const end of ends) end();
    };
  });
  return { get: () => (isHeard() ? view : look()), subscribe };
}
