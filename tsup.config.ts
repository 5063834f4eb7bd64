import { defineConfig, type Options } from 'tsup';
import { builtName, entries, type Entry } from './tools/entries.ts';

const sourcesOf = (chosen: readonly Entry[]): Record<string, string> =>
  Object.fromEntries(chosen.map((entry) => [builtName(entry), entry.source]));

const common: Options = {
  target: 'es2022',
  platform: 'neutral',
  // One build for all entries of a format, so that they share chunks: those of Node name its modules, and a gate keeps
  // them out of the browser's.
  external: [/^node:/],
  // TypeScript 7 has no JavaScript API for a bundler of declarations: see docs/decisions/0003-declarations-from-tsc.md
  dts: false,
  // One copy of every class, so that `instanceof` holds across subpaths.
  splitting: true,
  // The default rewrites `node:sqlite` to `sqlite`, which does not exist.
  removeNodeProtocol: false,
};

// Both write to dist at the same time, so each cleans up only after itself.
const config: ReturnType<typeof defineConfig> = defineConfig([
  {
    ...common,
    format: 'esm',
    entry: sourcesOf(entries),
    sourcemap: true,
    clean: ['!**/*.cjs'],
    onSuccess: 'node tools/declarations.ts',
  },
  {
    ...common,
    format: 'cjs',
    // Commands run as ES modules.
    entry: sourcesOf(entries.filter((entry) => entry.kind === 'import')),
    // The step that makes CommonJS of the chunks writes the machine's paths into them.
    sourcemap: false,
    clean: ['!**/*.{js,map,ts,cts}'],
    onSuccess: 'node tools/directives.ts',
  },
]);
export default config;
