// O2: what the rows of this device forbid is refused at the call, as far as they are known to be what is so.
import { expect, test } from 'vitest';
import { memory } from '../../src/storage/memory.ts';
import { createKitchen, type Kitchen } from './kitchen.ts';

const wire = 'private-store.trattoria.kds';

const at = (host: Kitchen['host']): string => new Date(host.clock.wallMs()).toISOString();

const wireOf = ({ transport }: Kitchen): string =>
  [...(transport.live[0]?.joined ?? [])].find((name) => name.includes('kds')) ?? wire;

async function openKds(storage?: Parameters<Kitchen['client']>[1]) {
  const kitchen = createKitchen();
  kitchen.lists.set('kds/tickets', []);
  kitchen.answer = ({ method, path }) =>
    method === 'POST' && path.includes('/kds/tickets/')
      ? { status: 200, body: { data: { id: 7, order_id: 1, status: 'ready', items: [] } } }
      : undefined;
  const kds = kitchen.client('kds', storage);
  await kds.start();
  await kitchen.host.pass(1_000);
  const channel = wireOf(kitchen);
  const publish = (name: string, data: object): void => void kitchen.publish(channel, name, data);
  publish('KdsTicketCreated', {
    ticket: { id: 7, order_id: 1, status: 'ready', items: [], updated_at: at(kitchen.host) },
  });
  // What was done before the start may show as late.
  await kitchen.host.pass(80_000);
  return { kitchen, kds, publish };
}

const bump = { ticketId: 7, to: 'ready' } as const;

test('a step that the ticket does not allow is refused at the call, with those that are, and nothing is queued', async () => {
  const { kds } = await openKds();
  await expect(kds.mutate('kds.bump', bump)).rejects.toMatchObject({
    code: 'illegal-transition',
    message: expect.stringContaining('"ready"') as string,
    remediation: expect.stringContaining('served') as string,
  });
  expect(kds.outbox.pending()).toEqual([]);
  await kds.mutate('kds.bump', { ticketId: 7, to: 'served' });
  await kds.dispose();
});

test('after two changes in one second nobody knows which of them the row shows, and the server decides', async () => {
  const { kitchen, kds, publish } = await openKds();
  const updated_at = at(kitchen.host);
  publish('KdsTicketCreated', { ticket: { id: 9, order_id: 1, status: 'in_preparation', items: [], updated_at } });
  publish('KdsTicketUpdated', { ticket_id: 9, status: 'ready', at: updated_at });
  await kitchen.host.pass(1_000);
  await expect(kds.mutate('kds.bump', { ticketId: 9, to: 'served' })).resolves.toHaveProperty('settled');
  await kds.dispose();
});

test('behind a hole the server decides, too', async () => {
  const { kitchen, kds, publish } = await openKds();
  kitchen.answer = ({ path }) => (path.startsWith('/v1/events/since') ? { status: 503, body: {} } : undefined);
  kitchen.publish(wireOf(kitchen), 'KdsTicketUpdated', { ticket_id: 7, status: 'in_preparation' }, { silently: true });
  publish('KdsTicketCreated', { ticket: { id: 11, order_id: 1, status: 'queued', items: [] } });
  await kitchen.host.pass(20_000);
  await expect(kds.mutate('kds.bump', bump)).resolves.toHaveProperty('settled');
  await kds.dispose();
});

test('a ticket of which nothing is known refuses nothing: the server decides', async () => {
  const { kds } = await openKds();
  await expect(kds.mutate('kds.bump', { ticketId: 8, to: 'served' })).resolves.toHaveProperty('settled');
  await kds.dispose();
});

test('a row is not asked that does not show yet what was done last: a step back is taken at once', async () => {
  const { kitchen, kds } = await openKds();
  const served = await kds.mutate('kds.bump', { ticketId: 7, to: 'served' });
  // "ready" is all that the row shows, and from there this step is none.
  await kds.mutate('kds.bump', bump);
  await kitchen.host.pass(1_000);
  expect(await served.settled).toMatchObject({ outcome: 'done' });
  await kds.mutate('kds.bump', bump);
  await kitchen.host.pass(80_000);
  await expect(kds.mutate('kds.bump', bump)).rejects.toMatchObject({ code: 'illegal-transition' });
  await kds.dispose();
});

test('a device that is not caught up refuses nothing by rows that may be old', async () => {
  const { kitchen, kds } = await openKds();
  kitchen.http.weather = 'down';
  kitchen.transport.live[0]?.cut();
  await kitchen.host.pass(30_000);
  expect(kds.status.get().word).not.toBe('live');
  await kds.mutate('kds.bump', bump);
  await kds.dispose();
});

test('a row that was kept without some of its fields judges nothing', async () => {
  const storage = memory();
  const { kitchen, kds } = await openKds({ storage, redact: () => ({ id: 7 }) });
  await kitchen.host.pass(1_000);
  await kds.dispose();
  kitchen.lists.delete('kds/tickets');
  const again = kitchen.client('kds', { storage });
  await again.start();
  await kitchen.host.pass(1_000);
  expect(again.status.get().word).toBe('live');
  await again.mutate('kds.bump', bump);
  await again.dispose();
});
