import type { LowStock, StockLevel } from './schemas.ts';

/** Settled: at the threshold counts as low. An ingredient without a threshold, or without a count, is never low. */
export const isLowStock = ({ currentStock, minStock }: StockLevel): boolean =>
  currentStock != null && minStock != null && currentStock <= minStock;

/**
 * Whether a screen of one ingredient shows a stock event; a screen of all (`undefined`) shows every one. An event that
 * tells the ingredient by name only is shown everywhere: one alert too many is better than one too few.
 */
export const concernsIngredient = (data: LowStock, ingredientId: string | undefined): boolean =>
  ingredientId === undefined || data.ingredientId == null || data.ingredientId === ingredientId;
