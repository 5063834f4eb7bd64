// Whoever keeps WebSocket connections, as a publisher.
import type { Publisher } from './publisher.ts';

/** Keeps connections and knows who hears which channel. docs/protocol.md says how it speaks with them. */
export interface WebSocketHub {
  /**
   * Tells everybody on the channel, or of them only those who are in one of the rooms. Resolves, or returns, when it is on its way; an
   * error means that nobody was told.
   */
  broadcast(channel: string, name: string, payload: unknown, rooms?: readonly string[]): void | Promise<void>;
}

export const webSocketPublisher = (hub: WebSocketHub): Publisher => ({
  async publish(publications) {
    for (const { channel, name, payload, rooms } of publications) await hub.broadcast(channel, name, payload, rooms);
  },
});
