// Who is there, in several tabs of one device: one socket, and every tab shows the same.
import { expect, test } from 'vitest';
import type { Presence } from '../../src/core/presence/presence.ts';
import { memory } from '../../src/storage/memory.ts';
import type { Store } from '../../src/storage/store.ts';
import { sharedTabs } from '../../src/tabs.ts';
import { createFakeTabs } from '../../src/testing/fake-tabs.ts';
import type { Member } from '../../src/transports/transport.ts';
import { createKitchen, sku } from './kitchen.ts';

const place = `presence-store.${sku}.kds.presence`;
const grill: Member = { id: 18, info: { screen: 'grill' } };
const pass: Member = { id: 19 };
const bar: Member = { id: 20 };
const now = (...members: readonly Member[]): Presence => ({ members, me: grill, current: true });

function openCrew() {
  const kitchen = createKitchen();
  kitchen.lists.set('kds/tickets', []);
  kitchen.members.set(place, { members: [grill, pass], me: 18 });
  const fake = createFakeTabs();
  const storage: Store = { ...memory(), isShared: true };

  async function open() {
    const page = fake.open();
    const kds = kitchen.client('kds', { storage, tabs: sharedTabs(page) });
    const presence = kds.presence('presence');
    const told: Presence[] = [];
    const moved: string[] = [];
    const end = presence.subscribe((shown) => void told.push(shown));
    presence.onJoin(({ id }) => void moved.push(`+${id}`));
    presence.onLeave(({ id }) => void moved.push(`-${id}`));
    const started = kds.start();
    await kitchen.host.pass(4_000);
    await started;
    return { kds, page, presence, told, moved, end };
  }

  const tell = (news: Parameters<NonNullable<(typeof kitchen.transport.live)[0]>['tell']>[1]): void =>
    kitchen.transport.live[0]?.tell(place, news);
  return { kitchen, open, tell };
}

test('W7, W8: tabs that follow show whom the one that leads shows, and tell each who comes and goes once', async () => {
  const { kitchen, open, tell } = openCrew();
  const tabs = [await open(), await open(), await open()];
  expect(kitchen.transport.live).toHaveLength(1);
  tell({ kind: 'came', member: bar });
  await kitchen.host.pass(100);
  tell({ kind: 'went', id: 19 });
  // Several views that say nothing new, of which each is a copy.
  await kitchen.host.pass(10_000);
  for (const { presence, told, moved } of tabs) {
    expect(told.slice(-3)).toEqual([now(grill, pass), now(grill, pass, bar), now(grill, bar)]);
    expect(told.filter(({ current }) => current)).toHaveLength(3);
    expect(presence.get()).toBe(told.at(-1));
    expect(moved).toEqual(['+20', '-19']);
  }
  for (const { kds } of tabs) await kds.dispose();
});

test('W2, W3, W8: when the tab that leads goes, the others show who was there at last, and then the differences', async () => {
  const { kitchen, open } = openCrew();
  const [leader, follower] = [await open(), await open()];
  const before = follower.told.length;
  kitchen.members.set(place, { members: [grill, bar], me: 18 });
  await leader.kds.dispose();
  await kitchen.host.pass(20_000);
  expect(follower.kds.health().tab).toBe('leader');
  expect(follower.told.slice(before)).toEqual([{ ...now(grill, pass), current: false }, now(grill, bar)]);
  expect(follower.moved).toEqual(['-19', '+20']);
  await follower.kds.dispose();
});

test('W9: the channel is joined for a tab that follows, and left when no tab follows it any more', async () => {
  const { kitchen, open } = openCrew();
  const [leader, follower] = [await open(), await open()];
  const joined = (): boolean => kitchen.transport.live.some((socket) => socket.joined.has(place));
  leader.presence.dispose();
  await kitchen.host.pass(1_000);
  expect(joined()).toBe(true);
  expect(follower.presence.get()).toEqual(now(grill, pass));
  follower.presence.dispose();
  await kitchen.host.pass(1_000);
  expect(joined()).toBe(false);
  expect(follower.presence.get().current).toBe(false);
  await follower.kds.dispose();
  await leader.kds.dispose();
});

test('W8, W9: a tab that follows anew is not told of whom it did not follow', async () => {
  const { kitchen, open, tell } = openCrew();
  const [leader, follower] = [await open(), await open()];
  follower.presence.dispose();
  await kitchen.host.pass(1_000);
  tell({ kind: 'came', member: bar });
  await kitchen.host.pass(1_000);
  leader.presence.dispose();
  await kitchen.host.pass(1_000);
  kitchen.members.set(place, { members: [grill], me: 18 });
  const again = follower.kds.presence('presence');
  const moved: string[] = [];
  again.onJoin(({ id }) => void moved.push(`+${id}`));
  again.onLeave(({ id }) => void moved.push(`-${id}`));
  expect(again.get()).toEqual({ members: undefined, me: undefined, current: false });
  await kitchen.host.pass(1_000);
  expect(again.get()).toEqual(now(grill));
  expect(moved).toEqual([]);
  await follower.kds.dispose();
  await leader.kds.dispose();
});
