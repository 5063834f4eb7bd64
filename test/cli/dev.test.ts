// `heard dev` as a user starts it: a process of its own, that is spoken to and told to stop.
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { patience } from '../effort.ts';
import { plant } from '../house/tree.ts';

const cli = resolve('src/cli.ts');

interface Running {
  readonly child: ChildProcessWithoutNullStreams;
  readonly stdout: () => string;
  readonly stderr: () => string;
  readonly exit: Promise<readonly [code: number | null, signal: string | null]>;
  /** Waits until it said something like this, and gives what is in the first group. */
  said(pattern: RegExp): Promise<string>;
}

function dev(args: readonly string[], env: Record<string, string> = {}, cwd = process.cwd()): Running {
  const child = spawn(process.execPath, [cli, 'dev', ...args], {
    cwd,
    env: { ...process.env, NODE_ENV: 'development', ...env },
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  onTestFinished(() => void child.kill('SIGKILL'));
  const exit = once(child, 'close') as Promise<[number | null, string | null]>;
  return {
    child,
    stdout: () => stdout,
    stderr: () => stderr,
    exit,
    said: (pattern) =>
      vi.waitFor(
        () => {
          const found = pattern.exec(stdout);
          if (found === null) throw new Error(`Not said: ${stdout}${stderr}`);
          return found[1] ?? '';
        },
        { timeout: patience, interval: 10 },
      ),
  };
}

test('says within 3 s where what listens, which tokens there are and how to connect, answers, shows traffic, and ends when told', async () => {
  const startedAt = performance.now();
  const running = dev(['--port', '0']);
  const url = await running.said(/listens at (http:\S+)/);
  await running.said(/Ctrl-C/);
  const tookMs = performance.now() - startedAt;
  // On a machine that runs everything else at the same time, too; alone it is a third of a second.
  expect(tookMs).toBeLessThan(process.env['HEARD_LENGTH'] === 'long' ? patience : 3_000);
  const greeting = running.stdout();
  for (const part of [
    `${url}/laravel-pos`,
    `${url}/service-floor`,
    `${url.replace('http', 'ws')}/socket`,
    `${url.replace('http', 'ws')}/ws`,
    'token ',
    "import { webSocket } from 'heard/transports/websocket'",
    'createClient(laravelPos, {',
    '/_dev/faults',
  ]) {
    expect(greeting).toContain(part);
  }
  const answer = await fetch(`${url}/restaurant-os/emit`, {
    method: 'POST',
    body: JSON.stringify({
      event: 'order.created',
      data: { documentId: 'd1', orderNumber: 'secret-name', tableNumber: 5, status: 'new' },
    }),
  });
  expect(answer.status).toBe(201);
  await running.said(/(http +201 POST \/restaurant-os\/emit)/);
  await running.said(/(broadcast +⇇ order\.created on orders to 0 devices)/);
  expect(running.stdout()).not.toContain('secret-name');
  running.child.kill('SIGINT');
  expect(await running.exit).toEqual([0, null]);
  expect(running.stderr()).toBe('');
});

test('--json, --contract, --data, --payloads: one backend, whose events survive a restart, told as JSON', async () => {
  const folder = plant({});
  const emit = async (url: string): Promise<unknown> => {
    const answer = await fetch(`${url}/laravel-pos/emit`, {
      method: 'POST',
      body: JSON.stringify({
        event: 'KdsTicketUpdated',
        scope: { sku: 'corner' },
        data: { ticket_id: 1, status: 'ready' },
      }),
    });
    return ((await answer.json()) as { positions: unknown }).positions;
  };
  const epochs: unknown[] = [];
  for (const seq of [1, 2]) {
    const running = dev(
      ['--port', '0', '--json', '--payloads', '--contract', 'laravel-pos', '--data', 'events.db'],
      {},
      folder,
    );
    const url = await running.said(/"url":"(http:[^"]+)"/);
    const positions = (await emit(url)) as [{ epoch: string }];
    expect(positions).toMatchObject([{ channel: 'private-store.corner.kds', seq }]);
    epochs.push(positions[0].epoch);
    await running.said(/(KdsTicketUpdated)/);
    running.child.kill('SIGTERM');
    expect(await running.exit).toEqual([0, null]);
    const lines = running.stdout().trimEnd().split('\n');
    const told = lines.map((line) => JSON.parse(line) as { kind: string; addresses?: { http: unknown[] } });
    expect(told[0]?.addresses?.http).toHaveLength(1);
    expect(Object.keys(told[0]?.addresses ?? {})).toEqual(['http', 'websocket']);
    expect(told.map(({ kind }) => kind)).toContain('request');
  }
  expect(epochs[0]).toBe(epochs[1]);
  expect(existsSync(join(folder, 'events.db'))).toBe(true);
});

test('--quiet says where it is and nothing more; --cors is as strict as told and says what it refused', async () => {
  const quiet = dev(['--port', '0', '--quiet']);
  const url = await quiet.said(/listens at (http:\S+)/);
  await quiet.said(/(Ctrl-C)/);
  const before = quiet.stdout();
  await fetch(`${url}/nothing`);
  quiet.child.kill('SIGTERM');
  await quiet.exit;
  expect(quiet.stdout()).toBe(before);

  const strict = dev(['--port', '0', '--cors', 'https://till.example.test']);
  const own = await strict.said(/listens at (http:\S+)/);
  const answer = await fetch(`${own}/nothing`, { headers: { origin: 'http://localhost:5173' } });
  expect(answer.headers.get('access-control-allow-origin')).toBe(null);
  await strict.said(/(cors +refused http:\/\/localhost:5173: .*--cors allows: https:\/\/till\.example\.test)/);
});

test('what devices say cannot give the terminal orders', async () => {
  const running = dev(['--port', '0', '--payloads']);
  const url = await running.said(/listens at (http:\S+)/);
  const socket = new WebSocket(`${url.replace('http', 'ws')}/socket`);
  await once(socket, 'open');
  const name = '\u001B[2J\u009B31m\u202Egnp.exe';
  socket.send(JSON.stringify({ type: 'send', channel: name, name, payload: name }));
  await running.said(/(send .*gnp\.exe)/);
  socket.close();
  // eslint-disable-next-line no-control-regex -- control characters are what must not be there
  expect(running.stdout()).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
});

test('a production environment is refused, unless it is meant', async () => {
  const refused = dev(['--port', '0'], { NODE_ENV: 'production' });
  expect(await refused.exit).toEqual([1, null]);
  expect(refused.stderr()).toMatch(/^heard: NODE_ENV is "production".*\n.*--allow-production\.\n$/);
  expect(refused.stdout()).toBe('');
  const meant = dev(['--port', '0', '--allow-production'], { NODE_ENV: 'production' });
  await meant.said(/listens at (http:\S+)/);
});

test('a port that is taken is said, with what to do next', async () => {
  const taken = createServer();
  taken.listen(0, '127.0.0.1');
  await once(taken, 'listening');
  onTestFinished(() => void taken.close());
  const { port } = taken.address() as AddressInfo;
  const running = dev(['--port', String(port)]);
  expect(await running.exit).toEqual([1, null]);
  expect(running.stderr()).toBe(
    `heard: Port ${port} is taken.\nStop what listens there, or choose another port: --port ${port + 1}, or --port 0 for any that is free.\n`,
  );
});

test.each<[string, string[], RegExp]>([
  ['an unknown option', ['--fast'], /"heard dev --fast" was not understood/],
  ['a port that is none', ['--port', '70000'], /"70000" is no port/],
  ['an origin that is none', ['--cors', 'till.example.test/path'], /is no origin/],
  ['a file that is a folder', ['--data', '.'], /^heard: The events cannot be kept in /],
  ['an unknown contract', ['--contract', 'pizzeria'], /There is no contract "pizzeria"/],
  ['two that exclude each other', ['--quiet', '--json'], /exclude each other/],
])('%s is refused, and it is said why', async (_, args, why) => {
  const running = dev(args);
  expect(await running.exit).toEqual([args.includes('--data') ? 1 : 2, null]);
  expect(running.stderr()).toMatch(why);
  expect(running.stderr()).not.toMatch(/\n {4}at /);
});
