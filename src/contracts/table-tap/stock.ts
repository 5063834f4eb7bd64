import type { Maybe } from '../shapes.ts';
import type { StockChange, StockRow } from './schemas.ts';

/** Stock is weighed, not only counted: 0.1 + 0.2 kg are 0.3 kg. Nobody weighs finer than this. */
const decimals = 6;
export const sumOf = (left: number, right: number): number => Number((left + right).toFixed(decimals));

/**
 * Two changes of one product as one: from where the first began to where the second ended, by their sum. What only one
 * of them says is not said of both.
 */
export function mergeStockChanges(earlier: StockChange, later: StockChange): StockChange {
  const { updated_by, reference, ...change } = later;
  return {
    ...change,
    previous_stock: earlier.previous_stock,
    change_amount: sumOf(earlier.change_amount, later.change_amount),
    // Settled: a sale and a waste together are neither.
    change_type: earlier.change_type === later.change_type ? later.change_type : 'adjustment',
    ...(isSame(earlier.updated_by, updated_by) && { updated_by }),
    ...(isSame(earlier.reference, reference) && { reference }),
  };
}

interface Named {
  readonly type?: Maybe<string>;
  readonly id?: Maybe<string>;
}
const isSame = (left: Maybe<Named>, right: Maybe<Named>): boolean =>
  left != null && right != null && left.id === right.id && left.type === right.type;

export type StockLevel = 'out' | 'low' | 'enough';

/** How much there is of a product; undefined when nobody counts it. Low is below the reorder level, not at it. */
export function stockLevel({ current_stock, reorder_level }: StockRow): StockLevel | undefined {
  if (current_stock == null) return undefined;
  if (current_stock <= 0) return 'out';
  return reorder_level != null && current_stock < reorder_level ? 'low' : 'enough';
}
