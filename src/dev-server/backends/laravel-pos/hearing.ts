// Who a device is, and what it may hear: let in by a namespace, signed for other event servers, and read again where it was away.
import { laravelPos } from '../../../contracts/laravel-pos/index.ts';
import { broadcastingAuthHandler, replayHandler, whoMayHear, type FindCaller } from '../../../emit/index.ts';
import { mayHear } from '../../../emit/caller.ts';
import type { Backend, BackendSeams, Caller } from '../../backend.ts';
import { bearerOf, type Route } from '../rest/routes.ts';
import type { Shop } from './shop.ts';
import { callerOf } from './tokens.ts';

/** Since V1.1. */
const additions: ReadonlySet<string> = new Set(['presence', 'station']);

/** Whom the store knows, and whom it lets hear what. */
export interface Door {
  /** Others in a presence channel are told which device it is. */
  readonly callerOf: Backend['callerOf'];
  readonly isBlocked: (caller: Caller) => boolean;
  readonly mayHear: NonNullable<Backend['mayHear']>;
}

export function createDoor(shop: Shop): Door {
  const { devices } = shop;
  const isBlocked: Door['isBlocked'] = ({ id }) => devices.get(id)?.status === 'blocked';
  return {
    callerOf(token) {
      const caller = callerOf(token);
      if (caller === undefined) return undefined;
      const { id } = caller;
      return { ...caller, info: { device_id: Number(id), device_type: devices.get(id)?.type ?? null } };
    },
    isBlocked,
    mayHear: (caller, channel) =>
      !isBlocked(caller) && isOffered(shop, channel) && mayHear(laravelPos, channel, caller),
  };
}

const isOffered = ({ v1 }: Shop, { name }: { readonly name: string }): boolean => !(v1 && additions.has(name));

export const hearingRoutes = (shop: Shop, door: Door, app: BackendSeams['app']): readonly Route[] => {
  const { log, v1 } = shop;
  const caller: FindCaller = ({ headers }) => door.callerOf(bearerOf(headers));
  const mayRead = whoMayHear(laravelPos, caller);
  const sign =
    app &&
    broadcastingAuthHandler(laravelPos, {
      ...app,
      caller,
      // What the contract says and who is blocked was asked before.
      mayHear: (_caller, channel) => isOffered(shop, channel),
    });
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
