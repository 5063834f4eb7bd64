// So many in a second, counted from the first one; then the next second begins with the next one. No timer: a second is over
// when somebody comes after it.

export interface Rate {
  /** Whether there is room for so many. What did not fit counts, too: who goes on hammering stays out. */
  take(points: number): boolean;
}

export function createRate(perSecond: number, now: () => number): Rate {
  let taken = 0;
  let endsAtMs = 0;
  return {
    take(points) {
      const atMs = now();
      if (atMs >= endsAtMs) {
        taken = 0;
        endsAtMs = atMs + 1000;
      }
      taken += points;
      return taken <= perSecond;
    },
  };
}
