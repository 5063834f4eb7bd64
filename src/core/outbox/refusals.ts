// What is said to an app whose call the outbox refuses.
import { HeardError } from '../../errors.ts';
import type { StoreFault } from '../../storage/store.ts';

export const gone = (): HeardError =>
  new HeardError('disposed', 'The client was disposed: its outbox takes nothing in any more.', {
    remediation: 'Create another client; what waits is sent by it.',
  });

export const notNow = (id: string, because: string, remediation: string): HeardError =>
  new HeardError('illegal-transition', `This cannot be done with the mutation ${id.slice(0, 40)} now: ${because}.`, {
    remediation,
  });

/** The store's own error, where it gave one. */
export const notStored = (fault: StoreFault, cause: unknown): unknown =>
  cause ?? new Error(`The mutation could not be stored (${fault}).`);
