// What the machine wants written, over the committer, and what the store said to it.
import type { Commit, Database, StoreFault, Write } from '../../storage/store.ts';
import { createCommitter } from './committer.ts';
import { notStored } from './refusals.ts';
import { encodeRecord, type OutboxRecord } from './record.ts';
import type { ItemInput, OutboxEffect } from './state.ts';

interface WritingOptions {
  readonly database: Pick<Database, 'commit'>;
  readonly fence: (() => Commit['only']) | undefined;
  told(id: string, input: ItemInput<'stored' | 'notStored'>): void;
}

export interface Writing {
  store(effect: Extract<OutboxEffect, { kind: 'store' }>): void;
  /** Why the store has just refused, while that is told. */
  errorOf(id: string): unknown;
  /**
   * O1: a store that gave up in the middle may have written it after all, and whoever is told "not stored" asks again: that
   * would be two orders. So it is taken back before it is refused; what it was to replace is put back with it.
   */
  takeBack(id: string, fault: StoreFault, replaced: () => OutboxRecord | undefined): Promise<void>;
  /** What is forgotten is answered: when this is lost, it is forgotten the next time. */
  forget(ids: readonly string[]): void;
  /** By a person, whatever it is. Rejects with the store's error. */
  remove(key: string): Promise<void>;
  /** The store does not answer: what comes next does not wait for it. */
  giveUp(): void;
  /** When everything is written, or was refused. */
  idle(): Promise<void>;
}

interface Refused {
  readonly fault: StoreFault;
  readonly error: unknown;
}

/** What a store may say although it has written: it does not know. */
const unsureFaults: ReadonlySet<StoreFault> = new Set(['failed', 'lost', 'corrupt']);
const mostTakingBack = 3;

const removal = (key: string): Write => ({ table: 'outbox', key, value: undefined });
const putting = (record: OutboxRecord): Write => ({ table: 'outbox', key: record.id, value: encodeRecord(record) });

export function createWriting({ database, fence, told }: WritingOptions): Writing {
  const committer = createCommitter(database, fence);
  const errors = new Map<string, unknown>();

  /** Undefined when it was written. */
  function attempt(writes: readonly Write[]): Promise<Refused | undefined> {
    return new Promise((resolve) => {
      committer.add({
        writes,
        strict: true,
        fenced: false,
        done: (fault, error) => resolve(fault && { fault, error }),
      });
    });
  }

  return {
    store({ id, turn, record, removes, fenced }) {
      const write = record === undefined ? removal(id) : putting(record);
      committer.add({
        writes: removes === undefined ? [write] : [write, removal(removes)],
        // After a failed attempt the record says `inflight` already, which a restart takes for the worse.
        strict: !fenced || (record?.state !== 'pending' && record?.state !== 'unclear'),
        fenced,
        done(fault, error) {
          if (fault === undefined) return told(id, { kind: 'stored', turn });
          errors.set(id, error);
          told(id, { kind: 'notStored', turn, fault });
          errors.delete(id);
        },
      });
    },
    errorOf: (id) => errors.get(id),
    async takeBack(id, fault, replaced) {
      let last: StoreFault | undefined = fault;
      for (let count = 0; count < mostTakingBack && last !== undefined && unsureFaults.has(last); count += 1) {
        const former = replaced();
        const refused = await attempt(former === undefined ? [removal(id)] : [removal(id), putting(former)]);
        last = refused?.fault;
      }
    },
    forget(ids) {
      committer.add({ writes: ids.map(removal), strict: false, fenced: true, done: () => undefined });
    },
    async remove(key) {
      const refused = await attempt([removal(key)]);
      if (refused !== undefined) throw notStored(refused.fault, refused.error);
    },
    giveUp: committer.giveUp,
    idle: committer.idle,
  };
}
