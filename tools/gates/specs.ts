// Gate: every numbered rule of a SPEC.md is cited by the name of a test, and no test cites a rule that does not exist.
import { checkSpecs } from '../specs/check.ts';

const { rules, problems } = checkSpecs('.');
for (const problem of problems) console.error(problem);
console.log(problems.length === 0 ? `${rules} rules, each with a test` : `${problems.length} problems`);
process.exitCode = problems.length === 0 ? 0 : 1;
