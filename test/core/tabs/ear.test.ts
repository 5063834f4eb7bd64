import { expect, test } from 'vitest';
import { createEar } from '../../../src/core/tabs/ear.ts';
import type { TabMessage } from '../../../src/core/tabs/messages.ts';

type Of<Kind extends TabMessage['kind']> = Extract<TabMessage, { readonly kind: Kind }>;

const events = (first: number): TabMessage => ({ kind: 'events', reign: 'a 1', rank: 1, first, events: [] });
const answer = (id: string): TabMessage => ({ kind: 'answer', reign: 'a 1', tab: 'b', id, result: undefined });
const view = (changes: number): TabMessage => ({
  kind: 'view',
  reign: 'a 1',
  view: { changes, rows: 0, pending: [], parked: [], deadLetters: [] } as unknown as Of<'view'>['view'],
});

function listen() {
  const heard: TabMessage[] = [];
  return { heard, ear: createEar((message) => void heard.push(message)) };
}

test('T5: what a frozen page is told it hears when it wakes, in order, and of how things stand the newest alone', () => {
  const { heard, ear } = listen();
  ear.take(events(1));
  ear.cover();
  for (const message of [view(1), events(2), answer('x'), view(2), events(3)]) ear.take(message);
  expect(heard).toEqual([events(1)]);
  ear.uncover();
  expect(heard).toEqual([events(1), events(2), answer('x'), events(3), view(2)]);
  ear.take(events(4));
  ear.uncover();
  expect(heard.slice(5)).toEqual([events(4)]);
});

test('T3, T5: of a long sleep it keeps what nobody says again, and as much of the rest as a leader remembers', () => {
  const { heard, ear } = listen();
  ear.cover();
  ear.take(answer('asked before it was frozen'));
  for (let number = 1; number <= 100_000; number += 1) ear.take(events(number));
  ear.uncover();
  expect(heard[0]).toEqual(answer('asked before it was frozen'));
  expect(heard.length).toBeGreaterThanOrEqual(2_000);
  expect(heard.length).toBeLessThanOrEqual(4_002);
  expect(heard.at(-1)).toEqual(events(100_000));
});
