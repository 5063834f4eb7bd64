// `heard doctor` against the development server, which is well, and through the fault proxy, with one thing broken at a time.
import { execFile } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { resolve } from 'node:path';
import { Server } from 'socket.io';
import { expect, onTestFinished, test, vi } from 'vitest';
import { runCommand } from '../../src/cli/command.ts';
import { tokens as brasserieTokens } from '../../src/dev-server/backends/brasserie/tokens.ts';
import { deviceIds, store, tokens } from '../../src/dev-server/backends/laravel-pos/tokens.ts';
import { cafeId, tokens as cafeTokens } from '../../src/dev-server/backends/table-tap/tokens.ts';
import { createDevServer, type DevServer, type DevServerOptions } from '../../src/dev-server/index.ts';
import { createFaultProxy, type FaultProxy, type FaultRule } from '../../src/testing/proxy/index.ts';
import { patience } from '../effort.ts';

vi.setConfig({ testTimeout: patience });

interface Finding {
  readonly step: string;
  readonly at: string;
  readonly verdict: 'ok' | 'problem' | 'skipped';
  readonly what: string;
  readonly remedy?: string;
}

interface Visit {
  readonly exitCode: number;
  readonly findings: readonly Finding[];
  readonly lines: readonly string[];
  readonly complaint: string | undefined;
}

async function doctor(...args: readonly string[]): Promise<Visit> {
  const lines: string[] = [];
  const { exitCode, complaint } = await runCommand(['doctor', ...args, '--json'], {
    version: () => '',
    folder: process.cwd(),
    say: (line) => void lines.push(line),
    isTerminal: false,
    ended: () => Promise.resolve(),
  });
  // The last one adds them up.
  const findings = lines.slice(0, -1).map((line) => JSON.parse(line) as Finding);
  return { exitCode, findings, lines, complaint };
}

const problems = ({ findings }: Visit): readonly Finding[] => findings.filter(({ verdict }) => verdict === 'problem');
const steps = (visit: Visit, verdict: Finding['verdict']): readonly string[] => [
  ...new Set(visit.findings.filter((one) => one.verdict === verdict).map(({ step }) => step)),
];

interface Clinic {
  readonly server: DevServer;
  readonly proxy: FaultProxy;
  readonly api: string;
  readonly pusher: string;
  readonly socket: string;
}

async function clinic(options: DevServerOptions = {}): Promise<Clinic> {
  const server = createDevServer({ port: 0, ...options });
  const proxy = createFaultProxy({ target: await server.listen() });
  const url = await proxy.listen();
  onTestFinished(async () => {
    await proxy.stop();
    await server.close();
  });
  return {
    server,
    proxy,
    api: `${url}/laravel-pos`,
    pusher: `${proxy.wsUrl}/app/heard-key`,
    socket: `${proxy.wsUrl}/socket`,
  };
}

const page = 'http://localhost:5173';
const till = [
  '--contract',
  'laravel-pos',
  '--role',
  'pos',
  '--scope',
  `sku=${store.sku}`,
  '--scope',
  `deviceId=${deviceIds.pos}`,
  '--token',
  tokens.pos,
  '--origin',
  page,
];

async function placeOrder({ api }: Clinic): Promise<void> {
  await fetch(`${api}/v1/orders`, {
    method: 'POST',
    headers: { authorization: `Bearer ${tokens.pos}`, 'content-type': 'application/json' },
    body: JSON.stringify({ channel: 'pos', items: [{ item_id: 1, qty: 1 }] }),
  });
}

test('a healthy backend: every step is ok, over Pusher and over a plain WebSocket', async () => {
  const place = await clinic();
  await placeOrder(place);
  for (const socket of [place.pusher, place.socket]) {
    const visit = await doctor(place.api, socket, ...till);
    expect([visit.exitCode, problems(visit), steps(visit, 'skipped')]).toEqual([0, [], []]);
    expect(steps(visit, 'ok')).toEqual([
      'address',
      'reachable',
      'clock',
      'cors',
      'lists',
      'replay',
      'events',
      'key',
      'auth',
      'subscribe',
    ]);
    expect(visit.lines.join()).not.toContain(tokens.pos);
    expect(JSON.parse(visit.lines.at(-1) ?? '')).toMatchObject({ step: 'all', verdict: 'ok', problem: 0 });
  }
});

