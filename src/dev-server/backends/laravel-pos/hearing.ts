import { createRouter } from '../../../contract/routing.ts';
import { laravelPos } from '../../../contracts/laravel-pos/index.ts';
import type { Caller } from '../../backend.ts';
import { Refused } from '../rest/problem.ts';

const routeOf = createRouter(laravelPos);

/** Since V1.1. */
const additions: ReadonlySet<string> = new Set(['presence', 'station']);

/** Refuses a channel that is none, is another store's or device's, or needs an ability that the caller has not. */
export function requireHearing({ abilities, scope }: Caller, wire: string, v1: boolean): void {
  const route = routeOf(wire);
  const isOwn =
    route !== undefined &&
    !(v1 && additions.has(route.name)) &&
    Object.entries(route.params).every(([field, got]) => scope[field] === undefined || String(scope[field]) === got);
  const needed = route?.definition.abilities ?? [];
  if (isOwn && needed.some((ability) => abilities.includes(ability))) return;
  // As Laravel answers: a stranger does not learn which channels there are.
  throw new Refused(403, 'forbidden', 'This device may not hear that channel.', { details: isOwn ? { needed } : {} });
}
