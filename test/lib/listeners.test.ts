import { expect, test } from 'vitest';
import { createListeners } from '../../src/lib/listeners.ts';

test('each is told, in order, whatever the others do meanwhile', () => {
  const errors: unknown[] = [];
  const told: string[] = [];
  const listeners = createListeners<number>((error) => void errors.push(error));
  const note = (name: string) => (value: number) => void told.push(`${name} ${value}`);
  const releases: (() => void)[] = [];
  listeners.add(() => {
    throw new Error('the first one is broken');
  });
  listeners.add((value) => {
    told.push(`second ${value}`);
    releases.at(0)?.();
    listeners.add(note('late'));
  });
  releases.push(listeners.add(note('taken out')));
  const twice = note('twice');
  listeners.add(twice);
  listeners.add(twice);
  listeners.tell(1);
  expect(told).toEqual(['second 1', 'twice 1', 'twice 1']);
  expect(errors).toHaveLength(1);
});

test('a signal ends one, and the end ends all and leaves nothing on the signals', () => {
  const told: string[] = [];
  const listeners = createListeners<string>(() => undefined);
  const own = new AbortController();
  let attached = 0;
  const signal = Object.assign(new EventTarget(), { aborted: false }) as unknown as AbortSignal;
  const { addEventListener, removeEventListener } = signal;
  signal.addEventListener = (...given: Parameters<typeof addEventListener>) => {
    attached += 1;
    addEventListener.apply(signal, given);
  };
  signal.removeEventListener = (...given: Parameters<typeof removeEventListener>) => {
    attached -= 1;
    removeEventListener.apply(signal, given);
  };
  listeners.add((value) => void told.push(`one ${value}`), { signal: own.signal });
  listeners.add((value) => void told.push(`other ${value}`), { signal });
  own.abort();
  listeners.tell('a');
  listeners.end();
  listeners.add((value) => void told.push(`too late ${value}`));
  listeners.tell('b');
  expect(told).toEqual(['other a']);
  expect(attached).toBe(0);
});
