// `node tools/bootstrap.mjs <script.ts> [args]`: runs a tool on a fresh clone, where there is only some Node and npm.
// Plain JavaScript that even Node 18 reads, so that an old one gets an answer and not a syntax error.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chooseNode } from './bootstrap/choose-node.mjs';
import { installDependencies } from './bootstrap/dependencies.mjs';
import { ownNode } from './bootstrap/own-node.mjs';
import { refuse } from './bootstrap/refuse.mjs';
import { start } from './bootstrap/start.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const [script, ...args] = process.argv.slice(2);
if (script === undefined)
  refuse('No script was given.', 'Use it as: node tools/bootstrap.mjs tools/test.ts [arguments]');

const choice = chooseNode(process.versions.node, { forceOwn: process.env.HEARD_FORCE_TOOLCHAIN === '1' });
if (choice === 'too-old') {
  refuse(
    `This is Node ${process.versions.node}; the commands of this project need Node 20 or newer.`,
    'Install Node 24 (nodejs.org, or your version manager), then run this again.',
  );
}
const node = choice === 'running' ? process.execPath : await ownNode(root);
await installDependencies(root, node);
start(root, node, script, args);
