// For whatever goes on over time: the CPU time of a process, with its garbage collector and all of its threads, divided
// by the events that went through. Waiting costs nothing, and neither does what other programs do meanwhile.
import { collectGarbage } from '../heap.ts';
import type { Costs, OpenRow } from './rows.ts';

/** Whose CPU time it is. */
interface Worker {
  collectGarbage(): void | Promise<void>;
  cpuUs(): number | Promise<number>;
}

export interface Load {
  readonly events: number;
  /** Who works on them, if it is not this process. */
  readonly worker?: Worker;
  /** What has to be there before the clock runs. */
  prepare(): void | Promise<void>;
  /** Works on the events, to the end. */
  run(): Promise<void>;
  close?(): Promise<void>;
}

const thisProcess: Worker = {
  collectGarbage,
  cpuUs() {
    const { user, system } = process.cpuUsage();
    return user + system;
  },
};

async function cost(load: Load): Promise<number> {
  const { worker = thisProcess } = load;
  await load.prepare();
  // Nobody pays for what was thrown away before.
  await worker.collectGarbage();
  const before = await worker.cpuUs();
  await load.run();
  return ((await worker.cpuUs()) - before) / load.events;
}

/** One side, the other side twice, and the first one again: what changes meanwhile changes for both. */
export function perEvent(measured: Load, baseline: Load): OpenRow<Costs> {
  return {
    async round() {
      const first = await cost(baseline);
      const between = (await cost(measured)) + (await cost(measured));
      return { measured: between / 2, baseline: (first + (await cost(baseline))) / 2 };
    },
    async close() {
      await measured.close?.();
      await baseline.close?.();
    },
  };
}
