// SERVERS.md, Soketi, “Subscribing”.
import { expect, test } from 'vitest';
import { app, host, sign } from './hosting.ts';
import type { Device, Heard } from './device.ts';

const subscribe = (channel: string, more: object = {}): object => ({
  event: 'pusher:subscribe',
  data: { channel, ...more },
});

const unauthorized = (channel: string) => ({
  event: 'pusher:subscription_error',
  channel,
  data: { type: 'AuthError', error: 'The connection is unauthorized.', status: 401 },
});

/** As the backend's endpoint lets somebody into a presence channel. */
function join(device: Device, channel: string, member: unknown): Promise<Heard> {
  const channelData = JSON.stringify(member);
  device.say(subscribe(channel, { auth: sign(device.id, channel, channelData), channel_data: channelData }));
  return device.next();
}

const membersIn = (frame: { readonly data?: unknown }): unknown => JSON.parse(String(frame.data));

test('success has no data on channels without presence, and comes again when asked for again', async () => {
  const { device } = await host();
  const connected = await device();
  const signed = { auth: sign(connected.id, 'private-store.7') };
  connected.say(subscribe('orders'));
  connected.say(subscribe('orders'));
  connected.say(subscribe('private-store.7', signed));
  connected.say(subscribe('private-store.7', signed));
  expect(await connected.settled()).toEqual(
    ['orders', 'orders', 'private-store.7', 'private-store.7'].map((channel) => ({
      event: 'pusher_internal:subscription_succeeded',
      channel,
    })),
  );
});

test('subscribing twice does not double the events', async () => {
  const { device, server } = await host();
  const connected = await device();
  connected.say(subscribe('orders'));
  connected.say(subscribe('orders'));
  await connected.settled();
  await server.publisherOf(app.id).publish([{ channel: 'orders', name: 'OrderCreated', payload: { id: 7 } }]);
  expect(await connected.settled()).toEqual([{ event: 'OrderCreated', channel: 'orders', data: '{"id":7}' }]);
});

test('unsubscribing is not answered, and works; from a channel that nobody is in, too', async () => {
  const { device, server } = await host();
  const connected = await device();
  connected.say(subscribe('orders'));
  await connected.next();
  connected.say({ event: 'pusher:unsubscribe', data: { channel: 'orders' } });
  connected.say({ event: 'pusher:unsubscribe', data: { channel: 'never' } });
  await connected.settled();
  await server.publisherOf(app.id).publish([{ channel: 'orders', name: 'OrderCreated', payload: {} }]);
  expect(await connected.settled()).toEqual([]);
});

test('a bad or missing signature is a 401, and the socket stays open', async () => {
  const { device } = await host();
  const connected = await device();
  const forged = sign(connected.id, 'private-other');
  for (const auth of [undefined, '', 'app-key:00', forged, 7, null, ['a'], { a: 1 }]) {
    connected.say(subscribe('private-store.7', { auth }));
    expect(await connected.next()).toEqual(unauthorized('private-store.7'));
  }
  expect(await connected.settled()).toEqual([]);
});

test('a signature for an earlier socket id is the same 401', async () => {
  const { device } = await host();
  const earlier = await device();
  const connected = await device();
  connected.say(subscribe('private-store.7', { auth: sign(earlier.id, 'private-store.7') }));
  expect(await connected.next()).toEqual(unauthorized('private-store.7'));
  connected.say(subscribe('private-store.7', { auth: sign(connected.id, 'private-store.7') }));
  expect(await connected.next()).toMatchObject({ event: 'pusher_internal:subscription_succeeded' });
});

test('a name that contains private- or presence- anywhere needs a signature', async () => {
  const { device } = await host();
  const connected = await device();
  for (const channel of ['store.private-7', 'all-presence-7', 'private-encrypted-7']) {
    connected.say(subscribe(channel));
    expect(await connected.next()).toEqual(unauthorized(channel));
  }
});

test('4009 and LimitReached for a name of more than 200 characters', async () => {
  const { device } = await host();
  const connected = await device();
  connected.say(subscribe('a'.repeat(200)));
  expect(await connected.next()).toMatchObject({ event: 'pusher_internal:subscription_succeeded' });
  connected.say(subscribe('a'.repeat(201)));
  expect(await connected.next()).toEqual({
    event: 'pusher:subscription_error',
    channel: 'a'.repeat(201),
    data: {
      type: 'LimitReached',
      error: 'The channel name is longer than the allowed 200 characters.',
      status: 4009,
    },
  });
});

