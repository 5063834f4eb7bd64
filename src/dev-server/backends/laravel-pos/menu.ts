/** What can be ordered. Cents of dinars, tax included. */
export interface MenuItem {
  readonly id: number;
  readonly name: string;
  readonly cents: number;
  readonly categoryId: number;
  /** The slug of the station that prepares it. */
  readonly station: 'oven' | 'grill' | 'bar';
}

const category = { pizza: 10, burger: 20, drink: 30 } as const;

const item = (id: number, name: string, cents: number, of: keyof typeof category): MenuItem => ({
  id,
  name,
  cents,
  categoryId: category[of],
  station: of === 'pizza' ? 'oven' : of === 'burger' ? 'grill' : 'bar',
});

export const menu: ReadonlyMap<number, MenuItem> = new Map(
  [
    item(1, 'Classic Burger', 85_000, 'burger'),
    item(2, 'Double Burger', 115_000, 'burger'),
    item(3, 'Chicken Burger', 90_000, 'burger'),
    item(11, 'Margherita', 70_000, 'pizza'),
    item(12, 'Quatre Fromages', 95_000, 'pizza'),
    item(13, 'Merguez', 90_000, 'pizza'),
    item(21, 'Selecto', 15_000, 'drink'),
    item(22, 'Thé à la menthe', 10_000, 'drink'),
  ].map((entry) => [entry.id, entry]),
);
