import { momentVersion } from '../../lib/moment.ts';
import type { Maybe } from '../shapes.ts';

/*
 * What the rows of all lists have in common.
 */

export const keyOf = ({ id }: { readonly id: number }): string => String(id);

/** Databases keep microseconds and JSON often does not tell them, so texts do not compare. */
export const versionOf = ({ updated_at }: { readonly updated_at?: Maybe<string> }): string | number | undefined =>
  momentVersion(updated_at);
