// SERVERS.md, Soketi, “Connection”: how a device is greeted, and how it is sent away.
import { connect } from 'node:net';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { app, host, sign } from './hosting.ts';
import { device } from './device.ts';

test('greets with a text that has the socket id and an activity timeout of 30 s, whatever protocol the address names', async () => {
  const { port } = await host();
  for (const query of ['?protocol=7', '?protocol=1', '?protocol=banana', '']) {
    const connected = device(`ws://127.0.0.1:${port}/app/app-key${query}`);
    const { event, data, ...rest } = await connected.next();
    expect(event).toBe('pusher:connection_established');
    expect(data).toBeTypeOf('string');
    expect(JSON.parse(String(data))).toEqual({
      socket_id: expect.stringMatching(/^\d+\.\d+$/) as unknown,
      activity_timeout: 30,
    });
    expect(rest).toEqual({});
  }
});

test('does not compress, even for a device that offers it', async () => {
  const { device } = await host();
  const { socket } = await device();
  expect(socket.extensions).toBe('');
});

test('answers a ping with a pong, and never pings', async () => {
  const { device, time } = await host();
  const connected = await device();
  time.advance(119_000);
  connected.say({ event: 'pusher:ping', data: {} });
  expect(await connected.next()).toEqual({ event: 'pusher:pong', data: {} });
  expect(connected.heard).toEqual([]);
});

test('closes with 4201 when it has said nothing for 120 s, without a word, however much it heard', async () => {
  const { device, time } = await host({ clientMessages: true });
  const connected = await device();
  time.advance(60_000);
  // From outside the channel: heard, and not answered.
  connected.say({ event: 'client-hello', channel: 'orders', data: {} });
  const other = await device();
  await other.settled();
  time.advance(59_999);
  expect(connected.closed).toBeUndefined();
  time.advance(1);
  expect(await connected.gone()).toBe(4201);
  expect(connected.heard).toEqual([]);
  expect(await other.settled()).toEqual([]);
});

test('lives on as long as it pings, or as long as it is told something', async () => {
  const { device, server, time } = await host();
  const pinging = await device();
  const listening = await device();
  listening.say({ event: 'pusher:subscribe', data: { channel: 'orders' } });
  await listening.next();
  for (let minute = 0; minute < 5; minute += 1) {
    time.advance(60_000);
    expect(await pinging.settled()).toEqual([]);
    await server.publisherOf(app.id).publish([{ channel: 'orders', name: 'OrderCreated', payload: {} }]);
    await listening.next();
  }
  expect([pinging.closed, listening.closed]).toEqual([undefined, undefined]);
});

test('4001 for an unknown key: an error whose data is an object, then a close with the same code', async () => {
  const { port } = await host();
  const connected = device(`ws://127.0.0.1:${port}/app/no-such-key`);
  expect(await connected.next()).toEqual({
    event: 'pusher:error',
    data: { code: 4001, message: 'App key no-such-key does not exist.' },
  });
  expect(await connected.gone()).toBe(4001);
});

test('4003 for an app that is disabled', async () => {
  const { port } = await host({ enabled: false });
  const connected = device(`ws://127.0.0.1:${port}/app/app-key`);
  expect(await connected.next()).toEqual({
    event: 'pusher:error',
    data: { code: 4003, message: 'The app is not enabled.' },
  });
  expect(await connected.gone()).toBe(4003);
});

test('4100 over the limit of connections, and room again when one has gone', async () => {
  const hosted = await host({ limits: { connections: 1 } });
  const first = await hosted.device();
  const second = device(`ws://127.0.0.1:${hosted.port}/app/app-key`);
  expect(await second.next()).toEqual({
    event: 'pusher:error',
    data: { code: 4100, message: 'The current concurrent connections quota has been reached.' },
  });
  expect(await second.gone()).toBe(4100);
  first.socket.close();
  await expect.poll(() => hosted.server.connections()).toEqual([]);
  const third = await hosted.device();
  expect(await third.settled()).toEqual([]);
});

