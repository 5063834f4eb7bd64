import { describe, expect, test } from 'vitest';
import { patience } from '../../effort.ts';
import { hunt } from './mutants.ts';
import { mutations } from './mutations.ts';

describe('the checker of the whole client notices that', () => {
  test.each(mutations)(
    '$name',
    async (mutation) => {
      // Some show themselves rarely, and another seed each time that the client asks the dice once more.
      expect(await hunt(mutation, 3_000)).toMatchObject({ kind: 'caught' });
    },
    patience,
  );
});
