// A transaction of IndexedDB as something to wait for.

/** A request that succeeded is not yet written: only the transaction tells. */
export function completed(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.addEventListener('complete', () => resolve());
    // Before this event the reason is not known: a full disk shows here and not at the request.
    transaction.addEventListener('abort', () =>
      reject(transaction.error ?? new DOMException('The browser aborted the transaction.', 'AbortError')),
    );
  });
}

/** Does a step that is taken in the answer to another one. */
export type Within = (step: () => void) => void;

/** A step that throws takes back all of them, and is the reason why. */
export async function inSteps(transaction: IDBTransaction, begin: (within: Within) => void): Promise<void> {
  let refused: unknown;
  const within: Within = (step) => {
    try {
      step();
    } catch (error) {
      refused = error;
      transaction.abort();
    }
  };
  within(() => begin(within));
  try {
    await completed(transaction);
  } catch (error) {
    throw refused ?? error;
  }
}
