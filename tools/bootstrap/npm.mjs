import { spawn } from 'node:child_process';
import { basename, delimiter, dirname } from 'node:path';
import { refuse } from './refuse.mjs';

const networkCodes = [
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EAI_AGAIN',
  'ENOTFOUND',
  'ENETUNREACH',
  'EHOSTUNREACH',
  'ETIMEDOUT',
  'ERR_SOCKET_TIMEOUT',
  'ENOTCACHED',
];

/** `npm test` tells us which npm it is; typed without npm, the one on PATH serves. pnpm and yarn set the variable too. */
function npmCommand(node) {
  const running = process.env.npm_execpath;
  if (running && basename(running) === 'npm-cli.js') return { file: node, first: [running] };
  return { file: 'npm', first: [] };
}

/**
 * Runs `npm ci` in a folder, under the given Node. Install scripts stay off: nothing we use needs one. The settings
 * hold where the user has chosen none.
 */
export async function install(folder, shown, node, settings = {}) {
  const { file, first } = npmCommand(node);
  // An npm from PATH takes its Node from there as well, and would warn that ours is the wrong one.
  const env = { ...process.env, PATH: [dirname(node), process.env.PATH].filter(Boolean).join(delimiter) };
  for (const [key, value] of Object.entries(settings)) env[`npm_config_${key}`] ??= value;
  // A silent npm would not print the code by which a failure is told apart.
  if (env.npm_config_loglevel === 'silent') env.npm_config_loglevel = 'error';
  const child = spawn(file, [...first, 'ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
    cwd: folder,
    env,
    stdio: ['ignore', 'inherit', 'pipe'],
    shell: process.platform === 'win32' && file === 'npm',
  });
  let said = '';
  child.stderr.on('data', (chunk) => {
    said += chunk;
    process.stderr.write(chunk);
  });
  const failure = await new Promise((resolve) => {
    child.once('error', (error) => resolve(error.code ?? 'unknown'));
    child.once('close', (status, signal) => resolve(status === 0 ? undefined : (signal ?? `exit ${status}`)));
  });
  if (failure !== undefined) explain(failure, said, shown);
}

function explain(failure, said, shown) {
  const code = /^npm (?:error|ERR!) code (\S+)/m.exec(said)?.[1] ?? failure;
  if (code === 'ENOENT' && said === '') {
    refuse(
      'There is no npm on this machine.',
      'Install Node together with npm (Node 24 brings both), then run this again.',
    );
  }
  if (code === 'EUSAGE' || code === 'EJSONPARSE') {
    refuse(
      `package-lock.json in ${shown} is missing, broken or out of step with package.json.`,
      'Run npm install --omit-lockfile-registry-resolved there, commit the lockfile, then run this again.',
    );
  }
  if (networkCodes.includes(code)) {
    refuse(
      `npm could not reach the package registry (${code}), so ${shown} has no dependencies.`,
      'Check the network, the proxy and the `registry` of your npm configuration, then run this again.',
    );
  }
  if (code === 'EINTEGRITY') {
    refuse(
      `A package is not the one that the lockfile of ${shown} promises (EINTEGRITY).`,
      'Run npm cache verify and try again; if it stays, what serves your packages has changed one: do not install it.',
    );
  }
  refuse(
    `npm ci failed in ${shown} (${code}).`,
    'What npm printed above says why; put that right, then run this again.',
  );
}
