// The official client (pusher-js) and the official server library (pusher) against this server, end to end.
import PusherClient, { type Channel, type Options, type PresenceChannel } from 'pusher-js';
import { expect, onTestFinished, test, vi } from 'vitest';
import { app, host, type Hosted } from './hosting.ts';
import { officialClient } from './official-client.ts';

interface Client {
  readonly pusher: PusherClient;
  readonly socketId: string;
}

/** Connects as an app would; the backend's endpoint is the official library. */
async function client(
  hosted: Hosted,
  member?: { user_id: string; user_info?: object },
  options: Partial<Options> = {},
) {
  const pusher = officialClient(hosted, member, options);
  await new Promise<void>((resolve, reject) => {
    pusher.connection.bind('connected', resolve);
    pusher.connection.bind('failed', reject);
  });
  const connected: Client = { pusher, socketId: pusher.connection.socket_id };
  return connected;
}

const once = (channel: Pick<Channel, 'bind'>, event: string): Promise<unknown> =>
  new Promise((resolve) => channel.bind(event, resolve));

async function joined({ pusher }: Client, name: string): Promise<Channel> {
  const channel = pusher.subscribe(name);
  await once(channel, 'pusher:subscription_succeeded');
  return channel;
}

const json = async (response: Promise<{ json(): Promise<unknown> }>): Promise<unknown> => (await response).json();

test('a trigger reaches public and private channels, several at once, but not the socket it leaves out', async () => {
  const hosted = await host();
  const [pos, kitchen] = [await client(hosted), await client(hosted)];
  const heard: [string, string, unknown][] = [];
  for (const [who, connected] of Object.entries({ pos, kitchen })) {
    for (const name of ['menu', 'private-store.7']) {
      const channel = await joined(connected, name);
      channel.bind('OrderCreated', (data: unknown) => heard.push([who, name, data]));
    }
  }
  expect(
    await json(hosted.library.trigger(['menu', 'private-store.7'], 'OrderCreated', { id: 7, note: 'ä “x”' })),
  ).toEqual({
    ok: true,
  });
  await vi.waitFor(() => expect(heard).toHaveLength(4));
  expect(new Set(heard.map(String))).toHaveLength(4);
  expect(heard[0]?.[2]).toEqual({ id: 7, note: 'ä “x”' });
  heard.length = 0;
  // Laravel’s toOthers(): from here on the sender has a hole in its stream.
  await hosted.library.trigger('private-store.7', 'OrderCreated', { id: 8 }, { socket_id: pos.socketId });
  await hosted.library.trigger('private-store.7', 'OrderCreated', { id: 9 });
  await vi.waitFor(() => expect(heard).toHaveLength(3));
  expect(heard.filter(([who]) => who === 'pos').map(([, , data]) => data)).toEqual([{ id: 9 }]);
  expect(hosted.hazards).toEqual([]);
});

test('a batch arrives in its order', async () => {
  const hosted = await host();
  const connected = await client(hosted);
  const heard: unknown[] = [];
  (await joined(connected, 'menu')).bind('OrderCreated', (data: unknown) => heard.push(data));
  const batch = Array.from({ length: 10 }, (_, id) => ({ channel: 'menu', name: 'OrderCreated', data: { id } }));
  expect(await json(hosted.library.triggerBatch(batch))).toEqual({ ok: true });
  await vi.waitFor(() => expect(heard).toEqual(batch.map((_, id) => ({ id }))));
  // The library resolves, because the status is 200: who does not read the body believes that it was sent.
  const eleven = Array.from({ length: 11 }, (_, id) => ({ channel: 'menu', name: 'OrderCreated', data: { id } }));
  expect(await json(hosted.library.triggerBatch(eleven))).toMatchObject({ code: 400 });
});

test('a backend of this process publishes what the same backend would over HTTP', async () => {
  const hosted = await host();
  const connected = await client(hosted);
  const heard: unknown[] = [];
  (await joined(connected, 'menu')).bind_global((name: string, data: unknown) => heard.push([name, data]));
  const publisher = hosted.server.publisherOf(app.id);
  await publisher.publish([
    { channel: 'menu', name: 'OrderCreated', payload: { id: 1 } },
    { channel: 'menu', name: 'Note', payload: 'a text' },
    { channel: 'menu', name: 'Empty', payload: null },
  ]);
  await vi.waitFor(() =>
    expect(heard).toEqual([
      ['OrderCreated', { id: 1 }],
      ['Note', 'a text'],
      ['Empty', null],
    ]),
  );
  await expect(
    publisher.publish([{ channel: 'menu', name: 'OrderCreated', payload: 'x'.repeat(102_400) }]),
  ).rejects.toMatchObject({
    code: 'publish-refused',
    message: 'The event server refused OrderCreated on menu: The event data should be less than 100 KB.',
  });
  await expect(publisher.publish([{ channel: 'menu', name: 'Nothing', payload: undefined }])).rejects.toMatchObject({
    code: 'publish-refused',
  });
});

