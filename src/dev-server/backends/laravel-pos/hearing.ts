// What a device may hear: signed for the event server, and read again where it was away.
import { laravelPos } from '../../../contracts/laravel-pos/index.ts';
import { broadcastingAuthHandler, replayHandler, whoMayHear, type FindCaller } from '../../../emit/index.ts';
import type { BackendSeams } from '../../backend.ts';
import { bearerOf, type Route } from '../rest/routes.ts';
import type { Shop } from './shop.ts';
import { callerOf } from './tokens.ts';

/** Since V1.1. */
const additions: ReadonlySet<string> = new Set(['presence', 'station']);

export const hearingRoutes = (shop: Shop, { v1, app }: Pick<BackendSeams, 'v1' | 'app'>): readonly Route[] => {
  const { log } = shop;
  const caller = findCaller(shop);
  const mayRead = whoMayHear(laravelPos, caller);
  const mayHear = (_caller: unknown, { name }: { readonly name: string }): boolean => !(v1 && additions.has(name));
  const sign = app && broadcastingAuthHandler(laravelPos, { ...app, caller, mayHear });
  return [
    ...(v1
      ? []
      : [
          {
            method: 'GET',
            path: '/v1/events/since',
            to: [],
            handle: replayHandler(laravelPos, { log, mayRead }),
          } as const,
        ]),
    ...(sign === undefined ? [] : [{ method: 'POST', path: '/broadcasting/auth', to: [], handle: sign } as const]),
  ];
};

/** Others in a presence channel are told which device it is. */
const findCaller =
  ({ devices }: Shop): FindCaller =>
  ({ headers }) => {
    const caller = callerOf(bearerOf(headers));
    if (caller === undefined) return undefined;
    const { id } = caller;
    return { ...caller, info: { device_id: Number(id), device_type: devices.get(id)?.type ?? null } };
  };
