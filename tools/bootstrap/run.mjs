import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installDependencies } from './dependencies.mjs';
import { ownNode } from './own-node.mjs';
import { start } from './start.mjs';

/** Fetches what is missing, then runs the script. */
export async function run(choice, script, args) {
  const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
  const node = choice === 'running' ? process.execPath : await ownNode(root);
  await installDependencies(root, node);
  start(root, node, script, args);
}
