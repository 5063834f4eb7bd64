// Gate: nothing in src imports across its lane. `--table` prints the rules for CONTRIBUTING.md.
import { checkLanes } from '../lanes/check.ts';
import { lanesAsMarkdown } from '../lanes/table.ts';

if (process.argv.includes('--table')) {
  console.log(lanesAsMarkdown());
} else {
  const violations = checkLanes('.');
  for (const { file, line, specifier, rule } of violations) {
    console.error(`src/${file}:${line}  ${specifier}\n    ${rule}`);
  }
  console.log(
    violations.length === 0 ? 'every import keeps its lane' : `${violations.length} imports leave their lane`,
  );
  process.exitCode = violations.length === 0 ? 0 : 1;
}
