import { describe, expect, test } from 'vitest';
import { patience } from '../../effort.ts';
import { hunt } from './mutants.ts';
import { mutations } from './mutations.ts';

describe('the checker of the whole client notices that', () => {
  test.each(mutations)(
    '$name',
    async (mutation) => {
      expect(await hunt(mutation, 1_200)).toMatchObject({ kind: 'caught' });
    },
    patience,
  );
});
