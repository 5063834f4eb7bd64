declare global {
  // As TypeScript's own `esnext.disposable` has it, for those who compile without.
  interface SymbolConstructor {
    readonly asyncDispose: unique symbol;
  }
}

/** Lets `await using` end it, where the platform has a symbol for that; older ones have none, and lose nothing else. */
export function disposable<Value extends object>(
  value: Value,
  dispose: () => Promise<void>,
): Value & { [Symbol.asyncDispose](): Promise<void> } {
  const symbol: unknown = Reflect.get(Symbol, 'asyncDispose');
  if (typeof symbol === 'symbol') Reflect.defineProperty(value, symbol, { value: dispose });
  // Where there is no symbol nobody can ask for it.
  return value as Value & { [Symbol.asyncDispose](): Promise<void> };
}
