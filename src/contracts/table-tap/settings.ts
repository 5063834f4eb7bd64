import { isRecord } from '../../lib/json.ts';
import type { CafeSettingsUpdated } from './schemas.ts';

/** One setting that was changed, whichever it is. */
export interface ChangedSetting {
  readonly name: string;
  readonly previous: unknown;
  readonly next: unknown;
}

/** Every setting that an event names, also those that this code does not know. */
export const changedSettings = ({ changes }: CafeSettingsUpdated): readonly ChangedSetting[] =>
  Object.entries(changes).flatMap(([name, change]: [string, unknown]) =>
    isRecord(change) ? [{ name, previous: change['previous'], next: change['new'] }] : [],
  );
