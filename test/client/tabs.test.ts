// Several tabs of one device: one socket, one outbox, one who works, and nobody misses or hears anything twice.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { memory } from '../../src/storage/memory.ts';
import type { Store } from '../../src/storage/store.ts';
import { failingStore } from '../../src/testing/failing-store.ts';
import { createFakeTabs, type FakeTab } from '../../src/testing/fake-tabs.ts';
import { sharedTabs } from '../../src/tabs.ts';
import { guardUnload } from '../../src/unload-guard.ts';
import { patience, runs } from '../effort.ts';
import { createKitchen, order, wire, type Kitchen } from './kitchen.ts';
import { pausable } from './pausable.ts';

const dish = (qty: number) => ({ channel: 'pos' as const, items: [{ item_id: 1, qty }] });
/** The same of what is shown of it, which is anything. */
const quantityOf = ({ input }: { readonly input: unknown }): number =>
  (input as ReturnType<typeof dish>).items[0]?.qty ?? 0;

interface Tab {
  readonly pos: ReturnType<Kitchen['client']>;
  readonly page: FakeTab;
  readonly heard: string[];
  /** Gone without a word, and without having stored another thing. */
  crash(): void;
}

function openCrew({ hasLocks = true } = {}) {
  const kitchen = createKitchen();
  const taken: number[] = [];
  kitchen.lists.set('orders', []);
  kitchen.answer = ({ method, path, body }) => {
    if (method !== 'POST' || !path.endsWith('/orders')) return undefined;
    taken.push((JSON.parse(body ?? '{}') as { items: readonly { qty: number }[] }).items[0]?.qty ?? 0);
    return { status: 201, body: { data: order(taken.length).order } };
  };
  const fake = createFakeTabs({ hasLocks });
  const shared = memory();
  let published = 0;

  async function open(principal = ''): Promise<Tab> {
    const tab = fake.open();
    const life = pausable(kitchen);
    const page: FakeTab = {
      ...tab,
      freeze(how) {
        tab.freeze(how);
        life.freeze();
      },
      thaw() {
        tab.thaw();
        life.thaw();
      },
    };
    const disk = failingStore(shared, () => undefined);
    const storage: Store = { ...disk, isShared: true };
    const pos = kitchen.client('pos', { ...life.options, storage, tabs: sharedTabs(tab), principal });
    const heard: string[] = [];
    pos.on('*', ({ id, redelivered, continuity }) => {
      heard.push(`${id}${redelivered ? ' again' : ''}${continuity === 'unproven' ? ' unproven' : ''}`);
    });
    const started = pos.start();
    await kitchen.host.pass(4_000);
    await started;
    const crash = (): void => {
      page.crash();
      disk.crash();
      void pos.dispose();
    };
    return { pos, page, heard, crash };
  }

  function publish(): string {
    published += 1;
    return kitchen.publish(wire('orders'), 'OrderCreated', order(published)).event_id;
  }

  return { kitchen, taken, open, publish, sockets: () => kitchen.transport.live.length };
}

