import { createCell, type CellOptions } from './cell.ts';

/** Numbers for what is new. A restored database gives the same numbers once more, as real ones do. */
export interface Counter {
  next(): number;
  restore(): void;
}

export function createCounter({ name, ...options }: CellOptions<number>): Counter {
  const cell = createCell({ name: `next ${name}`, ...options });
  return {
    next() {
      const number = cell.get();
      cell.set(number + 1);
      return number;
    },
    restore: () => cell.restore(),
  };
}
