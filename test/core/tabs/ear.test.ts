import { expect, test } from 'vitest';
import { createEar } from '../../../src/core/tabs/ear.ts';
import type { LentWork } from '../../../src/core/inbox/elsewhere.ts';
import type { TabMessage } from '../../../src/core/tabs/messages.ts';

type Of<Kind extends TabMessage['kind']> = Extract<TabMessage, { readonly kind: Kind }>;

const events = (first: number): TabMessage => ({ kind: 'events', reign: 'a 1', rank: 1, first, events: [] });
const answer = (id: string): TabMessage => ({ kind: 'answer', reign: 'a 1', tab: 'me', id, result: undefined });
const view = (changes: number): TabMessage => ({
  kind: 'view',
  reign: 'a 1',
  view: { changes, rows: 0, pending: [], parked: [], deadLetters: [] } as unknown as Of<'view'>['view'],
});

const lending = (say: Of<'lending'>['say']): TabMessage => ({ kind: 'lending', reign: 'a 1', say });
const claims = (...names: readonly string[]): TabMessage =>
  lending({ kind: 'claims', claims: names.map((claim) => ({ tab: 'me', claim, isAborted: false })) });
const go = (tab: string): TabMessage =>
  lending({ kind: 'go', tab, claim: `${tab} 1.1`, work: {} as unknown as LentWork });
const reign = (rank: number): TabMessage => ({
  kind: 'reign',
  tab: '',
  reign: `b ${rank}`,
  rank,
  count: 0,
  view: {} as unknown as Of<'view'>['view'],
});

function listen({ leads = false } = {}) {
  const heard: TabMessage[] = [];
  return {
    heard,
    ear: createEar({ tab: 'me', isLeading: () => leads, rank: () => 1, hear: (message) => void heard.push(message) }),
  };
}

test('T5: what a frozen page is told it hears when it wakes, in order, and of how things stand the newest alone', () => {
  const { heard, ear } = listen();
  ear.take(events(1));
  ear.cover();
  for (const message of [view(1), events(2), answer('x'), view(2), events(3)]) ear.take(message);
  expect(heard).toEqual([events(1)]);
  ear.uncover();
  expect(heard).toEqual([events(1), events(2), answer('x'), view(2), events(3)]);
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

test('T3, T5: a page that sleeps all day keeps one word of how things stand, and nothing that is for others', () => {
  const { heard, ear } = listen();
  ear.cover();
  ear.take(reign(7));
  for (let beat = 1; beat <= 10_000; beat += 1) {
    ear.take(view(beat));
    ear.take(claims(`me ${beat}`));
    ear.take(lending({ kind: 'roll' }));
    ear.take(lending({ kind: 'offer', offer: `1.${beat}`, name: 'PrintJobQueued' }));
    ear.take(lending({ kind: 'found', name: 'PrintJobQueued', round: beat, works: [] }));
    ear.take(go('another'));
    ear.take({ kind: 'borrowing', tab: 'another', reign: 'a 1', say: { kind: 'here' } });
    ear.take({ kind: 'call', tab: 'another', id: `${beat}`, call: { name: 'refresh', args: [] } });
    ear.take({ kind: 'answer', reign: 'a 1', tab: 'another', id: `${beat}`, result: undefined });
    ear.take(reign(7));
  }
  ear.take(go('me'));
  ear.uncover();
  expect(heard).toEqual([reign(7), view(10_000), claims('me 10000'), go('me')]);
});

test('T5: what was asked of a leader that slept it does when it wakes, unless another one leads by then', () => {
  const asked: TabMessage = { kind: 'call', tab: 'b', id: '1', call: { name: 'refresh', args: [] } };
  const { heard, ear } = listen({ leads: true });
  ear.cover();
  ear.take(asked);
  ear.uncover();
  expect(heard).toEqual([asked]);
  ear.cover();
  for (const message of [asked, reign(2), asked]) ear.take(message);
  ear.uncover();
  expect(heard).toEqual([asked, reign(2)]);
  ear.cover();
  // One that was robbed before, and does not know it yet.
  for (const message of [reign(0), asked]) ear.take(message);
  ear.uncover();
  expect(heard).toEqual([asked, reign(2), reign(0), asked]);
});