describe.each([
  { hasLocks: true, takeOverMs: 500, what: 'with locks' },
  { hasLocks: false, takeOverMs: 15_000, what: 'without locks' },
])('$what', ({ hasLocks, takeOverMs }) => {
  test('T1, T3: three tabs have one socket, show the same, and each hears everything once', async () => {
    const { kitchen, open, publish, sockets } = openCrew({ hasLocks });
    const tabs = [await open(), await open(), await open()];
    expect(sockets()).toBe(1);
    expect(tabs.map(({ pos }) => pos.health().tab)).toEqual(['leader', 'follower', 'follower']);
    const ids = [publish(), publish(), publish()];
    await kitchen.host.pass(1_000);
    for (const { heard } of tabs) expect(heard).toEqual(ids);
    expect(tabs.map(({ pos }) => pos.status.get().word)).toEqual(['live', 'live', 'live']);
    for (const { pos } of tabs) await pos.dispose();
    await kitchen.host.pass(10_000);
    expect(kitchen.host.pendingTimers).toBe(0);
  });

  test('T2, T4: when the leader is closed without a word another one leads, and nobody misses or hears twice', async () => {
    const { kitchen, open, publish, sockets } = openCrew({ hasLocks });
    const [first, second, third] = [await open(), await open(), await open()];
    const ids = [publish()];
    await kitchen.host.pass(50);
    // What was heard a moment ago is not stored yet: the next leader reads it again.
    ids.push(publish());
    first.crash();
    ids.push(publish());
    await kitchen.host.pass(takeOverMs);
    ids.push(publish());
    await kitchen.host.pass(1_000);
    expect([second, third].filter(({ pos }) => pos.health().tab === 'leader')).toHaveLength(1);
    expect(sockets()).toBe(1);
    for (const { heard } of [second, third]) {
      expect(heard.map((id) => id.replace(' again', ''))).toEqual(ids);
    }
    for (const { pos } of [second, third]) expect(pos.status.get().word).toBe('live');
    await Promise.all([second.pos.dispose(), third.pos.dispose(), kitchen.host.pass(10_000)]);
  });

  test.each([
    { hears: false, says: false, which: 'that hears nothing' },
    { hears: true, says: false, which: 'that hears what is posted' },
    { hears: true, says: true, which: 'that hears what is posted and knows, as in Chromium,' },
  ])(
    'T5: a frozen leader $which is robbed within 15 s, and follows when it wakes, having heard everything once',
    async ({ hears, says }) => {
      const { kitchen, open, publish } = openCrew({ hasLocks });
      const [first, second] = [await open(), await open()];
      const ids = [publish()];
      await kitchen.host.pass(1_000);
      first.page.freeze({ hears, says });
      await kitchen.host.pass(15_000);
      expect(second.pos.health().tab).toBe('leader');
      ids.push(publish());
      await kitchen.host.pass(1_000);
      expect(second.heard.map((id) => id.replace(' again', ''))).toEqual(ids);
      first.page.thaw();
      await kitchen.host.pass(10_000);
      expect(first.pos.health().tab).toBe('follower');
      ids.push(publish());
      await kitchen.host.pass(1_000);
      expect(second.heard.map((id) => id.replace(' again', ''))).toEqual(ids);
      expect(first.heard.map((id) => id.replace(' again', ''))).toEqual(ids);
      await Promise.all([first.pos.dispose(), second.pos.dispose(), kitchen.host.pass(10_000)]);
    },
  );

  test('T5: what a frozen leader answers to whoever asks for something proves nothing: it is robbed within 15 s', async () => {
    const { kitchen, taken, open } = openCrew({ hasLocks });
    const [first, second] = [await open(), await open()];
    first.page.freeze({ hears: true });
    const asked: Promise<unknown>[] = [];
    const orders = Array.from({ length: 15 }, (_, index) => index + 1);
    for (const qty of orders) {
      asked.push(second.pos.mutate('order.create', dish(qty)));
      await kitchen.host.pass(1_000);
    }
    expect(second.pos.health().tab).toBe('leader');
    await kitchen.host.pass(30_000);
    await Promise.all(asked);
    // What it began, and could not end, waits for a person, as something that may have happened; the rest has been done.
    const begun = second.pos.outbox.parked();
    expect(begun.every(({ mayHaveHappened }) => mayHaveHappened)).toBe(true);
    expect(new Set(taken).size).toBe(taken.length);
    expect([...new Set([...taken, ...begun.map(quantityOf)])].sort((one, other) => one - other)).toEqual(orders);
    first.page.thaw();
    await kitchen.host.pass(30_000);
    expect(new Set(taken).size).toBe(taken.length);
    expect(second.pos.outbox.parked()).toEqual(begun);
    await Promise.all([first.pos.dispose(), second.pos.dispose(), kitchen.host.pass(10_000)]);
  });

  test('T6: whoever takes an order in any tab hears how it ends, and it is sent once', async () => {
    const { kitchen, taken, open } = openCrew({ hasLocks });
    const [first, second] = [await open(), await open()];
    const { settled } = await second.pos.mutate('order.create', dish(2));
    await first.pos.mutate('order.create', dish(3));
    await kitchen.host.pass(2_000);
    expect(await settled).toMatchObject({ outcome: 'done', by: 'answer' });
    expect(taken).toEqual([2, 3]);
    await expect(second.pos.mutate('order.create', { items: 'none' } as never)).rejects.toMatchObject({
      name: 'HeardError',
      code: 'input-invalid',
    });
    await Promise.all([first.pos.dispose(), second.pos.dispose(), kitchen.host.pass(10_000)]);
  });

  test('T6: an order that waits when its leader goes is answered to the tab that took it, by the next leader', async () => {
    const { kitchen, taken, open } = openCrew({ hasLocks });
    const [first, second] = [await open(), await open()];
    kitchen.http.weather = 'down';
    for (const socket of Array.from(kitchen.transport.live)) socket.close({ code: 1006 });
    await kitchen.host.pass(0);
    const { settled, id } = await second.pos.mutate('order.create', dish(4));
    await kitchen.host.pass(1_000);
    expect(second.pos.outbox.pending()).toMatchObject([{ id }]);
    first.crash();
    await kitchen.host.pass(takeOverMs);
    kitchen.http.weather = 'clear';
    await kitchen.host.pass(60_000);
    expect(await settled).toMatchObject({ outcome: 'done' });
    expect(taken).toEqual([4]);
    expect(second.pos.outbox.pending()).toEqual([]);
    await Promise.all([second.pos.dispose(), kitchen.host.pass(10_000)]);
  });

  test('T6: what a tab asks for waits from the call on, so that the page is not closed over it', async () => {
    const { kitchen, taken, open } = openCrew({ hasLocks });
    const [first, second] = [await open(), await open()];
    const page = new EventTarget();
    const release = guardUnload(second.pos, page);
    const closes = (): boolean => page.dispatchEvent(new Event('beforeunload', { cancelable: true }));
    first.page.freeze();
    const asked = second.pos.mutate('order.create', dish(9));
    expect(second.pos.outbox.pending()).toMatchObject([{ name: 'order.create', input: dish(9), state: 'pending' }]);
    expect(closes()).toBe(false);
    await kitchen.host.pass(30_000);
    const { settled } = await asked;
    expect(await settled).toMatchObject({ outcome: 'done' });
    expect(closes()).toBe(true);
    const refused = second.pos.mutate('order.create', { items: 'none' } as never);
    await expect(refused).rejects.toMatchObject({ code: 'input-invalid' });
    expect(closes()).toBe(true);
    expect(taken).toEqual([9]);
    release();
    first.page.thaw();
    await Promise.all([first.pos.dispose(), second.pos.dispose(), kitchen.host.pass(40_000)]);
  });

  test('T6: what a leader was asked while it slept, and another one has done, it does not do when it wakes', async () => {
    const { kitchen, taken, open } = openCrew({ hasLocks });
    const [first, second] = [await open(), await open()];
    first.page.freeze();
    const asked = second.pos.mutate('order.create', dish(9));
    await kitchen.host.pass(30_000);
    const { settled } = await asked;
    expect(await settled).toMatchObject({ outcome: 'done' });
    first.page.thaw();
    await kitchen.host.pass(30_000);
    await Promise.all([first.pos.dispose(), second.pos.dispose(), kitchen.host.pass(10_000)]);
    const third = await open();
    await kitchen.host.pass(60_000);
    expect(taken).toEqual([9]);
    expect(third.pos.outbox.pending()).toEqual([]);
    await Promise.all([third.pos.dispose(), kitchen.host.pass(10_000)]);
  });

  test('T8: who signs out in a tab that follows signs out all of them', async () => {
    const { kitchen, open, sockets } = openCrew({ hasLocks });
    const [first, second] = [await open(), await open()];
    const left = second.pos.signOut();
    await kitchen.host.pass(10_000);
    await left;
    await kitchen.host.pass(10_000);
    expect(first.pos.status.get()).toMatchObject({ word: 'offline', reason: 'stopped' });
    expect(sockets()).toBe(0);
  });
});

