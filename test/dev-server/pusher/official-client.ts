import PusherClient, { type Options } from 'pusher-js';
import { onTestFinished } from 'vitest';
import { app, type Hosted } from './hosting.ts';

/** pusher-js as an app would have it, until the test is over; the backend's endpoint is the official library. */
export function officialClient(
  hosted: Hosted,
  member?: { user_id: string; user_info?: object },
  options: Partial<Options> = {},
): PusherClient {
  const pusher = new PusherClient(app.key, {
    cluster: '',
    wsHost: '127.0.0.1',
    wsPort: hosted.port,
    forceTLS: false,
    enabledTransports: ['ws'],
    channelAuthorization: {
      transport: 'ajax',
      endpoint: 'unused',
      customHandler: ({ socketId, channelName }, done) =>
        done(null, hosted.library.authorizeChannel(socketId, channelName, member)),
    },
    ...options,
  });
  onTestFinished(() => pusher.disconnect());
  return pusher;
}
