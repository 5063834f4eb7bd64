// `node tools/bootstrap.mjs tools/run.ts <program> [args]`: one of our tools, on a machine where nothing is installed yet.
import { passOnSignals, runChild } from './runner/child.ts';

const [program, ...args] = process.argv.slice(2);
if (program === undefined) throw new Error('Which program?');
passOnSignals();
const { ok } = await runChild([program, ...args], {});
process.exitCode = ok ? 0 : 1;
