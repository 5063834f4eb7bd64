// `heard dev` as a user starts it: a process of its own, that is spoken to and told to stop.
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { expect, onTestFinished, test, vi } from 'vitest';
import { builtInContracts } from '../../src/contracts/index.ts';
import { entries, specifierOf } from '../../tools/entries.ts';
import { patience } from '../effort.ts';
import { plant } from '../house/tree.ts';
import { dev } from './running.ts';

// Processes are started, on a machine that may be busy; what has to be quick is measured where it is promised.
vi.setConfig({ testTimeout: patience });

const run = promisify(execFile);

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
  const answer = await fetch(`${url}/restaurant-os/api/orders`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ data: { tableNumber: 5, items: [{ name: 'Борщ' }] } }),
  });
  expect(answer.status).toBe(201);
  await running.said(/(http +201 POST \/restaurant-os\/api\/orders)/);
  await running.said(/(broadcast +⇇ order\.created on orders to 0 devices)/);
  expect(running.stdout()).not.toContain('Борщ');
  running.child.kill('SIGINT');
  expect(await running.exit).toEqual([0, null]);
  expect(running.stderr()).toBe('');
});

test('--json, --contract, --data, --payloads: one backend, whose events survive a restart, told as JSON', async () => {
  const folder = plant({});
  const epochs: unknown[] = [];
  for (const seq of [1, 2]) {
    const running = dev(
      ['--port', '0', '--json', '--payloads', '--contract', 'laravel-pos', '--data', 'events.db'],
      {},
      folder,
    );
    const url = await running.said(/"url":"(http:[^"]+)"/);
    const authorization = 'Bearer dev-pos';
    const taken = await fetch(`${url}/laravel-pos/v1/orders`, {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/json' },
      body: JSON.stringify({ channel: 'pos', items: [{ item_id: 1, qty: 1 }] }),
    });
    expect(taken.status).toBe(201);
    await running.said(/(OrderCreated)/);
    const since = await fetch(`${url}/v1/events/since?channel=private-store.pizza-bab-el-oued.orders&seq=0`, {
      headers: { authorization },
    });
    const { epoch, head_seq, events } = (await since.json()) as Record<string, unknown>;
    expect([head_seq, events]).toEqual([seq, Array.from({ length: seq }, () => expect.anything() as unknown)]);
    epochs.push(epoch);
    running.child.kill('SIGTERM');
    expect(await running.exit).toEqual([0, null]);
    const lines = running.stdout().trimEnd().split('\n');
    const told = lines.map((line) => JSON.parse(line) as { kind: string; addresses?: { http: unknown[] } });
    expect(told[0]?.addresses?.http).toHaveLength(1);
    expect(Object.keys(told[0]?.addresses ?? {})).toEqual(['http', 'pusher', 'websocket', 'socket-io']);
    expect(told.map(({ kind }) => kind)).toContain('request');
  }
  expect(epochs[0]).toBe(epochs[1]);
  expect(existsSync(join(folder, 'events.db'))).toBe(true);
});

/** What the greeting says to begin with, as a module: what it imports of heard is taken from the sources. */
const snippetIn = (greeting: string): string =>
  (/^ {2}import \{ createClient \}[^]*?^ {2}\}\)$/m.exec(greeting)?.[0] ?? 'no snippet')
    .replace(/^ {2}/gm, '')
    .replace(/(?<=from ')heard[^']*/g, (specifier) => {
      const entry = entries.find((one) => one.kind === 'import' && specifierOf(one) === specifier);
      return pathToFileURL(resolve(entry?.source ?? specifier)).href;
    });

const started = `
const isLive = new Promise((resolve) => client.status.subscribe(({ word }) => word === 'live' && resolve(word)));
await client.start();
console.log(await isLive);
await client.dispose();
`;

