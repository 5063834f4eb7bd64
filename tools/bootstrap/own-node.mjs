import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { install } from './npm.mjs';
import { refuse } from './refuse.mjs';

/** The Node of tools/node, fetched on the first run and again when its lockfile names another version. */
export async function ownNode(root) {
  const folder = join(root, 'tools', 'node');
  const platform = `${process.platform}-${process.arch}`;
  const name = `node-${platform}`;
  const wanted = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).optionalDependencies[name];
  if (wanted === undefined) {
    refuse(
      `The tools need a newer Node than ${process.version}, and there is no Node package for ${platform} to fetch.`,
      'Install Node 24 (nodejs.org, or your version manager), then run this again.',
    );
  }
  const binary =
    process.platform === 'win32'
      ? join(folder, 'node_modules', name, 'bin', 'node.exe')
      : join(folder, 'node_modules', name, 'bin', 'node');
  const version = () =>
    existsSync(binary) ? spawnSync(binary, ['--version'], { encoding: 'utf8' }).stdout?.trim() : '';
  if (version() === `v${wanted}`) return binary;
  console.error(
    `[bootstrap] Node ${process.version} is too old for the tools: fetching Node ${wanted} (about 50 MB, once)`,
  );
  await install(folder, 'tools/node', process.execPath);
  if (version() !== `v${wanted}`) {
    refuse(
      `The fetched Node ${wanted} does not start on this ${platform} machine.`,
      'Install Node 24 (nodejs.org, or your version manager), then run this again.',
    );
  }
  return binary;
}
