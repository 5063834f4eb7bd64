// SERVERS.md, Soketi, “Hazards”: what ends or harms the real server leaves this one up, and is reported.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { expect, onTestFinished, test, vi } from 'vitest';
import { app, host } from './hosting.ts';

const hazardsOf = (hazards: readonly { readonly hazard: string }[]) => hazards.map(({ hazard }) => hazard);

test('a malformed subscribe or unsubscribe is reported, not answered, and ends nobody', async () => {
  const { device, hazards } = await host();
  const bystander = await device();
  const connected = await device();
  const malformed = [undefined, null, 'orders', 7, [], {}, { channel: null }, { channel: 7 }, { channel: ['orders'] }];
  for (const data of malformed) {
    connected.say({ event: 'pusher:subscribe', data });
    connected.say({ event: 'pusher:unsubscribe', data });
  }
  connected.sayText('{"event":"pusher:subscribe"}');
  expect(await connected.settled()).toEqual([]);
  expect(await bystander.settled()).toEqual([]);
  expect(hazards).toHaveLength(2 * malformed.length + 1);
  expect(new Set(hazardsOf(hazards))).toEqual(new Set(['malformed-subscribe', 'malformed-unsubscribe']));
  expect(hazards[0]).toEqual({
    hazard: 'malformed-subscribe',
    app: app.id,
    socketId: connected.id,
    message: 'A pusher:subscribe has no data that is an object; Soketi would shut down.',
  });
});

test('a sign-in without data and a frame nested too deep are reported, too', async () => {
  const { device, hazards } = await host({ clientMessages: true });
  const connected = await device();
  connected.say({ event: 'pusher:signin' });
  connected.sayText(`{"event":"client-a","channel":"b","data":${'['.repeat(100_000)}${']'.repeat(100_000)}}`);
  expect(await connected.settled()).toEqual([]);
  expect(hazardsOf(hazards)).toEqual(['malformed-signin', 'too-deep']);
});

test('what a careful client says is no hazard', async () => {
  const { device, hazards } = await host();
  const connected = await device();
  connected.say({ event: 'pusher:subscribe', data: { channel: 'orders' } });
  connected.say({ event: 'pusher:unsubscribe', data: { channel: 'orders' } });
  connected.say({ event: 'client-a', channel: 'orders', data: {} });
  for (const text of ['', 'null', '7', '"text"', '[]', '{}', '{"event":7}', 'no json', '{"event":"other"}']) {
    connected.sayText(text);
  }
  expect(await connected.settled()).toMatchObject([
    { event: 'pusher_internal:subscription_succeeded' },
    { event: 'pusher:error' },
  ]);
  expect(hazards).toEqual([]);
});

/** A text frame of a client, masked with zeros. */
function frameOf(text: string): Buffer {
  const payload = Buffer.from(text);
  return Buffer.concat([Buffer.from([0x81, 0x80 | payload.length, 0, 0, 0, 0]), payload]);
}

test('a subscribe in the same write as the upgrade is not answered; the same frame later is', async () => {
  const { port, hazards } = await host();
  const socket: Socket = connect(port, '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  let heard = '';
  socket.on('data', (chunk: Buffer) => (heard += chunk.toString('latin1')));
  await once(socket, 'connect');
  const subscribe = frameOf(JSON.stringify({ event: 'pusher:subscribe', data: { channel: 'orders' } }));
  const upgrade =
    'GET /app/app-key HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n';
  socket.write(Buffer.concat([Buffer.from(upgrade), subscribe]));
  await vi.waitFor(() => expect(heard).toContain('connection_established'));
  socket.write(frameOf('{"event":"pusher:ping"}'));
  await vi.waitFor(() => expect(heard).toContain('pusher:pong'));
  expect(heard).not.toContain('subscription_succeeded');
  expect(hazards).toEqual([
    {
      hazard: 'frame-with-upgrade',
      message: `${subscribe.length} bytes came in the same write as the request for the upgrade; Soketi never reads them.`,
    },
  ]);
  socket.write(subscribe);
  await vi.waitFor(() => expect(heard).toContain('subscription_succeeded'));
});

test('a slow reader loses messages in silence past 1 MB of backlog, and its socket stays open', async () => {
  const { device, server, hazards, traffic } = await host();
  const slow = await device();
  slow.say({ event: 'pusher:subscribe', data: { channel: 'orders' } });
  await slow.next();
  slow.socket.pause();
  const publisher = server.publisherOf(app.id);
  // How much the operating system holds back differs.
  let sent = 0;
  for (let after = 0; after < 10; after += hazards.length > 0 ? 1 : 0) {
    const id = sent++;
    await publisher.publish([{ channel: 'orders', name: 'OrderCreated', payload: { id, note: 'x'.repeat(90_000) } }]);
  }
  const lost = hazards.length;
  expect(lost).toBeGreaterThan(0);
  expect(hazards[0]).toMatchObject({ hazard: 'lost-to-backlog', app: app.id, socketId: slow.id });
  const behind = Number(/this reader is (\d+) bytes behind/.exec(hazards[0]?.message ?? '')?.[1]);
  expect(behind).toBeGreaterThan(1024 * 1024);
  expect(behind).toBeLessThan(1024 * 1024 + 100_000);
  expect(traffic.filter(({ what }) => what === 'lost')).toHaveLength(lost);
  slow.socket.resume();
  await vi.waitFor(() => expect(slow.heard.length).toBeGreaterThanOrEqual(sent - lost), 10_000);
  // It goes on as if nothing had been.
  await publisher.publish([{ channel: 'orders', name: 'OrderCreated', payload: { id: sent } }]);
  const arrived = (await slow.settled()).map(({ data }) => (JSON.parse(String(data)) as { id: number }).id);
  expect(arrived).toHaveLength(sent - lost + 1);
  expect(arrived.at(-1)).toBe(sent);
  expect(hazards).toHaveLength(lost);
});

test('with a backlog without bounds nothing is lost', async () => {
  const { device, server, hazards } = await host({}, { backlogBytes: Infinity });
  const slow = await device();
  slow.say({ event: 'pusher:subscribe', data: { channel: 'orders' } });
  await slow.next();
  slow.socket.pause();
  for (let id = 0; id < 150; id += 1) {
    await server
      .publisherOf(app.id)
      .publish([{ channel: 'orders', name: 'OrderCreated', payload: 'x'.repeat(90_000) }]);
  }
  slow.socket.resume();
  await vi.waitFor(() => expect(slow.heard).toHaveLength(150), 10_000);
  expect(hazards).toEqual([]);
});

test('a fast reader loses nothing, however fast the backend of this process publishes', async () => {
  const { device, server, hazards } = await host();
  const fast = await device();
  fast.say({ event: 'pusher:subscribe', data: { channel: 'orders' } });
  await fast.next();
  const publisher = server.publisherOf(app.id);
  for (let id = 0; id < 150; id += 1) {
    await publisher.publish([{ channel: 'orders', name: 'OrderCreated', payload: { id, note: 'x'.repeat(90_000) } }]);
  }
  expect(await fast.settled()).toHaveLength(150);
  expect(hazards).toEqual([]);
});

test('what arrives after the server has closed is not heard any more', async () => {
  const { device, server, hazards } = await host();
  const connected = await device();
  connected.socket.pause();
  server.connections()[0]?.close(4202);
  connected.say({ event: 'pusher:subscribe' });
  connected.socket.resume();
  expect(await connected.gone()).toBe(4202);
  expect(hazards).toEqual([]);
});
