import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
export const collectGarbage = runInNewContext('gc') as () => void;

export const megabyte = 1_048_576;

/** What is in use when everything that can be forgotten was. */
export async function heapBytes(): Promise<number> {
  // References that a turn of the event loop holds are let go by the next one.
  await new Promise((resolve) => setImmediate(resolve));
  collectGarbage();
  return process.memoryUsage().heapUsed;
}
