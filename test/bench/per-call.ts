// For pure functions: the median time of a call.
import { Bench } from 'tinybench';
import type { Costs, OpenRow } from './rows.ts';

const msPerTask = 150;

export function perCall(measured: () => unknown, baseline: () => unknown): OpenRow<Costs> {
  return {
    async round() {
      const bench = new Bench({ time: msPerTask, warmupTime: 30 });
      bench.add('measured', () => void measured());
      bench.add('baseline', () => void baseline());
      const [one, other] = (await bench.run()).map((task) =>
        'latency' in task.result ? task.result.latency.p50 * 1_000 : Number.NaN,
      );
      return { measured: one ?? Number.NaN, baseline: other ?? Number.NaN };
    },
    close: () => Promise.resolve(),
  };
}
