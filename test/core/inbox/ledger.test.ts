import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { createLedgerBook } from '../../../src/core/inbox/ledger-book.ts';
import { close, open, type LedgerEntry, type Opening } from '../../../src/core/inbox/ledger.ts';
import { inboxRules } from '../../../src/core/inbox/rules.ts';
import { runs } from '../../effort.ts';

const asked = (changes: Partial<Opening> = {}): Opening => ({
  key: 'job',
  attempt: undefined,
  eventId: 'event-1',
  epoch: undefined,
  isRow: false,
  occurredAt: undefined,
  ...changes,
});
const judge = (known: LedgerEntry | undefined, changes: Partial<Opening>, isOpen: boolean) =>
  open(known, asked(changes), isOpen, 0, inboxRules);
const first = (changes: Partial<Opening> = {}) => judge(undefined, changes, false).entry;

test('I4: what was never heard of is new, also from a row', () => {
  expect(judge(undefined, {}, false).isNew).toBe(true);
  expect(judge(undefined, { isRow: true }, false).isNew).toBe(true);
});

test.each([
  ['a higher attempt', { attempt: 2, eventId: 'event-2' }, true],
  ['the same attempt by another event', { attempt: 1, eventId: 'event-2' }, false],
  ['an earlier attempt', { attempt: 0, eventId: 'event-2' }, false],
  ['a row with a higher attempt', { attempt: 2, isRow: true }, false],
  ['another event, where the attempt is not told', { eventId: 'event-2' }, true],
  ['the same event', { eventId: 'event-1' }, false],
  ['an event without an id', { eventId: undefined }, false],
  ['a row', { eventId: 'row', isRow: true }, false],
] as const)('I4: a closed key and %s', (_, change, isNew) => {
  expect(judge(first({ attempt: 1 }), change, false).isNew).toBe(isNew);
});

test.each([
  ['a request that was not heard', { eventId: 'event-2' }, true],
  ['the same event', { eventId: 'event-1' }, false],
  ['an event without an id', { eventId: undefined }, false],
  ['a row', { eventId: 'row', isRow: true }, false],
] as const)('I4: a restored database numbers its jobs again: %s', (_, change, isNew) => {
  const done = close(first({ attempt: 1, epoch: 'before' }), 3, 0, 'before');
  const { isNew: found, entry } = judge(done, { attempt: 1, epoch: 'after', ...change }, false);
  expect(found).toBe(isNew);
  if (!isNew) return;
  const again = close(entry, 1, 0, 'after');
  expect(judge(again, { attempt: 1, epoch: 'after', eventId: 'event-3' }, false).isNew).toBe(false);
  expect(judge(again, { attempt: 2, epoch: 'after', eventId: 'event-3' }, false).isNew).toBe(true);
});

test('I5: what waits from before the database was restored is other work', () => {
  const entry = first({ attempt: 1, epoch: 'before' });
  expect(judge(entry, { attempt: 1, epoch: 'after', eventId: 'event-2' }, true).isNew).toBe(true);
  expect(judge(entry, { attempt: 1, epoch: 'after', eventId: 'event-1' }, true).isNew).toBe(false);
});

test('I4: who does not tell the epoch is taken to be of the same one', () => {
  const done = close(first({ attempt: 1, epoch: 'before' }), 1, 0);
  expect(judge(done, { attempt: 1, eventId: 'event-2' }, false).isNew).toBe(false);
  expect(judge(first({ attempt: 1 }), { attempt: 1, epoch: 'after', eventId: 'event-2' }, false).isNew).toBe(false);
});

test('I4: a copy without an id is not another request, whichever came first', () => {
  const byKitchen = first({ eventId: undefined });
  expect(judge(byKitchen, { eventId: undefined }, false).isNew).toBe(false);
});

test('I4: the event that a row was quicker than is no other request, a later one is', () => {
  const entry = close(first({ eventId: 'row', isRow: true, occurredAt: 1_000 }), undefined, 0);
  expect(judge(entry, { eventId: 'event-1', occurredAt: 1_000 }, false).isNew).toBe(false);
  expect(judge(entry, { eventId: 'event-2', occurredAt: 1_001 }, false).isNew).toBe(true);
  // Who does not tell when it happened is believed.
  expect(judge(entry, { eventId: 'event-3' }, false).isNew).toBe(true);
});

test('I5: while it is open, only a higher attempt is work of its own', () => {
  const entry = first({ attempt: 1 });
  expect(judge(entry, { attempt: 1, eventId: 'event-2' }, true).isNew).toBe(false);
  expect(judge(entry, { eventId: 'event-2' }, true).isNew).toBe(false);
  expect(judge(entry, { attempt: 2, eventId: 'event-2', isRow: true }, true).isNew).toBe(false);
  expect(judge(entry, { attempt: 2, eventId: 'event-2' }, true).isNew).toBe(true);
});

