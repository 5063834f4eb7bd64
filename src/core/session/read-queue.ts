/** At most so many at once; what is urgent goes before what waits. */
export interface Queue {
  run<Result>(urgency: number, task: () => Promise<Result>): Promise<Result>;
}

export function createQueue(most: number): Queue {
  let running = 0;
  const waiting: { readonly urgency: number; readonly begin: () => void }[] = [];

  function begin(urgency: number): Promise<void> {
    if (running < most) {
      running += 1;
      return Promise.resolve();
    }
    return new Promise((resolve) => {
      const later = waiting.findIndex((other) => other.urgency > urgency);
      waiting.splice(later < 0 ? waiting.length : later, 0, { urgency, begin: resolve });
    });
  }

  /** The next one takes the place of the one that ended. */
  function end(): void {
    const next = waiting.shift();
    if (next === undefined) running -= 1;
    else next.begin();
  }

  return {
    async run(urgency, task) {
      await begin(urgency);
      try {
        return await task();
      } finally {
        end();
      }
    },
  };
}
