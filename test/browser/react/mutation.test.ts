import { act, createElement as h, useSyncExternalStore } from 'react';
import { expect, test } from 'vitest';
import type { MutationHook, OutboxHook } from '../../../src/react/index.ts';
import { createStage, kds, openKitchen, pass, ticket, update } from './stage.ts';

const { Provider, useClient, useMutation, useOutbox, useRow } = kds;

type Bump = MutationHook<{ readonly ticketId: number; readonly to: 'ready' | 'served' | 'delivered' }, unknown>;

const id = (path: string): number => Number(/tickets\/(\d+)/.exec(path)?.[1]);

/** A kitchen that refuses some of the bumps. */
async function openBumps(refuses: (path: string) => number | undefined) {
  const { kitchen, client } = await openKitchen([ticket(1), ticket(2)]);
  kitchen.answer = ({ method, path }) => {
    if (method !== 'POST' || !path.includes('/bump')) return undefined;
    const status = refuses(path);
    return status === undefined
      ? { status: 200, body: { data: ticket(id(path), { status: 'ready' }) } }
      : { status, body: { message: 'no' } };
  };
  const states: Bump[] = [];
  const rows: string[] = [];
  const Ticket = () => {
    const bump = useMutation('kds.bump');
    states.push(bump);
    rows.push(useRow('tickets', 1)?.status ?? 'none');
    return null;
  };
  const stage = createStage();
  await stage.show(h(Provider, { client }, h(Ticket)));
  const last = (): Bump => {
    const state = states.at(-1);
    if (state === undefined) throw new Error('nothing was rendered');
    return state;
  };
  return { kitchen, client, stage, states, rows, last };
}

test('a bump is shown at once, counts as pending until it is refused, and is taken back then', async () => {
  const { kitchen, rows, last } = await openBumps(() => 422);
  expect(last()).toMatchObject({ pending: 0, settled: undefined, error: undefined });
  const { mutate } = last();
  await act(async () => void (await mutate({ ticketId: 1, to: 'ready' })));
  expect(last().pending).toBe(1);
  expect(rows.at(-1)).toBe('ready');
  await pass(kitchen, 1_000);
  expect(rows.at(-1)).toBe('in_preparation');
  expect(last()).toMatchObject({ pending: 0, settled: { outcome: 'parked', parked: { status: 422 } } });
  expect(last().mutate).toBe(mutate);
  await act(async () => last().reset());
  expect(last()).toMatchObject({ pending: 0, settled: undefined });
});

test('what breaks a rule is in error without an unhandled rejection, and whoever waits is told, too', async () => {
  const { kitchen, last } = await openBumps(() => undefined);
  // What was done before the start may show as late.
  await pass(kitchen, 80_000);
  const unhandled: unknown[] = [];
  const listen = (event: PromiseRejectionEvent): void => void unhandled.push(event.reason);
  addEventListener('unhandledrejection', listen);
  await act(async () => void last().mutate({ ticketId: 1, to: 'served' }));
  await pass(kitchen, 100);
  await new Promise((resolve) => requestAnimationFrame(resolve));
  removeEventListener('unhandledrejection', listen);
  expect(unhandled).toEqual([]);
  expect(last()).toMatchObject({ pending: 0, error: { code: 'illegal-transition' } });
  const told: unknown[] = [];
  await act(async () => {
    await last()
      .mutate({ ticketId: 1, to: 'served' })
      .catch((error: unknown) => told.push(error));
  });
  expect(told).toMatchObject([{ code: 'illegal-transition' }]);
});

test('after a reset nothing is told of what was under way, and it is sent all the same', async () => {
  const { kitchen, last, client } = await openBumps(() => undefined);
  await act(async () => void (await last().mutate({ ticketId: 1, to: 'ready' })));
  await act(async () => last().reset());
  expect(last()).toMatchObject({ pending: 1, settled: undefined });
  await pass(kitchen, 3_000);
  expect(client.outbox.pending()).toEqual([]);
  expect(last()).toMatchObject({ pending: 0, settled: undefined });
});

