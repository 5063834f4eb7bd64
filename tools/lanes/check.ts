import { globSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join, posix, sep } from 'node:path';
import { specifiersOf, type Specifier } from '../specifiers.ts';
import { cyclesOf } from './cycles.ts';
import { backstage, lanes, packageRules, type Lane, type Reach } from './rules.ts';

export interface Violation {
  readonly file: string;
  readonly line: number;
  readonly specifier: string;
  readonly rule: string;
}

interface Place {
  readonly lane: Lane;
  readonly unit: string | undefined;
}

function placeOf(file: string): Place | undefined {
  for (const lane of lanes) {
    const match = lane.files.exec(file);
    if (match !== null) return { lane, unit: match.slice(1).find((group) => group !== undefined) };
  }
  return undefined;
}

/** Checks `<root>/src` against the rules. */
export function checkLanes(root: string): readonly Violation[] {
  const source = join(root, 'src');
  const files = new Set(globSync('**/*.{ts,tsx}', { cwd: source }).map((file) => file.split(sep).join('/')));
  const violations: Violation[] = [];
  const edges = new Map<string, string[]>();

  for (const file of [...files].toSorted()) {
    const place = placeOf(file);
    if (place === undefined) {
      violations.push({
        file,
        line: 1,
        specifier: '-',
        rule: 'It is in no lane: give it one in tools/lanes/rules.ts.',
      });
      continue;
    }
    const targets: string[] = [];
    edges.set(file, targets);
    for (const specifier of specifiersOf(file, readFileSync(join(source, file), 'utf8'))) {
      const rule = specifier.text?.startsWith('.')
        ? brokenByOwn(file, place, specifier, targets)
        : brokenByPackage(file, specifier);
      if (rule !== undefined)
        violations.push({ file, line: specifier.line, specifier: specifier.text ?? '(computed)', rule });
    }
  }
  for (const cycle of cyclesOf(edges)) {
    const [file = ''] = cycle;
    const rule = `Files do not import each other in a circle, not even for types: ${[...cycle, file].join(' → ')}`;
    violations.push({ file, line: 1, specifier: cycle[1] ?? file, rule });
  }
  return violations;

  function brokenByOwn(file: string, from: Place, specifier: Specifier, targets: string[]): string | undefined {
    const target = posix.join(posix.dirname(file), specifier.text ?? '');
    if (target.startsWith('../')) return 'src imports nothing outside src but packages.';
    if (!files.has(target)) return 'There is no such file in src; write the path with its .ts.';
    targets.push(target);
    const to = placeOf(target);
    // A file without a lane is reported once, as such.
    if (to === undefined) return undefined;
    if (reachable(from, to, target, specifier.typeOnly)) return undefined;
    return backstage.has(to.lane.name) && !backstage.has(from.lane.name)
      ? 'Nothing that ships to browsers imports emit, dev-server, testing or the command.'
      : from.lane.sentence;
  }
}

function reachable(from: Place, to: Place, target: string, typeOnly: boolean): boolean {
  if (from.lane === to.lane) return from.unit === to.unit;
  const fits = (reach: Reach): boolean =>
    reach.lane === to.lane.name &&
    (reach.unit === undefined || (reach.unit === 'own' ? from.unit : reach.unit) === to.unit) &&
    (reach.files?.includes(target) ?? true) &&
    (reach.typesOnly !== true || typeOnly);
  return from.lane.imports.some(fits);
}

function brokenByPackage(file: string, { text }: Specifier): string | undefined {
  if (text === undefined) {
    // The command loads the modules of its users.
    return placeOf(file)?.lane.name === 'cli'
      ? undefined
      : 'An import names its module, so that bundlers and this gate can follow it.';
  }
  if (isBuiltin(text) && !text.startsWith('node:')) return `Write node:${text}, which no package can pretend to be.`;
  const rules = packageRules.filter((rule) => rule.packages.test(text));
  if (rules.length === 0) {
    return 'No rule lets src import this package: dependencies are chosen in docs/decisions, then given a row in tools/lanes/rules.ts.';
  }
  return rules.some((rule) => rule.files.test(file)) ? undefined : rules.map((rule) => rule.sentence).join(' ');
}
