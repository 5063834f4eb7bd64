// Members as servers tell them, read without trusting it.
import { isRecord } from '../lib/json.ts';
import type { Everybody, Member, MemberId } from './transport.ts';

export const idIn = (value: unknown): MemberId | undefined =>
  typeof value === 'string' || (typeof value === 'number' && Number.isFinite(value)) ? value : undefined;

/** Undefined for what nobody can be called. */
export function memberOf(said: unknown, info: unknown): Member | undefined {
  const id = idIn(said);
  if (id === undefined) return undefined;
  return info === undefined ? { id } : { id, info };
}

/** `{ id, info }`, as it is spelt on wires of our own. */
export const memberIn = (said: unknown): Member | undefined =>
  isRecord(said) ? memberOf(said['id'], said['info']) : undefined;

/** `{ members: [{ id, info }], me }`; undefined for what does not say who is there. */
export function everybodyIn(said: unknown): Everybody | undefined {
  if (!isRecord(said) || !Array.isArray(said['members'])) return undefined;
  const me = idIn(said['me']);
  const members = said['members'].flatMap((one: unknown) => memberIn(one) ?? []);
  return me === undefined ? { members } : { members, me };
}
