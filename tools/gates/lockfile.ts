// Gate: the lockfiles are complete. Run `npm install --omit-lockfile-registry-resolved` and look at the diff when it
// fails; a release whose platform packages are not all published must be pinned to an older one.
import { lockfileProblems } from '../lockfile.ts';

const problems = ['.', 'tools/node'].flatMap((folder) =>
  lockfileProblems(folder).map((problem) => `${folder}/package-lock.json: ${problem}`),
);
for (const problem of problems) console.error(problem);
if (problems.length > 0)
  console.error('Run `npm install --omit-lockfile-registry-resolved` there, and look at the diff.');
console.log(problems.length === 0 ? 'both lockfiles are complete' : `${problems.length} problems`);
process.exitCode = problems.length === 0 ? 0 : 1;
