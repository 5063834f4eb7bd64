import { StoreError, type StoreFault } from './store.ts';

/** What the browsers mean by the names of their errors while a database is open. */
const faultOfName: Readonly<Record<string, StoreFault>> = {
  QuotaExceededError: 'full',
  VersionError: 'newer',
  SecurityError: 'unavailable',
  /** The connection is closed, or about to be. */
  InvalidStateError: 'lost',
  /** We abort with a reason of our own: this was the browser, which ends every transaction when it closes a connection. */
  AbortError: 'lost',
  /** WebKit after a page was resumed, Firefox when its disk fails: the handle may be dead, and a new one may do. */
  UnknownError: 'lost',
  TimeoutError: 'lost',
  /** A table is missing. */
  NotFoundError: 'corrupt',
  /** The value is there and the file that holds it is not, or cannot be read. */
  NotReadableError: 'corrupt',
  DataError: 'corrupt',
};

const nameOf = (error: unknown): string => (error instanceof Error || error instanceof DOMException ? error.name : '');

const toFault = (error: unknown, fault: StoreFault): StoreError => {
  const said = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return new StoreError(fault, `IndexedDB: ${said}`, { cause: error });
};

export function indexedDbFault(error: unknown): StoreError {
  return error instanceof StoreError ? error : toFault(error, faultOfName[nameOf(error)] ?? 'failed');
}

/** Before it is open, some of these mean that there is none: Firefox's private windows used to say InvalidStateError. */
export function openingFault(error: unknown): StoreError {
  return nameOf(error) === 'InvalidStateError' ? toFault(error, 'unavailable') : indexedDbFault(error);
}
