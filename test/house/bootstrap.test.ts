import { spawn } from 'node:child_process';
import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { join, relative } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { chooseNode } from '../../tools/bootstrap/choose-node.mjs';
import { plant } from './tree.ts';

const emptyLock = JSON.stringify({
  name: 'clone',
  lockfileVersion: 3,
  requires: true,
  packages: { '': { name: 'clone' } },
});
const done = "console.log('done', process.argv.slice(2).join(' '));";

/** A clone in miniature: the real bootstrap, and a script to be run. */
function clone(files: Readonly<Record<string, string>> = {}): string {
  const root = plant({
    'package.json': '{ "name": "clone" }',
    'package-lock.json': emptyLock,
    'script.ts': done,
    ...files,
  });
  for (const part of [
    'tools/bootstrap.mjs',
    'tools/bootstrap',
    'tools/node/package.json',
    'tools/node/package-lock.json',
  ]) {
    cpSync(part, join(root, part), { recursive: true });
  }
  return root;
}

interface Options {
  readonly env?: Readonly<Record<string, string>>;
  /** Runs before the bootstrap, to make this machine look like another. */
  readonly pretend?: string;
  readonly args?: readonly string[];
  /** Started through this program. */
  readonly shell?: readonly [string, ...string[]];
}

function start(root: string, { env = {}, pretend = '', args = [], shell }: Options = {}) {
  const { npm_execpath: _, npm_lifecycle_event: __, HEARD_FORCE_TOOLCHAIN: ___, ...inherited } = process.env;
  const preload = `--import=data:text/javascript,${encodeURIComponent(pretend)}`;
  const command = [process.execPath, preload, 'tools/bootstrap.mjs', 'script.ts', ...args];
  const [program = '', ...rest] = [...(shell ?? []), ...command];
  const child = spawn(program, rest, {
    cwd: root,
    env: { ...inherited, npm_config_cache: join(root, '.npm'), npm_config_fetch_retries: '0', ...env },
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const said = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => (said.stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (said.stderr += chunk.toString()));
  const ready = new Promise<void>((resolve) => {
    child.stdout.on('data', () => said.stdout.includes('ready') && resolve());
  });
  const ended = once(child, 'close').then(([status, signal]: unknown[]) => ({ ...said, status, signal }));
  return { child, ready, ended };
}

async function closedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

test.each([
  ['18.20.8', 'too-old'],
  ['20.20.2', 'own'],
  ['22.18.0', 'own'],
  ['22.19.0', 'running'],
  ['23.11.0', 'own'],
  ['24.10.0', 'own'],
  ['24.11.0', 'running'],
  ['25.9.0', 'own'],
  ['26.0.0', 'running'],
  ['v28.1.0', 'running'],
])('Node %s: %s', (version, choice) => {
  expect(chooseNode(version)).toBe(choice);
});

test('a good Node steps aside when it is told to', () => {
  expect(chooseNode('24.21.0', { forceOwn: true })).toBe('own');
});

describe('on a clone where it can work', () => {
  test('it installs once, then runs the script with its arguments', async () => {
    const root = clone();
    const first = await start(root, { args: ['--one', 'two'] }).ended;
    expect(first).toMatchObject({ status: 0, stdout: expect.stringContaining('done --one two') });
    expect(first.stderr).toContain('installing dependencies');
    const second = await start(root).ended;
    expect(second).toMatchObject({ status: 0, stdout: 'done \n' });
    expect(second.stderr).not.toContain('installing');
  });

  test('it ends as the script ends', async () => {
    const root = clone({ 'script.ts': 'process.exitCode = 7;' });
    expect(await start(root).ended).toMatchObject({ status: 7 });
  });

  const untilStopped = {
    'script.ts': [
      "process.once('SIGTERM', () => { console.log('bye'); clearInterval(open); });",
      'const open = setInterval(() => {}, 1e6);',
      "console.log('ready');",
    ].join('\n'),
  };

  test('the script hears the signal that stops the run, and may say good-bye', async () => {
    const { child, ready, ended } = start(clone(untilStopped));
    await Promise.race([ready, ended]);
    child.kill('SIGTERM');
    expect(await ended).toMatchObject({ status: 0, stdout: expect.stringContaining('bye') });
  });

  test.skipIf(process.platform === 'win32')(
    'the script stops when the shell that npm put around it is gone',
    async () => {
      const env = { npm_lifecycle_event: 'demo' };
      // A second command keeps the shell from becoming what it starts.
      const { child, ready, ended } = start(clone(untilStopped), { env, shell: ['sh', '-c', '"$@"; true', 'sh'] });
      await Promise.race([ready, ended]);
      child.kill('SIGTERM');
      expect(await ended).toMatchObject({ signal: 'SIGTERM', stdout: expect.stringContaining('bye') });
    },
  );
});

describe('it refuses, with one paragraph that says what to do', () => {
  const oneDependency = {
    'package.json': '{ "name": "clone", "dependencies": { "ky": "2.1.0" } }',
    'package-lock.json': JSON.stringify({
      name: 'clone',
      lockfileVersion: 3,
      requires: true,
      packages: {
        '': { name: 'clone', dependencies: { ky: '2.1.0' } },
        'node_modules/ky': { version: '2.1.0', integrity: `sha512-${Buffer.alloc(64).toString('base64')}` },
      },
    }),
  };

  test('when the registry cannot be reached', async () => {
    const npm_config_registry = `http://127.0.0.1:${await closedPort()}/`;
    const root = clone(oneDependency);
    const { status, stdout, stderr } = await start(root, { env: { npm_config_registry } }).ended;
    expect(status).toBe(1);
    expect(stderr).toMatch(
      /\[bootstrap\] npm could not reach the package registry \(ECONNREFUSED\)[^]*Check the network/,
    );
    expect(stdout).not.toContain('done');
    expect(existsSync(join(root, 'node_modules/.heard-installed'))).toBe(false);
  });

  const fetching = /^linux-(?:x64|arm64)$|^win32-x64$/.test(`${process.platform}-${process.arch}`);

  test.runIf(fetching)('when the Node for the tools cannot be fetched', async () => {
    const npm_config_registry = `http://127.0.0.1:${await closedPort()}/`;
    const env = { HEARD_FORCE_TOOLCHAIN: '1', npm_config_registry };
    const { status, stdout, stderr } = await start(clone(), { env }).ended;
    expect(status).toBe(1);
    expect(stderr).toMatch(
      /\[bootstrap\] Node [\d.]+ could not be fetched: npm [^]*Check the network[^]*install Node 24/,
    );
    expect(stderr).not.toContain('does not start');
    expect(stdout).not.toContain('done');
  });

  test.runIf(fetching)('when npm cannot write to its cache', async () => {
    const npm_config_registry = `http://127.0.0.1:${await closedPort()}/`;
    const npm_config_cache = join(plant({ file: '' }), 'file');
    const env = { HEARD_FORCE_TOOLCHAIN: '1', npm_config_registry, npm_config_cache };
    const { status, stderr } = await start(clone(), { env }).ended;
    expect(status).toBe(1);
    expect(stderr).toMatch(/\[bootstrap\] [^]*npm [^]*run this again/);
    expect(stderr).not.toContain('does not start');
  });

  test.runIf(process.platform === 'linux' && fetching)('when the fetched Node does not start', async () => {
    const root = clone();
    const name = `node-linux-${process.arch}`;
    const folder = join(root, 'tools/node');
    // A package of the right name, from this disk, whose binary is none.
    const local = plant({ 'package.json': JSON.stringify({ name, version: '1.0.0' }), 'bin/node': 'no program' });
    const optionalDependencies = { [name]: `file:${local}` };
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ optionalDependencies }));
    const packages = {
      '': { optionalDependencies },
      [`node_modules/${name}`]: { resolved: relative(folder, local), link: true },
      [relative(folder, local)]: { name, version: '1.0.0', optional: true },
    };
    writeFileSync(
      join(folder, 'package-lock.json'),
      JSON.stringify({ name: 'node', lockfileVersion: 3, requires: true, packages }),
    );
    const { status, stderr } = await start(root, { env: { HEARD_FORCE_TOOLCHAIN: '1' } }).ended;
    expect(status).toBe(1);
    expect(stderr).toMatch(/\[bootstrap\] The fetched Node [^]* does not start on this/);
  });

  test.each([
    ['broken', '<<<<<<< ours\n{ "name": "clone" }'],
    ['no object', 'null'],
  ])('when package.json is %s', async (_name, text) => {
    const { status, stderr } = await start(clone({ 'package.json': text })).ended;
    expect(status).toBe(1);
    expect(stderr).toMatch(/^\n\[bootstrap\] package\.json in this folder cannot be read: .*\n +Mend it .*\n\n$/);
  });

  test('when the lockfile is out of step', async () => {
    const root = clone({
      'package.json': '{ "name": "clone", "dependencies": { "local": "file:local" } }',
      'local/package.json': '{ "name": "local", "version": "1.0.0" }',
    });
    const { status, stderr } = await start(root).ended;
    expect(status).toBe(1);
    expect(stderr).toMatch(
      /\[bootstrap\] package-lock\.json in this folder is [^]*Run npm install --omit-lockfile-registry-resolved there, commit/,
    );
  });

  test('when the lockfile is broken', async () => {
    const { status, stderr } = await start(clone({ 'package-lock.json': '<<<<<<< ours' })).ended;
    expect(status).toBe(1);
    expect(stderr).toMatch(/\[bootstrap\] package-lock\.json in this folder is missing, broken/);
  });

  test('when there is no npm', async () => {
    const { status, stderr } = await start(clone(), { env: { PATH: plant({}) } }).ended;
    expect(status).toBe(1);
    expect(stderr).toMatch(/\[bootstrap\] There is no npm on this machine\.\s+Install Node together with npm/);
  });

  test('when Node is too old', async () => {
    const pretend = "Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '18.20.8' } })";
    const { status, stderr } = await start(clone(), { pretend }).ended;
    expect(status).toBe(1);
    expect(stderr).toMatch(/\[bootstrap\] This is Node 18\.20\.8[^]*Install Node 24/);
  });

  test('when Node is too old even to read the rest of the bootstrap', () => {
    const readByAll = ['bootstrap.mjs', 'bootstrap/choose-node.mjs', 'bootstrap/refuse.mjs'];
    for (const path of readByAll) {
      const code = readFileSync(join('tools', path), 'utf8').replace(/^\s*(?:\/\/|\/?\*).*$/gm, '');
      expect(code, path).not.toMatch(/\bawait\b|\?\.|\?\?|node:|#/);
      const imports = [...code.matchAll(/^import .* from '\.\/(.*)';$/gm)].map(([, from]) => from);
      expect(readByAll).toEqual(expect.arrayContaining(imports));
    }
  });

  test('when there is no Node to fetch for the platform', async () => {
    const pretend = "Object.defineProperty(process, 'arch', { value: 'riscv64' })";
    const { status, stderr } = await start(clone(), { pretend, env: { HEARD_FORCE_TOOLCHAIN: '1' } }).ended;
    expect(status).toBe(1);
    expect(stderr).toMatch(/\[bootstrap\] The tools need [^]*-riscv64 to fetch\.\s+Install Node 24/);
  });
});
