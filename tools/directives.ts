// The step that makes CommonJS of the chunks writes lines of its own above `'use client'`, which is a directive at the very
// beginning only: servers that render React would take hooks for their own code.
import { readFileSync, writeFileSync } from 'node:fs';
import { builtName, entries } from './entries.ts';
import { directiveOf } from './built/directives.ts';

for (const entry of entries) {
  const directive = directiveOf(entry);
  if (directive === undefined) continue;
  const file = `dist/${builtName(entry)}.cjs`;
  const text = readFileSync(file, 'utf8');
  writeFileSync(file, `${directive}\n${text.replace(directive, '')}`);
}
