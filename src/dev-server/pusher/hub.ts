// One app with everyone who is connected to it. What is published here was let through already (publishing.ts).
import type { ServerTime } from '../../emit/index.ts';
import type { PusherApp } from './app.ts';
import { createCache } from './cache.ts';
import { createChannels, type Channels } from './channels.ts';
import { isCaching, userOf } from './channel-names.ts';
import type { Connection } from './connection.ts';
import { createRate, type Rate } from './rates.ts';
import { cacheMiss, type ServerFrame } from './server-frames.ts';
import { createUsers, type Users } from './users.ts';

/** One event, for all of its channels. */
export interface PusherEvent {
  readonly name: string;
  readonly channels: readonly string[];
  /** A text, as the official libraries send it; anything else goes out as it came in. */
  readonly data: unknown;
  /** The one connection that does not hear it: it has a hole in its stream from here on. */
  readonly exceptId?: string | undefined;
}

export interface Hub {
  readonly app: PusherApp;
  readonly connections: Set<Connection>;
  readonly channels: Channels;
  readonly users: Users;
  readonly eventRate: Rate;
  readonly readRate: Rate;
  publish(event: PusherEvent): void;
  /** What a newcomer hears on a channel that remembers its last event; nothing on others. */
  remembered(channel: string): ServerFrame | undefined;
}

export function createHub(app: PusherApp, { now }: Pick<ServerTime, 'now'>): Hub {
  const channels = createChannels();
  const connections = new Set<Connection>();
  const users = createUsers(connections);
  const cache = createCache(now);
  return {
    app,
    connections,
    channels,
    users,
    eventRate: createRate(app.limits.eventsPerSecond, now),
    readRate: createRate(app.limits.readsPerSecond, now),
    publish({ name, channels: names, data, exceptId }) {
      for (const channel of names) {
        const text = JSON.stringify({ event: name, channel, data });
        const userId = userOf(channel);
        if (userId === undefined) channels.sayIn(channel, text, exceptId);
        else for (const connection of users.connectionsOf(userId)) connection.sayText(text);
        if (isCaching(channel)) cache.keep(channel, { event: name, data });
      }
    },
    remembered(channel) {
      if (!isCaching(channel)) return undefined;
      const last = cache.lastIn(channel);
      return last === undefined ? cacheMiss(channel) : { event: last.event, channel, data: last.data };
    },
  };
}
