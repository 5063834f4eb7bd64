// Who is in a presence channel, as an app sees it.
import { expect, test } from 'vitest';
import type { Presence } from '../../src/core/presence/presence.ts';
import type { Signal } from '../../src/core/signals.ts';
import type { Member } from '../../src/transports/transport.ts';
import { none } from '../../src/transports/none.ts';
import { createKitchen, sku } from './kitchen.ts';

const place = `presence-store.${sku}.kds.presence`;
const grill: Member = { id: 18, info: { screen: 'grill' } };
const pass: Member = { id: 19 };
const bar: Member = { id: 20 };
const unknown: Presence = { members: undefined, me: undefined, current: false };
const now = (...members: readonly Member[]): Presence => ({ members, me: grill, current: true });

async function openDisplay({ isTold = true } = {}) {
  const kitchen = createKitchen({ latencyMs: 5 });
  kitchen.lists.set('kds/tickets', []);
  if (isTold) kitchen.members.set(place, { members: [grill, pass], me: 18 });
  const kds = kitchen.client('kds');
  const signals: Signal[] = [];
  kds.signals.on('config', (signal) => void signals.push(signal));
  await kds.start();
  await kitchen.host.pass(1_000);
  const presence = kds.presence('presence');
  const told: Presence[] = [];
  const moved: string[] = [];
  const joined = (): boolean => kitchen.transport.live.some((socket) => socket.joined.has(place));
  return { kitchen, kds, presence, told, moved, joined, signals, socket: () => kitchen.transport.live[0] };
}

/** The same, followed in every way. */
async function followDisplay() {
  const display = await openDisplay();
  const { kitchen, presence, told, moved } = display;
  const ends = [
    presence.subscribe((shown) => void told.push(shown)),
    presence.onJoin(({ id }) => void moved.push(`+${id}`)),
    presence.onLeave(({ id }) => void moved.push(`-${id}`)),
  ];
  await kitchen.host.pass(1_000);
  return { ...display, ends };
}

test('W1, W8: who is there is unknown until the server says it, and who was there is not told as coming', async () => {
  const { kds, presence, told, moved } = await followDisplay();
  expect(told).toEqual([now(grill, pass)]);
  expect(presence.get()).toBe(told[0]);
  expect(moved).toEqual([]);
  await kds.dispose();
});

test('W7, W8: who comes and goes is told, once each, and what says nothing new is not', async () => {
  const { kitchen, kds, presence, told, moved, socket } = await followDisplay();
  socket()?.tell(place, { kind: 'came', member: bar });
  socket()?.tell(place, { kind: 'came', member: { id: 20 } });
  socket()?.tell(place, { kind: 'went', id: 7 });
  await kitchen.host.pass(100);
  socket()?.tell(place, { kind: 'went', id: 19 });
  await kitchen.host.pass(100);
  expect(told.slice(1)).toEqual([now(grill, pass, bar), now(grill, bar)]);
  expect(moved).toEqual(['+20', '-19']);
  expect(presence.get()).toBe(told.at(-1));
  await kds.dispose();
});

test('W2, W3, W8: an outage shows who was there at last, and its end the differences (F26)', async () => {
  const { kitchen, kds, told, moved, socket } = await followDisplay();
  kitchen.members.set(place, { members: [grill, bar], me: 18 });
  socket()?.close({ code: 1006 });
  await kitchen.host.pass(10);
  expect(told.at(-1)).toEqual({ ...now(grill, pass), current: false });
  await kitchen.host.pass(10_000);
  expect(told.slice(2)).toEqual([now(grill, bar)]);
  expect(moved).toEqual(['-19', '+20']);
  await kds.dispose();
});

test('W3: a channel that is denied afterwards is not of now', async () => {
  const { kitchen, kds, presence, socket } = await followDisplay();
  kitchen.refuses.set(place, 403);
  socket()?.close({ code: 1006 });
  await kitchen.host.pass(20_000);
  expect(kds.health().channels.find(({ channel }) => channel === 'presence')?.word).toBe('denied');
  expect(presence.get()).toEqual({ ...now(grill, pass), current: false });
  await kds.dispose();
});

test('W3: a channel that the server takes away on the same connection is not of now', async () => {
  const { kitchen, kds, told, socket } = await followDisplay();
  kitchen.refuses.set(place, 403);
  socket()?.deny(place, { status: 403, code: undefined });
  await kitchen.host.pass(1_000);
  expect(told.at(-1)).toEqual({ ...now(grill, pass), current: false });
  expect(kds.status.get().word).toBe('live');
  await kds.dispose();
});

test('W9: the channel is joined for as long as somebody follows, and left after the last', async () => {
  const { kitchen, kds, presence, joined, ends } = await followDisplay();
  expect(joined()).toBe(true);
  const abort = new AbortController();
  presence.subscribe(() => undefined, { signal: abort.signal });
  for (const end of ends) end();
  await kitchen.host.pass(1_000);
  expect(joined()).toBe(true);
  abort.abort();
  await kitchen.host.pass(1_000);
  expect(joined()).toBe(false);
  expect(presence.get()).toEqual(unknown);
  await kds.dispose();
});

