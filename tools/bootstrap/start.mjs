import { spawn } from 'node:child_process';
import { delimiter, dirname, join } from 'node:path';

/** Runs the script with this Node and our tools first on PATH, and ends as it ends. */
export function start(root, node, script, args) {
  const PATH = [dirname(node), join(root, 'node_modules', '.bin'), process.env.PATH].filter(Boolean).join(delimiter);
  const child = spawn(node, [join(root, script), ...args], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, PATH, NODE: node, npm_node_execpath: node },
  });
  const forward = (signal) => child.kill(signal);
  // A terminal gives Ctrl-C to the whole group: passing it on would make the script see it twice.
  const stay = process.stdin.isTTY ? () => undefined : forward;
  process.on('SIGINT', stay);
  process.on('SIGTERM', forward);
  process.on('SIGHUP', forward);
  stopWhenOrphaned(() => child.kill('SIGTERM'));
  child.once('error', (error) => {
    console.error(`[bootstrap] ${node} did not start: ${error.message}`);
    process.exit(1);
  });
  child.once('exit', (status, signal) => {
    if (signal === null) process.exit(status ?? 1);
    // Dying of the same signal tells the shell the truth; the listeners would swallow it.
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.removeAllListeners(name);
    process.kill(process.pid, signal);
  });
}

/** npm runs us in a shell, and a signal to npm ends that shell without a word to us: a demo would hold its port on. */
function stopWhenOrphaned(stop) {
  if (process.env.npm_lifecycle_event === undefined) return;
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    stop();
  }, 250);
  watch.unref();
}
