import { expect, test } from 'vitest';
import { createAgenda } from '../../../src/core/session/agenda.ts';
import { createFakeHost } from '../../../src/testing/fake-host.ts';

test('many moments are one timer, and each is kept, never too early', () => {
  const host = createFakeHost();
  const agenda = createAgenda({ host });
  const ran: string[] = [];
  const note = (name: string) => () => void ran.push(`${name} at ${host.clock.monotonicMs()}`);
  agenda.at(31, note('late'));
  agenda.at(12, note('first'));
  agenda.at(13, note('beside it'));
  agenda.at(14, note('released'))();
  agenda.at(-5, note('overdue'));
  expect(host.pendingTimers).toBe(1);
  host.advance(0);
  expect(ran).toEqual(['overdue at 0']);
  host.advance(100);
  expect(ran.slice(1)).toEqual(['first at 20', 'beside it at 20', 'late at 40']);
  expect(host.pendingTimers).toBe(0);
});

test('what is set, released or disposed from within a callback is as it would be outside', () => {
  const host = createFakeHost();
  const agenda = createAgenda({ host });
  const ran: string[] = [];
  agenda.at(10, () => {
    ran.push('one');
    release();
    agenda.at(10, () => void ran.push('again'));
    agenda.at(50, () => {
      ran.push('last');
      agenda.dispose();
    });
    agenda.at(60, () => void ran.push('never'));
  });
  const release = agenda.at(10, () => void ran.push('released by its neighbour'));
  host.advance(200);
  expect(ran).toEqual(['one', 'again', 'last']);
  expect(host.pendingTimers).toBe(0);
});

test('releasing the earliest, or releasing twice, leaves the others their time', () => {
  const host = createFakeHost();
  const agenda = createAgenda({ host });
  const ran: number[] = [];
  const release = agenda.at(10, () => void ran.push(10));
  agenda.at(500, () => void ran.push(500));
  release();
  release();
  host.advance(499);
  expect(ran).toEqual([]);
  host.advance(1);
  expect(ran).toEqual([500]);
});
