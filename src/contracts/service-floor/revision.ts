import { momentVersion } from '../../lib/moment.ts';
import type { Maybe } from '../shapes.ts';
import type { Id, Moment } from './schemas.ts';

interface Revised {
  readonly updatedAt?: Maybe<Moment>;
}

/** When a row changed last, where the backend tells. */
const revisedAt = ({ updatedAt }: Revised): Moment | undefined =>
  updatedAt === null || updatedAt === '' ? undefined : updatedAt;

/** The same as something that grows, whether it is told as text or in ms. */
export function version(row: Revised): number | string | undefined {
  const at = revisedAt(row);
  return typeof at === 'number' ? at * 1000 : momentVersion(at);
}

/**
 * What tells one change of an entity from the next: no event carries an id of its own. Without `updatedAt` there is no
 * telling, and a repeat that is shown twice is better than a fact that is not shown.
 */
export function revision(entity: Revised & { readonly id: Id }): string | undefined {
  const at = revisedAt(entity);
  return at === undefined ? undefined : `${entity.id}@${at}`;
}
