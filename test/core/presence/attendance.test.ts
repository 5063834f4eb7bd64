import { expect, test } from 'vitest';
import { createAttendance } from '../../../src/core/presence/attendance.ts';
import { nobodyKnows } from '../../../src/core/presence/presence.ts';
import { createFakeHost } from '../../../src/testing/fake-host.ts';
import type { PresenceNews } from '../../../src/transports/transport.ts';

const wire = 'presence-kitchen';
const grill = { members: [{ id: 18 }] };
const late: PresenceNews = { kind: 'everybody', members: [{ id: 19 }] };

function open() {
  const host = createFakeHost();
  const told: string[] = [];
  const attendance = createAttendance({
    host,
    untold: (channel) => void told.push(`untold ${channel}`),
    changed: () => void told.push('changed'),
  });
  return { host, told, attendance };
}

test('W3: what is told of a channel that was left, or that nobody has joined, changes nothing', () => {
  const { told, attendance } = open();
  attendance.told(wire, late);
  expect(attendance.of(wire)).toBe(nobodyKnows);
  attendance.joined(wire, grill, 'kitchen');
  attendance.left(wire);
  const before = attendance.of(wire);
  expect(before).toEqual({ ...grill, me: undefined, current: false });
  attendance.told(wire, late);
  expect(attendance.of(wire)).toBe(before);
  expect(told).toEqual(['changed', 'changed']);
});

test('W1: of a channel that nobody wants any more nothing is known, and what is known can be listed', () => {
  const { told, attendance } = open();
  attendance.joined('private-orders', undefined, undefined);
  attendance.joined(wire, grill, 'kitchen');
  expect(attendance.known()).toEqual([[wire, { ...grill, me: undefined, current: true }]]);
  attendance.forget(wire);
  attendance.forget(wire);
  expect(attendance.of(wire)).toBe(nobodyKnows);
  expect(attendance.known()).toEqual([]);
  expect(told).toEqual(['changed', 'changed']);
});

test('W10: a channel that was left before the server had said anything is no silent one, nor one without members', async () => {
  const { host, told, attendance } = open();
  attendance.joined('private-orders', undefined, undefined);
  attendance.joined(wire, undefined, 'kitchen');
  await host.pass(4_000);
  attendance.left(wire);
  await host.pass(10_000);
  attendance.joined(wire, undefined, 'kitchen');
  await host.pass(4_000);
  attendance.forget(wire);
  await host.pass(10_000);
  expect(told).toEqual([]);
  attendance.joined(wire, undefined, 'kitchen');
  await host.pass(5_000);
  expect(told).toEqual(['untold kitchen']);
  attendance.joined('presence-bar', undefined, 'bar');
  attendance.dispose();
  expect(host.pendingTimers).toBe(0);
});
