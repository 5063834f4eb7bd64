// What is in the storage, and when it runs low.
import { isLowStock, type Ingredient } from '../../../contracts/restaurant-os/index.ts';
import type { House } from './house.ts';

/** Nobody weighs finer than a gram. */
const sum = (left: number, right: number): number => Number((left + right).toFixed(3));

/** Takes something out; the alarm is about becoming low, not about being it. */
export function takeOut(house: House, ingredientId: string, amount: number): readonly Promise<unknown>[] {
  const before = house.ingredients.get(ingredientId);
  return before === undefined ? [] : setStock(house, before, Math.max(0, sum(before.currentStock ?? 0, -amount)));
}

export function setStock(house: House, before: Ingredient, currentStock: number): readonly Promise<unknown>[] {
  const after = house.ingredients.patch(before.documentId, { currentStock });
  if (after === undefined || !isLowStock(after) || isLowStock(before)) return [];
  return [house.emit('storage.low_stock', factsOf(after))];
}

export function receiveBatch(house: House, before: Ingredient, quantity: number, batchId: string): Promise<unknown> {
  const currentStock = sum(before.currentStock ?? 0, quantity);
  const after = house.ingredients.patch(before.documentId, { currentStock }) ?? before;
  return house.emit('storage.batch_received', { ...factsOf(after), batchId, quantity });
}

const factsOf = ({ documentId, name, currentStock, minStock, unit }: Ingredient) => ({
  ingredientId: documentId,
  ingredientName: name,
  currentStock,
  minStock,
  unit,
});
