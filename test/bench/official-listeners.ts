// What an app has without us: the official client or the bare socket with one listener, doing what it does by itself.
import PusherClient from 'pusher-js';

type Leave = () => void;

/** pusher-js in one private channel. */
export async function pusherListener(port: number, channel: string, event: string, heard: () => void): Promise<Leave> {
  const client = new PusherClient('key', {
    cluster: '',
    wsHost: '127.0.0.1',
    wsPort: port,
    forceTLS: false,
    enabledTransports: ['ws'],
    channelAuthorization: {
      transport: 'ajax',
      endpoint: 'unused',
      customHandler: ({ socketId, channelName }, done) => done(null, { auth: `key:${socketId}:${channelName}` }),
    },
  });
  await new Promise((resolve) => {
    const joined = client.subscribe(channel);
    joined.bind('pusher:subscription_succeeded', resolve);
    joined.bind(event, heard);
  });
  return () => client.disconnect();
}

/** The platform's WebSocket, with each frame parsed. */
export async function webSocketListener(port: number, heard: () => void): Promise<Leave> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/`);
  socket.addEventListener('message', ({ data }) => {
    const frame: unknown = JSON.parse(String(data));
    if (typeof frame === 'object') heard();
  });
  await new Promise((resolve) => socket.addEventListener('open', resolve));
  return () => socket.close();
}
