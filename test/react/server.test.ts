// Where there is no window and no document: what a server does with a page.
import { createElement as h } from 'react';
import { renderToString } from 'react-dom/server';
import { expect, test } from 'vitest';
import { laravelPos } from '../../src/contracts/laravel-pos/index.ts';
import { createHooks } from '../../src/react/index.ts';
import { createKitchen } from '../client/kitchen.ts';

test('a server renders an offline device with empty tables, and begins nothing', () => {
  expect(typeof document).toBe('undefined');
  const kitchen = createKitchen();
  const { Provider, useCollection, useEvent, useStatus, useTicketTimer } = createHooks(laravelPos, 'kds');
  const Page = () => {
    useEvent('*', () => undefined);
    const { word, reason } = useStatus();
    const { minutes } = useTicketTimer(0);
    return [word, reason, useCollection('tickets').length, minutes ?? 'unknown'].join(' ');
  };
  const create = () => kitchen.client('kds');
  expect(renderToString(h(Provider, { create }, h(Page)))).toBe('offline stopped 0 unknown');
  expect([kitchen.transport.sockets.length, kitchen.host.pendingTimers, kitchen.host.listeners]).toEqual([0, 0, 0]);
});

test('the hooks of a role that the contract has not are refused where they are made', () => {
  // @ts-expect-error no such role
  expect(() => createHooks(laravelPos, 'dishwasher')).toThrow(
    expect.objectContaining({ code: 'unknown-name', message: 'The contract "laravel-pos" has no role "dishwasher".' }),
  );
});
