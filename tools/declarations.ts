// Emits the declarations of everything that users can import, and the CommonJS twins that `require` resolves to.
// The sources import each other as `./x.ts`; declarations must say `./x.js` (or `./x.cjs` in a twin).
import { execFileSync } from 'node:child_process';
import { globSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { entries } from './entries.ts';

const tsc = 'node_modules/typescript/bin/tsc';
const settings = 'node_modules/.declarations.json';
writeFileSync(
  settings,
  JSON.stringify({
    extends: '../tsconfig.json',
    compilerOptions: {
      noEmit: false,
      emitDeclarationOnly: true,
      rootDir: '../src',
      outDir: '../dist',
      paths: {},
    },
    include: [],
    files: entries.filter((entry) => entry.kind === 'import').map((entry) => `../${entry.source}`),
  }),
);
try {
  execFileSync(process.execPath, [tsc, '-p', settings], { stdio: 'inherit' });
} finally {
  rmSync(settings);
}

const relativeSpecifier = /((?:from|import)\s*\(?\s*['"]\.{1,2}\/[^'"]+)\.ts(['"])/g;
for (const file of globSync('dist/**/*.d.ts')) {
  const text = readFileSync(file, 'utf8');
  writeFileSync(file, text.replace(relativeSpecifier, '$1.js$2'));
  writeFileSync(file.replace(/\.d\.ts$/, '.d.cts'), text.replace(relativeSpecifier, '$1.cjs$2'));
}
