import { readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join } from 'node:path';
import { specifiersOf } from '../specifiers.ts';

/** Node modules that a built file reaches through our own files, each with the file that names it. */
export function builtinsReachedFrom(file: string): readonly string[] {
  const seen = new Set<string>();
  const reached: string[] = [];
  const waiting = [file];
  for (let current = waiting.pop(); current !== undefined; current = waiting.pop()) {
    if (seen.has(current)) continue;
    seen.add(current);
    for (const { text } of specifiersOf(current, readFileSync(current, 'utf8'))) {
      if (text === undefined) continue;
      if (text.startsWith('.')) waiting.push(join(dirname(current), text));
      else if (isBuiltin(text)) reached.push(`${text} (named in ${current})`);
    }
  }
  return reached;
}
