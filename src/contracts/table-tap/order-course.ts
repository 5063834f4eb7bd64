import type { OrderStatus, OrderStep } from './schemas.ts';

/** How far along a status is. A word that is not in the list has no place in it. */
const course: ReadonlyMap<string, number> = new Map([
  ['pending', 0],
  ['preparing', 1],
  ['ready', 2],
  ['completed', 3],
  ['cancelled', 3],
]);

/** Whether nothing is left to do for an order. */
export const isFinished = (status: OrderStatus): boolean => course.get(status) === 3;

/**
 * Whether a step took effect, going by the status that the order has now. It has the status: yes. It has not come that
 * far: no. It is beyond it, or somewhere else: others may have moved it on after our step or instead of it, and saying
 * it again would take the order back. That is for a person to decide.
 */
export function stepTookEffect(asked: OrderStep['status'], found: OrderStatus): boolean | undefined {
  if (found === asked) return true;
  const from = course.get(found);
  const to = course.get(asked);
  return from !== undefined && to !== undefined && from < to ? false : undefined;
}
