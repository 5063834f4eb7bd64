import { readFileSync } from 'node:fs';
import { builtName, type Entry } from '../entries.ts';

/** `"use client";` as the bundler spells it, of an entry whose source begins with it. */
export const directiveOf = ({ source }: Entry): string | undefined =>
  readFileSync(source, 'utf8').startsWith("'use client';") ? '"use client";' : undefined;

/** What was built of an entry must begin as its source does. */
export function missingDirectives(entry: Entry): readonly string[] {
  const directive = directiveOf(entry);
  if (directive === undefined) return [];
  return ['js', 'cjs']
    .map((extension) => `dist/${builtName(entry)}.${extension}`)
    .filter((file) => !readFileSync(file, 'utf8').startsWith(directive))
    .map((file) => `${file} does not begin with ${directive} as its source does`);
}
