// O42, I18: what a device remembers goes when its principal does, and nothing that is not finished goes unasked.
import { HeardError } from '../../errors.ts';
import type { Database, Store, StoreTable, Write } from '../../storage/store.ts';
import { storeTables } from '../../storage/store.ts';
import type { Parting } from '../outbox/handles.ts';
import { readMark, running, signedOut } from './fenced-database.ts';
import { opened } from './opened.ts';
import type { Session } from './session.ts';
import { inWords, isNothing, readUnfinished, type Unfinished } from './unfinished.ts';

/** What is to become of what is unfinished. */
export type PendingChoice = 'keep' | 'discard';

interface Leaving {
  readonly store: Store;
  readonly storeName: string;
  readonly principal: string;
  /** Undefined when the client is not running. */
  readonly session: Session | undefined;
  end(as: Parting): Promise<void>;
}

/** What only this device knows. The ledger of the inbox is among it: what was done once is not done again. */
const keptTables: ReadonlySet<StoreTable> = new Set(['outbox', 'inbox', 'dead-letters', 'set-aside']);

/** Resolves with what was unfinished, and was kept or discarded as `pending` says. */
export async function signOut(leaving: Leaving, pending: PendingChoice | undefined): Promise<Unfinished> {
  const { store, storeName, principal, session } = leaving;
  requireChoice(pending);
  const before = await (session === undefined ? read(store, storeName, principal) : session.unfinished());
  if (!isNothing(before) && pending === undefined) throw unasked(before);
  const isHere = session?.isDegraded !== true;
  if (!isHere && !isNothing(before) && pending === 'keep') throw notKept(before);
  await leaving.end(pending === 'discard' ? 'discarded' : 'kept');
  // Stopping takes its time: some of it may have been done meanwhile, and another tab may have taken something in.
  const after = isHere ? await lastLook(leaving, pending !== undefined) : before;
  if (!isNothing(after) && pending === undefined) throw unasked(after);
  if (pending === 'keep' && !isNothing(after)) await forgetTheRest(store, storeName);
  else await forgetAll(store, storeName);
  return after;
}

function requireChoice(pending: unknown): void {
  if (pending === undefined || pending === 'keep' || pending === 'discard') return;
  throw new HeardError('options-invalid', 'signOut was told neither to keep nor to discard what is unfinished.', {
    remediation: 'Call signOut({ pending: "keep" }) or signOut({ pending: "discard" }).',
  });
}

const unasked = (unfinished: Unfinished): HeardError =>
  new HeardError('unfinished', `This device has not finished: ${inWords(unfinished)}.`, {
    remediation:
      'Ask whoever signs out. signOut({ pending: "keep" }) leaves it for when the same principal comes back, signOut({ pending: "discard" }) gives it up and tells what it was.',
  });

const notKept = (unfinished: Unfinished): HeardError =>
  new HeardError('unfinished', `The storage is gone, and nothing can be kept: ${inWords(unfinished)}.`, {
    remediation: 'Wait until it is sent and done, or call signOut({ pending: "discard" }).',
  });

const read = (store: Store, name: string, principal: string): Promise<Unfinished> =>
  opened(store, name, (database) => readUnfinished(database, principal));

/**
 * From here on nobody takes anything in, or it would go unseen with the rest. Where somebody has to be asked first, all is as
 * it was before.
 */
const lastLook = ({ store, storeName, principal }: Leaving, isDecided: boolean): Promise<Unfinished> =>
  opened(store, storeName, async (database) => {
    const put = (write: Write): Promise<void> =>
      database.commit({ writes: [write], durability: 'strict' }).catch(() => undefined);
    const before = await readMark(database, running);
    await put(endAllRuns);
    const found = await readUnfinished(database, principal);
    if (!isDecided && !isNothing(found)) await put({ ...running, value: before });
    return found;
  });

/**
 * O36: tabs that go on over this memory have no say any more. A memory that is merely new would be theirs, and what one of
 * them still holds may have been sent by another long ago.
 */
const endAllRuns: Write = { ...running, value: signedOut };

export async function forgetAll(store: Store, name: string): Promise<void> {
  await store.destroy(name);
  // Whatever refuses this keeps nothing for anybody else either.
  const leaveMark = (database: Database): Promise<void> =>
    database.commit({ writes: [endAllRuns], durability: 'strict' });
  await opened(store, name, leaveMark).catch(() => undefined);
}

const forgetTheRest = (store: Store, name: string): Promise<void> =>
  opened(store, name, async (database) => {
    const writes: Write[] = [];
    for (const table of storeTables) {
      if (keptTables.has(table)) continue;
      for (const { key } of await database.read(table)) writes.push({ table, key, value: undefined });
    }
    writes.push(endAllRuns);
    await database.commit({ writes, durability: 'strict' });
  });
