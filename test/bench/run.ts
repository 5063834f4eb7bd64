// `npm run bench`: every row and its baseline in turns within one run, so that the machine's mood hits both. Prints ratios;
// absolute figures mean nothing between machines. `--json FILE` writes them down; `--only TEXT` measures the rows whose
// names have it.
import { writeFileSync } from 'node:fs';
import { rows as decodeRows } from './decode.ts';
import { rows as receiveRows } from './receive.ts';
import type { BenchRow, Costs } from './rows.ts';

const rounds = 7;

interface Figures {
  readonly name: string;
  readonly against: string;
  /** The median of the rounds. */
  readonly ratio: number;
  readonly lowest: number;
  readonly highest: number;
  readonly must: number;
  readonly aim: number;
  readonly passed: boolean;
  /** In microseconds, on this machine in this mood: for nothing but a look at the size of it. */
  readonly measuredUs: number;
  readonly baselineUs: number;
}

const medianOf = (values: readonly number[]): number =>
  [...values].sort((left, right) => left - right)[Math.floor(values.length / 2)] ?? Number.NaN;

async function costsOf(row: BenchRow): Promise<readonly Costs[]> {
  const opened = await row.open();
  // The first one is for the compiler.
  await opened.round();
  const costs: Costs[] = [];
  for (let round = 0; round < rounds; round += 1) costs.push(await opened.round());
  await opened.close();
  return costs;
}

function figuresOf({ name, against, must, aim = must }: BenchRow, costs: readonly Costs[]): Figures {
  const ratios = costs.map(({ measured, baseline }) => measured / baseline);
  const ratio = medianOf(ratios);
  return {
    name,
    against,
    ratio,
    lowest: Math.min(...ratios),
    highest: Math.max(...ratios),
    must,
    aim,
    passed: ratio <= must,
    measuredUs: medianOf(costs.map(({ measured }) => measured)),
    baselineUs: medianOf(costs.map(({ baseline }) => baseline)),
  };
}

function lineOf({ name, against, ratio, lowest, highest, must, aim, passed }: Figures): string {
  const verdict = ratio <= aim ? 'aim reached' : passed ? 'ok' : 'TOO SLOW';
  const spread = `${lowest.toFixed(2)} to ${highest.toFixed(2)}`;
  return [
    `${ratio.toFixed(2)} ×`.padStart(8),
    spread.padStart(14),
    `≤ ${must}`.padStart(7),
    `≤ ${aim}`.padStart(7),
    `  ${verdict.padEnd(12)}`,
    ` ${name}, against ${against}`,
  ].join('');
}

function argument(name: string): string | undefined {
  const at = process.argv.indexOf(name);
  return at === -1 ? undefined : process.argv[at + 1];
}

const only = argument('--only') ?? '';
console.log(`   ratio        spread   must    aim  verdict       what it costs (medians of ${rounds} rounds)`);
const figures: Figures[] = [];
for (const row of [...decodeRows, ...receiveRows].filter(({ name }) => name.includes(only))) {
  const found = figuresOf(row, await costsOf(row));
  figures.push(found);
  console.log(lineOf(found));
}

const file = argument('--json');
if (file !== undefined) writeFileSync(file, `${JSON.stringify(figures, undefined, 2)}\n`);
if (!figures.every(({ passed }) => passed)) process.exitCode = 1;
