import { expect, test } from 'vitest';
import { createPresenceHere } from '../../../src/core/tabs/presence-here.ts';

test('W7: words of the leader that say the same show the same object, and are compared once', () => {
  const here = createPresenceHere();
  let looks = 0;
  const told = () => ({
    members: [
      {
        id: 7,
        get info() {
          looks += 1;
          return { name: 'pass' };
        },
      },
    ],
    me: undefined,
    current: true,
  });
  const first = here.show('kitchen', told(), true);
  const again = told();
  expect(here.show('kitchen', again, true)).toBe(first);
  const looked = looks;
  for (let render = 1; render <= 100; render += 1) expect(here.show('kitchen', again, true)).toBe(first);
  expect(looks).toBe(looked);
  expect(here.show('kitchen', again, false)).toMatchObject({ current: false });
  expect(here.show('kitchen', again, true)).toMatchObject({ current: true });
});
