import type { Gate } from './gate.ts';

export interface Selection {
  readonly gates: readonly Gate[];
  /** The long versions of the tests were asked for. */
  readonly full: boolean;
}

/** Reads the command line. A word it does not know is an error: a typo must not run fewer gates than were asked for. */
export function select(gates: readonly Gate[], args: readonly string[]): Selection {
  let names: readonly string[] | undefined;
  let fast = false;
  let full = false;
  for (let index = 0; index < args.length; index += 1) {
    const argument = args[index];
    if (argument === '--fast') fast = true;
    else if (argument === '--full') full = true;
    else if (argument === '--only') names = (args[(index += 1)] ?? '').split(',').filter((name) => name !== '');
    else throw new Error(`Unknown argument ${argument}. Known: --fast, --full, --only <gate,gate>`);
  }
  if (names !== undefined) return { gates: withPrerequisites(gates, named(gates, names)), full };
  return { gates: gates.filter((gate) => (fast ? gate.fast === true : full || gate.fullOnly !== true)), full };
}

function named(gates: readonly Gate[], names: readonly string[]): ReadonlySet<string> {
  const known = new Set(gates.map((gate) => gate.name));
  const unknown = names.filter((name) => !known.has(name));
  if (names.length === 0 || unknown.length > 0) {
    throw new Error(`Unknown gate ${unknown.join(', ') || '(none given)'}. Gates: ${[...known].join(', ')}`);
  }
  return new Set(names);
}

function withPrerequisites(gates: readonly Gate[], wanted: ReadonlySet<string>): readonly Gate[] {
  const needed = new Set(wanted);
  for (const gate of gates.toReversed()) {
    if (needed.has(gate.name) && gate.after !== undefined) needed.add(gate.after);
  }
  return gates.filter((gate) => needed.has(gate.name));
}
