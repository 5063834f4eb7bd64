import { isHeardError } from '../../errors.ts';

/**
 * Waits until what was emitted is told. Emit in the same turn in which the rows change, so that events keep the order of the
 * changes. That an event did not get through is no reason to refuse the request that caused it: devices read their lists.
 */
export async function told(...emitting: readonly Promise<unknown>[]): Promise<void> {
  for (const outcome of await Promise.allSettled(emitting)) {
    if (outcome.status === 'fulfilled') continue;
    const error: unknown = outcome.reason;
    if (!isHeardError(error) || error.code !== 'publish-failed') throw error;
  }
}
