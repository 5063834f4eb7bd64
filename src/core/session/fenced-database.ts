// Which of several clients over one memory sends, works and moves positions: the one that started last. There is no lock that
// could be lost or forgotten. Each starts by writing its token, which is also how the
// next run learns that this one did not end well; whatever only one may do is committed on the condition that
// the token is still there, and a commit that comes too late is refused as a whole.
import { StoreError, type Commit, type Database, type StoredRecord, type StoredValue } from '../../storage/store.ts';
import { wentOn } from './lost-store.ts';
import { faultOf, type SteadyDatabase } from './steady-database.ts';

export interface FencedDatabase extends SteadyDatabase {
  /** For commits that only one client may make. */
  readonly fence: NonNullable<Commit['only']>;
  /** The run before this one did not end well, or goes on in another tab: what it handed out last may come again. */
  readonly endedInTheMiddle: boolean;
  /** Another client has started since, as far as is known. */
  readonly isTakenOver: boolean;
}

/** Where the token stands of who has it. */
export const running = { table: 'meta', key: 'running' } as const;
/** In place of a token: the last run ended well. Nothing at all would be a memory that is new. */
export const nobody = '';
/** In place of a token: its principal has signed out, and this is about to go. */
export const signedOut = 'signed out';

export const readMark = async (
  database: Pick<Database, 'read'>,
  mark: typeof running | typeof wentOn,
): Promise<StoredValue | undefined> => valueOf(mark, await database.read(mark.table));

const valueOf = (
  { key: wanted }: typeof running | typeof wentOn,
  marks: readonly StoredRecord[],
): StoredValue | undefined => marks.find(({ key }) => key === wanted)?.value;

const holderOf = (value: StoredValue | undefined): string | undefined =>
  typeof value === 'string' ? value : undefined;

/** `token`: nobody else has it. `takenOver` is told once. */
export async function fenceOff(
  database: SteadyDatabase,
  token: string,
  takenOver: () => void,
): Promise<FencedDatabase> {
  const fence = { ...running, value: token };
  const marks = await database.read(running.table);
  const wentWithout = valueOf(wentOn, marks) !== undefined;
  let before = holderOf(valueOf(running, marks));
  const endedInTheMiddle = before !== undefined && before !== nobody && before !== signedOut;
  /** Who had it when this client last took something in. */
  let seen: string | undefined = token;
  let isTaken = false;
  /** What only one client changes, as it was when it could not be taken. */
  let found: Picture | undefined;
  let isTakenOver = false;
  let taking: Promise<void> | undefined;

  await begin();

  async function holder(): Promise<string | undefined> {
    return holderOf(await readMark(database, running));
  }

  async function write(only?: Commit['only'], value: string | undefined = token): Promise<void> {
    const writes = [{ ...running, value }];
    await database.commit({ writes, durability: 'strict', ...(only !== undefined && { only }) });
    isTaken = true;
  }

  /** Whoever had it, has it no more. A disk that is full at the start keeps nobody from starting: it is taken later. */
  async function begin(): Promise<void> {
    try {
      await write();
    } catch (error) {
      // Whoever writes next tells why it does not work.
      if (!(error instanceof StoreError)) throw error;
      found = await picture();
    }
  }

  async function picture(): Promise<Picture> {
    const outbox = await database.read('outbox');
    return {
      outbox: new Map(outbox.map(({ key, value }) => [key, JSON.stringify(value)])),
      inbox: JSON.stringify(await database.read('inbox')),
    };
  }

  /** Taking in is everybody's; all else was done by whoever had it, who lives then. */
  async function hasMovedOn(): Promise<boolean> {
    if (found === undefined) return false;
    const now = await picture();
    return now.inbox !== found.inbox || [...found.outbox].some(([key, text]) => now.outbox.get(key) !== text);
  }

  function take(): Promise<void> {
    taking ??= takeLate().finally(() => {
      taking = undefined;
    });
    return taking;
  }

  /**
   * On the condition that nobody has taken it since `before` was read, and that whoever had it then has done nothing since: what
   * was read at the start would be old, and what has been sent would be sent again.
   */
  async function takeLate(): Promise<void> {
    if (await hasMovedOn()) throw tooLate();
    await write({ ...running, value: before });
    if (!(await hasMovedOn())) return;
    await write(fence, before);
    isTaken = false;
    throw tooLate();
  }

  /** A memory that is new, because the old one was thrown away or cannot be had, is nobody's yet. */
  async function isStillOurs(): Promise<boolean> {
    for (let now = await holder(); now !== token; now = await holder()) {
      if (now !== undefined) return false;
      before = undefined;
      found = undefined;
      await take().catch((error: unknown) => {
        if (faultOf(error) !== 'fenced') throw error;
      });
    }
    isTaken = true;
    return true;
  }

  async function commitFenced(commit: Commit): Promise<void> {
    if (isTakenOver) throw tooLate();
    try {
      if (!isTaken) await take();
      await database.commit(commit);
    } catch (error) {
      if (faultOf(error) !== 'fenced') throw error;
      // The last one of a run, of which a lost handle did not say that it was written: it is written once more then, and refused.
      if (endsRun(commit) && (await holder()) === nobody) return;
      if (!(await isStillOurs())) {
        if (!isTakenOver) takenOver();
        isTakenOver = true;
        throw error;
      }
      await database.commit(commit);
    }
  }

  /**
   * Taking in is everybody's, until their principal has signed out: whoever does that looks once more at what there is, and then
   * it goes. So it is on the condition that whoever had it when it was last looked at has it still.
   */
  async function commitOpenly(commit: Commit): Promise<void> {
    for (;;) {
      try {
        await database.commit({ ...commit, only: { ...running, value: seen } });
        return;
      } catch (error) {
        if (faultOf(error) !== 'fenced') throw error;
        const now = await holder();
        // Where nothing could be written at the start, it says what the run before has left.
        if (now === signedOut && (isTaken || before !== signedOut)) throw tooLate();
        if (now === seen) throw error;
        seen = now;
      }
    }
  }

  return {
    fence,
    endedInTheMiddle,
    get hasForgotten() {
      return wentWithout || database.hasForgotten;
    },
    get isTakenOver() {
      return isTakenOver;
    },
    get survives() {
      return database.survives;
    },
    get isDegraded() {
      return database.isDegraded;
    },
    get unreadable() {
      return database.unreadable;
    },
    leaveNote: (note) => database.leaveNote?.(note),
    read: database.read,
    commit: (commit) => (commit.only === fence ? commitFenced(commit) : commitOpenly(commit)),
    close: database.close,
  };
}

interface Picture {
  readonly outbox: ReadonlyMap<string, string>;
  readonly inbox: string;
}

const tooLate = (): StoreError => new StoreError('fenced', 'Another client has this memory: nothing was written.');

const endsRun = ({ writes }: Commit): boolean =>
  writes.some(({ table, key, value }) => table === running.table && key === running.key && value === nobody);