test('which rows are not answered yet is rendered with React’s own hook, and for nothing else', async () => {
  const { kitchen, client, stage } = await openBumps(() => undefined);
  const seen: string[] = [];
  const Marks = () => {
    const { waitingKeys } = useClient().collection('tickets');
    seen.push([...useSyncExternalStore(waitingKeys.subscribe, waitingKeys.get)].join());
    return null;
  };
  await stage.show([h(Provider, { client, key: 1 }, h(Marks))]);
  kitchen.http.weather = 'down';
  // V10: nothing is told twice within 16 ms.
  await pass(kitchen, 20);
  await act(async () => void (await client.mutate('kds.bump', { ticketId: 1, to: 'ready' })));
  expect(seen).toEqual(['', '1']);
  await update(kitchen, 2, 'ready');
  expect(seen).toEqual(['', '1']);
  kitchen.http.weather = 'clear';
  await pass(kitchen, 60_000);
  expect(seen).toEqual(['', '1', '']);
});

test('the outbox shows what waits and what is parked, and renders only when that changes', async () => {
  const { kitchen, client, stage } = await openBumps((path) => (path.includes('/1/') ? 422 : undefined));
  const seen: OutboxHook[] = [];
  const Outbox = () => {
    seen.push(useOutbox());
    return null;
  };
  await stage.show([h(Provider, { client, key: 1 }, h(Outbox))]);
  expect(seen.map(({ pending, parked }) => [pending.length, parked.length])).toEqual([[0, 0]]);
  await act(async () => {
    await client.mutate('kds.bump', { ticketId: 1, to: 'ready' });
    await client.mutate('kds.bump', { ticketId: 2, to: 'ready' });
  });
  await pass(kitchen, 5_000);
  const states = seen.map(({ pending, parked }) => JSON.stringify([pending, parked]));
  expect(states).toEqual([...new Set(states)]);
  const parked = seen.at(-1)?.parked ?? [];
  expect(parked).toMatchObject([{ name: 'kds.bump', status: 422, input: { ticketId: 1 } }]);
  await act(async () => seen.at(-1)?.discard(parked[0]?.id ?? ''));
  expect(seen.at(-1)).toMatchObject({ pending: [], parked: [] });
});

test('what was parked in an earlier run is there when the client has started, and can be sent again', async () => {
  let isRefused = true;
  const { kitchen, client, stage } = await openBumps(() => (isRefused ? 422 : undefined));
  await client.mutate('kds.bump', { ticketId: 1, to: 'ready' });
  await pass(kitchen, 1_000);
  const stopping = client.stop();
  await pass(kitchen, 6_000);
  await stopping;
  const seen: OutboxHook[] = [];
  const Outbox = () => {
    seen.push(useOutbox());
    return null;
  };
  await stage.show(h(Provider, { client }, h(Outbox)));
  expect(seen.at(-1)?.parked).toEqual([]);
  await act(() => client.start());
  expect(seen.at(-1)?.parked).toHaveLength(1);
  isRefused = false;
  await pass(kitchen, 1_000);
  await act(async () => void seen.at(-1)?.retry(seen.at(-1)?.parked[0]?.id ?? ''));
  await pass(kitchen, 5_000);
  expect(seen.at(-1)).toMatchObject({ pending: [], parked: [] });
});

test('how much was sent after an outage is there to be shown', async () => {
  const { kitchen, client, stage } = await openBumps(() => undefined);
  const seen: OutboxHook[] = [];
  const Outbox = () => {
    seen.push(useOutbox());
    return null;
  };
  await stage.show([h(Provider, { client, key: 1 }, h(Outbox))]);
  kitchen.http.weather = 'down';
  kitchen.transport.live[0]?.close({ code: 1006 });
  await act(async () => void (await client.mutate('kds.bump', { ticketId: 2, to: 'ready' })));
  await pass(kitchen, 3_000);
  expect(seen.at(-1)).toMatchObject({ pending: [{ name: 'kds.bump' }], drained: undefined });
  kitchen.http.weather = 'clear';
  await pass(kitchen, 90_000);
  expect(seen.at(-1)?.drained).toMatchObject({ kind: 'drained', remaining: 0 });
});