test('I5: a copy that came while it was open does not ask anew afterwards', () => {
  const { entry } = judge(first(), { eventId: 'event-2' }, true);
  expect(judge(entry, { eventId: 'event-2' }, false).isNew).toBe(false);
  expect(judge(entry, { eventId: 'event-3' }, false).isNew).toBe(true);
});

test('I3: a closing of an earlier attempt takes nothing back', () => {
  const entry = close(first({ attempt: 3 }), 1, 0);
  expect(entry.attempt).toBe(3);
  expect(judge(entry, { attempt: 3, eventId: 'event-9' }, false).isNew).toBe(false);
});

test('I3: a closing by somebody else is known before the request comes', () => {
  const entry = close(undefined, 1, 0);
  expect(judge(entry, { attempt: 1 }, false).isNew).toBe(false);
  expect(judge(entry, { attempt: 2 }, false).isNew).toBe(true);
  expect(judge(entry, { isRow: true }, false).isNew).toBe(false);
});

test('I4: whatever is told in whatever order, an attempt is new once', () => {
  const told = fc.record({
    attempt: fc.integer({ min: 1, max: 5 }),
    isRow: fc.boolean(),
    closes: fc.boolean(),
    open: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(told, { maxLength: 30 }), (events) => {
      let entry: LedgerEntry | undefined;
      const isNew: number[] = [];
      for (const [number, { attempt, isRow, closes, open: isOpen }] of events.entries()) {
        if (closes) entry = close(entry, attempt, 0);
        else {
          const judged = judge(entry, { attempt, isRow, eventId: `event-${number}` }, isOpen && entry !== undefined);
          ({ entry } = judged);
          if (judged.isNew) isNew.push(attempt);
        }
      }
      expect(isNew).toEqual([...new Set(isNew)]);
    }),
    runs(500),
  );
});

test('I6: many reprints of one key do not make its entry grow for ever', () => {
  let entry: LedgerEntry | undefined;
  for (let number = 0; number < 1_000; number += 1) {
    const judged = judge(entry, { eventId: `event-${number}` }, false);
    expect(judged.isNew).toBe(true);
    ({ entry } = judged);
  }
  expect(entry?.eventIds.length).toBeLessThanOrEqual(50);
});

function createBook() {
  let wallMs = 1_000_000_000_000;
  const written = new Map<string, LedgerEntry>();
  const open = new Set<string>();
  const book = createLedgerBook({
    wallMs: () => wallMs,
    isOpen: (key) => open.has(key),
    write(key, entry) {
      if (entry === undefined) written.delete(key);
      else written.set(key, entry);
    },
  });
  const note = (key: string): void =>
    book.note(key, { attempt: 1, eventIds: [], rowAtMs: undefined, epoch: undefined, atMs: wallMs });
  return { book, note, written, open, pass: (ms: number) => void (wallMs += ms) };
}
const day = 86_400_000;

test('I6: what was asked for is forgotten after 7 days, along the way, and no sooner', () => {
  const { book, note, written, pass } = createBook();
  for (let number = 0; number < 2_000; number += 1) note(`old ${number}`);
  pass(6 * day);
  note('later');
  expect(written.size).toBe(2_001);
  pass(2 * day);
  for (let number = 0; number < 500; number += 1) note(`new ${number}`);
  expect(written.size).toBe(1_000);
  expect(book.get('old 0')).toBeUndefined();
  expect(book.get('later')).toBeDefined();
});

test('I6: a clock that is set forward by a year forgets nothing of the last thousand', () => {
  const { note, written, pass } = createBook();
  for (let number = 0; number < 900; number += 1) note(`job ${number}`);
  pass(365 * day);
  note('next');
  expect(written.size).toBe(901);
});

test('I6: never more than 50 000, and what is open stays however old it is', () => {
  const { book, note, written, open, pass } = createBook();
  note('open');
  open.add('open');
  pass(30 * day);
  for (let number = 0; number < 50_500; number += 1) note(`job ${number}`);
  expect(written.size).toBeLessThanOrEqual(50_000);
  expect(book.get('open')).toBeDefined();
  expect(written.has('open')).toBe(true);
});

test('I6: what was read back is put in order and forgotten by the same rule', () => {
  const { book, written } = createBook();
  const nowMs = 1_000_000_000_000;
  const read = new Map(
    Array.from({ length: 3_000 }, (_, number) => [
      `job ${number}`,
      {
        attempt: 1,
        eventIds: [],
        rowAtMs: undefined,
        epoch: undefined,
        atMs: nowMs - (number % 2 === 0 ? 30 * day : 0),
      },
    ]),
  );
  for (const [key, entry] of read) written.set(key, entry);
  book.restore(read);
  expect(written.size).toBe(1_500);
});