test('presence: members come and go, and the backend can ask who is there', async () => {
  const hosted = await host();
  const grill = await client(hosted, { user_id: '18', user_info: { name: 'Grill' } });
  const pass = await client(hosted, { user_id: '19', user_info: { name: 'Pass' } });
  const kitchen = (await joined(grill, 'presence-kitchen')) as PresenceChannel;
  expect(kitchen.members).toMatchObject({ count: 1, myID: '18', me: { id: '18', info: { name: 'Grill' } } });
  const added = once(kitchen, 'pusher:member_added');
  await joined(pass, 'presence-kitchen');
  expect(await added).toEqual({ id: '19', info: { name: 'Pass' } });
  expect(kitchen.members.count).toBe(2);
  const at = '/channels/presence-kitchen';
  expect(await json(hosted.library.get({ path: '/channels' }))).toEqual({
    channels: { 'presence-kitchen': { subscription_count: 2, occupied: true } },
  });
  expect(await json(hosted.library.get({ path: '/channels', params: { filter_by_prefix: 'private-' } }))).toEqual({
    channels: {},
  });
  expect(await json(hosted.library.get({ path: at }))).toEqual({
    subscription_count: 2,
    occupied: true,
    user_count: 2,
  });
  expect(await json(hosted.library.get({ path: `${at}/users` }))).toEqual({ users: [{ id: '18' }, { id: '19' }] });
  expect(await json(hosted.library.get({ path: `${at}/users`, params: { with_user_info: 1 } }))).toEqual({
    users: [
      { id: '18', user_info: { name: 'Grill' } },
      { id: '19', user_info: { name: 'Pass' } },
    ],
  });
  const removed = once(kitchen, 'pusher:member_removed');
  pass.pusher.disconnect();
  expect(await removed).toEqual({ id: '19', info: { name: 'Pass' } });
  expect(await json(hosted.library.get({ path: '/channels/empty' }))).toEqual({
    subscription_count: 0,
    occupied: false,
  });
});

test('client events go from device to device where the app allows them', async () => {
  const hosted = await host({ clientMessages: true });
  const [pos, kitchen] = [await client(hosted, { user_id: '1' }), await client(hosted, { user_id: '2' })];
  const [speaking, listening] = [await joined(pos, 'presence-kitchen'), await joined(kitchen, 'presence-kitchen')];
  const heard = new Promise((resolve) => {
    listening.bind('client-typing', (data: unknown, metadata: unknown) => resolve([data, metadata]));
  });
  expect(speaking.trigger('client-typing', { table: 7 })).toBe(true);
  expect(await heard).toEqual([{ table: 7 }, { user_id: '1' }]);
});

test('a refused signature is an error of the channel, which the official client never tries again', async () => {
  const hosted = await host();
  const { pusher } = await client(hosted, undefined, {
    channelAuthorization: {
      transport: 'ajax',
      endpoint: 'unused',
      customHandler: (_, done) => done(null, { auth: `${app.key}:forged` }),
    },
  });
  const channel = pusher.subscribe('private-store.7');
  expect(await once(channel, 'pusher:subscription_error')).toEqual({
    type: 'AuthError',
    error: 'The connection is unauthorized.',
    status: 401,
  });
  expect(pusher.connection.state).toBe('connected');
});

test('an unknown key makes the official client give up', async () => {
  const hosted = await host();
  const pusher = new PusherClient('no-such-key', {
    cluster: '',
    wsHost: '127.0.0.1',
    wsPort: hosted.port,
    forceTLS: false,
    enabledTransports: ['ws'],
  });
  onTestFinished(() => pusher.disconnect());
  const error = await new Promise((resolve) => pusher.connection.bind('error', resolve));
  expect(error).toMatchObject({
    error: { data: { code: 4001, message: 'App key no-such-key does not exist.' } },
  });
  await vi.waitFor(() => expect(pusher.connection.state).toBe('disconnected'));
});

test('a server that shuts down sends the official client back at once, and again and again', async () => {
  const hosted = await host();
  const { pusher } = await client(hosted);
  const closings = () =>
    hosted.traffic.filter(({ what, text }) => what === 'said' && text.includes('Server is closing')).length;
  hosted.server.shutdown();
  await vi.waitFor(() => expect(closings()).toBeGreaterThan(3), 10_000);
  expect(pusher.connection.state).not.toBe('disconnected');
});