test.each(['', 'with space', 'orders/7', 'Bestellungen-ä', 'a#b', 'a:b'])(
  '4009 without a type for the illegal name “%s”',
  async (channel) => {
    const { device } = await host();
    const connected = await device();
    connected.say(subscribe(channel));
    const { event, data } = await connected.next();
    expect(event).toBe('pusher:subscription_error');
    expect(data).toEqual({
      error: expect.stringMatching(/^The channel name is not allowed\./) as unknown,
      status: 4009,
    });
  },
);

test('a presence channel tells the newcomer who is there, and the others who came and went', async () => {
  const { device } = await host();
  const [grill, pass] = [await device(), await device()];
  expect(await join(grill, 'presence-kitchen', { user_id: '18', user_info: { name: 'Grill' } })).toEqual({
    event: 'pusher_internal:subscription_succeeded',
    channel: 'presence-kitchen',
    data: '{"presence":{"ids":["18"],"hash":{"18":{"name":"Grill"}},"count":1}}',
  });
  const heard = await join(pass, 'presence-kitchen', { user_id: '19', user_info: { name: 'Pass' } });
  expect(membersIn(heard)).toEqual({
    presence: { ids: ['18', '19'], hash: { 18: { name: 'Grill' }, 19: { name: 'Pass' } }, count: 2 },
  });
  expect(await grill.next()).toEqual({
    event: 'pusher_internal:member_added',
    channel: 'presence-kitchen',
    data: '{"user_id":"19","user_info":{"name":"Pass"}}',
  });
  pass.socket.terminate();
  expect(await grill.next()).toEqual({
    event: 'pusher_internal:member_removed',
    channel: 'presence-kitchen',
    data: '{"user_id":"19"}',
  });
});

test('members are users: another tab of the same one is not added, and removed only with the last', async () => {
  const { device } = await host();
  const [watching, first, second] = [await device(), await device(), await device()];
  await join(watching, 'presence-kitchen', { user_id: '1' });
  await join(first, 'presence-kitchen', { user_id: '2' });
  expect(await watching.next()).toMatchObject({ event: 'pusher_internal:member_added' });
  const heard = await join(second, 'presence-kitchen', { user_id: '2' });
  expect(membersIn(heard)).toMatchObject({ presence: { ids: ['1', '2'], count: 2 } });
  second.say({ event: 'pusher:unsubscribe', data: { channel: 'presence-kitchen' } });
  await second.settled();
  expect(await watching.settled()).toEqual([]);
  first.say({ event: 'pusher:unsubscribe', data: { channel: 'presence-kitchen' } });
  expect(await watching.next()).toMatchObject({ event: 'pusher_internal:member_removed', data: '{"user_id":"2"}' });
});

test('joining a presence channel twice succeeds twice, and is told once', async () => {
  const { device } = await host();
  const [watching, connected] = [await device(), await device()];
  await join(watching, 'presence-kitchen', { user_id: '1' });
  for (let time = 0; time < 2; time += 1) {
    expect(membersIn(await join(connected, 'presence-kitchen', { user_id: '2' }))).toMatchObject({
      presence: { ids: ['1', '2'], count: 2 },
    });
  }
  expect((await watching.settled()).map(({ event }) => event)).toEqual(['pusher_internal:member_added']);
});

test('numeric user ids stay numbers, and a member without info is counted but not in the hash', async () => {
  const { device } = await host();
  const [first, second] = [await device(), await device()];
  await join(first, 'presence-kitchen', { user_id: 18, user_info: { name: 'Grill' } });
  const { data } = await join(second, 'presence-kitchen', { user_id: 19 });
  expect(data).toBe('{"presence":{"ids":[18,19],"hash":{"18":{"name":"Grill"}},"count":2}}');
  expect((await first.next()).data).toBe('{"user_id":19}');
});

