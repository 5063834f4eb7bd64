import type { Host } from '../host/host.ts';
import type { Readable } from '../surface.ts';
import { createOutboxView, type OutboxView } from './outbox-view.ts';
import type { PlainClient } from './plain-client.ts';
import { createSeconds } from './seconds.ts';

/** What hooks find in the context. Nothing in it asks for the client before a browser does. */
export interface HeldClient {
  client(): PlainClient;
  readonly outbox: Readable<OutboxView>;
  /** The server's time in whole seconds. */
  readonly seconds: Readable<number>;
}

export const holdClient = (client: () => PlainClient, host: Host): HeldClient => ({
  client,
  outbox: createOutboxView(client),
  seconds: createSeconds(() => client().serverNow(), host),
});