test.each(['/app/', '/app', '/app/key/more'])('%s is an HTTP 404', async (path) => {
  const { port } = await host();
  const socket = connect(port, '127.0.0.1');
  socket.write(
    `GET ${path} HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n',
  );
  const [answer] = (await once(socket, 'data')) as [Buffer];
  expect(answer.toString()).toMatch(/^HTTP\/1\.1 404 Not Found\r\n/);
  socket.destroy();
});

test('a device that breaks off while it is turned away ends nobody', async () => {
  const hosted = await host();
  for (const path of ['/app/', '/app/app-key', '/app/no-such-key']) {
    const socket = connect(hosted.port, '127.0.0.1');
    await once(socket, 'connect');
    socket.write(`GET ${path} HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n`);
    socket.resetAndDestroy();
    await expect.poll(() => hosted.open).toBe(0);
  }
  expect(await (await hosted.device()).settled()).toEqual([]);
});

test('shutting down: 4200 to everyone at once, and to everyone who comes while it lasts', async () => {
  const { device: greet, server, port } = await host();
  const there = [await greet(), await greet(), await greet()];
  for (const connected of there) {
    const channelData = JSON.stringify({ user_id: connected.id });
    const auth = sign(connected.id, 'presence-kitchen', channelData);
    connected.say({
      event: 'pusher:subscribe',
      data: { channel: 'presence-kitchen', auth, channel_data: channelData },
    });
  }
  await expect.poll(() => server.connections().flatMap(({ channels }) => channels)).toHaveLength(3);
  for (const connected of there) await connected.settled();
  server.shutdown();
  for (const connected of there) {
    expect(await connected.next()).toEqual({
      event: 'pusher:error',
      data: { code: 4200, message: 'Server closed. Please reconnect shortly.' },
    });
    expect(await connected.gone()).toBe(4200);
  }
  const newcomer = device(`ws://127.0.0.1:${port}/app/app-key`);
  expect(await newcomer.next()).toEqual({
    event: 'pusher:error',
    data: { code: 4200, message: 'Server is closing. Please reconnect shortly.' },
  });
  expect(await newcomer.gone()).toBe(4200);
});

test('nothing is left when everyone has gone: no connection, no channel, no timer', async () => {
  const hosted = await host({ userAuthentication: true });
  const devices = await Promise.all(Array.from({ length: 20 }, () => hosted.device()));
  for (const connected of devices) connected.say({ event: 'pusher:subscribe', data: { channel: 'orders' } });
  await Promise.all(devices.map((connected) => connected.settled()));
  expect(hosted.time.waiting).toBe(40);
  devices.forEach((connected, index) => (index % 2 === 0 ? connected.socket.close() : connected.socket.terminate()));
  await expect.poll(() => [hosted.server.connections(), hosted.time.waiting, hosted.open]).toEqual([[], 0, 0]);
  const channels = await hosted.library.get({ path: '/channels' });
  expect(await channels.json()).toEqual({ channels: {} });
});

test('closing leaves nothing, however little a device cooperates', async () => {
  const hosted = await host({ userAuthentication: true });
  const silent = await hosted.device();
  silent.socket.pause();
  const away = await hosted.device('no-such-key');
  away.socket.pause();
  hosted.server.close();
  await expect.poll(() => [hosted.time.waiting, hosted.open]).toEqual([0, 0]);
  expect(hosted.server.connections()).toEqual([]);
  await expect(
    hosted.server.publisherOf(app.id).publish([{ channel: 'orders', name: 'OrderCreated', payload: {} }]),
  ).rejects.toMatchObject({ code: 'publish-failed' });
});

test('whoever looks on sees every frame, and can cut a connection or close it with any code', async () => {
  const hosted = await host();
  const cut = await hosted.device();
  const closed = await hosted.device();
  cut.say({ event: 'pusher:subscribe', data: { channel: 'orders' } });
  await cut.next();
  const [one, other] = hosted.server.connections();
  expect(one).toMatchObject({ socketId: cut.id, appId: app.id, channels: ['orders'] });
  one?.cut();
  other?.close(4202);
  expect(await cut.gone()).toBe(1006);
  expect(await closed.gone()).toBe(4202);
  expect(hosted.traffic.filter(({ socketId }) => socketId === cut.id).map(({ what, text }) => [what, text])).toEqual([
    ['opened', ''],
    ['said', expect.stringContaining('connection_established')],
    ['heard', '{"event":"pusher:subscribe","data":{"channel":"orders"}}'],
    ['said', '{"event":"pusher_internal:subscription_succeeded","channel":"orders"}'],
    ['closed', ''],
  ]);
  expect(hosted.traffic.at(-1)).toMatchObject({ what: 'closed', text: '4202', key: 'app-key' });
});
