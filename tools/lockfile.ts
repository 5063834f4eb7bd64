import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const dependencyKinds = ['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies'] as const;

type Manifest = { readonly [kind in (typeof dependencyKinds)[number]]?: Readonly<Record<string, string>> };

interface LockedPackage extends Manifest {
  readonly version?: string;
  readonly resolved?: string;
  readonly integrity?: string;
  readonly link?: boolean;
  readonly inBundle?: boolean;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
}

const read = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'));

/** What would make `npm ci` fail in this folder, on some machine, or install something unverified. */
export function lockfileProblems(folder: string): readonly string[] {
  const manifest = read(join(folder, 'package.json')) as Manifest;
  const lockfile = read(join(folder, 'package-lock.json')) as {
    readonly packages: Readonly<Record<string, LockedPackage>>;
  };
  const packages = new Map(Object.entries(lockfile.packages));
  // A folder of ours, and the link to it, are checked out with everything else.
  const isOurs = (path: string, { link, resolved = '' }: LockedPackage): boolean =>
    !path.includes('node_modules/') || (link === true && packages.has(resolved) && !resolved.includes('node_modules/'));
  const entries = [...packages].filter(([path, locked]) => path !== '' && !isOurs(path, locked));
  return [
    ...driftFrom(manifest, packages.get('')),
    ...[...packages].flatMap(([path, locked]) => unresolved(path, locked, packages)),
    ...entries
      .filter(([, { integrity, inBundle, link }]) => integrity === undefined && inBundle !== true && link !== true)
      .map(([path]) => `${path} has no integrity`),
    // Without an address each machine asks its own registry, and the checksum says whether it got the right thing.
    ...entries
      .filter(([, { resolved }]) => resolved !== undefined)
      .map(([path, { resolved }]) => `${path} is bound to ${resolved}, which not everyone can reach`),
  ];
}

function driftFrom(manifest: Manifest, locked: Manifest | undefined): readonly string[] {
  return dependencyKinds.flatMap((kind) => {
    const wanted = manifest[kind] ?? {};
    const held = locked?.[kind] ?? {};
    return [...new Set([...Object.keys(wanted), ...Object.keys(held)])]
      .filter((name) => wanted[name] !== held[name])
      .map(
        (name) => `${name}: package.json says ${wanted[name] ?? 'nothing'}, the lockfile ${held[name] ?? 'nothing'}`,
      );
  });
}

/**
 * What a package wants and would not find. npm leaves out, without a word, the platform packages that it could not
 * fetch; `npm ci` then refuses elsewhere.
 */
function unresolved(
  path: string,
  locked: LockedPackage,
  packages: ReadonlyMap<string, LockedPackage>,
): readonly string[] {
  const wanted = dependencyKinds.flatMap((kind) => Object.entries(locked[kind] ?? {}).map((want) => [kind, ...want]));
  return wanted.flatMap(([kind, name = '', range = '']) => {
    if (kind === 'peerDependencies' && locked.peerDependenciesMeta?.[name]?.optional === true) return [];
    const found = nearest(path, name, packages);
    const shown = `${path === '' ? 'package.json' : path} wants ${name}@${range}`;
    if (found === undefined) return [`${shown}, which the lockfile lacks`];
    return couldServe(found.version, range) ? [] : [`${shown}, the lockfile has ${found.version}`];
  });
}

/**
 * A leftover of an older release, or the copy that another package wants, serves nobody, yet carries the right name.
 * Of the ranges only the plain ones are judged: an exact version, ^ and ~.
 */
function couldServe(version: string | undefined, range: string): boolean {
  const [, sign, major, minor] = /^=?([\^~]?)(\d+)\.(\d+)\.\d+[\w.+-]*$/.exec(range) ?? [];
  if (sign === undefined || version === undefined) return true;
  if (sign === '') return version === range.replace('=', '');
  return version.startsWith(sign === '^' && major !== '0' ? `${major}.` : `${major}.${minor}.`);
}

function nearest(path: string, name: string, packages: ReadonlyMap<string, LockedPackage>): LockedPackage | undefined {
  for (let base = path; ; base = base.slice(0, Math.max(0, base.lastIndexOf('/node_modules/')))) {
    const found = packages.get(`${base === '' ? '' : `${base}/`}node_modules/${name}`);
    if (found !== undefined || base === '') return found;
  }
}
