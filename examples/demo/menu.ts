// What can be ordered here. A till has its menu from its own backend; `heard dev` has this one.
export interface Dish {
  readonly id: number;
  readonly name: string;
  /** Cents of dinars. */
  readonly cents: number;
}

export const menu: readonly Dish[] = [
  { id: 11, name: 'Margherita', cents: 70_000 },
  { id: 12, name: 'Quatre Fromages', cents: 95_000 },
  { id: 13, name: 'Merguez', cents: 90_000 },
  { id: 1, name: 'Classic Burger', cents: 85_000 },
  { id: 3, name: 'Chicken Burger', cents: 90_000 },
  { id: 22, name: 'Thé à la menthe', cents: 10_000 },
];

/** What the kiosk offers with one touch. */
export const meals: readonly { readonly name: string; readonly dishes: readonly number[] }[] = [
  { name: 'Pizza & tea', dishes: [11, 22] },
  { name: 'Burger', dishes: [1] },
  { name: 'Family', dishes: [11, 12, 1] },
];
