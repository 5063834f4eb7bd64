import { expect, test } from 'vitest';
import { entries } from '../../tools/entries.ts';

const forBrowsers = entries.filter((entry) => entry.kind === 'import' && entry.runsIn === 'browser');

test.each(forBrowsers)('$name loads in a browser', async ({ source }) => {
  // The name is known at run time only, which is what the server of the tests is asked to accept.
  const entry: unknown = await import(/* @vite-ignore */ `/${source}`);
  expect(entry).toBeTypeOf('object');
});
