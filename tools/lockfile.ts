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
}

const read = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'));

/** What would make `npm ci` fail in this folder, on some machine, or install something unverified. */
export function lockfileProblems(folder: string): readonly string[] {
  const manifest = read(join(folder, 'package.json')) as Manifest;
  const lockfile = read(join(folder, 'package-lock.json')) as {
    readonly packages: Readonly<Record<string, LockedPackage>>;
  };
  const packages = new Map(Object.entries(lockfile.packages));
  const entries = [...packages].filter(([path, locked]) => path !== '' && locked.link !== true);
  return [
    ...driftFrom(manifest, packages.get('')),
    ...[...packages].flatMap(([path, locked]) => missingOptionals(path, locked, packages)),
    ...entries
      .filter(([, { integrity, inBundle }]) => integrity === undefined && inBundle !== true)
      .map(([path]) => `${path} has no integrity`),
    ...entries
      .filter(([, { resolved }]) => resolved !== undefined && !resolved.startsWith('https://'))
      .map(([path, { resolved }]) => `${path} comes from ${resolved}, which not everyone can reach over https`),
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

/** npm leaves out, without a word, the platform packages that it could not find; `npm ci` then refuses elsewhere. */
function missingOptionals(
  path: string,
  locked: LockedPackage,
  packages: ReadonlyMap<string, LockedPackage>,
): readonly string[] {
  return Object.entries(locked.optionalDependencies ?? {}).flatMap(([name, range]) => {
    const found = nearest(path, name, packages);
    const shown = `${path === '' ? 'package.json' : path} wants ${name}@${range}`;
    if (found === undefined) return [`${shown}, which the lockfile lacks`];
    // A leftover of an older release satisfies nobody, yet carries the right name.
    const exact = /^\d+\.\d+\.\d+/.test(range);
    return exact && found.version !== range ? [`${shown}, the lockfile has ${found.version}`] : [];
  });
}

function nearest(path: string, name: string, packages: ReadonlyMap<string, LockedPackage>): LockedPackage | undefined {
  for (let base = path; ; base = base.slice(0, Math.max(0, base.lastIndexOf('/node_modules/')))) {
    const found = packages.get(`${base === '' ? '' : `${base}/`}node_modules/${name}`);
    if (found !== undefined || base === '') return found;
  }
}
