// One connection's way through an app: turned away or greeted, heard, and forgotten.
import type { ServerTime } from '../../emit/index.ts';
import { passOn } from './client-events.ts';
import type { Connection } from './connection.ts';
import { readFrame } from './device-frames.ts';
import type { ReportHazard } from './hazards.ts';
import type { Hub } from './hub.ts';
import { createRate } from './rates.ts';
import { established, farewells, pong, refusalAskedFor, subscriptionError } from './server-frames.ts';
import { createSigningIn, noSigningIn } from './signing-in.ts';
import { subscribe, unsubscribe } from './subscribing.ts';

export interface Session {
  /** Whatever it is, it never throws. */
  hear(text: string): void;
  /** It is out of all channels, and nothing waits for it any more. */
  end(): void;
}

export interface SessionSeams {
  readonly time: ServerTime;
  readonly report: ReportHazard;
  /** The status with which a subscription is to fail. */
  readonly refuse?: ((channel: string) => number | undefined) | undefined;
}

/** `undefined`: it was turned away. */
export function openSession(
  hub: Hub,
  connection: Connection,
  { time, report, refuse }: SessionSeams,
): Session | undefined {
  const { app, connections } = hub;
  if (!app.enabled) return turnAway(connection, farewells.disabled);
  if (connections.size + 1 > app.limits.connections) return turnAway(connection, farewells.full);
  connections.add(connection);
  connection.say(established(connection.id));
  const rate = createRate(app.limits.clientEventsPerSecond, time.now);
  const signingIn = app.userAuthentication ? createSigningIn(hub, connection, time) : noSigningIn;
  return {
    hear(text) {
      const frame = readFrame(text);
      switch (frame.kind) {
        case 'ping':
          return connection.say(pong);
        case 'subscribe': {
          const status = refuse?.(frame.channel);
          if (status !== undefined) return connection.say(subscriptionError(frame.channel, refusalAskedFor(status)));
          if (subscribe(hub, connection, frame).proven) signingIn.stop();
          return;
        }
        case 'unsubscribe':
          return unsubscribe(hub, connection, frame.channel);
        case 'client-event':
          return passOn(hub, connection, rate, frame);
        case 'sign-in':
          return signingIn.signIn(frame.data);
        case 'hazard':
          return report({ hazard: frame.hazard, app: app.id, socketId: connection.id, message: frame.message });
        case 'nothing':
      }
    },
    end() {
      connections.delete(connection);
      signingIn.stop();
      for (const channel of hub.channels.channelsOf(connection)) unsubscribe(hub, connection, channel);
    },
  };
}

function turnAway(connection: Connection, farewell: Parameters<Connection['end']>[0]): undefined {
  connection.end(farewell);
}
