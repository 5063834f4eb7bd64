import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readManifest } from './manifest.mjs';
import { install } from './npm.mjs';
import { refuse } from './refuse.mjs';

// One package: with the patience npm has for hundreds, a machine without a network would wait for over a minute.
const impatient = { fetch_retries: '1', fetch_retry_mintimeout: '1000', fetch_timeout: '60000' };

/** The Node of tools/node, fetched on the first run and again when its lockfile names another version. */
export async function ownNode(root) {
  const folder = join(root, 'tools', 'node');
  const platform = `${process.platform}-${process.arch}`;
  const name = `node-${platform}`;
  const wanted = readManifest(folder, 'tools/node').optionalDependencies?.[name];
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
  await install(folder, 'tools/node', process.execPath, impatient);
  // For npm a platform package is optional: it leaves out, without a word, what it could not fetch, and is content.
  if (!existsSync(binary)) {
    refuse(
      `Node ${wanted} could not be fetched: npm left it out, as it does when the package registry does not answer or does not have it, or when npm cannot write to its cache.`,
      'Check the network, the proxy and the `registry` of your npm configuration, and that your home folder (or the ' +
        '`cache` of npm) can be written to; or install Node 24 yourself. Then run this again.',
    );
  }
  if (version() !== `v${wanted}`) {
    refuse(
      `The fetched Node ${wanted} does not start on this ${platform} machine.`,
      'Install Node 24 (nodejs.org, or your version manager), then run this again.',
    );
  }
  return binary;
}
