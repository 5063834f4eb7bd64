import { StoreError, type Commit, type Database, type StoreFault, type Write } from '../../storage/store.ts';

interface StoreRequest {
  readonly writes: readonly Write[];
  readonly strict: boolean;
  /** Only while this tab may send. */
  readonly fenced: boolean;
  done(fault: StoreFault | undefined, error: unknown): void;
}

interface Committer {
  add(request: StoreRequest): void;
  /** The commit under way does not answer: the next one does not wait for it. */
  giveUp(): void;
  /** When everything that was added is written, or was refused. */
  idle(): Promise<void>;
}

/** As many as one transaction takes without keeping others waiting. */
const mostAtOnce = 200;

/** One commit at a time, so that records of one mutation are written in order; what comes meanwhile goes together in the next. */
export function createCommitter(
  database: Pick<Database, 'commit'>,
  fence: (() => Commit['only']) | undefined,
): Committer {
  const waiting: StoreRequest[] = [];
  const idlers: (() => void)[] = [];
  let generation = 0;
  let writing = false;

  function flush(): void {
    if (writing) return;
    const batch = nextBatch();
    if (batch.length === 0) {
      for (const idler of idlers.splice(0)) idler();
      return;
    }
    writing = true;
    const own = generation;
    const over = (): void => {
      if (own !== generation) return;
      writing = false;
      flush();
    };
    write(batch).then(over, over);
  }

  function nextBatch(): readonly StoreRequest[] {
    const first = waiting[0];
    const end = waiting.findIndex(({ fenced }, at) => at >= mostAtOnce || fenced !== first?.fenced);
    return waiting.splice(0, end < 0 ? waiting.length : end);
  }

  async function write(batch: readonly StoreRequest[]): Promise<void> {
    const error = await commit(batch);
    if (error === undefined) return told(batch, undefined);
    const [first] = batch;
    if (batch.length === 1 || first === undefined) return told(batch, error);
    // One that is too large must not take the others with it.
    for (const request of batch) told([request], await commit([request]));
  }

  async function commit(batch: readonly StoreRequest[]): Promise<{ readonly error: unknown } | undefined> {
    const only = batch[0]?.fenced === true ? fence?.() : undefined;
    try {
      await database.commit({
        writes: batch.flatMap(({ writes }) => writes),
        durability: batch.some(({ strict }) => strict) ? 'strict' : 'relaxed',
        ...(only !== undefined && { only }),
      });
      return undefined;
    } catch (error) {
      return { error };
    }
  }

  function told(batch: readonly StoreRequest[], failure: { readonly error: unknown } | undefined): void {
    const error = failure?.error;
    const fault = failure === undefined ? undefined : error instanceof StoreError ? error.fault : 'failed';
    for (const request of batch) request.done(fault, error);
  }

  return {
    add(request) {
      waiting.push(request);
      flush();
    },
    giveUp() {
      generation += 1;
      writing = false;
      flush();
    },
    idle: () =>
      new Promise((resolve) => {
        idlers.push(resolve);
        flush();
      }),
  };
}
