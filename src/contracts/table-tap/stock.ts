import type { Decimal, Maybe } from '../shapes.ts';
import type { Id, StockChange, StockRow } from './schemas.ts';

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
  readonly id?: Maybe<Id>;
}
const isSame = (left: Maybe<Named>, right: Maybe<Named>): boolean =>
  left?.id != null && right?.id != null && String(left.id) === String(right.id) && left.type === right.type;

/** A count as a number, however it was sent; undefined for none, and for a text that is none. */
export function countOf(value: Maybe<Decimal>): number | undefined {
  const count = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof count === 'number' && Number.isFinite(count) ? count : undefined;
}

export type StockLevel = 'out' | 'low' | 'enough';

/** How much there is of a product; undefined when nobody counts it. Low is below the reorder level, not at it. */
export function stockLevel({ current_stock, reorder_level }: StockRow): StockLevel | undefined {
  const [stock, mark] = [countOf(current_stock), countOf(reorder_level)];
  if (stock === undefined) return undefined;
  if (stock <= 0) return 'out';
  return mark !== undefined && stock < mark ? 'low' : 'enough';
}