test('healthy backends of other kinds: Socket.IO with a token and without, lists without replay, public channels', async () => {
  const { proxy } = await clinic();
  const of = (name: string): string => `${proxy.url}/${name}`;
  const io = `${proxy.wsUrl}/socket.io`;
  const cafe = [
    '--contract',
    'table-tap',
    '--role',
    'manager',
    '--scope',
    `cafeId=${cafeId}`,
    '--token',
    cafeTokens.manager,
  ];
  const waiter = [
    '--contract',
    'brasserie',
    '--role',
    'waiter',
    '--scope',
    'userId=3',
    '--token',
    brasserieTokens.charlie,
  ];
  for (const args of [
    [of('table-tap'), io, ...cafe],
    [of('brasserie'), io, ...waiter],
    [of('service-floor'), io, '--contract', 'service-floor', '--role', 'floor'],
    [of('restaurant-os'), `${proxy.wsUrl}/app/heard-key`, '--contract', 'restaurant-os', '--role', 'kitchen'],
  ]) {
    const visit = await doctor(...args);
    expect([visit.exitCode, problems(visit)]).toEqual([0, []]);
    expect(steps(visit, 'ok')).toEqual(expect.arrayContaining(['lists', 'key', 'subscribe']));
  }
});

test('laravel-pos over Socket.IO: its channels are heard by the token, and nobody is asked to sign', async () => {
  const place = await clinic();
  const io = `${place.proxy.wsUrl}/socket.io`;
  const visit = await doctor(place.api, io, ...till);
  expect([visit.exitCode, problems(visit)]).toEqual([0, []]);
  expect(steps(visit, 'ok')).not.toContain('auth');
  const channels = ['orders', 'printing'].map((name) => `private-store.${store.sku}.${name}`);
  channels.push(`private-device.${deviceIds.pos}.notifications`);
  expect(visit.findings.filter(({ step }) => step === 'subscribe')).toMatchObject(
    channels.map((at) => ({ at, verdict: 'ok', what: 'is heard' })),
  );

  const alone = await doctor(io, ...till);
  expect([alone.exitCode, steps(alone, 'ok')]).toEqual([0, ['address', 'reachable', 'key', 'subscribe']]);
  const stranger = await doctor(io, ...till.map((word) => (word === tokens.pos ? 'nobody' : word)));
  expect(problems(stranger)).toMatchObject(
    channels.map((at) => ({
      step: 'subscribe',
      at,
      what: expect.stringContaining('Authentication error') as string,
      remedy: expect.stringMatching(/token.*middleware/) as string,
    })),
  );
});

/** What `heard dev` prints, as somebody copies it, and what the doctor says of it. */
const printed: readonly (readonly [what: string, step: string, verdict: Finding['verdict'], says: RegExp])[] = [
  ['laravel-pos', 'reachable', 'ok', /^answers/],
  ['service-floor', 'reachable', 'ok', /^answers/],
  ['Pusher, key heard-key', 'key', 'ok', /the app key is accepted/],
  ['its HTTP API, app heard-app, secret heard-secret', 'reachable', 'skipped', /HTTP API of a Pusher server.*backends/],
  ['docs/protocol.md', 'key', 'ok', /this device is let in/],
  ['frames { channel, event, data }', 'key', 'skipped', /greets nobody/],
  ['Socket.IO', 'key', 'ok', /this device is let in/],
];

test.each(printed)('%s: the address that heard dev prints is recognised', async (what, step, verdict, says) => {
  const { server } = await clinic();
  const address = Object.values(server.addresses)
    .flat()
    .find((one) => one.what === what);
  const visit = await doctor(address?.url ?? '', '--timeout', '3');
  expect([visit.exitCode, problems(visit)]).toEqual([0, []]);
  expect(visit.findings.find((one) => one.step === step)).toMatchObject({
    verdict,
    what: expect.stringMatching(says) as string,
  });
});

test('the address of a Socket.IO server is that of a socket, beside an API and alone, however it is written', async () => {
  const { api, proxy } = await clinic();
  for (const io of [proxy.url, `${proxy.url}/`, `${proxy.url}/socket.io/`, proxy.wsUrl, `${proxy.wsUrl}/socket.io`]) {
    const visit = await doctor(api, io, ...till);
    expect([visit.exitCode, problems(visit)]).toEqual([0, []]);
    expect(visit.findings.filter(({ step }) => step === 'clock').map(({ at }) => at)).toEqual([api]);
    expect(visit.findings.filter(({ step }) => step === 'subscribe').map((one) => one.verdict)).toEqual([
      'ok',
      'ok',
      'ok',
    ]);
  }
  // An API and Socket.IO at one address, as small backends have them.
  const both = await doctor(proxy.url, ...till);
  expect([both.exitCode, problems(both)]).toEqual([0, []]);
  expect(steps(both, 'ok')).toEqual(expect.arrayContaining(['lists', 'replay', 'key', 'subscribe']));
});

