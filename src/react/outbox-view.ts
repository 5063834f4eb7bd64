// What waits for the server and for a person, as one value that stays the same until it changes.
import type { WaitingMutation } from '../contract/mutation.ts';
import type { ParkedMutation } from '../core/outbox/parked-mutation.ts';
import type { SignalOf } from '../core/signals.ts';
import type { Readable } from '../surface.ts';
import type { PlainClient } from './plain-client.ts';
import { isSame } from './sameness.ts';

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
  const listeners = new Set<(view: OutboxView) => void>();
  let view = emptyOutbox;
  let ends: readonly (() => void)[] = [];

  function look(drained = view.drained): void {
    const { outbox } = client();
    const next = { pending: outbox.pending(), parked: outbox.parked(), drained };
    if (isSame(view, next, depth)) return;
    view = next;
    for (const listener of Array.from(listeners)) listener(view);
  }

  return {
    get() {
      if (listeners.size === 0) look();
      return view;
    },
    subscribe(listener) {
      const own = (told: OutboxView): void => listener(told);
      listeners.add(own);
      if (listeners.size === 1) {
        const { outbox, status, signals } = client();
        ends = [
          outbox.subscribe(() => look()),
          // What was stored is there when the client has started.
          status.subscribe(() => look()),
          signals.on('drained', (signal) => look(signal as SignalOf<'drained'>)),
        ];
        look();
      }
      return () => {
        if (!listeners.delete(own) || listeners.size > 0) return;
        for (const end of ends) end();
      };
    },
  };
}
