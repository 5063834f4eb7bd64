// Gate: packs the package, looks at what is in it, and uses it as strangers would.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { consumerProblems } from '../tarball/consumers.ts';
import { contentProblems } from '../tarball/contents.ts';
import { npm } from '../tarball/npm.ts';

interface Packed {
  readonly filename: string;
  readonly size: number;
  readonly files: readonly { readonly path: string }[];
}

const folder = mkdtempSync(join(tmpdir(), 'heard-tarball-'));
try {
  const { output } = await npm(['pack', '--json', '--ignore-scripts', '--pack-destination', folder], '.');
  const [packed] = Object.values(JSON.parse(output) as readonly Packed[] | Readonly<Record<string, Packed>>);
  if (packed === undefined) throw new Error('npm pack made nothing');
  const problems = [
    ...contentProblems(packed.files.map((file) => file.path)),
    ...(await consumerProblems(join(folder, packed.filename), folder)),
  ];
  for (const problem of problems) console.error(problem);
  console.log(
    `${packed.files.length} files, ${(packed.size / 1000).toFixed(1)} kB packed: ${problems.length} problems`,
  );
  process.exitCode = problems.length === 0 ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
