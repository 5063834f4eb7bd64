// Time that ends with the server: an answer that was to come in ten minutes must not keep the process until then.
import type { ServerTime } from '../emit/index.ts';

export interface StoppableTime extends ServerTime {
  /** No timer of it runs any more, and none is begun. */
  stop(): void;
}

export function stoppable(time: ServerTime): StoppableTime {
  const running = new Set<() => void>();
  let isOver = false;

  return {
    now: () => time.now(),
    schedule(ms, run) {
      if (isOver) return () => undefined;
      const cancel = time.schedule(ms, () => {
        running.delete(stop);
        run();
      });
      const stop = (): void => {
        running.delete(stop);
        cancel();
      };
      running.add(stop);
      return stop;
    },
    stop() {
      isOver = true;
      for (const stop of running) stop();
    },
  };
}