test('a Socket.IO server where no API is says so, and which address is missing', async () => {
  const http = createServer((_, response) => void response.writeHead(404).end('Cannot GET /'));
  const io = new Server(http);
  await new Promise<void>((listening) => http.listen(0, '127.0.0.1', listening));
  onTestFinished(() => io.close());
  const { port } = http.address() as AddressInfo;
  const visit = await doctor(`http://127.0.0.1:${port}`);
  expect([visit.exitCode, problems(visit)]).toEqual([0, []]);
  expect(visit.findings.map(({ step, verdict }) => [step, verdict])).toEqual([
    ['address', 'ok'],
    ['lists', 'skipped'],
    ['reachable', 'ok'],
    ['key', 'ok'],
    ['subscribe', 'skipped'],
  ]);
  expect(visit.findings[1]?.remedy).toMatch(/address of the API/);
});

test('the events of a WebSocket that greets nobody are looked at', async () => {
  const { proxy } = await clinic();
  const data = JSON.stringify({ channel: 'orders', event: 'order.created', data: {} });
  proxy.add({ match: { direction: 'c2s', text: '"auth"' }, action: { kind: 'inject', direction: 's2c', data } });
  const floor = ['--contract', 'restaurant-os', '--role', 'floor', '--timeout', '3', '--listen', '20'];
  const visit = await doctor(`${proxy.wsUrl}/ws`, ...floor);
  expect(problems(visit)).toMatchObject([{ step: 'events', what: expect.stringMatching(/^1 of 1 events/) as string }]);
});

test('without a contract it says whether something is there, and what to give for more', async () => {
  const { api, pusher } = await clinic();
  const visit = await doctor(api, pusher);
  expect([visit.exitCode, steps(visit, 'ok'), steps(visit, 'skipped')]).toEqual([
    0,
    ['address', 'reachable', 'clock', 'key'],
    ['cors', 'lists', 'subscribe'],
  ]);
});

test('an event that is heard is looked at', async () => {
  const place = await clinic({ v1: true });
  const broken =
    '{"event":"OrderCreated","channel":"private-store.pizza-bab-el-oued.orders","data":"{\\"event\\":\\"OrderCreated\\",\\"v\\":1,\\"data\\":{}}"}';
  place.proxy.add({
    match: { direction: 's2c', text: `${deviceIds.pos}.notifications` },
    action: { kind: 'inject', data: broken },
  });
  const visit = await doctor(place.api, place.pusher, ...till, '--listen', '20');
  expect(problems(visit)).toMatchObject([{ step: 'events', what: expect.stringMatching(/^1 of 1 events/) as string }]);
  expect(visit.findings.filter(({ step }) => step === 'replay').map(({ verdict }) => verdict)).toEqual([
    'skipped',
    'skipped',
    'skipped',
  ]);
});

