// In which lanes nothing has happened for so long that the device's rows show all of it.

export interface QuietLanes {
  /** Something of it is asked, on its way or answered now. */
  touch(lane: string): void;
  isQuiet(lane: string): boolean;
}

export function createQuietLanes(afterMs: number, nowMs: () => number): QuietLanes {
  // What was done before this run began may show as late.
  const beganAtMs = nowMs();
  /** By when it was touched last, the longest ago first. */
  const touched = new Map<string, number>();

  function forget(): void {
    for (const [lane, atMs] of touched) {
      if (atMs > nowMs() - afterMs) return;
      touched.delete(lane);
    }
  }

  return {
    touch(lane) {
      forget();
      touched.delete(lane);
      touched.set(lane, nowMs());
    },
    isQuiet(lane) {
      forget();
      return !touched.has(lane) && nowMs() - beganAtMs >= afterMs;
    },
  };
}
