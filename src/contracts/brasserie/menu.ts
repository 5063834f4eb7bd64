import type { MenuItem, Wine } from './schemas.ts';

/** For five minutes a menu counts as current; then it is still served at once, but read again. */
export const menuFreshForMs: number = 5 * 60_000;

/**
 * Whether the menu should be read again: it is older than {@link menuFreshForMs}, or an order mentions a dish that it does
 * not know, which is how a change shows before that.
 */
export function isMenuStale(
  menu: readonly MenuItem[],
  reading: {
    /** When it was read, in ms since 1970; undefined when it never was. */
    readonly readAt: number | undefined;
    readonly now: number;
    readonly mentions?: readonly number[];
  },
): boolean {
  const { readAt, now, mentions = [] } = reading;
  // A clock that was set back says nothing about age.
  if (readAt === undefined || now < readAt || now - readAt >= menuFreshForMs) return true;
  return mentions.some((dishId) => !menu.some(({ id }) => id === dishId));
}

const isMainCourse = ({ category }: MenuItem): boolean => category?.trim().toLowerCase() === 'plat principal';

/**
 * The wine that the house serves with a main course. Other dishes may have a pairing, too, but are not to be asked for.
 * The wine is told with the dish, or with another dish that goes with it.
 */
export function suggestWine(dish: MenuItem, menu: readonly MenuItem[]): Wine | undefined {
  const wanted = dish.wine_pairing_id;
  if (!isMainCourse(dish) || wanted == null) return undefined;
  return [dish, ...menu].map(({ wine }) => wine).find((wine) => wine?.id === wanted) ?? undefined;
}
