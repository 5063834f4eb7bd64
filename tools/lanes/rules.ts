// Who may import whom in src, and why. docs/architecture.md tells the story; this is the law, and the table in
// CONTRIBUTING.md is printed from it.

export type LaneName =
  | 'lib'
  | 'errors'
  | 'contract'
  | 'shapes'
  | 'contracts'
  | 'contract list'
  | 'seam'
  | 'core'
  | 'client'
  | 'adapter'
  | 'react for one backend'
  | 'react'
  | 'emit'
  | 'dev-server'
  | 'testing'
  | 'cli';

/** A lane that may be imported, perhaps only in part. */
export interface Reach {
  readonly lane: LaneName;
  /** Only the part of that lane with the importer's own unit (`own`), or with this unit. */
  readonly unit?: string;
  /** Only these files of it. */
  readonly files?: readonly string[];
  readonly typesOnly?: boolean;
}

export interface Lane {
  readonly name: LaneName;
  /** Which files of src are in it. The first group, if there is one, is the file's unit: units do not see each other. */
  readonly files: RegExp;
  /** How CONTRIBUTING.md names those files. */
  readonly shown: string;
  readonly imports: readonly Reach[];
  readonly sentence: string;
}

const all = (...lanes: readonly LaneName[]): readonly Reach[] => lanes.map((lane) => ({ lane }));
const foundation = all('lib', 'errors', 'contract');

/** Backstage lanes: they are imported by each other and by the command, never by what ships to browsers. */
export const backstage: ReadonlySet<LaneName> = new Set(['emit', 'dev-server', 'testing', 'cli']);

/** In the order of the layers, the lowest first. A file belongs to the first lane that knows it. */
export const lanes: readonly Lane[] = [
  {
    name: 'lib',
    files: /^lib\//,
    shown: '`lib/`',
    imports: [],
    sentence: 'lib knows no domain words, so it imports nothing of ours.',
  },
  {
    name: 'errors',
    files: /^errors\.ts$/,
    shown: '`errors.ts`',
    imports: all('lib'),
    sentence: 'Everyone throws HeardError, so it stands on lib alone.',
  },
  {
    name: 'contract',
    files: /^contract\//,
    shown: '`contract/`',
    imports: all('lib', 'errors'),
    sentence: 'A contract is data about a backend: it must not know how it is transported or kept.',
  },
  {
    name: 'contract list',
    files: /^contracts\/index\.ts$/,
    shown: '`contracts/index.ts`',
    imports: [...foundation, ...all('contracts')],
    sentence: 'The list of contracts imports contracts, and nothing that would run.',
  },
  {
    name: 'shapes',
    files: /^contracts\/(?:shapes|predicates|said)\.ts$/,
    shown: '`contracts/shapes.ts`, `contracts/predicates.ts`, `contracts/said.ts`',
    imports: foundation,
    sentence: 'The words that contracts are written in know no backend.',
  },
  {
    name: 'contracts',
    files: /^contracts\/([^/]+)\//,
    shown: '`contracts/<one>/`',
    imports: [...foundation, ...all('shapes')],
    sentence:
      'A backend is described from contract alone and never from another backend, so that each can change alone.',
  },
  {
    name: 'seam',
    files: /^(?:(transports)\/(?:transport|explanation)|(storage)\/store|(http)\/http|(host)\/host)\.ts$/,
    shown: '`transports/transport.ts`, `transports/explanation.ts`, `storage/store.ts`, `http/http.ts`, `host/host.ts`',
    imports: foundation,
    sentence: 'A seam is an interface that a stranger can implement in an afternoon: it speaks of contracts only.',
  },
  {
    name: 'core',
    files: /^core\//,
    shown: '`core/`',
    imports: [...foundation, ...all('seam')],
    sentence: 'The core works over seams and never names an adapter, so that every transport and store is replaceable.',
  },
  {
    name: 'client',
    files: /^(?:client|options|surface|unload-guard|tabs|index)\.ts$/,
    shown: '`client.ts`, `options.ts`, `surface.ts`, `unload-guard.ts`, `tabs.ts`, `index.ts`',
    imports: [
      ...foundation,
      ...all('seam', 'core'),
      { lane: 'adapter', files: ['host/platform.ts', 'http/fetch-http.ts', 'storage/memory.ts'] },
    ],
    sentence:
      'The client wires the core. What every platform has is its default; other adapters come in as options and stay out of bundles that do not use them.',
  },
  {
    name: 'adapter',
    files: /^(transports|storage|http|host)\//,
    shown: '`transports/*`, `storage/*`, `http/*`, `host/*`',
    imports: [...all('lib', 'errors'), { lane: 'seam', unit: 'own' }],
    sentence: 'An adapter implements its own seam and knows nothing of orders: seam, lib, errors, and its own folder.',
  },
  {
    name: 'react for one backend',
    files: /^react\/(restaurant-os)\.ts$/,
    shown: '`react/<backend>.ts`',
    imports: [
      ...foundation,
      ...all('client', 'react'),
      { lane: 'core', typesOnly: true },
      { lane: 'contracts', unit: 'own' },
    ],
    sentence: 'Hooks that a backend’s document names stand on the hooks for all, and know that backend alone.',
  },
  {
    name: 'react',
    files: /^react\//,
    shown: '`react/`',
    imports: [
      ...foundation,
      ...all('client'),
      { lane: 'core', typesOnly: true },
      { lane: 'seam', unit: 'host', typesOnly: true },
      { lane: 'adapter', files: ['host/platform.ts'] },
    ],
    sentence: 'The hooks are a thin layer over what any user sees: the client, its types and the contract.',
  },
  {
    name: 'emit',
    files: /^emit\//,
    shown: '`emit/`',
    imports: [...foundation, ...all('contracts', 'contract list')],
    sentence: 'The backend half shares contracts with the client half, and no machinery.',
  },
  {
    name: 'dev-server',
    files: /^dev-server\//,
    shown: '`dev-server/`',
    imports: [
      ...foundation,
      ...all('contracts', 'contract list', 'emit'),
      { lane: 'seam', unit: 'storage' },
      { lane: 'adapter', unit: 'storage' },
    ],
    sentence: 'The development server is a backend: it emits and stores, and contains nothing of the client it tests.',
  },
  {
    name: 'testing',
    files: /^testing\//,
    shown: '`testing/`',
    imports: [
      ...foundation,
      ...all('contracts', 'contract list', 'seam', 'core', 'client', 'adapter'),
      { lane: 'emit', files: ['emit/event-log.ts'] },
      { lane: 'dev-server', files: ['dev-server/rest-of.ts'] },
    ],
    sentence:
      'The test kit drives the client and its parts, tries event logs at their seam, and lets a backend answer without a server; servers, the command and React stay out of it.',
  },
  {
    name: 'cli',
    files: /^cli(?:\.ts$|\/)/,
    shown: '`cli.ts`, `cli/`',
    imports: [
      ...foundation,
      ...all(
        'contracts',
        'contract list',
        'seam',
        'core',
        'client',
        'adapter',
        'react for one backend',
        'react',
        'emit',
        'dev-server',
        'testing',
      ),
    ],
    sentence: 'The command may use everything; nothing uses the command.',
  },
];

