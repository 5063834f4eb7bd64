// What several tabs of one device show, whichever of them leads, sleeps or is robbed.
import { expect, test } from 'vitest';
import { memory } from '../../src/storage/memory.ts';
import { sharedTabs } from '../../src/tabs.ts';
import { createFakeTabs } from '../../src/testing/fake-tabs.ts';
import { createKitchen, wire } from './kitchen.ts';

/** By the server's clock, so many seconds after midnight. */
const second = (number: number): string => new Date(Date.UTC(2026, 0, 1, 12, 0, number)).toISOString();
const ticket = (id: number, fields: object = {}) => ({
  id,
  order_id: 1,
  items: [],
  status: 'in_preparation',
  updated_at: second(1),
  ...fields,
});

async function openTwo(tickets: readonly ReturnType<typeof ticket>[] = [ticket(1)], hasLocks = true) {
  const kitchen = createKitchen({ hasReplay: false });
  kitchen.lists.set('kds/tickets', [...tickets]);
  const fake = createFakeTabs({ hasLocks });
  const shared = memory();
  async function open() {
    const page = fake.open();
    const kds = kitchen.client('kds', { storage: { ...shared, isShared: true }, tabs: sharedTabs(page) });
    const started = kds.start();
    await kitchen.host.pass(4_000);
    await started;
    return { kds, tickets: kds.collection('tickets'), page };
  }
  const leader = await open();
  const follower = await open();
  await kitchen.host.pass(100);
  expect([leader.kds.health().tab, follower.kds.health().tab]).toEqual(['leader', 'follower']);
  const dispose = () => Promise.all([leader.kds.dispose(), follower.kds.dispose(), kitchen.host.pass(8_000)]);
  return { kitchen, leader, follower, dispose };
}

test.for([
  ['done', { status: 200, body: { data: ticket(1, { status: 'ready', updated_at: second(9) }) } }],
  ['refused', { status: 422, body: { message: 'no' } }],
] as const)('V12: a tab that slept while a bump was %s shows it as it is when it wakes', async ([, answer]) => {
  const { kitchen, leader, follower, dispose } = await openTwo();
  kitchen.http.weather = 'down';
  const bumping = leader.kds.mutate('kds.bump', { ticketId: 1, to: 'ready' });
  await kitchen.host.pass(100);
  await bumping;
  expect(follower.tickets.row(1)?.status).toBe('ready');
  // The browser keeps nothing for it of what it is told meanwhile.
  follower.page.freeze({ forgets: true });
  kitchen.answer = ({ method }) => (method === 'POST' ? answer : undefined);
  kitchen.http.weather = 'clear';
  await kitchen.host.pass(9_000);
  kitchen.publish(wire('kds'), 'KdsTicketUpdated', { ticket_id: 1, status: 'served', at: second(20) });
  await kitchen.host.pass(2_000);
  expect([leader.tickets.row(1)?.status, leader.tickets.waiting(1)]).toEqual(['served', []]);
  follower.page.thaw();
  await kitchen.host.pass(5_000);
  expect(follower.kds.health().tab).toBe('follower');
  expect([follower.tickets.row(1)?.status, follower.tickets.waiting(1)]).toEqual(['served', []]);
  await dispose();
});

test('V7: a tab that follows and is closed while an answer is read again has nothing to complain of', async () => {
  const { kitchen, leader, follower, dispose } = await openTwo();
  const errors: unknown[] = [];
  follower.kds.signals.on('callback', ({ error }) => void errors.push(error));
  const body = { data: ticket(1, { status: 'ready', updated_at: second(9) }) };
  kitchen.answer = ({ method }) => (method === 'POST' ? { status: 200, body } : undefined);
  await Promise.all([leader.kds.mutate('kds.bump', { ticketId: 1, to: 'ready' }), kitchen.host.pass(2_000)]);
  kitchen.http.weather = 'down';
  kitchen.transport.live[0]?.cut();
  await kitchen.host.pass(8_500);
  await Promise.all([follower.kds.dispose(), kitchen.host.pass(8_000)]);
  expect(errors).toEqual([]);
  await dispose();
});

test('V12: a leader that was robbed in its sleep shows no row for ever that it heard itself and that is gone', async () => {
  const { kitchen, leader, follower, dispose } = await openTwo([ticket(1), ticket(2)]);
  leader.page.freeze();
  await kitchen.host.pass(40_000);
  leader.page.thaw();
  await kitchen.host.pass(20_000);
  expect([leader.kds.health().tab, follower.kds.health().tab]).toEqual(['follower', 'leader']);
  const told: number[] = [];
  leader.tickets.subscribe((rows) => void told.push(rows.length));
  kitchen.answer = ({ method, path }) =>
    method === 'GET' && path.includes('/kds/tickets')
      ? { status: 200, body: { data: [], deleted: [{ id: 2, deleted_at: second(8) }], as_of: second(10) } }
      : undefined;
  await Promise.all([follower.kds.refresh(), kitchen.host.pass(5_000)]);
  expect([leader.tickets.size, follower.tickets.size]).toEqual([1, 1]);
  expect(told).toEqual([1]);
  await dispose();
});

test.for([
  ['signs out', true],
  ['signs out', false],
  ['wipes', true],
  ['wipes', false],
] as const)('V3: whoever %s leaves no tab with anything to see (locks: %s)', async ([leave, hasLocks]) => {
  const { kitchen, leader, follower, dispose } = await openTwo([ticket(1)], hasLocks);
  kitchen.http.weather = 'down';
  const bumping = leader.kds.mutate('kds.bump', { ticketId: 1, to: 'ready' });
  await kitchen.host.pass(100);
  await bumping;
  const left = leave === 'wipes' ? leader.kds.wipe() : leader.kds.signOut({ pending: 'discard' });
  await Promise.all([left, kitchen.host.pass(60_000)]);
  expect([leader.tickets.size, follower.tickets.size]).toEqual([0, 0]);
  await dispose();
});
