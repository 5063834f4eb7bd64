import { act, createElement as h } from 'react';
import { expect, test, vi } from 'vitest';
import type { Moment } from '../../../src/react/index.ts';
import { createStage, kds, openKitchen, pass, ticket } from './stage.ts';

const { Provider, useTicketTimer } = kds;

interface Asked {
  readonly since: Moment;
  readonly until?: Moment;
  readonly every?: 'second' | 'minute';
  readonly seen: (number | undefined)[];
}
const Timer = ({ since, seen, ...options }: Asked) => {
  const { elapsedMs } = useTicketTimer(since, options);
  seen.push(elapsedMs);
  return null;
};

async function openTimers(timers: readonly Asked[]) {
  const { kitchen, client } = await openKitchen([ticket(1)]);
  const { host } = kitchen;
  const stage = createStage();
  const idle = host.pendingTimers;
  const page = () => h(Provider, { client, host, children: timers.map((asked, key) => h(Timer, { key, ...asked })) });
  await stage.show(page());
  return { kitchen, client, host, stage, running: () => host.pendingTimers - idle };
}
test('timers turn together, once a second, on full seconds of the server', async () => {
  const { kitchen, client } = await openKitchen();
  await kitchen.host.pass(1_250 - (client.serverNow() % 1_000));
  const nowMs = client.serverNow();
  const first: (number | undefined)[] = [];
  const second: (number | undefined)[] = [];
  const { host } = kitchen;
  const before = host.pendingTimers;
  const stage = createStage();
  const timer = (key: number, since: Moment, seen: (number | undefined)[]) => h(Timer, { key, since, seen });
  await stage.show(
    h(Provider, {
      client,
      host,
      children: [timer(1, nowMs - 10_500, first), timer(2, new Date(nowMs - 75_000), second)],
    }),
  );
  expect(host.pendingTimers).toBe(before + 1);
  await pass(kitchen, 749);
  expect(first).toEqual([10_000]);
  await pass(kitchen, 1);
  for (let count = 0; count < 3; count += 1) await pass(kitchen, 1_000);
  // Rounded down from the last full second, so that all change at the same moment.
  expect(first).toEqual([10_000, 11_000, 12_000, 13_000, 14_000]);
  expect(second).toHaveLength(first.length);
  expect(host.pendingTimers).toBe(before + 1);
  await stage.unmount();
  expect(host.pendingTimers).toBe(before);
});

test('a timer by minutes renders once a minute', async () => {
  const seen: (number | undefined)[] = [];
  const { kitchen, client, stage } = await openTimers([]);
  const since = client.serverNow() - 90_000;
  await stage.show(h(Provider, { client, host: kitchen.host }, h(Timer, { since, every: 'minute', seen })));
  for (let count = 0; count < 60; count += 1) await pass(kitchen, 1_000);
  expect(seen).toEqual([60_000, 120_000]);
});

test('what is over stands still and needs no timer; what cannot be read is not known', async () => {
  const seen: (number | undefined)[][] = [[], [], [], []];
  const [over = [], none = [], unreadable = [], future = []] = seen;
  const { kitchen, running } = await openTimers([
    { since: '2026-01-01T00:00:00Z', until: '2026-01-01T00:02:03.500Z', seen: over },
    { since: undefined, seen: none },
    { since: '2026-01-01 00:00:00', seen: unreadable },
    { since: '2026-01-01T00:02:00Z', until: '2026-01-01T00:01:00Z', seen: future },
  ]);
  expect(running()).toBe(0);
  await pass(kitchen, 3_000);
  expect(seen).toEqual([[123_000], [undefined], [undefined], [0]]);
});

test('nothing ticks while nobody sees the page, and everything is right when somebody does', async () => {
  const seen: (number | undefined)[] = [];
  const { kitchen, client, host, stage } = await openTimers([]);
  await stage.show(h(Provider, { client, host }, h(Timer, { since: client.serverNow(), seen })));
  await pass(kitchen, 1_000);
  const ticking = host.pendingTimers;
  const visibility = vi.spyOn(document, 'visibilityState', 'get').mockReturnValue('hidden');
  await act(async () => host.emit({ kind: 'hidden' }));
  expect(host.pendingTimers).toBe(ticking - 1);
  const renders = seen.length;
  await pass(kitchen, 20_000);
  expect(seen).toHaveLength(renders);
  visibility.mockRestore();
  await act(async () => host.emit({ kind: 'visible' }));
  expect(seen.at(-1)).toBeGreaterThanOrEqual(20_000);
  expect(seen).toHaveLength(renders + 1);
});

test('a timer that is put up while nobody sees the page begins when somebody does', async () => {
  const seen: (number | undefined)[] = [];
  const { kitchen, client, host, stage } = await openTimers([]);
  const before = host.pendingTimers;
  const visibility = vi.spyOn(document, 'visibilityState', 'get').mockReturnValue('hidden');
  await stage.show(h(Provider, { client, host }, h(Timer, { since: client.serverNow(), seen })));
  expect(host.pendingTimers).toBe(before);
  visibility.mockRestore();
  await act(async () => host.emit({ kind: 'visible' }));
  await pass(kitchen, 2_000);
  expect(seen.at(-1)).toBeGreaterThanOrEqual(1_000);
});
