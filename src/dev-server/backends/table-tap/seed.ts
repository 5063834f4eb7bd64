import type { CounterRow, Order, StatusHistoryEntry, StockRow } from '../../../contracts/table-tap/index.ts';
import type { Stamps } from '../rows/stamps.ts';
import { cafeId } from './tokens.ts';

/** An order with its history, which events tell and lists do not. */
export interface FullOrder extends Order {
  readonly status_history: readonly StatusHistoryEntry[];
}

/** What is sold, and which stock it uses up. */
export interface Product {
  readonly id: string;
  readonly name: string;
  readonly cents: number;
  readonly uses: { readonly productId: string; readonly amount: number };
}

const beans = 'stock-espresso-beans';
const milk = 'stock-oat-milk';
const croissants = 'stock-croissants';

export const products: ReadonlyMap<string, Product> = new Map(
  (
    [
      { id: 'latte', name: 'Latte', cents: 550, uses: { productId: beans, amount: 0.018 } },
      { id: 'flat-white', name: 'Flat White', cents: 500, uses: { productId: beans, amount: 0.018 } },
      { id: 'oat-cappuccino', name: 'Oat Cappuccino', cents: 580, uses: { productId: milk, amount: 0.15 } },
      { id: 'croissant', name: 'Croissant', cents: 320, uses: { productId: croissants, amount: 1 } },
    ] satisfies readonly Product[]
  ).map((product) => [product.id, product]),
);

export const stock: readonly StockRow[] = [
  {
    product_id: beans,
    product_name: 'Espresso Beans',
    sku: 'ESP001',
    current_stock: 25,
    reorder_level: 10,
    max_stock: 50,
    disabled: false,
  },
  {
    product_id: milk,
    product_name: 'Oat Milk',
    sku: 'OAT001',
    current_stock: 10.2,
    reorder_level: 10,
    max_stock: 40,
    disabled: false,
  },
  {
    product_id: croissants,
    product_name: 'Croissant',
    sku: 'CRO001',
    current_stock: 12,
    reorder_level: 6,
    max_stock: 60,
    disabled: false,
  },
];

export const counters: readonly CounterRow[] = [
  { counter_name: 'Counter 1', status: 'active', active_orders_count: 1 },
  { counter_name: 'Counter 2', status: 'active', active_orders_count: 0 },
  { counter_name: 'Counter 3', status: 'inactive', active_orders_count: 0 },
];

export const firstOrders = ({ ago }: Stamps): readonly FullOrder[] => [
  {
    id: 'order-1',
    order_number: 'ORD001',
    cafe_id: cafeId,
    customer_name: 'Ada',
    status: 'preparing',
    assigned_counter: 'Counter 1',
    items: [
      { id: 'order-1-1', product_name: 'Latte', quantity: 2, unit_price: 5.5, total_price: 11, customizations: [] },
    ],
    totals: { subtotal: 11, tax_amount: 1.1, tip_amount: 0, total_amount: 12.1 },
    created_at: ago(4),
    status_history: [{ status: 'pending', timestamp: ago(4), user_id: 'user-jane', notes: 'Order created' }],
  },
];

export const firstSettings: Readonly<Record<string, unknown>> = {
  tip_suggestions: [0.1, 0.15, 0.2],
  prep_time_minutes: 10,
};
