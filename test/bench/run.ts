// `npm run bench`: every row and its baseline in turns within one run, so that the machine's mood hits both. Prints ratios;
// absolute figures mean nothing between machines. `--json FILE` writes them down.
import { writeFileSync } from 'node:fs';
import { Bench } from 'tinybench';
import { rows as decodeRows } from './decode.ts';
import type { BenchRow } from './rows.ts';

const rows: readonly BenchRow[] = [...decodeRows];
const rounds = 9;
const msPerTask = 150;

interface Figures {
  readonly name: string;
  readonly against: string;
  readonly ratio: number;
  readonly lowest: number;
  readonly highest: number;
  readonly must: number;
  readonly aim?: number;
}

const medianOf = (values: readonly number[]): number =>
  [...values].sort((left, right) => left - right)[Math.floor(values.length / 2)] ?? Number.NaN;

async function oneRound(row: BenchRow): Promise<number> {
  const bench = new Bench({ time: msPerTask, warmupTime: 30 });
  bench.add('measured', () => void row.measured());
  bench.add('baseline', () => void row.baseline());
  const [measured, baseline] = (await bench.run()).map((task) =>
    'latency' in task.result ? task.result.latency.p50 : Number.NaN,
  );
  return (measured ?? Number.NaN) / (baseline ?? Number.NaN);
}

async function figuresOf(row: BenchRow): Promise<Figures> {
  const ratios: number[] = [];
  for (let round = 0; round < rounds; round += 1) ratios.push(await oneRound(row));
  return {
    name: row.name,
    against: row.against,
    ratio: medianOf(ratios),
    lowest: Math.min(...ratios),
    highest: Math.max(...ratios),
    must: row.must,
    ...(row.aim !== undefined && { aim: row.aim }),
  };
}

const figures: Figures[] = [];
for (const row of rows) {
  const result = await figuresOf(row);
  figures.push(result);
  const verdict =
    result.ratio <= (result.aim ?? result.must) ? 'aim reached' : result.ratio <= result.must ? 'ok' : 'TOO SLOW';
  console.log(
    `${result.name}: ${result.ratio.toFixed(2)} x ${result.against} (${result.lowest.toFixed(2)} to ${result.highest.toFixed(2)} in ${rounds} rounds; must ${result.must}, aim ${result.aim ?? result.must}) ${verdict}`,
  );
}

const target = process.argv.indexOf('--json');
const file = target === -1 ? undefined : process.argv[target + 1];
if (file !== undefined) writeFileSync(file, `${JSON.stringify(figures, null, 2)}\n`);
if (figures.some(({ ratio, must }) => !(ratio <= must))) process.exitCode = 1;
