import { StoreError, type Database } from './store.ts';

/**
 * Rejects as soon as the caller gives up, and closes what opens nevertheless: most ways of opening cannot be taken back,
 * and a database that nobody knows of would block the upgrades of others.
 */
export function unlessGivenUp(
  signal: AbortSignal | undefined,
  open: () => Promise<Database>,
  why: () => StoreError = () => new StoreError('lost', 'Opening was given up.'),
): Promise<Database> {
  if (signal === undefined) return open();
  return new Promise((resolve, reject) => {
    const giveUp = (): void => reject(why());
    if (signal.aborted) {
      giveUp();
      return;
    }
    signal.addEventListener('abort', giveUp);
    open()
      .then((database) => (signal.aborted ? database.close() : resolve(database)))
      .catch(reject)
      .finally(() => signal.removeEventListener('abort', giveUp));
  });
}