test('4100 when a presence channel is full, for another tab of a member as well; usually that is at 100', async () => {
  const { device } = await host();
  const devices = await Promise.all(Array.from({ length: 102 }, () => device()));
  const joinAs = (connected: Device, userId: number) => join(connected, 'presence-kitchen', { user_id: userId });
  const members = await Promise.all(devices.slice(0, 100).map(joinAs));
  expect(new Set(members.map(({ event }) => event))).toEqual(new Set(['pusher_internal:subscription_succeeded']));
  for (const [index, connected] of devices.slice(100).entries()) {
    expect(await joinAs(connected, index === 0 ? 100 : 5)).toEqual({
      event: 'pusher:subscription_error',
      channel: 'presence-kitchen',
      data: {
        type: 'LimitReached',
        error: 'The maximum members per presence channel limit was reached',
        status: 4100,
      },
    });
  }
});

test('4301 for a member that tells more than 2 KB of itself', async () => {
  const { device } = await host();
  const connected = await device();
  const infoOf = (bytes: number) => 'x'.repeat(bytes);
  expect(await join(connected, 'presence-kitchen', { user_id: '1', user_info: infoOf(2049) })).toEqual({
    event: 'pusher:subscription_error',
    channel: 'presence-kitchen',
    data: { type: 'LimitReached', error: 'The maximum size for a channel member is 2 KB.', status: 4301 },
  });
  expect(await join(connected, 'presence-kitchen', { user_id: '1', user_info: infoOf(2048) })).toMatchObject({
    event: 'pusher_internal:subscription_succeeded',
  });
});

test('4302 for a presence channel without channel_data, or with one that cannot be read', async () => {
  const { device } = await host();
  const connected = await device();
  for (const channelData of [
    undefined,
    '',
    '{',
    'null',
    null,
    { user_id: 1 },
    '['.repeat(5000),
    '{"user_id":{"toString":1}}',
  ]) {
    const auth = sign(connected.id, 'presence-kitchen', String(channelData));
    connected.say(subscribe('presence-kitchen', { auth, channel_data: channelData }));
    expect(await connected.next()).toEqual({
      event: 'pusher:subscription_error',
      channel: 'presence-kitchen',
      data: { type: 'ServerError', error: 'A server error has occured.', status: 4302 },
    });
  }
});

test('the signature of a presence channel covers who joins', async () => {
  const { device } = await host();
  const connected = await device();
  connected.say(
    subscribe('presence-kitchen', {
      auth: sign(connected.id, 'presence-kitchen', '{"user_id":"1"}'),
      channel_data: '{"user_id":"2"}',
    }),
  );
  expect(await connected.next()).toEqual(unauthorized('presence-kitchen'));
});

test('apps do not hear each other', async () => {
  const other = { id: 'other', key: 'other-key', secret: 'other-secret' };
  const { device, server } = await host({}, { apps: [app, other] });
  const [here, there] = [await device(), await device(other.key)];
  for (const connected of [here, there]) {
    connected.say(subscribe('orders'));
    await connected.next();
  }
  await server.publisherOf(other.id).publish([{ channel: 'orders', name: 'OrderCreated', payload: {} }]);
  expect(await there.next()).toMatchObject({ event: 'OrderCreated' });
  expect(await here.settled()).toEqual([]);
  expect(() => server.publisherOf('no-such-app')).toThrow('The event server has no app no-such-app.');
});

test('a channel with cache- in its name tells newcomers its last event, for an hour', async () => {
  const { device, server, time } = await host();
  const connected = await device();
  connected.say(subscribe('cache-menu'));
  await connected.next();
  expect(await connected.next()).toEqual({ event: 'pusher:cache_miss', channel: 'cache-menu' });
  await server.publisherOf(app.id).publish([{ channel: 'cache-menu', name: 'MenuChanged', payload: { v: 2 } }]);
  const newcomer = await device();
  newcomer.say(subscribe('cache-menu'));
  await newcomer.next();
  expect(await newcomer.next()).toEqual({ event: 'MenuChanged', channel: 'cache-menu', data: '{"v":2}' });
  time.advance(3_600_000);
  const late = await device();
  late.say(subscribe('cache-menu'));
  await late.next();
  expect(await late.next()).toEqual({ event: 'pusher:cache_miss', channel: 'cache-menu' });
});