/** What is broken, how the doctor finds it, and what it says. */
const broken: readonly (readonly [
  what: string,
  rules: readonly FaultRule[],
  step: string,
  says: RegExp,
  advises: RegExp,
])[] = [
  [
    'a web page in place of the API',
    [{ match: { on: 'request' }, action: { kind: 'http-html' } }],
    'reachable',
    /a web page where JSON was expected \(200\)/,
    /address of the API/,
  ],
  [
    'a redirect',
    [
      {
        match: { on: 'request' },
        action: { kind: 'http-respond', status: 301, headers: { location: 'https://api.example.test/x?key=secret' } },
      },
    ],
    'reachable',
    /leads elsewhere \(301\), to https:\/\/api\.example\.test\/x$/,
    /never followed/,
  ],
  [
    'a connection that breaks',
    [{ match: { on: 'request' }, action: { kind: 'rst' } }],
    'reachable',
    /broke before there was an answer/,
    /TLS on this port/,
  ],
  [
    'a server that hangs',
    [{ match: { on: 'request' }, action: { kind: 'halfopen' } }],
    'reachable',
    /nobody answered in time/,
    /firewall/,
  ],
  [
    'a preflight that wants a token',
    [{ match: { method: 'OPTIONS' }, action: { kind: 'http-respond', status: 401 } }],
    'cors',
    /preflight \(OPTIONS\) is answered with 401/,
    /before anything asks for a token/,
  ],
  [
    'a preflight that permits too little',
    [
      {
        match: { method: 'OPTIONS' },
        action: {
          kind: 'http-respond',
          status: 204,
          headers: { 'access-control-allow-origin': page, 'access-control-allow-headers': 'Content-Type' },
        },
      },
    ],
    'cors',
    /may not send authorization/,
    /access-control-allow-headers/,
  ],
  [
    'a clock that is an hour behind',
    [
      {
        match: { on: 'request', path: '*/v1/orders' },
        action: {
          kind: 'http-respond',
          status: 200,
          body: [],
          headers: { 'access-control-allow-origin': page, date: new Date(Date.now() - 3_600_000).toUTCString() },
        },
      },
    ],
    'clock',
    /60 minutes behind this machine/,
    /NTP/,
  ],
  [
    'rows that are not as the contract says',
    [
      {
        match: { on: 'request', path: '*/v1/print-jobs' },
        action: { kind: 'http-respond', status: 200, body: { data: [{ id: {} }] } },
      },
    ],
    'lists',
    /1 of 1 rows are not as the contract says: id /,
    /extendContract/,
  ],
  [
    'an answer that breaks off',
    [{ match: { on: 'request', path: '*/v1/print-jobs' }, action: { kind: 'corrupt' } }],
    'lists',
    /no JSON/,
    /whole JSON/,
  ],
  [
    'a server that fails',
    [{ match: { on: 'request', path: '*/v1/print-jobs' }, action: { kind: 'http-respond', status: 502 } }],
    'lists',
    /the server failed \(502\)/,
    /log/,
  ],
  [
    'a replay that tells no positions',
    [
      {
        match: { on: 'request', path: '*/v1/events/since' },
        action: { kind: 'http-respond', status: 200, body: { events: [] } },
      },
    ],
    'replay',
    /does not say epoch and headSeq/,
    /replayHandler/,
  ],
  [
    'positions that are gone without a way on',
    [{ match: { on: 'request', path: '*/v1/events/since' }, action: { kind: 'http-respond', status: 410, body: {} } }],
    'replay',
    /are gone \(410\)/,
    /floor_seq/,
  ],
  [
    'one channel that is denied',
    [
      {
        match: { on: 'request', path: '*/broadcasting/auth' },
        action: { kind: 'http-respond', status: 403, body: {} },
      },
    ],
    'auth',
    /this channel is denied \(403\); the others are not touched/,
    /needs the ability order\.read/,
  ],
  [
    'an endpoint that signs nothing',
    [
      {
        match: { on: 'request', path: '*/broadcasting/auth' },
        action: { kind: 'http-respond', status: 200, body: { ok: true } },
      },
    ],
    'auth',
    /without an "auth"/,
    /broadcaster "pusher"/,
  ],
  [
    'a signature for another app',
    [
      {
        match: { on: 'request', path: '*/broadcasting/auth' },
        action: { kind: 'http-respond', status: 200, body: { auth: `other:${'0'.repeat(64)}` } },
      },
    ],
    'auth',
    /another app key/,
    /the same app/,
  ],
  [
    'a signature with the wrong secret',
    [
      {
        match: { on: 'request', path: '*/broadcasting/auth' },
        action: { kind: 'http-respond', status: 200, body: { auth: `heard-key:${'0'.repeat(64)}` } },
      },
    ],
    'subscribe',
    /this channel is denied \(AuthError 401\)/,
    /key and secret/,
  ],
  [
    'an upgrade that a proxy swallows',
    [{ match: { on: 'upgrade' }, action: { kind: 'http-html' } }],
    'reachable',
    /answered in HTTP \(200\)/,
    /"Upgrade"/,
  ],
  [
    'an origin that the socket refuses',
    [{ match: { on: 'upgrade' }, action: { kind: 'http-respond', status: 403 } }],
    'reachable',
    /the upgrade is refused \(403\)/,
    /--origin/,
  ],
  [
    'a key of another cluster',
    [{ match: { on: 'upgrade' }, action: { kind: 'close', code: 4001 } }],
    'key',
    /knows no app with this key/,
    /cluster/,
  ],
  [
    'a socket that says nothing',
    [{ match: { on: 'upgrade' }, action: { kind: 'blackhole-s2c' } }],
    'key',
    /nothing is said in time/,
    /codec/,
  ],
];

