// `npm run bench [-- --json FILE]`: builds, then measures what users would run.
import { passOnSignals, runChild } from './runner/child.ts';

passOnSignals();
const built = await runChild(['tsup', '--silent'], {});
const measured = built.ok && (await runChild(['node', 'test/bench/run.ts', ...process.argv.slice(2)], {})).ok;
process.exitCode = measured ? 0 : 1;
