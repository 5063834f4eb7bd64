import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readManifest } from './manifest.mjs';
import { install } from './npm.mjs';

// What npm ci looks at. A new script or export must not cost an install.
const installed = [
  'dependencies',
  'devDependencies',
  'optionalDependencies',
  'peerDependencies',
  'peerDependenciesMeta',
  'overrides',
  'workspaces',
];

function fingerprint(root) {
  const manifest = readManifest(root, 'this folder');
  const lockfile = join(root, 'package-lock.json');
  return createHash('sha256')
    .update(JSON.stringify(installed.map((key) => manifest[key])))
    .update(existsSync(lockfile) ? readFileSync(lockfile) : '')
    .update(`${process.platform}-${process.arch}`)
    .digest('hex');
}

/** Brings node_modules in step with the lockfile; the stamp lies inside, so that deleting the folder deletes it too. */
export async function installDependencies(root, node) {
  const stamp = join(root, 'node_modules', '.heard-installed');
  const wanted = fingerprint(root);
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  console.error('[bootstrap] installing dependencies (npm ci)');
  await install(root, 'this folder', node);
  // npm makes no folder where there is nothing to install.
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, wanted);
}
