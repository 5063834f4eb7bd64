import type { Gate } from './gate.ts';

export interface Selection {
  readonly gates: readonly Gate[];
  /** How long the tests may take: they read it as HEARD_LENGTH. */
  readonly length: 'short' | 'usual' | 'long';
}

/** Reads the command line. A word it does not know is an error: a typo must not run fewer gates than were asked for. */
export function select(gates: readonly Gate[], args: readonly string[]): Selection {
  let names: readonly string[] | undefined;
  let length: Selection['length'] = 'usual';
  for (let index = 0; index < args.length; index += 1) {
    const argument = args[index];
    if (argument === '--fast') length = 'short';
    else if (argument === '--full') length = 'long';
    else if (argument === '--only') names = (args[(index += 1)] ?? '').split(',').filter((name) => name !== '');
    else throw new Error(`Unknown argument ${argument}. Known: --fast, --full, --only <gate,gate>`);
  }
  if (names !== undefined) return { gates: withPrerequisites(gates, named(gates, names)), length };
  const isAsked = (gate: Gate): boolean =>
    length === 'short' ? gate.fast === true : length === 'long' || gate.fullOnly !== true;
  return { gates: gates.filter(isAsked), length };
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
