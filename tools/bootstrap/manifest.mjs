import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { refuse } from './refuse.mjs';

/** The package.json of a folder, which a merge may have left half done. */
export function readManifest(folder, shown) {
  let problem = 'it is not an object';
  try {
    const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    if (typeof manifest === 'object' && manifest !== null && !Array.isArray(manifest)) return manifest;
  } catch (error) {
    // Node quotes the text around the mistake, line breaks included.
    problem = String(error.message).replace(/\s+/g, ' ');
  }
  return refuse(
    `package.json in ${shown} cannot be read: ${problem}.`,
    'Mend it (git diff shows what changed, git status an unfinished merge), then run this again.',
  );
}
