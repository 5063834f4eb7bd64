// `node tools/bootstrap.mjs <script.ts> [args]`: runs a tool on a fresh clone, where there is only some Node and npm.
// This file and the two it imports at once are written so that even Node 12 reads them: an old one gets an answer and
// not a syntax error. Everything else is read only by a Node that may go on.
import { chooseNode } from './bootstrap/choose-node.mjs';
import { refuse } from './bootstrap/refuse.mjs';

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
void import('./bootstrap/run.mjs').then(({ run }) => run(choice, script, args));
