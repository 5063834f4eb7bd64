import { act, createElement as h } from 'react';
import { expect, test } from 'vitest';
import type { Presence } from '../../../src/core/presence/presence.ts';
import { sku } from '../../client/kitchen.ts';
import { createStage, guarded, kds, openKitchen, pass } from './stage.ts';

const { Provider, usePresence } = kds;
const place = `presence-store.${sku}.kds.presence`;

async function openScreens() {
  const { kitchen, client } = await openKitchen();
  kitchen.members.set(place, { members: [{ id: 18 }, { id: 19 }], me: 18 });
  const shown: Presence[] = [];
  const Screens = ({ title = '' }: { readonly title?: string }) => {
    const presence = usePresence('presence');
    shown.push(presence);
    const { members, current } = presence;
    const who = members === undefined ? 'unknown' : members.map(({ id }) => id).join(' ');
    return `${title}${who}${current ? '' : ' ?'}`;
  };
  const socket = () => kitchen.transport.live[0];
  const joined = (): boolean => socket()?.joined.has(place) === true;
  const come = (id: number): Promise<void> =>
    act(async () => {
      socket()?.tell(place, { kind: 'came', member: { id } });
      await kitchen.host.pass(20);
    });
  return { kitchen, client, shown, Screens, socket, joined, come };
}

test.each([false, true])(
  'who is there is shown, and again when somebody comes or the line is cut (strict: %s)',
  async (strict) => {
    const { kitchen, client, Screens, socket, come } = await openScreens();
    const stage = createStage({ strict });
    await stage.show(h(Provider, { client }, h(Screens)));
    expect(stage.text()).toBe('unknown ?');
    await pass(kitchen, 1_000);
    expect(stage.text()).toBe('18 19');
    await come(20);
    expect(stage.text()).toBe('18 19 20');
    await act(async () => socket()?.close({ code: 1006 }));
    expect(stage.text()).toBe('18 19 20 ?');
    await pass(kitchen, 20_000);
    expect(stage.text()).toBe('18 19');
  },
);

test('nothing is rendered for what says nothing new, and a render of another cause shows the same object', async () => {
  const { kitchen, client, shown, Screens, come } = await openScreens();
  const stage = createStage();
  await stage.show(h(Provider, { client }, h(Screens)));
  await pass(kitchen, 1_000);
  expect(shown).toHaveLength(2);
  await come(19);
  await pass(kitchen, 120_000);
  expect(shown).toHaveLength(2);
  await stage.show(h(Provider, { client }, h(Screens, { title: 'Here: ' })));
  expect(stage.text()).toBe('Here: 18 19');
  expect(shown).toHaveLength(3);
  expect(shown[2]).toBe(shown[1]);
});

test('several who show it join it once, a newcomer shows it at once, and the last one leaves it', async () => {
  const { kitchen, client, Screens, joined } = await openScreens();
  const stage = createStage({ strict: true });
  await stage.show(h(Provider, { client }, h(Screens, { key: 1 })));
  await pass(kitchen, 1_000);
  await stage.show(h(Provider, { client }, h(Screens, { key: 1 }), h(Screens, { key: 2, title: ' and ' })));
  expect(stage.text()).toBe('18 19 and 18 19');
  await stage.show(h(Provider, { client }, h(Screens, { key: 2 })));
  await pass(kitchen, 1_000);
  expect([stage.text(), joined()]).toEqual(['18 19', true]);
  await stage.show(h(Provider, { client }));
  await pass(kitchen, 1_000);
  expect(joined()).toBe(false);
});

test('a channel that does not tell who is there, or that the role does not hear, is refused while rendering', async () => {
  const { client } = await openScreens();
  const cases = [
    // @ts-expect-error it has no members
    () => usePresence('kds'),
    // @ts-expect-error not for a kitchen display
    () => usePresence('orders'),
  ];
  for (const use of cases) {
    const told: unknown[] = [];
    const Wrong = () => {
      use();
      return null;
    };
    const stage = createStage();
    await stage.show(h(Provider, { client }, guarded(h(Wrong), told)));
    expect(stage.text()).toBe('failed');
    expect(told).toMatchObject([{ code: 'unknown-name' }]);
  }
});
