// The one place where the backend half asks the platform what time it is.

export interface ServerTime {
  /** In ms since 1970. */
  now(): number;
  /** A timer, and what stops it. */
  schedule(ms: number, run: () => void): () => void;
}

export const serverTime: ServerTime = {
  now: () => Date.now(),
  schedule(ms, run) {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};
