import type { CreateBackend } from '../backend.ts';
import { createBrasserie } from './brasserie/index.ts';
import { createLaravelPos } from './laravel-pos/index.ts';
import { createRestaurantOs } from './restaurant-os/index.ts';
import { createServiceFloor } from './service-floor/index.ts';
import { createTableTap } from './table-tap/index.ts';

/** Every backend that the development server plays, by the name of its contract. */
export const backends: Readonly<
  Record<'laravel-pos' | 'restaurant-os' | 'table-tap' | 'brasserie' | 'service-floor', CreateBackend>
> = {
  'laravel-pos': createLaravelPos,
  'restaurant-os': createRestaurantOs,
  'table-tap': createTableTap,
  brasserie: createBrasserie,
  'service-floor': createServiceFloor,
};
