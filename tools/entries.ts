/**
 * Everything a user can import or run, in one list. The bundler builds it, `package.json#exports` and `#bin` are
 * generated from it (`npm run exports`), and the gates import, size and pack what it names. A folder of `src` becomes a
 * subpath by being added here and nowhere else.
 */
export interface Entry {
  /** What a user writes behind `heard`, or the name of the command. */
  readonly name: string;
  readonly source: string;
  readonly kind: 'import' | 'command';
  /** `browser` entries must work in every browser bundle; `node` entries may use `node:` modules. */
  readonly runsIn: 'browser' | 'node';
  /** An optional peer that whoever imports it has installed. */
  readonly needs?: 'react';
}

const browser = (name: string, source: string): Entry => ({ name, source, kind: 'import', runsIn: 'browser' });
const node = (name: string, source: string): Entry => ({ name, source, kind: 'import', runsIn: 'node' });

export const entries: readonly Entry[] = [
  browser('.', 'src/index.ts'),
  browser('./contracts/laravel-pos', 'src/contracts/laravel-pos/index.ts'),
  browser('./contracts/restaurant-os', 'src/contracts/restaurant-os/index.ts'),
  browser('./contracts/brasserie', 'src/contracts/brasserie/index.ts'),
  browser('./contracts/service-floor', 'src/contracts/service-floor/index.ts'),
  browser('./contracts/table-tap', 'src/contracts/table-tap/index.ts'),
  browser('./contracts', 'src/contracts/index.ts'),
  browser('./transports/websocket', 'src/transports/websocket.ts'),
  browser('./transports/pusher', 'src/transports/pusher.ts'),
  browser('./transports/socket-io', 'src/transports/socket-io.ts'),
  browser('./transports/none', 'src/transports/none.ts'),
  browser('./tabs', 'src/tabs.ts'),
  { ...browser('./react', 'src/react/index.ts'), needs: 'react' },
  { ...browser('./react/restaurant-os', 'src/react/restaurant-os.ts'), needs: 'react' },
  browser('./storage/memory', 'src/storage/memory.ts'),
  browser('./storage/indexed-db', 'src/storage/indexed-db.ts'),
  node('./storage/sqlite', 'src/storage/sqlite.ts'),
  browser('./storage/sqlite-store', 'src/storage/sqlite-store.ts'),
  browser('./storage/expo-sqlite', 'src/storage/expo-sqlite.ts'),
  browser('./storage/op-sqlite', 'src/storage/op-sqlite.ts'),
  browser('./react-native', 'src/host/react-native.ts'),
  browser('./testing', 'src/testing/index.ts'),
  node('./testing/proxy', 'src/testing/proxy/index.ts'),
  node('./testing/msw', 'src/testing/msw.ts'),
  node('./emit', 'src/emit/index.ts'),
  node('./emit/sqlite-log', 'src/emit/sqlite-log.ts'),
  node('./dev-server', 'src/dev-server/index.ts'),
  node('./emit/sqlite-idempotency', 'src/emit/sqlite-idempotency.ts'),
  node('./emit/node-listener', 'src/emit/node-listener.ts'),
  node('./emit/restaurant-os', 'src/emit/restaurant-os.ts'),
  node('./emit/table-tap', 'src/emit/table-tap.ts'),
  node('./emit/brasserie', 'src/emit/brasserie.ts'),
  { name: 'heard', source: 'src/cli.ts', kind: 'command', runsIn: 'node' },
];

/** What a user writes behind `from`. */
export const specifierOf = (entry: Entry): string => `heard${entry.name.slice(1)}`;

/** `src/contracts/laravel-pos/index.ts` is built to `dist/contracts/laravel-pos/index.js`. */
export const builtName = (entry: Entry): string => entry.source.replace(/^src\//, '').replace(/\.ts$/, '');

/** What must be built of it: a command is run and never imported. */
export const builtFiles = (entry: Entry): readonly string[] =>
  (entry.kind === 'command' ? ['js'] : ['js', 'cjs', 'd.ts', 'd.cts']).map(
    (extension) => `dist/${builtName(entry)}.${extension}`,
  );

const conditions = (entry: Entry) => ({
  import: { types: `./dist/${builtName(entry)}.d.ts`, default: `./dist/${builtName(entry)}.js` },
  require: { types: `./dist/${builtName(entry)}.d.cts`, default: `./dist/${builtName(entry)}.cjs` },
});

/** The part of package.json that follows from the list. */
export function manifest(): Record<string, unknown> {
  const imports = entries.filter((entry) => entry.kind === 'import');
  const commands = entries.filter((entry) => entry.kind === 'command');
  return {
    exports: {
      ...Object.fromEntries(imports.map((entry) => [entry.name, conditions(entry)])),
      './package.json': './package.json',
    },
    ...(commands.length > 0 && {
      bin: Object.fromEntries(commands.map((entry) => [entry.name, `./dist/${builtName(entry)}.js`])),
    }),
  };
}
