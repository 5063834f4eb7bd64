// SERVERS.md, Soketi, “Client events (off by default)”.
import { expect, test } from 'vitest';
import { host, sign } from './hosting.ts';
import type { Device } from './device.ts';

const refused = (channel: string, message: string) => ({
  event: 'pusher:error',
  channel,
  data: { code: 4301, message },
});

async function join(connected: Device, channel: string, member?: unknown): Promise<void> {
  const channelData = member === undefined ? undefined : JSON.stringify(member);
  const auth = sign(connected.id, channel, channelData);
  connected.say({ event: 'pusher:subscribe', data: { channel, auth, channel_data: channelData } });
  await connected.next();
}

test('off by default: 4301 with the channel beside the data, and the socket stays open', async () => {
  const { device } = await host();
  const connected = await device();
  connected.say({ event: 'client-typing', channel: 'private-kitchen', data: {} });
  expect(await connected.next()).toEqual(refused('private-kitchen', 'The app does not have client messaging enabled.'));
  connected.say({ event: 'client-typing', data: {} });
  expect(await connected.next()).toEqual({
    event: 'pusher:error',
    data: { code: 4301, message: 'The app does not have client messaging enabled.' },
  });
  expect(await connected.settled()).toEqual([]);
});

test('goes to the others of the channel as it is, public channels included, and names the member of a presence channel', async () => {
  const { device } = await host({ clientMessages: true });
  const [speaking, listening] = [await device(), await device()];
  for (const channel of ['orders', 'private-kitchen']) {
    await join(speaking, channel);
    await join(listening, channel);
    speaking.say({ event: 'client-typing', channel, data: { table: 7 } });
    expect(await listening.next()).toEqual({ event: 'client-typing', channel, data: { table: 7 } });
  }
  await join(listening, 'presence-kitchen', { user_id: 1 });
  await join(speaking, 'presence-kitchen', { user_id: 2 });
  await listening.next();
  speaking.say({ event: 'client-typing', channel: 'presence-kitchen', data: '{"table":7}' });
  expect(await listening.next()).toEqual({
    event: 'client-typing',
    channel: 'presence-kitchen',
    data: '{"table":7}',
    user_id: 2,
  });
  expect(await speaking.settled()).toEqual([]);
});

test('any name that contains client- counts; any other name is passed over in silence', async () => {
  const { device } = await host({ clientMessages: true });
  const [speaking, listening] = [await device(), await device()];
  await join(speaking, 'orders');
  await join(listening, 'orders');
  for (const event of ['typing', 'client_typing', 'pusher:typing', 'the-client-typing']) {
    speaking.say({ event, channel: 'orders', data: {} });
  }
  expect(await listening.next()).toMatchObject({ event: 'the-client-typing' });
  expect(await speaking.settled()).toEqual([]);
  expect(await listening.settled()).toEqual([]);
});

test('dropped in silence from somebody outside the channel', async () => {
  const { device } = await host({ clientMessages: true });
  const [speaking, listening] = [await device(), await device()];
  await join(listening, 'orders');
  for (const channel of ['orders', 'empty', undefined, 7, null, ['orders']]) {
    speaking.say({ event: 'client-typing', channel, data: {} });
  }
  expect(await speaking.settled()).toEqual([]);
  expect(await listening.settled()).toEqual([]);
});

test('4301 over 100 KB and for a name of more than 200 characters', async () => {
  const { device } = await host({ clientMessages: true });
  const [speaking, listening] = [await device(), await device()];
  await join(speaking, 'orders');
  await join(listening, 'orders');
  speaking.say({ event: 'client-typing', channel: 'orders', data: 'x'.repeat(102_401) });
  expect(await speaking.next()).toEqual(refused('orders', 'The event data should be less than 100 KB.'));
  speaking.say({ event: `client-${'x'.repeat(194)}`, channel: 'orders', data: {} });
  expect(await speaking.next()).toEqual(refused('orders', 'Event name is too long. Maximum allowed size is 200.'));
  speaking.say({ event: 'client-typing', channel: 'orders', data: 'x'.repeat(102_400) });
  speaking.say({ event: `client-${'x'.repeat(193)}`, channel: 'orders', data: {} });
  expect((await listening.next()).event).toBe('client-typing');
  expect((await listening.next()).event).toHaveLength(200);
});

test('4301 over the rate of one connection, until the second is over', async () => {
  const { device, time } = await host({ clientMessages: true, limits: { clientEventsPerSecond: 2 } });
  const [speaking, listening] = [await device(), await device()];
  await join(speaking, 'orders');
  await join(listening, 'orders');
  const typing = { event: 'client-typing', channel: 'orders', data: {} };
  for (let time = 0; time < 3; time += 1) speaking.say(typing);
  expect(await speaking.next()).toEqual(
    refused('orders', 'The rate limit for sending client events exceeded the quota.'),
  );
  expect(await listening.settled()).toHaveLength(2);
  listening.say(typing);
  expect(await speaking.next()).toMatchObject(typing);
  time.advance(1000);
  speaking.say(typing);
  expect(await listening.next()).toEqual(typing);
});
