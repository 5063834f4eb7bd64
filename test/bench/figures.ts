// What is told of a row once its rounds are over.
import type { BenchRow, Costs, NotRun, OpenRow, RatioRow, SizeRow, Sizes, TimeRow, Times } from './rows.ts';

const usualRounds = 7;

interface Told {
  readonly name: string;
  readonly verdict: 'aim reached' | 'ok' | 'TOO SLOW' | 'NOT RUN';
}

interface Ratio extends Told {
  readonly kind: 'ratio';
  readonly against: string;
  /** The median of the rounds. */
  readonly ratio: number;
  readonly lowest: number;
  readonly highest: number;
  readonly must: number;
  readonly aim: number;
  /** In microseconds, on this machine in this mood: for nothing but a look at the size of it. */
  readonly measuredUs: number;
  readonly baselineUs: number;
}

interface Time extends Told {
  readonly kind: 'time';
  readonly figure: TimeRow['figure'];
  /** The median of the rounds. */
  readonly ms: number;
  readonly lowestMs: number;
  readonly highestMs: number;
  readonly mustMs: number;
  readonly aimMs: number;
  readonly bare: TimeRow['bare'];
  readonly bareMs: number | undefined;
}

interface Size extends Told {
  readonly kind: 'size';
  /** The median of the rounds. */
  readonly mb: number;
  readonly lowestMb: number;
  readonly highestMb: number;
  readonly mustMb: number;
  readonly aimMb: number;
  /** The highest of all rounds. */
  readonly peakMb: number;
}

interface Missing extends Told {
  readonly kind: 'not-run';
  readonly reason: string;
}

export type Figures = Ratio | Time | Size | Missing;

export async function measure(row: BenchRow): Promise<Figures> {
  if (row.kind === 'ratio') return of(row, await row.open(), ratioOf, usualRounds);
  if (row.kind === 'size') return of(row, await row.open(), sizeOf, usualRounds);
  return of(row, await row.open(), timeOf, row.rounds ?? usualRounds);
}

async function of<Row extends BenchRow, Measure>(
  row: Row,
  opened: OpenRow<Measure> | NotRun,
  tell: (row: Row, all: readonly Measure[]) => Figures,
  rounds: number,
): Promise<Figures> {
  return 'notRun' in opened ? missing(row, opened) : tell(row, await roundsOf(opened, rounds));
}

async function roundsOf<Measure>(opened: OpenRow<Measure>, rounds: number): Promise<readonly Measure[]> {
  try {
    // The first one is for the compiler.
    await opened.round();
    const all: Measure[] = [];
    for (let round = 0; round < rounds; round += 1) all.push(await opened.round());
    return all;
  } finally {
    await opened.close();
  }
}

const sorted = (values: readonly number[]): readonly number[] => values.toSorted((left, right) => left - right);

export const medianOf = (values: readonly number[]): number =>
  sorted(values)[Math.floor(values.length / 2)] ?? Number.NaN;

const notPassedBy =
  (part: number) =>
  (values: readonly number[]): number =>
    sorted(values)[Math.ceil(values.length * part) - 1] ?? Number.NaN;

/** What 95 of 100 do not pass. */
export const p95Of: (values: readonly number[]) => number = notPassedBy(0.95);
export const p99Of: (values: readonly number[]) => number = notPassedBy(0.99);

const verdictOn = (value: number, must: number, aim: number): Told['verdict'] =>
  value <= aim ? 'aim reached' : value <= must ? 'ok' : 'TOO SLOW';

function ratioOf(row: RatioRow, costs: readonly Costs[]): Ratio {
  const { name, against, must, aim = must } = row;
  const ratios = costs.map(({ measured, baseline }) => measured / baseline);
  const ratio = medianOf(ratios);
  return {
    kind: 'ratio',
    name,
    against,
    ratio,
    lowest: Math.min(...ratios),
    highest: Math.max(...ratios),
    must,
    aim,
    verdict: verdictOn(ratio, must, aim),
    measuredUs: medianOf(costs.map(({ measured }) => measured)),
    baselineUs: medianOf(costs.map(({ baseline }) => baseline)),
  };
}

function timeOf(row: TimeRow, all: readonly Times[]): Time {
  const { name, figure, bare, mustMs, aimMs } = row;
  const times = all.map(({ ms }) => ms);
  const bareTimes = all.flatMap(({ bareMs }) => bareMs ?? []);
  const ms = medianOf(times);
  return {
    kind: 'time',
    name,
    figure,
    ms,
    lowestMs: Math.min(...times),
    highestMs: Math.max(...times),
    mustMs,
    aimMs,
    bare,
    bareMs: bareTimes.length === 0 ? undefined : medianOf(bareTimes),
    verdict: verdictOn(ms, mustMs, aimMs),
  };
}

function sizeOf({ name, mustMb, aimMb }: SizeRow, all: readonly Sizes[]): Size {
  const sizes = all.map(({ mb }) => mb);
  const mb = medianOf(sizes);
  return {
    kind: 'size',
    name,
    mb,
    lowestMb: Math.min(...sizes),
    highestMb: Math.max(...sizes),
    mustMb,
    aimMb,
    peakMb: Math.max(...all.map(({ peakMb }) => peakMb)),
    verdict: verdictOn(mb, mustMb, aimMb),
  };
}

const missing = ({ name }: BenchRow, { notRun }: NotRun): Missing => ({
  kind: 'not-run',
  name,
  verdict: 'NOT RUN',
  reason: notRun,
});

export const heading: string = `    median        spread   must    aim  verdict       what it costs (${usualRounds} rounds; × is a ratio, ms is time on this machine, MB is memory)`;

export function lineOf(figures: Figures): string {
  if (figures.kind === 'not-run') {
    return `${' '.repeat(38)}  ${figures.verdict.padEnd(12)} ${figures.name}: ${figures.reason}`;
  }
  if (figures.kind === 'time') {
    const { ms, lowestMs, highestMs, mustMs, aimMs, bare, bareMs, name, figure } = figures;
    const remarks = [
      ...(figure === 'single' ? [] : [figure]),
      ...(bareMs === undefined ? [] : [`the bare ${bare} takes ${short(bareMs)} ms`]),
    ];
    const what = remarks.length === 0 ? name : `${name} (${remarks.join('; ')})`;
    return columns('ms', [ms, lowestMs, highestMs, mustMs, aimMs], figures, what);
  }
  if (figures.kind === 'size') {
    const { mb, lowestMb, highestMb, mustMb, aimMb, peakMb, name } = figures;
    const what = `${name} (at most ${short(peakMb)} MB before what is not needed was thrown away)`;
    return columns('MB', [mb, lowestMb, highestMb, mustMb, aimMb], figures, what);
  }
  const { ratio, lowest, highest, must, aim, name, against } = figures;
  return columns('×', [ratio, lowest, highest, must, aim], figures, `${name}, against ${against}`);
}

function columns(
  unit: string,
  [value, lowest, highest, must, aim]: readonly [number, number, number, number, number],
  { verdict }: Told,
  what: string,
): string {
  const spread = `${short(lowest)} to ${short(highest)}`;
  return [
    `${short(value)} ${unit.padEnd(2)}`.padStart(10),
    spread.padStart(14),
    `≤ ${must}`.padStart(7),
    `≤ ${aim}`.padStart(7),
    `  ${verdict.padEnd(12)}`,
    ` ${what}`,
  ].join('');
}

/** As many digits as mean something. */
const short = (value: number): string => value.toFixed(value < 100 ? 2 : 0);
