// What the simulations are played with: `--seeds N [--seed S] [--json]`, and `--seed S --trace` for every step of that seed.
import { parseArgs } from 'node:util';

interface Played {
  readonly faults: object;
  readonly failures: readonly { readonly seed: number; readonly violations: readonly string[] }[];
}

interface Simulation<Summary extends Played> {
  readonly usualSeeds: number;
  summarise(first: number, seeds: number): Summary | Promise<Summary>;
  /** Plays one seed and tells every step. */
  trace(seed: number, tell: (line: string) => void): unknown;
  /** The command that plays one seed again. */
  replayOf(seed: number): string;
  /** What a summary tells beside totals and faults. */
  more?(summary: Summary): object;
}

const mostShown = 10;

/** Ends with 1 when a seed has failed. */
export async function play<Summary extends Played>(
  args: readonly string[],
  simulation: Simulation<Summary>,
): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seeds: { type: 'string' },
      seed: { type: 'string' },
      json: { type: 'boolean' },
      trace: { type: 'boolean' },
    },
  });
  const first = Number(values.seed ?? 1);
  const count = Number(values.seeds ?? (values.seed === undefined ? simulation.usualSeeds : 1));
  if (values.trace === true) await simulation.trace(first, console.log);
  const started = performance.now();
  const summary = await simulation.summarise(first, count);
  const seconds = Math.round(performance.now() - started) / 1_000;
  if (values.json === true) console.log(JSON.stringify({ ...summary, seconds }, undefined, 2));
  else print(simulation, summary, seconds);
  process.exitCode = summary.failures.length === 0 ? 0 : 1;
}

function print<Summary extends Played>(simulation: Simulation<Summary>, summary: Summary, seconds: number): void {
  const totals = Object.entries(summary).filter(([, value]) => typeof value === 'number');
  console.table({ ...Object.fromEntries(totals), seconds });
  if (simulation.more !== undefined) console.table(simulation.more(summary));
  console.table(summary.faults);
  for (const { seed, violations } of summary.failures.slice(0, mostShown)) {
    console.log(`seed ${seed}: ${violations.join('; ')}\n  ${simulation.replayOf(seed)}`);
  }
  console.log(`${summary.failures.length} seeds failed`);
}
