// What knip cannot see by itself. It complains about a name in these lists as soon as the sources use it.
import type { KnipConfig } from 'knip';
import { entries } from './entries.ts';

/** Named in tools/gates.ts as programs. */
const programs = ['@arethetypeswrong/cli', 'oxfmt', 'oxlint', 'oxlint-tsgolint', 'publint'];

const config: KnipConfig = {
  entry: [
    ...entries.map((entry) => entry.source),
    'tools/*.ts',
    'tools/gates/*.ts',
    'tools/size/size-limit.ts',
    'test/bench/run.ts',
    'test/simulation/**/{run,mutants}.ts',
    'examples/demo/{serve,main}.ts',
    'examples/*/main.{ts,tsx}',
  ],
  project: ['{src,test,tools,examples}/**/*.{ts,tsx,mjs}'],
  ignoreDependencies: programs,
  ignoreBinaries: ['apt-get'],
};
export default config;
