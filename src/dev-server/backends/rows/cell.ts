import type { Keep } from '../../keep.ts';

/** One value, for what is no row: settings, switches. */
export interface Cell<Value> {
  get(): Value;
  set(value: Value): void;
  /** As at the start. */
  restore(): void;
}

export interface CellOptions<Value> {
  readonly name: string;
  /** A value of JSON. */
  readonly first: Value;
  readonly keep: Pick<Keep, 'load' | 'put'>;
}

export function createCell<Value>({ name, first, keep }: CellOptions<Value>): Cell<Value> {
  const kept = new Map(keep.load('cells'));
  let current = kept.has(name) ? (kept.get(name) as Value) : first;

  function set(value: Value): void {
    keep.put('cells', name, value);
    current = value;
  }

  return { get: () => current, set, restore: () => set(first) };
}
