/** Numbers for what is new. A restored database gives the same numbers once more, as real ones do. */
export interface Counter {
  next(): number;
  restore(): void;
}

export function createCounter(first: number): Counter {
  let next = first;
  return {
    next() {
      next += 1;
      return next - 1;
    },
    restore() {
      next = first;
    },
  };
}
