const guarded: readonly object[] = [
  Object,
  Array,
  Function,
  String,
  Number,
  Boolean,
  Map,
  Set,
  Promise,
  Uint8Array,
].flatMap((constructor) => [constructor, constructor.prototype as object]);

type Snapshot = readonly (readonly [object, PropertyKey, PropertyDescriptor | undefined])[];

const snapshot = (): Snapshot =>
  guarded.flatMap((item) =>
    Reflect.ownKeys(item).map((key) => [item, key, Object.getOwnPropertyDescriptor(item, key)] as const),
  );

/** Remembers the built-in prototypes as they are; the result names the keys that differ since. */
export function watchPrototypes(): () => readonly string[] {
  const before = snapshot();
  return () => {
    const now = snapshot();
    return [...differing(before, now), ...differing(now, before)];
  };
}

function differing(from: Snapshot, to: Snapshot): readonly string[] {
  const there = new Map<object, Map<PropertyKey, PropertyDescriptor | undefined>>();
  for (const [item, key, descriptor] of to) {
    const keys = there.get(item) ?? new Map<PropertyKey, PropertyDescriptor | undefined>();
    there.set(item, keys.set(key, descriptor));
  }
  return from.flatMap(([item, key, was]) => {
    const is = there.get(item)?.get(key);
    return is !== undefined && Object.is(was?.value, is.value) && was?.get === is.get && was?.set === is.set
      ? []
      : [String(key)];
  });
}
