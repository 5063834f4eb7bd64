import type {
  ConnectAttempt,
  Transport,
  TransportConnection,
  TransportHandlers,
} from '../../src/transports/transport.ts';
import { vi } from 'vitest';

/** What a transport told, in order: the handler's name and what it was given. */
type Told = readonly [name: string, ...given: readonly unknown[]];

export interface Heard {
  readonly told: readonly Told[];
  readonly connection: TransportConnection;
  /** Waits until that was told, as often as it is wanted. */
  until(name: string, times?: number): Promise<void>;
}

/** Connects, and writes down everything that is told. */
export function connect(transport: Transport, attempt: Partial<ConnectAttempt> = {}): Heard {
  const told: Told[] = [];
  const tell =
    (name: string) =>
    (...given: readonly unknown[]): void =>
      void told.push([name, ...given]);
  const handlers: TransportHandlers = {
    opened: tell('opened'),
    frame: tell('frame'),
    alive: tell('alive'),
    joined: tell('joined'),
    presence: tell('presence'),
    refused: tell('refused'),
    warned: tell('warned'),
    closed: tell('closed'),
    failed: tell('failed'),
  };
  const connection = transport.connect({ token: undefined, query: {}, ...attempt }, handlers);
  return {
    told,
    connection,
    until: (name, times = 1) =>
      vi.waitFor(
        () => {
          const count = told.filter(([happened]) => happened === name).length;
          if (count < times)
            throw new Error(`"${name}" was told ${count} times: ${JSON.stringify(told).slice(0, 500)}`);
        },
        { timeout: 10_000, interval: 2 },
      ),
  };
}