test.each(builtInContracts.map(({ name }) => name))(
  'the client that it shows for %s is live as soon as it is started',
  async (contract) => {
    const running = dev(['--port', '0', '--contract', contract]);
    await running.said(/(Ctrl-C)/);
    const folder = plant({ 'client.mjs': `${snippetIn(running.stdout())}\n${started}` });
    const { stdout, stderr } = await run(process.execPath, [join(folder, 'client.mjs')], { timeout: patience });
    expect([stdout, stderr]).toEqual(['live\n', '']);
  },
);

test('of a contract of one’s own it shows what can be known of it', async () => {
  const source = (path: string): string => pathToFileURL(resolve(path)).href;
  const folder = plant({
    'kitchen.ts': `
import { defineContract } from '${source('src/contract/define-contract.ts')}';
import { barePayload } from '${source('src/contract/dialects/bare-payload.ts')}';
const house = (value: { readonly house?: unknown }) =>
  value.house === undefined ? { issues: [{ message: 'lacking', path: ['house'] }] } : { value };
const schema = (validate: (value: never) => object) => ({ '~standard': { version: 1, vendor: 'test', validate } });
export default defineContract({
  name: 'chef-kitchen',
  scope: schema(house),
  dialect: barePayload({ idField: 'event_id' }),
  connection: { transports: ['websocket'], auth: { kind: 'channel', endpoint: '/broadcasting/auth' } },
  events: { served: { data: schema((value) => ({ value })) } },
  channels: { floor: { wire: 'private-floor.{house}', events: ['served'], position: 'none' } },
  roles: { cook: { channels: ['floor'] }, waiter: { channels: ['floor'] } },
} as never);
`,
  });
  const running = dev(['--port', '0', '--contract', './kitchen.ts'], {}, folder);
  const url = await running.said(/listens at (http:\S+)/);
  await running.said(/(Ctrl-C)/);
  for (const part of [
    "chef-kitchen  anybody, who may everything: role 'cook', token dev-token",
    "chef-kitchen  anybody, who may everything: role 'waiter', token dev-token",
    "import contract from './contract.js' // or wherever 'chef-kitchen' is",
    "role: 'cook',",
    'scope: { /* as the contract has it */ },',
    "token: () => 'dev-token',",
  ]) {
    expect(running.stdout()).toContain(part);
  }
  const answer = await fetch(`${url}/emit`, {
    method: 'POST',
    body: JSON.stringify({ event: 'served', scope: { house: 'h1' }, data: { dish: 'secret-name' } }),
  });
  expect(answer.status).toBe(201);
  await running.said(/(websocket +⇇ served on private-floor\.h1 to 0 devices)/);
  expect(running.stdout()).not.toContain('secret-name');
});

test('--quiet says where it is and nothing more; --cors is as strict as told and says what it refused', async () => {
  const quiet = dev(['--port', '0', '--quiet']);
  const url = await quiet.said(/listens at (http:\S+)/);
  await quiet.said(/(Ctrl-C ends it\.\n\n)/);
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

test('a Node without SQLite starts it all the same, and is told what it lacks where a file is to be kept', async () => {
  const old = { NODE_OPTIONS: '--no-experimental-sqlite' };
  const running = dev(['--port', '0'], old);
  const url = await running.said(/listens at (http:\S+)/);
  expect((await fetch(`${url}/service-floor/orders`)).status).toBe(200);
  const keeping = dev(['--port', '0', '--data', 'house.db'], old, plant({}));
  expect(await keeping.exit).toEqual([1, null]);
  expect(keeping.stderr()).toMatch(/^heard: Node \S+ has no SQLite to keep \S+house\.db with\.\nUse Node 22\.13 .+\n$/);
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
  [
    'an unknown option',
    ['--fast'],
    /"heard dev --fast" was not understood: Unknown option '--fast'\.\nIt takes --port, /,
  ],
  ['a word too many', ['3001'], /"heard dev 3001" was not understood: Unexpected argument '3001'\.\n/],
  ['an option without its value', ['--port'], /was not understood: Option '--port <value>' argument missing\.\n/],
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
