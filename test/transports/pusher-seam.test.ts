// pusher-js is mastered through places that it does not promise. When an update moves one of them, this fails.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import PusherClient from 'pusher-js';
import { afterEach, expect, test, vi } from 'vitest';
import { isHeardError } from '../../src/errors.ts';
import { openOfficial, officialPusher, type PusherClass } from '../../src/transports/pusher/official.ts';
import { pusher } from '../../src/transports/pusher.ts';
import { connect } from './listener.ts';
import { puppet } from './puppet.ts';

afterEach(() => void vi.useRealTimers());

const place = { cluster: '', wsHost: 'ws.example.test', forceTLS: true } as const;
const greeting =
  '{"event":"pusher:connection_established","data":"{\\"socket_id\\":\\"1.7\\",\\"activity_timeout\\":30}"}';

test('the version is the one that this was read from', () => {
  const { resolve } = createRequire(import.meta.url);
  const installed = JSON.parse(readFileSync(resolve('pusher-js/package.json'), 'utf8')) as { readonly version: string };
  expect(installed.version).toMatch(/^8\.6\./);
  const own = JSON.parse(readFileSync('package.json', 'utf8')) as { readonly dependencies: Record<string, string> };
  expect(own.dependencies['pusher-js']).toBe('~8.6.0');
});

test('one socket is asked for, at once, and it is greeted, spoken through and left without a timer', () => {
  vi.useFakeTimers();
  const written: string[] = [];
  const official = openOfficial(officialPusher, 'app-key', place, (text) => written.push(text) > 0);
  expect(official.url).toMatch(/^wss:\/\/ws\.example\.test:443\/app\/app-key\?protocol=7&client=js&version=8\.6\.\d/);
  // Until it is greeted there is one, of 24 days, which only renames a state.
  expect(vi.getTimerCount()).toBe(1);
  expect(official.isConnected()).toBe(false);
  official.opened();
  official.hear(greeting);
  expect(official.isConnected()).toBe(true);
  expect(vi.getTimerCount()).toBe(0);
  expect(official.say('client-typing', { n: 1 }, 'orders')).toBe(true);
  official.hear('{"event":"pusher:ping","data":{}}');
  expect(written).toEqual([
    '{"event":"client-typing","data":{"n":1},"channel":"orders"}',
    '{"event":"pusher:pong","data":{}}',
  ]);
  // A month of silence: neither a ping of its own nor a second socket.
  vi.advanceTimersByTime(31 * 86_400_000);
  expect(written).toHaveLength(2);
  official.dispose();
  expect(official.isConnected()).toBe(false);
  expect(vi.getTimerCount()).toBe(0);
});

test('an attempt that is never greeted has one timer, and none when it is given up', () => {
  vi.useFakeTimers();
  for (const opens of [false, true]) {
    const official = openOfficial(officialPusher, 'app-key', place, () => true);
    if (opens) official.opened();
    vi.advanceTimersByTime(31 * 86_400_000);
    official.dispose();
    expect(vi.getTimerCount()).toBe(0);
  }
});

test('other clients in the page notice nothing', () => {
  const { Runtime } = PusherClient;
  const before = { ...Runtime };
  const network = Runtime.getNetwork() as unknown as {
    readonly callbacks: { readonly _callbacks: Record<string, unknown[]> };
  };
  const listening = (): number => Object.values(network.callbacks._callbacks).flat().length;
  const listeningBefore = listening();
  const { Puppet, emit } = puppet();
  const same = (): void => {
    expect({ ...Runtime }).toEqual(before);
    expect(PusherClient.instances).toEqual([]);
    expect(listening()).toBe(listeningBefore);
  };
  const { connection } = connect(pusher({ key: 'app-key', wsHost: 'ws.example.test', WebSocket: Puppet }));
  same();
  emit('open');
  same();
  emit('message', { data: greeting });
  emit('message', { data: '{"event":"pusher:ping","data":{}}' });
  same();
  connection.close();
  same();
});

test('nothing that is heard is put into words for a log', () => {
  const log = vi.fn<(message: unknown) => void>();
  PusherClient.log = log;
  const { Puppet, emit } = puppet();
  const { connection, told } = connect(pusher({ key: 'app-key', wsHost: 'ws.example.test', WebSocket: Puppet }));
  emit('open');
  emit('message', { data: greeting });
  log.mockClear();
  emit('message', { data: '{"event":"OrderCreated","channel":"orders","data":"{}"}' });
  emit('message', { data: '{"event":"pusher_internal:subscription_succeeded","channel":"orders"}' });
  expect(told.slice(1).map(([name]) => name)).toEqual(['frame', 'joined']);
  expect(log).not.toHaveBeenCalled();
  connection.close();
  Reflect.deleteProperty(PusherClient, 'log');
});

test('a class without those places is refused where it is given, and one that asks for no socket where it is used', () => {
  const refusal = (run: () => unknown): unknown => {
    try {
      return run();
    } catch (error) {
      return isHeardError(error) && [error.code, error.message];
    }
  };
  const message = 'This version of pusher-js cannot be connected by heard.';
  const Other = Object.assign(() => undefined, { instances: [], Runtime: {} });
  const asked = { key: 'app-key', wsHost: 'ws.example.test' };
  expect(refusal(() => pusher({ ...asked, Pusher: Other as never }))).toEqual(['options-invalid', message]);

  class Idle {
    static readonly instances: unknown[] = [];
    static readonly Runtime: object = { ...PusherClient.Runtime };
    readonly connection = { state: 'initialized' };
    connect(): void {}
    disconnect(): void {}
    send_event(): boolean {
      return false;
    }
  }
  const transport = pusher({ ...asked, Pusher: Idle as unknown as PusherClass });
  expect(refusal(() => connect(transport))).toEqual(['options-invalid', message]);
});
