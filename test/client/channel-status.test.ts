import { expect, test } from 'vitest';
import { createKitchen, wire } from './kitchen.ts';

const grill = wire('kds.station.grill');

async function openDisplay() {
  const kitchen = createKitchen({ latencyMs: 5 });
  kitchen.lists.set('kds/tickets', []);
  const kds = kitchen.client('kds');
  await kds.start();
  await kitchen.host.pass(1_000);
  const channel = kds.channel('station', { station: 'grill' });
  const words: string[] = [];
  const end = channel.onStatus((word) => words.push(word));
  return { kitchen, kds, channel, words, end };
}

test('a channel tells each word of its own, whatever the others do', async () => {
  const { kitchen, kds, channel, words, end } = await openDisplay();
  expect(channel.status()).toBe('joining');
  await kitchen.host.pass(1_000);
  expect(words).toEqual(['catchingUp', 'live']);
  kitchen.transport.live[0]?.close({ code: 1006 });
  await kitchen.host.pass(10_000);
  expect(words.slice(2)).toEqual(['offline', 'joining', 'catchingUp', 'live']);
  end();
  await kds.stop();
  expect(words).toHaveLength(6);
  await kds.dispose();
});

test('a channel that is denied says so, although the device is live', async () => {
  const { kitchen, kds, words } = await openDisplay();
  kitchen.refuses.set(grill, 403);
  await kitchen.host.pass(1_000);
  expect(words.at(-1)).toBe('denied');
  expect(kds.status.get().word).toBe('live');
  await kds.dispose();
});

test('it is offline while the client is stopped, goes on with it, and tells nothing after it was disposed of', async () => {
  const { kitchen, kds, channel, words } = await openDisplay();
  await kitchen.host.pass(1_000);
  await kds.stop();
  expect(words.at(-1)).toBe('offline');
  await kds.start();
  await kitchen.host.pass(1_000);
  expect(words.at(-1)).toBe('live');
  const told = words.length;
  channel.dispose();
  await kds.stop();
  expect(words).toHaveLength(told);
  await kds.dispose();
});
