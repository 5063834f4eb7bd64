// `npm run prove-gates [-- <gate>]`: breaks on purpose what each gate guards, in a copy of the tree, and expects the
// gate to fail by name. A gate that passes over its sabotage is worse than none.
import { spawnSync } from 'node:child_process';
import { stripVTControlCharacters } from 'node:util';
import { gates } from './gates.ts';
import { sabotages, type Sabotage } from './prove/sabotages.ts';
import { copyTree, type Tree } from './prove/tree.ts';

const self = 'prove-gates';
const wanted = process.argv.slice(2);
const names = gates.map((gate) => gate.name);

const strange = [...wanted, ...sabotages.map((sabotage) => sabotage.gate)].filter((name) => !names.includes(name));
const unproved = names.filter((name) => !sabotages.some((sabotage) => sabotage.gate === name));
for (const name of strange) console.error(`${name} is no gate`);
for (const name of unproved)
  console.error(`${name} has no sabotage in tools/prove/sabotages.ts: who says that it can fail?`);
if (strange.length + unproved.length > 0) process.exit(1);

const chosen = sabotages.filter((sabotage) => wanted.length === 0 || wanted.includes(sabotage.gate));
const tree = copyTree();
let failures = 0;
try {
  // A gate that is red already would seem to catch everything.
  const sound = [...new Set(chosen.map((sabotage) => sabotage.gate))].filter((gate) => gate !== self);
  const whole = sound.length === 0 ? '' : run(tree, sound);
  for (const sabotage of chosen) {
    const { gate, breaks } = sabotage;
    const problem = gate !== self && !passed(whole, gate) ? 'it fails even before' : provoke(sabotage);
    console.log(
      `${problem === undefined ? '  caught' : '!! MISSED'}  ${gate}: ${breaks}${problem === undefined ? '' : ` (${problem})`}`,
    );
    if (problem !== undefined) failures += 1;
  }
} finally {
  tree.dispose();
}
console.log(`${chosen.length - failures} of ${chosen.length} sabotages caught`);
process.exitCode = failures === 0 ? 0 : 1;

function provoke({ gate, says, apply }: Sabotage): string | undefined {
  try {
    apply(tree);
    const output = stripVTControlCharacters(run(tree, [gate]));
    if (failed(output, gate) && says.test(output)) return undefined;
    console.error(output);
    if (passed(output, gate)) return 'it passes';
    return failed(output, gate) ? `it fails, but not with ${says}` : 'another gate failed instead';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    tree.mend();
  }
}

function run({ root }: Tree, only: readonly string[]): string {
  const result = spawnSync(process.execPath, ['tools/test.ts', '--only', only.join(',')], {
    cwd: root,
    encoding: 'utf8',
  });
  // Exit code and table must tell the same story.
  const said = `${result.stdout}${result.stderr}`;
  const lastLine = result.stdout.trimEnd().split('\n').at(-1) ?? '';
  if (!/^\d+ passed, \d+ failed$/.test(lastLine) || (result.status === 0) !== lastLine.endsWith(', 0 failed')) {
    throw new Error(`the run ended with ${result.status} and the last line was: ${lastLine}\n${said}`);
  }
  return said;
}

function passed(output: string, gate: string): boolean {
  return new RegExp(`^ {3}${gate} .* passed$`, 'm').test(output);
}

/** By its own verdict: a gate that could not run because another failed has caught nothing. */
function failed(output: string, gate: string): boolean {
  return new RegExp(`^!! ${gate} .* FAILED$`, 'm').test(output);
}
