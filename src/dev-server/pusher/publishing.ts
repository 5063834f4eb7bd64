// What may be published, over HTTP and from within the process alike.
import { setImmediate } from 'node:timers/promises';
import { HeardError } from '../../errors.ts';
import type { Publication, Publisher } from '../../emit/index.ts';
import type { PusherApp } from './app.ts';
import type { Hub, PusherEvent } from './hub.ts';
import { kbOf } from './sizes.ts';

export interface PublishRefusal {
  readonly code: 400 | 413;
  readonly error: string;
}

export function publishRefusal(
  { limits }: PusherApp,
  { name, channels, data }: PusherEvent,
): PublishRefusal | undefined {
  if (channels.length > limits.channelsPerEvent) {
    return { code: 400, error: `Cannot broadcast to more than ${limits.channelsPerEvent} channels at once` };
  }
  if (name.length > limits.eventNameLength) {
    return { code: 400, error: `Event name is too long. Maximum allowed size is ${limits.eventNameLength}.` };
  }
  if (kbOf(data) > limits.eventKb) {
    return { code: 413, error: `The event data should be less than ${limits.eventKb} KB.` };
  }
  return undefined;
}

/** As if it came over HTTP, with the same limits and the same words of refusal. */
export function publisherOf(hub: Hub, isClosed: () => boolean): Publisher {
  const { app } = hub;
  return {
    mostBytes: app.limits.eventKb * 1024,
    atOnce: app.limits.eventsPerBatch,
    async publish(publications) {
      if (isClosed()) throw closed();
      const events = publications.map(eventOf);
      for (const event of events) {
        const refusal = publishRefusal(app, event);
        if (refusal !== undefined) throw refused(event, refusal.error);
      }
      for (const event of events) hub.publish(event);
      // A turn of the loop, as a request takes one: without it a thousand events would be written before a socket could
      // send any, and what only a slow reader loses would be lost by all.
      await setImmediate();
    },
  };
}

function eventOf({ channel, name, payload }: Publication): PusherEvent {
  const data: unknown = JSON.stringify(payload);
  const event = { name, channels: [channel], data };
  if (data === undefined) throw refused(event, 'The received data is incorrect');
  return event;
}

const refused = ({ name, channels }: PusherEvent, why: string): HeardError =>
  new HeardError('publish-refused', `The event server refused ${name} on ${channels.join(', ')}: ${why}`, {
    remediation: 'Emit less at once, or look at the limits of the app.',
  });

const closed = (): HeardError =>
  new HeardError('publish-failed', 'The event server is closed.', {
    remediation: 'Start it again; what is in the log can be replayed.',
  });