test.each(broken)('%s is found, and it is said what to do', async (_, rules, step, says, advises) => {
  const place = await clinic();
  const standing = rules.map((rule) => place.proxy.add(rule));
  // Only where somebody is silent, a step lasts as long as this.
  const isSilent = rules.some(({ action }) => action.kind === 'halfopen' || action.kind === 'blackhole-s2c');
  const visit = await doctor(place.api, place.pusher, ...till, '--timeout', isSilent ? '3' : '30');
  expect(visit.exitCode).toBe(1);
  expect(standing.map(({ fired }) => fired)).toEqual(rules.map(() => 1));
  const [first, ...more] = problems(visit);
  expect(first).toMatchObject({
    step,
    what: expect.stringMatching(says) as string,
    remedy: expect.stringMatching(advises) as string,
  });
  // One thing is broken, and one thing is told.
  expect(more).toEqual([]);
  expect(visit.lines.join()).not.toMatch(/dev-pos|=secret/);
});

test('wrong addresses, keys and tokens', async () => {
  const { api, pusher, socket, proxy } = await clinic();
  const told = async (...args: readonly string[]): Promise<string> => {
    const visit = await doctor(...args);
    expect(visit.exitCode).toBe(1);
    return problems(visit)
      .map(({ step, what, remedy }) => `${step}: ${what} ${remedy}`)
      .join('\n');
  };
  expect(await told(pusher.replace('heard-key', 'other-key'))).toMatch(/^key: the server knows no app with this key/);
  expect(await told('http://api.example.test')).toMatch(/^address: .*not encrypted.* Use https/);
  expect(await told('ws://ws.example.test/socket')).toMatch(/^address: .*not encrypted.* Use wss/);
  const secret = await doctor('https://user:hunter2@api.example.test');
  expect([secret.exitCode, problems(secret).length, secret.lines.join().includes('hunter2')]).toEqual([1, 1, false]);
  expect(await told(api.replace('http', 'https'))).toMatch(/^reachable: .*does not speak TLS/);
  expect(await told(socket.replace('ws', 'wss'))).toMatch(/^reachable: .*does not speak TLS/);
  expect(await told(`${proxy.wsUrl}/nowhere`)).toMatch(/^reachable: it is answered in HTTP \(404\)/);
  expect(await told('https://nobody.invalid')).toMatch(/^reachable: there is no host of that name/);
  expect(await told(`${proxy.url}/laravel`, ...till)).toContain('lists: nothing is at this path (404)');

  const without = till.filter((word) => word !== '--token' && word !== tokens.pos);
  expect(await told(api, ...without)).toContain('lists: a token is needed (401) Give one: --token');
  const wrong = till.map((word) => (word === tokens.pos ? 'nobody' : word));
  expect(await told(api, socket, ...wrong)).toMatch(
    /lists: the token is refused \(401\).*\n[^]*key: the token is refused/,
  );
  // A right that this one does not have: that channel alone.
  const cook = till.map((word) => (word === tokens.pos ? tokens.kiosk : word));
  const visit = await doctor(
    api,
    pusher,
    ...cook.map((word) => (word === `deviceId=${deviceIds.pos}` ? `deviceId=${deviceIds.kiosk}` : word)),
  );
  expect(
    problems(visit)
      .filter(({ step }) => step === 'auth')
      .map(({ at }) => at),
  ).toEqual([`private-store.${store.sku}.printing`]);
  expect(steps(visit, 'ok')).toContain('subscribe');

  const nearby = await doctor(`${proxy.url}/laravel`.replace('127.0.0.1', 'nobody.invalid'), socket, ...till);
  expect(nearby.findings.filter(({ step }) => step === 'subscribe')).toMatchObject(
    [1, 2, 3].map(() => ({ verdict: 'skipped', remedy: 'Mend the API first: it signs private channels.' })),
  );
  const half = await doctor(api, ...till);
  expect(half.findings.at(-1)).toMatchObject({ step: 'subscribe', verdict: 'skipped', what: 'no socket was named' });

  await proxy.stop();
  expect(await told(api, pusher)).toMatch(/^reachable: nobody listens there .*\nreachable: nobody listens there/);
});

test('a page that may not ask is told from one that may', async () => {
  const place = await clinic({ cors: { origins: ['https://till.example.test'] } });
  const visit = await doctor(place.api, ...till);
  expect(problems(visit)).toMatchObject([{ step: 'cors', remedy: expect.stringContaining(page) as string }]);
  const allowed = till.map((word) => (word === page ? 'https://till.example.test' : word));
  expect(await doctor(place.api, ...allowed)).toMatchObject({ exitCode: 0 });
  const more = await doctor(place.api, ...allowed, '--header', 'X-Store');
  expect(problems(more)).toMatchObject([{ step: 'cors', what: 'it may not send x-store' }]);
});