test('W9: to look does not join; what another part of the app follows is seen', async () => {
  const { kitchen, kds, presence, joined } = await openDisplay();
  expect(presence.get()).toEqual(unknown);
  await kitchen.host.pass(1_000);
  expect(joined()).toBe(false);
  kds.presence('presence').subscribe(() => undefined);
  await kitchen.host.pass(1_000);
  expect(presence.get()).toEqual(now(grill, pass));
  expect(kds.presence('presence').get()).toBe(presence.get());
  await kds.dispose();
});

test('W9: a screen that takes the place of another one asks the server nothing', async () => {
  const { kitchen, kds, presence, ends, told } = await followDisplay();
  for (const end of ends) end();
  presence.subscribe((shown) => void told.push(shown));
  expect(presence.get()).toEqual(now(grill, pass));
  await kitchen.host.pass(10_000);
  expect(told).toEqual([now(grill, pass)]);
  expect(presence.get()).toBe(told[0]);
  await kds.dispose();
});

test('W9: of a client that is stopped nothing is known; started again, it is told anew', async () => {
  const { kitchen, kds, presence, told, moved } = await followDisplay();
  await kds.stop();
  expect(told.at(-1)).toEqual(unknown);
  await kds.start();
  await kitchen.host.pass(1_000);
  expect(presence.get()).toEqual(now(grill, pass));
  expect(moved).toEqual([]);
  await kds.dispose();
});

test('W9: disposing of it ends what listens there and no other, disposing of the client ends all, and no timer is left', async () => {
  const { kitchen, kds, presence, told, joined, socket } = await followDisplay();
  const others: Presence[] = [];
  kds.presence('presence').subscribe((shown) => void others.push(shown));
  presence.dispose();
  presence.dispose();
  presence.subscribe((shown) => void told.push(shown));
  socket()?.tell(place, { kind: 'went', id: 19 });
  await kitchen.host.pass(1_000);
  expect(told).toHaveLength(1);
  expect(others).toEqual([now(grill)]);
  expect(joined()).toBe(true);
  await kds.dispose();
  expect(kitchen.host.pendingTimers).toBe(0);
});

test('W9: a listener that throws or leaves while it is told disturbs nobody', async () => {
  const { kitchen, kds, presence, socket } = await openDisplay();
  const heard: string[] = [];
  presence.onJoin(() => {
    throw new Error('mine');
  });
  const end = presence.onJoin(({ id }) => {
    heard.push(`first ${id}`);
    end();
  });
  presence.onJoin(({ id }) => void heard.push(`second ${id}`));
  await kitchen.host.pass(1_000);
  for (const member of [bar, { id: 21 }]) socket()?.tell(place, { kind: 'came', member });
  await kitchen.host.pass(100);
  expect(heard).toEqual(['first 20', 'second 20', 'second 21']);
  await kds.dispose();
});

test('W10: a channel without members, one of another role, and one that nobody has are refused at once', async () => {
  const kitchen = createKitchen();
  const kds = kitchen.client('kds');
  const refusal = (name: string): unknown => {
    try {
      return kds.presence(name as 'presence');
    } catch (error) {
      return error;
    }
  };
  expect(refusal('kds')).toMatchObject({
    code: 'unknown-name',
    message: 'The channel "kds" does not tell who is there.',
  });
  expect(refusal('orders')).toMatchObject({ code: 'unknown-name', message: expect.stringContaining('does not hear') });
  expect(refusal('constructor')).toMatchObject({ code: 'unknown-name' });
  await kds.dispose();
  expect(refusal('presence')).toMatchObject({ code: 'disposed' });
});

test('W10: a server that says nothing of it is told once, and nobody is not what is shown', async () => {
  const { kitchen, kds, presence, signals, socket } = await openDisplay({ isTold: false });
  presence.subscribe(() => undefined);
  await kitchen.host.pass(4_900);
  expect(signals).toEqual([]);
  await kitchen.host.pass(1_000);
  expect(signals).toMatchObject([{ because: 'presence-untold', channel: 'presence' }]);
  expect(presence.get()).toEqual(unknown);
  socket()?.close({ code: 1006 });
  await kitchen.host.pass(30_000);
  expect(signals).toHaveLength(1);
  await kds.dispose();
});

test('W10: a server that says it in an event of its own, a moment later, is no silent one', async () => {
  const { kitchen, kds, presence, signals, socket } = await openDisplay({ isTold: false });
  presence.subscribe(() => undefined);
  await kitchen.host.pass(1_000);
  socket()?.tell(place, { kind: 'everybody', members: [grill, pass], me: 18 });
  await kitchen.host.pass(10_000);
  expect(presence.get()).toEqual(now(grill, pass));
  expect(signals).toEqual([]);
  await kds.dispose();
});

test('W10: a transport that cannot tell it says so when it is asked for', async () => {
  const kitchen = createKitchen();
  kitchen.lists.set('kds/tickets', []);
  const kds = kitchen.client('kds', { transport: none() });
  const signals: Signal[] = [];
  kds.signals.on('config', (signal) => void signals.push(signal));
  for (let times = 0; times < 2; times += 1) kds.presence('presence').subscribe(() => undefined);
  expect(signals).toMatchObject([{ because: 'presence-untold', channel: 'presence' }]);
  await kds.start();
  await kitchen.host.pass(10_000);
  expect(kds.presence('presence').get()).toEqual(unknown);
  await kds.dispose();
});
