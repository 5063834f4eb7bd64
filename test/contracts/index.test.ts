import { readdirSync } from 'node:fs';
import { builtInContracts } from 'heard/contracts';
import { expect, test } from 'vitest';

const folders = readdirSync('src/contracts', { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

test('the list has every contract there is: five', () => {
  expect(builtInContracts.map(({ name }) => name).sort()).toEqual(folders.sort());
  expect(builtInContracts).toHaveLength(5);
});

test.each(builtInContracts)('$name loads as what the list says it is', async ({ name, transports, backend, load }) => {
  const contract = await load();
  expect(contract.name).toBe(name);
  expect(transports).toEqual(contract.connection.transports);
  expect(backend).toMatch(/^an? |^\p{Ll}/u);
});
