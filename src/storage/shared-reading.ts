// A reading that is much, however little is wanted of it: whoever asks while one is under way shares the next one with all who do.

export interface SharedReading<Result> {
  /** Sees everything that was begun before it was asked for. */
  read(): Promise<Result>;
  /** Before something is written: what was asked for until now must not see it. */
  beginWaiting(): void;
}

export function shareReading<Result>(load: () => Promise<Result>): SharedReading<Result> {
  let underWay = 0;
  let waiting: { readonly result: Promise<Result>; begin(): void } | undefined;

  async function begin(): Promise<Result> {
    underWay += 1;
    try {
      return await load();
    } finally {
      underWay -= 1;
      beginWaiting();
    }
  }

  function beginWaiting(): void {
    const next = waiting;
    waiting = undefined;
    next?.begin();
  }

  function wait(): Promise<Result> {
    let start = (): void => undefined;
    const result = new Promise<Result>((resolve) => (start = () => resolve(begin())));
    waiting = { result, begin: start };
    return result;
  }

  return {
    read: () => (underWay === 0 ? begin() : (waiting?.result ?? wait())),
    beginWaiting,
  };
}
