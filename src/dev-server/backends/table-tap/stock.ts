import { stockLevel, type StockChange, type StockRow } from '../../../contracts/table-tap/index.ts';
import { sumOf } from '../../../contracts/table-tap/stock.ts';
import type { Cafe } from './cafe.ts';
import { products } from './seed.ts';

type Why = Pick<StockChange, 'change_type' | 'updated_by' | 'reference'>;

/** Changes a stock by so much, and raises the alarm where it falls past a mark. There is never less than nothing. */
export function changeStock(cafe: Cafe, before: StockRow, amount: number, why: Why): readonly Promise<unknown>[] {
  const previous_stock = Number(before.current_stock ?? 0);
  const new_stock = Math.max(0, sumOf(previous_stock, amount));
  const restocked = amount > 0 ? { last_restocked: cafe.stamps.current(), disabled: false } : {};
  const isOut = new_stock <= 0;
  const row =
    cafe.inventory.patch(before.product_id, {
      current_stock: new_stock,
      ...restocked,
      ...(isOut && { disabled: true }),
    }) ?? before;
  const { product_id, product_name, sku } = row;
  const level = stockLevel(row);
  const changed = cafe.emit('inventory:stock_updated', {
    product_id,
    product_name,
    sku,
    previous_stock,
    new_stock,
    change_amount: sumOf(new_stock, -previous_stock),
    ...why,
    reorder_needed: level !== 'enough',
  });
  const was = stockLevel(before);
  if (level === was || level === 'enough' || (level === 'low' && was === 'out')) return [changed];
  return [changed, level === 'out' ? tellOut(cafe, row) : tellLow(cafe, row)];
}

function tellLow(cafe: Cafe, row: StockRow): Promise<unknown> {
  const { product_id, product_name, sku, current_stock, reorder_level, max_stock, last_restocked } = row;
  return cafe.emit('inventory:low_stock', {
    product_id,
    product_name,
    sku,
    current_stock,
    reorder_level,
    max_stock,
    suggested_order_quantity: sumOf(Number(max_stock ?? 0), -Number(current_stock ?? 0)),
    last_restocked,
    priority: 'high',
  });
}

/** What is made of it cannot be sold either. */
function tellOut(cafe: Cafe, { product_id, product_name, sku }: StockRow): Promise<unknown> {
  const affects_products = [...products.values()]
    .filter(({ uses }) => uses.productId === product_id)
    .map(({ id, name }) => ({ product_id: id, product_name: name, disabled: true }));
  return cafe.emit('inventory:out_of_stock', { product_id, product_name, sku, auto_disabled: true, affects_products });
}
