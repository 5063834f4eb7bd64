import { readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join } from 'node:path';
import { specifiersOf } from '../specifiers.ts';

/** A built file and those of ours that it reaches, each with the other modules that it names. */
function reachedFrom(file: string): ReadonlyMap<string, readonly string[]> {
  const reached = new Map<string, readonly string[]>();
  const waiting = [file];
  for (let current = waiting.pop(); current !== undefined; current = waiting.pop()) {
    if (reached.has(current)) continue;
    const from = dirname(current);
    const named = specifiersOf(current, readFileSync(current, 'utf8')).flatMap(({ text }) => text ?? []);
    waiting.push(...named.filter((text) => text.startsWith('.')).map((text) => join(from, text)));
    reached.set(
      current,
      named.filter((text) => !text.startsWith('.')),
    );
  }
  return reached;
}

/** Our own files that a built file needs, itself among them. */
export const filesOf = (file: string): readonly string[] => [...reachedFrom(file).keys()];

/** Node modules that a built file reaches through our own files, each with the file that names it. */
export const builtinsReachedFrom = (file: string): readonly string[] =>
  [...reachedFrom(file)].flatMap(([current, named]) =>
    named.filter((text) => isBuiltin(text)).map((text) => `${text} (named in ${current})`),
  );
