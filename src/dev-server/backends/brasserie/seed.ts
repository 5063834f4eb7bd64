import type { MenuItem, Order, OrderItem, Payment, Table, Wine } from '../../../contracts/brasserie/index.ts';

/** An order whose parts are all there. */
export interface FullOrder extends Order {
  readonly items: readonly OrderItem[];
  readonly payments: readonly Payment[];
  readonly covers: number;
  readonly totalCents: number;
}

const cahors: Wine = { id: 34, name: 'Cahors 2018' };
const chablis: Wine = { id: 35, name: 'Chablis 2020' };

const dish = (id: number, name: string, category: string, cents: number, wine?: Wine): MenuItem => ({
  id,
  name,
  category,
  price: cents / 100,
  ...(wine !== undefined && { wine_pairing_id: wine.id, wine }),
});

export const menu: readonly MenuItem[] = [
  dish(10, 'Soupe à l’oignon', 'entrée', 950),
  dish(11, 'Œufs mayonnaise', 'entrée', 700),
  dish(12, 'Magret de canard', 'plat principal', 2450, cahors),
  dish(13, 'Sole meunière', 'plat principal', 2900, chablis),
  dish(14, 'Confit de canard', 'plat principal', 2250, cahors),
  dish(20, 'Crème brûlée', 'dessert', 850),
];

export const wines: ReadonlyMap<number, { readonly name: string; readonly price: number }> = new Map([
  [cahors.id, { name: cahors.name, price: 32 }],
  [chablis.id, { name: chablis.name, price: 36 }],
]);

export const firstTables: readonly Table[] = Array.from({ length: 14 }, (_, index) => ({
  id: index + 1,
  status: index + 1 === 12 ? 'occupied' : 'free',
}));

/** Table 12 of the document: four guests, 102 €. */
export const firstOrders: readonly FullOrder[] = [
  {
    id: 789,
    table_id: 12,
    status: 'sent',
    server_user_id: 3,
    erp_id: 'K788',
    totalCents: 10_200,
    total_amount: 102,
    covers: 4,
    items: [
      { id: '789-1', name: 'Magret de canard', dish_id: 12, qty: 2, price: 24.5, status: 'served' },
      { id: '789-2', name: 'Crème brûlée', dish_id: 20, qty: 2, price: 8.5, status: 'pending' },
      { id: '789-3', name: 'Chablis 2020', wine_id: 35, qty: 1, price: 36, status: 'served' },
    ],
    payments: [],
  },
];

/** The first numbers that are free. */
export const firstFree = { order: 790, erp: 789, payment: 1234, audit: 5678 } as const;
