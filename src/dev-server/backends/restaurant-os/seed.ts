import type { Ingredient, OrderRow, Table, Ticket, TicketItem } from '../../../contracts/restaurant-os/index.ts';
import type { Stamps } from '../rows/stamps.ts';

/** An order with its dishes, which are rows of their own in Strapi and not in its lists. */
export interface FullOrder extends OrderRow {
  readonly items: readonly Dish[];
}

export interface Dish extends TicketItem {
  readonly itemId: string;
  readonly status: string;
  readonly station: string;
}

/** What can be ordered, who cooks it, and what it takes. */
export interface MenuItem {
  readonly name: string;
  readonly station: 'grill' | 'cold' | 'bar';
  readonly takes: readonly { readonly ingredientId: string; readonly amount: number }[];
}

/** Strapi's document ids are texts of 24 characters. */
export const documentId = (kind: string, number: number): string =>
  `${kind}${String(number).padStart(24 - kind.length, '0')}`;

const ingredient = (
  number: number,
  name: string,
  currentStock: number,
  minStock: number,
  unit: string,
): Ingredient => ({
  documentId: documentId('ingr', number),
  name,
  currentStock,
  minStock,
  unit,
});

export const ingredients: readonly Ingredient[] = [
  ingredient(1, 'Буряк', 12, 3, 'kg'),
  ingredient(2, 'Куряче філе', 8, 2, 'kg'),
  ingredient(3, 'Масло', 2.1, 2, 'kg'),
  ingredient(4, 'Сметана', 5, 1, 'l'),
  ingredient(5, 'Узвар', 15, 4, 'l'),
];

const takes = (number: number, amount: number): MenuItem['takes'][number] => ({
  ingredientId: documentId('ingr', number),
  amount,
});

export const menu: ReadonlyMap<string, MenuItem> = new Map(
  (
    [
      { name: 'Борщ', station: 'cold', takes: [takes(1, 0.3), takes(4, 0.05)] },
      { name: 'Котлета по-київськи', station: 'grill', takes: [takes(2, 0.25), takes(3, 0.08)] },
      { name: 'Вареники', station: 'cold', takes: [takes(4, 0.1)] },
      { name: 'Узвар', station: 'bar', takes: [takes(5, 0.25)] },
    ] satisfies readonly MenuItem[]
  ).map((item) => [item.name, item]),
);

export interface FirstRows {
  readonly orders: readonly FullOrder[];
  readonly tickets: readonly Ticket[];
  readonly tables: readonly Table[];
}

/** An evening with one table being cooked for. */
export function firstRows({ ago }: Stamps): FirstRows {
  const dish: Dish = {
    itemId: documentId('item', 1),
    name: 'Котлета по-київськи',
    quantity: 2,
    status: 'in_progress',
    station: 'grill',
  };
  const { itemId, name, quantity } = dish;
  return {
    orders: [
      {
        documentId: documentId('order', 1),
        orderNumber: 101,
        status: 'in_progress',
        table: { number: 3 },
        createdAt: ago(9),
        items: [dish],
      },
    ],
    tickets: [
      {
        documentId: documentId('ticket', 1),
        ticketNumber: 501,
        orderNumber: 101,
        tableNumber: 3,
        station: 'grill',
        status: 'in_progress',
        items: [{ itemId, name, quantity }],
        createdAt: ago(9),
      },
    ],
    tables: Array.from({ length: 10 }, (_, index) => ({
      number: index + 1,
      documentId: documentId('table', index + 1),
      status: index === 2 ? 'occupied' : 'free',
    })),
  };
}

/** The first numbers that are free. */
export const firstFree = { order: 2, item: 2, ticket: 2, batch: 1 } as const;