test('T7: tabs of another principal are another device', async () => {
  const { kitchen, open, sockets } = openCrew();
  const [mine, yours] = [await open('me'), await open('you')];
  expect(sockets()).toBe(2);
  expect([mine, yours].map(({ pos }) => pos.health().tab)).toEqual(['leader', 'leader']);
  await Promise.all([mine.pos.dispose(), yours.pos.dispose(), kitchen.host.pass(10_000)]);
});

test('T7: without a storage that they share tabs are separate', async () => {
  const kitchen = createKitchen();
  const fake = createFakeTabs();
  const clients = [1, 2].map(() => kitchen.client('pos', { storage: memory(), tabs: sharedTabs(fake.open()) }));
  for (const client of clients) await client.start();
  await kitchen.host.pass(1_000);
  expect(kitchen.transport.live).toHaveLength(2);
  expect(clients.map((client) => client.health().tab)).toEqual(['alone', 'alone']);
  for (const client of clients) await client.dispose();
});

describe('a tab that slept', () => {
  async function asleepFor(events: number, forgets: boolean) {
    const { kitchen, open, publish } = openCrew();
    const [first, second] = [await open(), await open()];
    const told: string[] = [];
    second.pos.signals.on('continuity', ({ channel, continuity }) => void told.push(`${channel} ${continuity}`));
    second.page.freeze({ forgets });
    for (let count = 0; count < events; count += 1) publish();
    await kitchen.host.pass(1_000);
    expect(second.heard).toHaveLength(0);
    second.page.thaw();
    publish();
    await kitchen.host.pass(1_000);
    expect(first.heard).toHaveLength(events + 1);
    await Promise.all([first.pos.dispose(), second.pos.dispose(), kitchen.host.pass(10_000)]);
    return { first: first.heard, second: second.heard, told };
  }

  test('T3: it hears everything when it wakes', async () => {
    const { first, second, told } = await asleepFor(100, false);
    expect(second).toEqual(first);
    expect(told).toEqual([]);
  });

  test('T3: it asks for what the browser has forgotten to tell it', async () => {
    const { first, second, told } = await asleepFor(100, true);
    expect(second).toEqual(first);
    expect(told).toEqual([]);
  });

  test('T3: it is told that something is missing where nobody remembers it', async () => {
    const { first, second, told } = await asleepFor(4_100, true);
    expect(second).toEqual(first.slice(-second.length));
    expect(second.length).toBeLessThan(first.length);
    expect(told).toContain('orders lost');
  });
});

