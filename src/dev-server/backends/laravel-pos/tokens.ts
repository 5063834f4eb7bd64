import type { Caller } from '../../backend.ts';

/** The store that the development server plays. */
export const store = { id: 7, sku: 'pizza-bab-el-oued' } as const;

/** Bearer tokens of the store's devices, for development: they never expire and are no secret. */
export const tokens = {
  pos: 'dev-pos',
  kiosk: 'dev-kiosk',
  kds: 'dev-kds',
  kdsGrill: 'dev-kds-grill',
  printerGateway: 'dev-printer-gateway',
  backOffice: 'dev-back-office',
} as const;

/** The devices that those tokens belong to. */
export const deviceIds: Readonly<Record<keyof typeof tokens, number>> = {
  pos: 11,
  kiosk: 12,
  kds: 21,
  kdsGrill: 22,
  printerGateway: 42,
  backOffice: 51,
};

/** What the document asks of a token, by what a device is for. */
const abilities: Readonly<Record<keyof typeof tokens, readonly string[]>> = {
  pos: ['order.read', 'order.status.set', 'ticket.create', 'device.sync'],
  kiosk: ['order.read', 'device.sync'],
  kds: ['kds.read', 'kds.update', 'device.sync'],
  kdsGrill: ['kds.read', 'kds.update', 'device.sync'],
  printerGateway: ['printer.read', 'device.sync'],
  backOffice: ['devices.read', 'order.read', 'kds.read', 'device.sync'],
};

const callers: ReadonlyMap<string, Caller> = new Map(
  (Object.keys(tokens) as (keyof typeof tokens)[]).map((device) => [
    tokens[device],
    {
      id: String(deviceIds[device]),
      abilities: abilities[device],
      scope: { sku: store.sku, deviceId: deviceIds[device] },
    },
  ]),
);

export const callerOf = (token: string | undefined): Caller | undefined => callers.get(token ?? '');
