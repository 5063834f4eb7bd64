import { act, createElement as h } from 'react';
import { hydrateRoot } from 'react-dom/client';
import { renderToString } from 'react-dom/server.browser';
import { expect, onTestFinished, test, vi } from 'vitest';
import { kds, openKitchen, ticket } from './stage.ts';

const { Provider, useChannel, useCollection, useOutbox, usePresence, useRow, useStatus, useTicketTimer } = kds;

const Page = () => {
  const { word } = useStatus();
  const tickets = useCollection('tickets', { select: (rows) => rows.length });
  const row = useRow('tickets', 1);
  const { pending } = useOutbox();
  const { status } = useChannel('station', { station: 'grill' });
  const { members = 'unknown' } = usePresence('presence');
  const { minutes } = useTicketTimer('2026-01-01T00:00:00Z');
  return [word, tickets, row?.status ?? 'none', pending.length, status, members, minutes ?? '-'].join(' ');
};

test('a server shows an empty device, and the page goes on from there without a mismatch', async () => {
  const create = vi.fn<() => never>(() => {
    throw new Error('a server makes no client');
  });
  expect(renderToString(h(Provider, { create }, h(Page)))).toBe('offline 0 none 0 offline unknown -');
  expect(create).not.toHaveBeenCalled();

  const { client } = await openKitchen([ticket(1)]);
  const complaints = vi.spyOn(console, 'error');
  onTestFinished(() => complaints.mockRestore());
  const box = document.createElement('div');
  box.innerHTML = renderToString(h(Provider, { client }, h(Page)));
  expect(box.textContent).toBe('offline 0 none 0 offline unknown -');
  const mismatches: unknown[] = [];
  const root = await act(async () =>
    hydrateRoot(box, h(Provider, { client }, h(Page)), { onRecoverableError: (error) => mismatches.push(error) }),
  );
  expect(box.textContent).toMatch(/^\w+ 1 in_preparation 0 joining unknown \d+$/);
  expect([mismatches, complaints.mock.calls]).toEqual([[], []]);
  await act(async () => root.unmount());
});
