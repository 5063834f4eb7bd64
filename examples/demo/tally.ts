// What happened to one device since this page was opened, counted where it happens.
import { createDecoder, type Client, type Transport } from 'heard';
import { laravelPos, type LaravelPos } from 'heard/contracts/laravel-pos';
import type { Role } from './roster.ts';

export interface Counts {
  /** Events that came over the socket, copies included. */
  readonly received: number;
  /** Came once more, and was told to nobody. */
  readonly swallowed: number;
  /** Missed, and told all the same: from the server's log or its lists. */
  readonly healed: number;
  readonly queued: number;
  readonly sent: number;
  readonly parked: number;
}

export interface Tally {
  readonly counts: Counts;
  over(transport: Transport): Transport;
  watch(client: Pick<Client<LaravelPos, Role>, 'on' | 'outbox' | 'status'>): void;
  onChange(listener: () => void): void;
}

export function createTally(): Tally {
  const decode = createDecoder(laravelPos);
  const arrived = new Set<string>();
  const watching = new Set<() => void>();
  let counts: Counts = { received: 0, swallowed: 0, healed: 0, queued: 0, sent: 0, parked: 0 };

  function count(changed: Partial<Counts>): void {
    counts = { ...counts, ...changed };
    for (const listener of watching) listener();
  }

  return {
    get counts() {
      return counts;
    },
    over: (transport) => ({
      ...transport,
      connect: (attempt, handlers) =>
        transport.connect(attempt, {
          ...handlers,
          frame(frame) {
            const decoded = decode(frame);
            if (decoded.kind === 'event' && decoded.event.id !== undefined) {
              const { id } = decoded.event;
              const isCopy = arrived.has(id);
              arrived.add(id);
              count({ received: counts.received + 1, ...(isCopy && { swallowed: counts.swallowed + 1 }) });
            }
            handlers.frame(frame);
          },
        }),
    }),
    watch({ on, outbox, status }) {
      const told = new Set<string>();
      on('*', ({ id, origin }) => {
        // Told twice would be a copy that was not swallowed. It does not happen; this is where it would show.
        if (id !== undefined && told.has(id)) count({ swallowed: counts.swallowed - 1 });
        if (id !== undefined) told.add(id);
        if (origin !== 'live') count({ healed: counts.healed + 1 });
      });
      const look = (sent: number): void =>
        count({ queued: outbox.pending().length, parked: outbox.parked().length, sent });
      outbox.subscribe(({ state }) => look(counts.sent + (state === 'acked' ? 1 : 0)));
      // What waited before a reload is known when the device has started.
      status.subscribe(() => look(counts.sent));
    },
    onChange: (listener) => void watching.add(listener),
  };
}
