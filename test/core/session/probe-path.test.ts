// What a client asks to find out whether its server is there: something that the server can answer.
import { expect, test } from 'vitest';
import { laravelPos } from '../../../src/contracts/laravel-pos/index.ts';
import { tableTap } from '../../../src/contracts/table-tap/index.ts';
import type { ContractData } from '../../../src/contract/contract.ts';
import { probePath } from '../../../src/core/session/probe-path.ts';

const asked = (contract: ContractData, roleName: string, scope: Record<string, string | number>): string => {
  const role = contract.roles.get(roleName);
  if (role === undefined) throw new Error(`No role ${roleName}`);
  return probePath(contract, role, scope);
};

const behind = `seq=${Number.MAX_SAFE_INTEGER}&limit=1`;

test('it is the log of a channel that this role hears, from beyond its end', () => {
  const scope = { sku: 'a', deviceId: 7 };
  expect(asked(laravelPos, 'pos', scope)).toBe(`/v1/events/since?channel=private-store.a.orders&${behind}`);
  expect(asked(laravelPos, 'kds', scope)).toBe(`/v1/events/since?channel=private-store.a.kds&${behind}`);
  expect(asked(laravelPos, 'kds', { ...scope, station: 'grill' })).toBe(
    `/v1/events/since?channel=private-store.a.kds.station.grill&${behind}`,
  );
});

test('a backend without a log is asked for a list', () => {
  expect(asked(tableTap, 'manager', { cafeId: 'c1', userId: 'u1' })).toMatch(/^\/\w+\?cafe_id=c1/);
});
