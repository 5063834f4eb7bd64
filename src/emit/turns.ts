// Asynchronous work, one after the other, in the order in which it was asked for.
import { HeardError } from '../errors.ts';

export interface Turns {
  /** Runs the work when everything before it is over. Rejects as the work does, or at once when too much waits. */
  take<Result>(work: () => Promise<Result>): Promise<Result>;
  /** Resolves when what was asked for until now is over. */
  over(): Promise<void>;
}

export function createTurns(mostWaiting: number): Turns {
  let last: Promise<unknown> = Promise.resolve();
  let waiting = 0;

  async function settled(turn: Promise<unknown>): Promise<void> {
    try {
      await turn;
    } catch {
      // Told to whoever asked for it.
    }
    waiting -= 1;
  }

  return {
    take(work) {
      if (waiting >= mostWaiting) return Promise.reject(tooMany(mostWaiting));
      waiting += 1;
      const turn = last.then(work);
      last = settled(turn);
      return turn;
    },
    async over() {
      await last;
    },
  };
}

const tooMany = (mostWaiting: number): HeardError =>
  new HeardError('too-many', `${mostWaiting} events wait for the log already.`, {
    remediation: 'The log does not answer, or more slowly than events come. Look at what it is kept in.',
  });
