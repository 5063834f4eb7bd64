// The roll of paper in the printer. What is on it stays on it, whatever becomes of the page.
export interface Slip {
  readonly jobId: number;
  readonly orderId: number | undefined;
  /** Printed before, or perhaps: somebody has to look before two meals are made of it. */
  readonly copy: 'no' | 'asked-for' | 'perhaps';
  readonly atMs: number;
}

const key = 'heard-demo:paper';
const longest = 60;

export interface Paper {
  readonly slips: readonly Slip[];
  print(slip: Slip): void;
  onChange(listener: () => void): void;
}

export function createPaper(): Paper {
  const watching = new Set<() => void>();
  // This page alone has written it.
  let slips = JSON.parse(localStorage.getItem(key) ?? '[]') as readonly Slip[];
  return {
    get slips() {
      return slips;
    },
    print(slip) {
      slips = [slip, ...slips].slice(0, longest);
      localStorage.setItem(key, JSON.stringify(slips));
      for (const changed of watching) changed();
    },
    onChange: (listener) => void watching.add(listener),
  };
}
