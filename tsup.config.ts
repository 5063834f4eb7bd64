import { defineConfig } from 'tsup';
import { builtName, entries } from './tools/entries.ts';

const config: ReturnType<typeof defineConfig> = defineConfig({
  entry: Object.fromEntries(entries.map((entry) => [builtName(entry), entry.source])),
  format: ['esm', 'cjs'],
  target: 'es2022',
  platform: 'neutral',
  // One build for all entries, so that they share chunks: those of Node name its modules, and a gate keeps them out of
  // the browser's.
  external: [/^node:/],
  // TypeScript 7 has no JavaScript API for a bundler of declarations: see docs/decisions/0003-declarations-from-tsc.md
  dts: false,
  // One copy of every class, so that `instanceof` holds across subpaths.
  splitting: true,
  // The default rewrites `node:sqlite` to `sqlite`, which does not exist.
  removeNodeProtocol: false,
  sourcemap: true,
  clean: true,
  onSuccess: 'node tools/declarations.ts',
});
export default config;
