// What a device has begun and not ended, and what exists nowhere else: asked for by whoever signs out.
import type { Database } from '../../storage/store.ts';
import { itemPrefix, readDead, readItem } from '../inbox/record.ts';
import { deadLetterOf, unfinishedWork, type DeadLetter, type UnfinishedWork } from '../inbox/unfinished.ts';
import { sortRecords } from '../outbox/stored-records.ts';
import { unfinishedMutation, type UnfinishedMutation } from '../outbox/unfinished.ts';
import { isOnlyHere } from './set-aside.ts';

export interface Unfinished {
  /** Not sent, not answered, or parked. */
  readonly mutations: readonly UnfinishedMutation[];
  /** Stored for `process`, and not done. */
  readonly work: readonly UnfinishedWork[];
  /** Given up. */
  readonly deadLetters: readonly DeadLetter[];
  /** Records of such things that cannot be read. Each may be an order. */
  readonly unreadable: number;
}

/** Of a device that is not running. */
export async function readUnfinished(database: Pick<Database, 'read'>, principal: string): Promise<Unfinished> {
  const { records, untouched } = sortRecords(await database.read('outbox'), principal);
  const work: UnfinishedWork[] = [];
  const deadLetters: DeadLetter[] = [];
  let unreadable = untouched.size;
  for (const { key, value } of await database.read('inbox')) {
    if (!key.startsWith(itemPrefix)) continue;
    const record = readItem(value);
    const unfinished = record && unfinishedWork(record);
    if (record === undefined) unreadable += 1;
    else if (unfinished !== undefined) work.push(unfinished);
  }
  for (const { key, value } of await database.read('dead-letters')) {
    const record = readDead(value);
    if (record === undefined) unreadable += 1;
    else deadLetters.push(deadLetterOf(key, record));
  }
  for (const { key } of await database.read('set-aside')) if (isOnlyHere(key)) unreadable += 1;
  return { mutations: present(records.map(unfinishedMutation)), work, deadLetters, unreadable };
}

const present = <Value>(values: readonly (Value | undefined)[]): readonly Value[] =>
  values.filter((value) => value !== undefined);

export const isNothing = ({ mutations, work, deadLetters, unreadable }: Unfinished): boolean =>
  mutations.length + work.length + deadLetters.length + unreadable === 0;

/** In words: "2 mutations not sent, 1 dead letter". */
export function inWords({ mutations, work, deadLetters, unreadable }: Unfinished): string {
  const parked = mutations.filter(({ state }) => state === 'parked').length;
  const sent = mutations.filter(({ state }) => state === 'inflight' || state === 'unclear').length;
  const parts = [
    counted(mutations.length - parked - sent, 'mutation', 'not sent'),
    counted(sent, 'mutation', 'sent and not answered'),
    counted(parked, 'mutation', 'parked for a person'),
    counted(work.length, 'piece', 'of work not done', 'pieces'),
    counted(deadLetters.length, 'dead letter', ''),
    counted(unreadable, 'record', 'that cannot be read'),
  ];
  return parts.filter((part) => part !== '').join(', ');
}

const counted = (count: number, one: string, what: string, many = `${one}s`): string =>
  count === 0 ? '' : `${count} ${count === 1 ? one : many} ${what}`.trim();
