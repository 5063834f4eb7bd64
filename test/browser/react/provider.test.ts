import * as react from 'react';
import { act, createElement as h, useEffect } from 'react';
import { expect, test } from 'vitest';
import { laravelPos } from '../../../src/contracts/laravel-pos/index.ts';
import { isHeardError } from '../../../src/errors.ts';
import { createHooks } from '../../../src/react/index.ts';
import { create, createKitchen, createStage, guarded, kds, openKitchen, pass, pos, ticket } from './stage.ts';

const { Provider, useClient, useCollection, useStatus } = kds;
const Word = () => useStatus().word;
const Count = () => useCollection('tickets').length;

function openShop() {
  const kitchen = createKitchen();
  kitchen.lists.set('kds/tickets', [ticket(1)]);
  const made: unknown[] = [];
  const make = () => {
    const client = kitchen.client('kds');
    made.push(client);
    return client;
  };
  return { kitchen, made, make };
}

test.each([false, true])('makes a client, starts it and lets go of it: one socket (StrictMode: %s)', async (strict) => {
  const { kitchen, made, make } = openShop();
  const stage = createStage({ strict });
  await stage.show(h(Provider, { create: make }, h(Word), ' ', h(Count)));
  await pass(kitchen, 1_000);
  expect(stage.text()).toBe('live 1');
  await stage.show(h(Provider, { create: () => make() }, h(Word), ' ', h(Count)));
  await pass(kitchen, 1_000);
  expect(made).toHaveLength(1);
  expect(kitchen.transport.sockets).toHaveLength(1);
  await stage.unmount();
  await kitchen.host.pass(10_000);
  expect(kitchen.transport.live).toHaveLength(0);
  expect([kitchen.host.pendingTimers, kitchen.host.listeners]).toEqual([0, 0]);
});

test('leaves the client that the app gives as it is, and follows the one that it is given instead', async () => {
  const { kitchen, client } = await openKitchen([ticket(1)]);
  const other = (await openKitchen([ticket(1), ticket(2)])).client;
  const stage = createStage();
  await stage.show(h(Provider, { client }, h(Count)));
  expect(stage.text()).toBe('1');
  await stage.show(h(Provider, { client: other }, h(Count)));
  expect(stage.text()).toBe('2');
  await stage.unmount();
  expect(client.status.get().word).toBe('live');
  expect(kitchen.transport.live).toHaveLength(1);
});

test('a module that is replaced while the app runs brings another provider: never two sockets at once', async () => {
  const { kitchen, make } = openShop();
  const replaced = createHooks(laravelPos, 'kds');
  let most = 0;
  const stage = createStage();
  await stage.show(h(Provider, { create: make }, h(Word)));
  await pass(kitchen, 1_000);
  await act(async () => {
    stage.begin(h(replaced.Provider, { create: make }));
    for (let ms = 0; ms < 8_000; ms += 1) {
      most = Math.max(most, kitchen.transport.live.length);
      await kitchen.host.pass(1);
    }
  });
  expect(kitchen.transport.sockets).toHaveLength(2);
  expect(most).toBe(1);
  expect(kitchen.transport.live).toHaveLength(1);
});

test.runIf('Activity' in react)('what is hidden is stopped, and goes on where it was', async () => {
  const { kitchen, made, make } = openShop();
  const { Activity } = react;
  const stage = createStage();
  const page = (mode: 'hidden' | 'visible') => h(Activity, { mode, children: h(Provider, { create: make }, h(Count)) });
  await stage.show(page('visible'));
  await pass(kitchen, 1_000);
  await stage.show(page('hidden'));
  await pass(kitchen, 10_000);
  expect(kitchen.transport.live).toHaveLength(0);
  await stage.show(page('visible'));
  expect(stage.text()).toBe('1');
  await pass(kitchen, 1_000);
  await create(kitchen, 2);
  expect(stage.text()).toBe('2');
  expect(made).toHaveLength(1);
});

test('a client that cannot start is given to the error boundary', async () => {
  const { make } = openShop();
  const told: unknown[] = [];
  const failing = () => ({ ...make(), start: () => Promise.reject(new Error('another process has the storage')) });
  const stage = createStage();
  await stage.show(guarded(h(Provider, { create: failing }, h(Word)), told));
  expect(stage.text()).toBe('failed');
  expect(told).toMatchObject([{ message: 'another process has the storage' }]);
});

test('the client itself is there for handlers and effects', async () => {
  const { kitchen, client } = await openKitchen();
  const words: string[] = [];
  const Asking = () => {
    const own = useClient();
    useEffect(() => void words.push(own.health().status.word), [own]);
    return null;
  };
  await createStage().show(h(Provider, { client }, h(Asking)));
  expect(words).toEqual(['live']);
  expect(kitchen.transport.sockets).toHaveLength(1);
});

test.each(Object.keys(kds).filter((name) => name.startsWith('use')))(
  '%s outside of its provider says what to do',
  async (name) => {
    const client = createKitchen().client('pos');
    const told: unknown[] = [];
    const hook: unknown = Reflect.get(kds, name);
    const Lost = () => {
      if (typeof hook === 'function') Reflect.apply(hook, undefined, ['orders', {}]);
      return null;
    };
    const stage = createStage();
    const inAnother = h(pos.Provider, { client }, h(Lost));
    await stage.show(guarded(inAnother, told));
    expect(stage.text()).toBe('failed');
    expect(told).toMatchObject([{ code: 'no-provider', message: `${name} is used outside of its Provider.` }]);
    expect(told.every(isHeardError)).toBe(true);
  },
);

test('a provider without a client says so', async () => {
  const told: unknown[] = [];
  const nothing = {} as { readonly create: () => never };
  await createStage().show(guarded(h(Provider, nothing), told));
  expect(told).toMatchObject([{ code: 'options-invalid' }]);
});
