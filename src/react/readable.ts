import { useEffect, useInsertionEffect, useMemo, useRef, useSyncExternalStore, type RefObject } from 'react';
import { isSame } from './sameness.ts';

/** What a hook follows. The same object for as long as it is the same thing: another one is subscribed to anew. */
export interface Source<Value> {
  get(): Value;
  subscribe(listener: () => void): () => void;
}

/** Asked for by the first who looks at it, which is never a server. */
export function lazily<Value>(find: () => Source<Value>): Source<Value> {
  let found: Source<Value> | undefined;
  const source = (): Source<Value> => (found ??= find());
  return { get: () => source().get(), subscribe: (listener) => source().subscribe(listener) };
}

/** Its value, and another render when there is another one. `atServer` is what a page shows before it is alive. */
export const useReadable = <Value>(source: Source<Value>, atServer: Value): Value =>
  useSyncExternalStore(source.subscribe, source.get, () => atServer);

/** How deep selections are compared: a list, and what it is a list of. */
const depth = 2;

interface Shown<Selected> {
  readonly selected: Selected;
}

/** Of one render's function alone: two renders that are under way at once must not disturb each other. */
function selector<Value, Selected>(
  select: (value: Value) => Selected,
  shown: RefObject<Shown<Selected> | undefined>,
): (value: Value) => Selected {
  let last: (Shown<Selected> & { readonly value: Value }) | undefined;
  return (value) => {
    if (last !== undefined && Object.is(last.value, value)) return last.selected;
    const before = last ?? shown.current;
    const fresh = select(value);
    const selected = before !== undefined && isSame(before.selected, fresh, depth) ? before.selected : fresh;
    last = { value, selected };
    return selected;
  };
}

/**
 * What a function makes of it. It is called when the source or the function is another one, and a result that says the same
 * is the same object, so that nothing is rendered for it.
 */
export function useSelected<Value, Selected>(
  source: Source<Value>,
  select: (value: Value) => Selected,
  atServer: Value,
): Selected {
  const shown = useRef<Shown<Selected> | undefined>(undefined);
  const [get, getAtServer] = useMemo(() => {
    // Read to keep an equal object, and for nothing that would show: the same is shown whatever it holds.
    // oxlint-disable-next-line react/refs
    const selectFrom = selector(select, shown);
    return [() => selectFrom(source.get()), () => selectFrom(atServer)] as const;
  }, [source, select, atServer]);
  const selected = useSyncExternalStore(source.subscribe, get, getAtServer);
  useEffect(() => {
    shown.current = { selected };
  }, [selected]);
  return selected;
}

/** What was given in the newest render that is on the screen: a handler sees no state of an older one. */
export function useLatest<Value>(value: Value): RefObject<Value> {
  const latest = useRef(value);
  // The earliest of all effects, and the one of which the server's renderer of React 18 does not warn.
  useInsertionEffect(() => {
    latest.current = value;
  });
  return latest;
}
