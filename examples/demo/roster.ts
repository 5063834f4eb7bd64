// The five devices of the pizzeria, as `heard dev` knows them: who each is, and which tables its role shows.
import type { LaravelPos } from 'heard/contracts/laravel-pos';

export type Role = keyof LaravelPos['roles'];
export type TableName = 'orders' | 'tickets' | 'printJobs' | 'devices';

export const store = 'pizza-bab-el-oued';

interface Registration {
  readonly deviceId: number;
  /** Known to everybody: it is for development. */
  readonly token: string;
  readonly shows: readonly TableName[];
}

export const roster: Readonly<Record<Role, Registration>> = {
  pos: { deviceId: 11, token: 'dev-pos', shows: ['orders', 'printJobs'] },
  kiosk: { deviceId: 12, token: 'dev-kiosk', shows: ['orders'] },
  kds: { deviceId: 21, token: 'dev-kds', shows: ['tickets'] },
  'printer-gateway': { deviceId: 42, token: 'dev-printer-gateway', shows: ['printJobs'] },
  'back-office': { deviceId: 51, token: 'dev-back-office', shows: ['orders', 'tickets', 'devices'] },
};

/** Whose device that is; undefined for one that is not on this page. */
export const roleOf = (deviceId: string | number): Role | undefined =>
  (Object.keys(roster) as Role[]).find((role) => String(roster[role].deviceId) === String(deviceId));