test('F99: a token that the server quotes in all that it says is not printed', async () => {
  const { proxy, api, socket } = await clinic();
  const channel = `private-store.${store.sku}.orders`;
  const quoting = `Bearer ${tokens.pos}`;
  proxy.add({
    match: { direction: 'c2s', text: '"subscribe"' },
    action: {
      kind: 'inject',
      direction: 's2c',
      data: JSON.stringify({ type: 'error', channel, status: 403, code: quoting }),
    },
  });
  proxy.add({
    match: { on: 'request', path: '*/v1/print-jobs' },
    action: { kind: 'http-respond', status: 302, headers: { location: `https://till.example.test/${tokens.pos}` } },
    times: Infinity,
  });
  proxy.add({
    match: { on: 'request', path: '*/v1/events/*' },
    action: { kind: 'http-respond', status: 200, body: quoting, headers: { 'content-type': quoting } },
    times: Infinity,
  });
  for (const how of [[], ['--json']]) {
    const lines: string[] = [];
    const environment = { version: () => '', folder: '.', isTerminal: true, ended: () => Promise.resolve() };
    await runCommand(['doctor', api, socket, ...till, ...how], {
      ...environment,
      say: (line) => void lines.push(line),
    });
    expect(lines.length).toBeGreaterThan(10);
    expect(lines.join('\n')).not.toContain(tokens.pos);
  }
});

test('what a server says cannot give the terminal orders', async () => {
  const { proxy, api, socket } = await clinic();
  const channel = `private-store.${store.sku}.orders`;
  proxy.add({
    match: { direction: 'c2s', text: '"subscribe"' },
    action: {
      kind: 'inject',
      direction: 's2c',
      data: JSON.stringify({ type: 'error', channel, status: 403, code: '\u001B[2J\u009B31m\u202Egnp' }),
    },
  });
  const lines: string[] = [];
  const environment = { version: () => '', folder: '.', isTerminal: true, ended: () => Promise.resolve() };
  await runCommand(['doctor', api, socket, ...till], { ...environment, say: (line) => void lines.push(line) });
  expect(lines.join('\n')).toContain('gnp');
  // eslint-disable-next-line no-control-regex -- control characters are what must not be there
  expect(lines.join('')).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
  expect(lines.at(-1)).toMatch(/\d+ ok, 1 problem, \d+ skipped/);
});

test.each<[string, string[], RegExp]>([
  ['no address', [], /^heard: No address was given/],
  ['an address that is none', ['localhost:3001'], /is no address\.\nWrite it out/],
  [
    'a role that is none',
    ['http://127.0.0.1', '--contract', 'laravel-pos', '--scope', 'sku=a', '--scope', 'deviceId=1', '--role', 'chef'],
    /has no role "chef"\.\nIts roles are: pos/,
  ],
  [
    'a scope that is none',
    ['http://127.0.0.1', '--contract', 'laravel-pos', '--scope', 'sku'],
    /"sku" is no part of a scope/,
  ],
  [
    'a scope that does not fit',
    ['http://127.0.0.1', '--contract', 'laravel-pos'],
    /The scope does not fit "laravel-pos": .*sku/,
  ],
  ['an unknown option', ['http://127.0.0.1', '--tokn=dev-pos'], /not understood\.\nRun "heard --help"/],
  ['a time that is none', ['http://127.0.0.1', '--timeout', 'long'], /no number of seconds/],
])('%s is refused, and it is said why', async (_, args, why) => {
  const { exitCode, complaint } = await doctor(...args);
  expect(complaint).toMatch(why);
  expect(complaint).not.toContain('dev-pos');
  expect([1, 2]).toContain(exitCode);
});

test('as a command it ends with 1 for a problem and 0 without', async () => {
  const { api, proxy } = await clinic();
  const run = (...args: readonly string[]): Promise<readonly [code: unknown, stdout: string]> =>
    new Promise((done) => {
      execFile(process.execPath, [resolve('src/cli.ts'), 'doctor', ...args], (error, stdout) =>
        done([error?.code ?? 0, stdout]),
      );
    });
  expect(await run(api)).toEqual([0, expect.stringMatching(/^ok +reachable +http/m) as string]);
  await proxy.stop();
  expect(await run(api)).toEqual([
    1,
    expect.stringMatching(/^problem +reachable .*nobody listens there\n +→ Start the server/m) as string,
  ]);
});
