import { resolve } from 'node:path';
import { entries, specifierOf } from './entries.ts';

/** What users import, resolved to the sources: for tests and for the demo, which run without a build. */
export const aliases: readonly { readonly find: RegExp; readonly replacement: string }[] = entries
  .filter((entry) => entry.kind === 'import')
  .map((entry) => ({ find: new RegExp(`^${specifierOf(entry)}$`), replacement: resolve(entry.source) }));
