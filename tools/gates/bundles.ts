// Gate: a bundle contains the contract that it asks for, and nothing of the others.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'vite';
import { entries, specifierOf } from '../entries.ts';

const contracts = entries.filter((entry) => /^\.\/contracts\/./.test(entry.name));
/** A contract carries its own name as a text, which no minifier changes. */
const nameOf = (entry: (typeof contracts)[number]): string => entry.name.slice('./contracts/'.length);

async function bundleOf(specifier: string, folder: string): Promise<string> {
  const page = join(folder, 'page.js');
  writeFileSync(
    page,
    `import { createDecoder } from 'heard';\nimport * as backend from '${specifier}';\nconsole.log(createDecoder, backend);\n`,
  );
  const result = await build({
    configFile: false,
    logLevel: 'error',
    build: { write: false, minify: true, rollupOptions: { input: page } },
  });
  const outputs = Array.isArray(result) ? result : 'output' in result ? [result] : [];
  return outputs.flatMap(({ output }) => output.map((file) => ('code' in file ? file.code : ''))).join('\n');
}

// Below the checkout, so that `heard` resolves to the build by its own name, as users import it.
const folder = mkdtempSync('node_modules/.bundles-');
try {
  for (const entry of contracts) {
    const code = await bundleOf(specifierOf(entry), folder);
    const quoted = (name: string) => new RegExp(`["'\`]${name}["'\`]`).test(code);
    const others = contracts.map(nameOf).filter((name) => name !== nameOf(entry) && quoted(name));
    if (!quoted(nameOf(entry))) {
      console.error(`A bundle of ${specifierOf(entry)} does not contain that contract: this gate would see nothing.`);
      process.exitCode = 1;
    }
    if (others.length > 0) {
      console.error(`A bundle of ${specifierOf(entry)} also contains: ${others.join(', ')}`);
      process.exitCode = 1;
    }
    console.log(`${specifierOf(entry)}: ${(code.length / 1000).toFixed(1)} kB before gzip`);
  }
} finally {
  rmSync(folder, { recursive: true });
}