test(
  'T1, T3, T4: however tabs come, go, freeze and wake, each hears everything of its time once and in order',
  async () => {
    const step = fc.record({
      what: fc.constantFrom('publish', 'open', 'crash', 'freeze', 'thaw', 'close', 'pass'),
      which: fc.nat(4),
      hears: fc.boolean(),
      says: fc.boolean(),
      ms: fc.integer({ min: 0, max: 6_000 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.boolean(), fc.array(step, { minLength: 5, maxLength: 40 }), async (hasLocks, steps) => {
        const { kitchen, open, publish, sockets } = openCrew({ hasLocks });
        const published: string[] = [];
        const tabs: { tab: Tab; from: number; isFrozen: boolean }[] = [];
        const gone = async (at: number, how: (tab: Tab) => unknown): Promise<void> => {
          const [left] = tabs.splice(at, 1);
          if (left === undefined) return;
          // Its life ends here: what a dead page hears is nobody's.
          how(left.tab);
          await kitchen.host.pass(0);
        };
        const add = async (): Promise<void> => {
          const tab = await open();
          // Who opens while nobody leads begins where the next leader does.
          const isLed = tab.pos.status.get().reason !== 'no leading tab';
          tabs.push({ tab, from: isLed ? published.length : Number.POSITIVE_INFINITY, isFrozen: false });
        };
        await add();
        for (const { what, which, hears, says, ms } of steps) {
          const at = which % Math.max(1, tabs.length);
          const one = tabs[at];
          if (what === 'publish') published.push(publish());
          else if (what === 'open' && tabs.length < 5) await add();
          else if (what === 'crash' && tabs.length > 1) await gone(at, ({ crash }) => crash());
          else if (what === 'close' && tabs.length > 1 && one?.isFrozen === false)
            await gone(at, ({ pos }) => void pos.dispose());
          else if (what === 'freeze' && one !== undefined) {
            one.isFrozen = true;
            one.tab.page.freeze({ hears, says });
          } else if (what === 'thaw' && one !== undefined) {
            one.isFrozen = false;
            one.tab.page.thaw();
          } else await kitchen.host.pass(ms);
        }
        for (const one of tabs) one.tab.page.thaw();
        await kitchen.host.pass(40_000);
        published.push(publish());
        await kitchen.host.pass(5_000);
        expect(tabs.filter(({ tab }) => tab.pos.health().tab === 'leader')).toHaveLength(1);
        expect(sockets()).toBe(1);
        for (const { tab, from } of tabs) {
          const heard = tab.heard.map((said) => ({ at: published.indexOf(said.split(' ')[0] ?? ''), said }));
          expect(new Set(heard.map(({ at }) => at)).size).toBe(heard.length);
          const own = heard.map(({ at }) => at);
          for (let at = Math.min(from, published.length - 1); at < published.length; at += 1) expect(own).toContain(at);
          // What was told before a tab was opened, and was not stored, may reach it late; and so may the last words of a
          // leader. Both are marked.
          const inPlace = heard.filter(
            ({ at, said }) => !said.includes('unproven') && (at >= from || !said.includes('again')),
          );
          expect(inPlace).toEqual(inPlace.toSorted((one, other) => one.at - other.at));
        }
        for (const { tab } of tabs) void tab.pos.dispose();
        await kitchen.host.pass(20_000);
      }),
      { numRuns: runs(60).numRuns },
    );
  },
  patience,
);
