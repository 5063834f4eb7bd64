// What must be so however often a device was killed, judged by what the server has in its books.
import { expect } from 'vitest';
import type { Books } from './server.ts';
import { readIntent, type Printed } from './told.ts';

export function judge(books: Books): void {
  expect(books.surprises).toEqual([]);
  judgeWork(books);
  judgeNotes(books);
  judgeMutations(books);
}

export const unitOf = ({ job, attempt }: Pick<Printed, 'job' | 'attempt'>): string => `job ${job}, attempt ${attempt}`;

/** Everything that was asked for is printed; what is printed again says so; each printer keeps its order. */
export function judgeWork({ log, printed, letters }: Books): void {
  const first = new Map<string, Printed>();
  const unmarked: Printed[] = [];
  for (const print of printed) {
    if (!first.has(unitOf(print))) first.set(unitOf(print), print);
    else if (!print.redelivered) unmarked.push(print);
  }
  expect(unmarked).toEqual([]);
  const jobs = log.flatMap((line) => (line.kind === 'job' ? [{ ...line, attempt: line.attempts + 1 }] : []));
  const lost = jobs.filter((job) => !first.has(unitOf(job)));
  expect(lost).toEqual([]);
  expect(first.size).toBe(jobs.length);
  // What was given up has lost its place, and so has what says that something before it may be missing.
  const inPlace = jobs.filter((job) => !letters.has(job.seq) && first.get(unitOf(job))?.unproven !== true);
  for (const printer of [0, 1, 2]) {
    const asked = inPlace.filter((job) => job.printer === printer).map(unitOf);
    const own = new Set(asked);
    expect([...first.keys()].filter((unit) => own.has(unit))).toEqual(asked);
  }
}

/** Every note is heard, in order; what is heard again says so. */
function judgeNotes({ log, heard }: Books): void {
  const first = new Set<number>();
  const unmarked: number[] = [];
  for (const { seq, redelivered } of heard) {
    if (first.has(seq) && !redelivered) unmarked.push(seq);
    first.add(seq);
  }
  expect(unmarked).toEqual([]);
  expect([...first]).toEqual(log.flatMap(({ kind, seq }) => (kind === 'note' ? [seq] : [])));
}

/**
 * What was accepted has taken effect, once. Of an order, which no key makes safe to repeat, the answer may be lost: then it
 * waits for a person and is never sent again. Each waiter's receipts came in the order in which they were given.
 */
function judgeMutations({ accepted, settled, effects, parked, tampered }: Books): void {
  const times = new Map<string, number>();
  for (const intent of effects) times.set(intent, (times.get(intent) ?? 0) + 1);
  const happened = (intent: string): boolean => times.has(intent);
  expect([...times].filter(([, count]) => count > 1)).toEqual([]);
  expect(accepted.filter((intent) => !happened(intent) && !parked.includes(intent))).toEqual([]);
  expect(settled.filter(({ intent, outcome }) => outcome === 'done' && !happened(intent))).toEqual([]);
  expect(settled.filter(({ intent, outcome }) => outcome === 'parked' && !parked.includes(intent))).toEqual([]);
  expect(settled.filter(({ outcome }) => outcome !== 'done' && outcome !== 'parked')).toEqual([]);
  expect(parked.filter((intent) => readIntent(intent).what !== 'order')).toEqual([]);
  expect(tampered).toEqual([]);
  const receipts = effects.map(readIntent).filter(({ what }) => what === 'receipt');
  for (const waiter of new Set(receipts.map((receipt) => receipt.waiter))) {
    const own = receipts.filter((receipt) => receipt.waiter === waiter);
    expect(own).toEqual(own.toSorted((one, other) => one.life - other.life || one.number - other.number));
  }
}