export interface PackageRule {
  readonly packages: RegExp;
  readonly shown: string;
  readonly files: RegExp;
  readonly sentence: string;
}

/** What src may import from outside. A package without a row is refused. */
export const packageRules: readonly PackageRule[] = [
  {
    packages: /^pusher-js(?:\/|$)/,
    shown: '`pusher-js`',
    files: /^transports\/pusher/,
    sentence: 'pusher-js is imported by the Pusher transport alone.',
  },
  {
    packages: /^socket\.io-client$/,
    shown: '`socket.io-client`',
    files: /^transports\/socket-io/,
    sentence: 'socket.io-client is imported by the Socket.IO transport alone.',
  },
  {
    packages: /^react(?:\/|$)/,
    shown: '`react`',
    files: /^react\//,
    sentence: 'React is an optional peer: only react/ may need it.',
  },
  {
    packages: /^msw(?:\/|$)/,
    shown: '`msw`',
    files: /^testing\//,
    sentence: 'msw is an optional peer: only the test kit may need it.',
  },
  {
    packages: /^zod\/mini$/,
    shown: '`zod/mini`',
    files: /^contracts\/(?:shapes\.ts$|[^/]+\/)/,
    sentence:
      'Schemas are written in zod/mini, in contracts only: the core speaks Standard Schema and ships no validator.',
  },
  {
    packages: /^zod(?:\/v4\/core)?$/,
    shown: '`zod`, `zod/v4/core`',
    files: /^cli(?:\.ts$|\/)/,
    sentence: 'Full zod is for printing JSON Schema on the command line; anywhere else it would cost users 90 kB.',
  },
  {
    packages: /^(?:ws|socket\.io|pusher)$|^node:/,
    shown: '`node:*`, `ws`, `socket.io`, `pusher`',
    files: /^(?:cli(?:\.ts$|\/)|emit\/|dev-server\/|testing\/|storage\/sqlite|host\/node)/,
    sentence: 'Node and server packages stay where no browser bundle can reach them.',
  },
];
